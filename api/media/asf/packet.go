package asf

import "encoding/binary"

// asfPiece is a piece of an object (a frame or a few frames of sound) in a
// packet.
type asfPiece struct {
	stream byte
	time   int64 // milliseconds
	bytes  int64 // of the whole object
}

// begin notes the first piece.
func (t *asfTrack) begin(p asfPiece) {
	if !t.started || p.time < t.start {
		t.started, t.start = true, p.time
	}
}

// finish notes the last two times. Packets are read backwards.
func (t *asfTrack) finish(p asfPiece) {
	switch {
	case p.time > t.last:
		t.last, t.prev, t.bytes = p.time, t.last, p.bytes
	case p.time < t.last && p.time > t.prev:
		t.prev = p.time
	}
}

// read calls take for each piece of a wanted stream in packet n.
func (f *asf) read(n int64, take func(*asfTrack, asfPiece)) error {
	b, err := f.source.Bytes(f.data+n*f.packet, int(f.packet))
	if err != nil {
		return err
	}
	for _, p := range asfPieces(b) {
		for _, t := range f.wanted() {
			if t.number == p.stream {
				take(t, p)
			}
		}
	}
	return nil
}

// asfReader reads the fields of a packet. Once it has run short, all fields are
// 0.
type asfReader struct {
	b     []byte
	short bool
}

// field reads a little-endian number. The widths 0, 1, 2 and 3 stand for no,
// one, two and four bytes.
func (r *asfReader) field(width byte) int64 {
	n := [4]int{0, 1, 2, 4}[width&3]
	b := r.skip(int64(n))
	var padded [4]byte
	copy(padded[:], b)
	return int64(binary.LittleEndian.Uint32(padded[:]))
}

// skip skips n bytes and returns them.
func (r *asfReader) skip(n int64) []byte {
	if n < 0 || n > int64(len(r.b)) {
		r.b, r.short = nil, true
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

// asfPieces splits a packet into pieces.
func asfPieces(packet []byte) []asfPiece {
	r := &asfReader{b: packet}
	if first := r.field(1); first&0x80 != 0 { // data for error correction
		r.skip(first & 15)
	} else {
		r.b = packet
	}
	lengths, properties := byte(r.field(1)), byte(r.field(1))
	r.field(lengths >> 5) // length of the packet
	r.field(lengths >> 1) // sequence, unused
	padding := r.field(lengths >> 3)
	r.skip(6) // send time and duration
	count, width := int64(1), byte(0)
	if lengths&1 != 0 {
		flags := r.field(1)
		count, width = flags&63, byte(flags>>6)
	}
	if padding > int64(len(r.b)) {
		return nil
	}
	r.b = r.b[:int64(len(r.b))-padding]
	var pieces []asfPiece
	for ; count > 0 && !r.short && len(r.b) > 0; count-- {
		pieces = append(pieces, r.payload(properties, lengths&1 != 0, width)...)
	}
	return pieces
}

// payload reads a payload. If its replicated data is a single byte, it holds
// several whole objects, each a fixed time after the one before.
func (r *asfReader) payload(properties byte, several bool, width byte) []asfPiece {
	p := asfPiece{stream: byte(r.field(1)) & 127}
	r.field(properties >> 4) // object number
	offset := r.field(properties >> 2)
	replicated := r.skip(r.field(properties))
	step := int64(0)
	switch {
	case len(replicated) == 1:
		p.time, step = offset, int64(replicated[0])
	case len(replicated) >= 8:
		p.bytes = int64(binary.LittleEndian.Uint32(replicated))
		p.time = int64(binary.LittleEndian.Uint32(replicated[4:]))
	default:
		r.short = true
	}
	size := int64(len(r.b))
	if several {
		size = r.field(width)
	}
	data := &asfReader{b: r.skip(size)}
	if r.short {
		return nil
	}
	if len(replicated) != 1 {
		return []asfPiece{p}
	}
	var pieces []asfPiece
	for len(data.b) > 0 && !data.short {
		p.bytes = data.field(1)
		data.skip(p.bytes)
		pieces = append(pieces, p)
		p.time += step
	}
	return pieces
}
