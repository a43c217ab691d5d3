package codec

// ParseAAC reads the header of an AAC frame outside a container (ADTS). It
// reports false if b does not begin with one.
func ParseAAC(b []byte) (Frame, bool) {
	if len(b) < 7 || b[0] != 0xff || b[1]&0xf6 != 0xf0 { // sync, layer 0
		return Frame{}, false
	}
	rates := [16]int{96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350}
	f := Frame{
		Rate:    rates[b[2]>>2&15],
		Length:  int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5])>>5,
		samples: 1024 * (int(b[6]&3) + 1),
		Layout:  uint32(b[1])<<16 | uint32(b[2]&0xfd)<<8 | uint32(b[3]&0xc0),
	}
	return f, f.Rate > 0 && f.Length > 7
}
