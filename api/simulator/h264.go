package simulator

// A video stream in the simplest form of H.264 (ITU-T H.264, baseline profile):
// one key frame of raw samples, followed by frames that repeat it.

// The size of the picture, in blocks of 16 × 16 pixels.
const (
	movieBlocks = 4
	movieSide   = 16 * movieBlocks
)

// h264Profile returns profile, compatibility and level: baseline 1.0.
func h264Profile() []byte { return []byte{66, 0xc0, 10} }

// bits writes a bit stream.
type bits struct {
	out  []byte
	free int // bits left in the last byte
}

// put writes the low n bits of v, highest first.
func (b *bits) put(v uint32, n int) {
	for i := n - 1; i >= 0; i-- {
		if b.free == 0 {
			b.out, b.free = append(b.out, 0), 8
		}
		b.free--
		b.out[len(b.out)-1] |= byte(v>>i&1) << b.free
	}
}

// ue writes an unsigned Exp-Golomb number (clause 9.1).
func (b *bits) ue(v uint32) {
	length := 0
	for (v+1)>>length > 1 {
		length++
	}
	b.put(0, length)
	b.put(v+1, length+1)
}

// end writes the stop bit and pads the last byte.
func (b *bits) end() []byte {
	b.put(1, 1)
	b.free = 0
	return b.out
}

// nal wraps a payload in a NAL unit and escapes bytes that look like a start
// code (clause 7.4.1).
func nal(header byte, payload []byte) []byte {
	out := []byte{header}
	zeros := 0
	for _, c := range payload {
		if zeros >= 2 && c <= 3 {
			out, zeros = append(out, 3), 0
		}
		out = append(out, c)
		if zeros++; c != 0 {
			zeros = 0
		}
	}
	return out
}

// sequenceParameters is the SPS (clause 7.3.2.1.1).
func sequenceParameters() []byte {
	b := &bits{out: h264Profile()}
	b.ue(0) // seq_parameter_set_id
	b.ue(0) // log2_max_frame_num_minus4: frame_num has 4 bits
	b.ue(2) // pic_order_cnt_type: shown in the order decoded
	b.ue(1) // max_num_ref_frames
	b.put(0, 1)
	b.ue(movieBlocks - 1)
	b.ue(movieBlocks - 1)
	b.put(1, 1) // frame_mbs_only_flag
	b.put(1, 1) // direct_8x8_inference_flag
	b.put(0, 1) // frame_cropping_flag
	b.put(0, 1) // vui_parameters_present_flag
	return nal(0x67, b.end())
}

// pictureParameters is the PPS (clause 7.3.2.2).
func pictureParameters() []byte {
	b := &bits{}
	b.ue(0)     // pic_parameter_set_id
	b.ue(0)     // seq_parameter_set_id
	b.put(0, 1) // entropy_coding_mode_flag: CAVLC
	b.put(0, 1)
	b.ue(0)     // num_slice_groups_minus1
	b.ue(0)     // num_ref_idx_l0_default_active_minus1
	b.ue(0)     // num_ref_idx_l1_default_active_minus1
	b.put(0, 1) // weighted_pred_flag
	b.put(0, 2) // weighted_bipred_idc
	b.ue(0)     // pic_init_qp_minus26
	b.ue(0)     // pic_init_qs_minus26
	b.ue(0)     // chroma_qp_index_offset
	b.put(1, 1) // deblocking_filter_control_present_flag
	b.put(0, 1) // constrained_intra_pred_flag
	b.put(0, 1) // redundant_pic_cnt_present_flag
	return nal(0x68, b.end())
}

// keyFrame returns a picture of raw samples (I_PCM): a grey gradient with a
// random tint.
func keyFrame(chance uint64) []byte {
	b := &bits{}
	b.ue(0)     // first_mb_in_slice
	b.ue(7)     // slice_type: I for the whole picture
	b.ue(0)     // pic_parameter_set_id
	b.put(0, 4) // frame_num
	b.ue(0)     // idr_pic_id
	b.put(0, 2) // no_output_of_prior_pics_flag, long_term_reference_flag
	b.ue(0)     // slice_qp_delta
	b.ue(1)     // disable_deblocking_filter_idc
	blue, red := byte(64+chance%128), byte(64+chance>>8%128)
	for block := range movieBlocks * movieBlocks {
		b.ue(25) // mb_type: I_PCM
		b.free = 0
		x, y := block%movieBlocks*16, block/movieBlocks*16
		for i := range 256 {
			b.out = append(b.out, byte(48+x+i%16+y+i/16))
		}
		for i := range 128 {
			b.out = append(b.out, [2]byte{blue, red}[i/64])
		}
	}
	return nal(0x65, b.end())
}

// repeatFrame returns a frame that repeats the previous picture: every block is
// skipped.
func repeatFrame(number int) []byte {
	b := &bits{}
	b.ue(0)                     // first_mb_in_slice
	b.ue(5)                     // slice_type: P for the whole picture
	b.ue(0)                     // pic_parameter_set_id
	b.put(uint32(number%16), 4) // frame_num
	b.put(0, 1)                 // num_ref_idx_active_override_flag
	b.put(0, 1)                 // ref_pic_list_modification_flag_l0
	b.put(0, 1)                 // adaptive_ref_pic_marking_mode_flag
	b.ue(0)                     // slice_qp_delta
	b.ue(1)                     // disable_deblocking_filter_idc
	b.ue(movieBlocks * movieBlocks)
	return nal(0x41, b.end())
}
