package media

import (
	"bytes"
	"encoding/binary"
)

// oggStream is one of the streams that the pages of an Ogg file belong to.
type oggStream struct {
	kind    Kind // Unknown for text and for codecs that are not known here
	headers int  // packets of headers that are still to come
	rate    float64
	skip    int64 // ticks that the decoder drops at the beginning
	shift   uint  // of the position in a stream of Theora; else 0
	length  func(packet []byte) int64
	setUp   func(packet []byte) // takes the last header, if that is needed

	width, height int

	packet  []byte // the beginning of the packet that is being read; all of a header
	size    int
	pending int64 // ticks in the packets since the last page with a position
	started bool
	start   int64 // ticks
	last    int64
	seen    bool  // last was read since this was set to false
	page    int64 // the number of the last page
	tally   int64 // pages that were read
	longest int64 // bytes of the longest of them
}

// ticks are the ticks at the end of a page.
func (st *oggStream) ticks(position uint64) int64 {
	if st.shift > 0 { // frames up to a key frame, and frames since
		return int64(position>>st.shift) + int64(position&(1<<st.shift-1))
	}
	return int64(min(position, 1<<62))
}

// seconds is the length of what is left of the stream when it is decoded.
func (st *oggStream) seconds() float64 {
	if st.rate == 0 {
		return 0
	}
	return float64(max(st.last-st.start-st.skip, 0)) / st.rate
}

// oggStreamOf tells what a stream is by its first packet.
func oggStreamOf(p []byte) *oggStream {
	le, be := binary.LittleEndian, binary.BigEndian
	starts := func(magic string, n int) bool { return len(p) >= n && bytes.HasPrefix(p, []byte(magic)) }
	switch {
	case starts("OpusHead", 19):
		// Opus always counts at 48 kHz.
		return &oggStream{kind: Audio, headers: 2, rate: 48000, skip: int64(le.Uint16(p[10:])), length: opusSamples}
	case starts("\x01vorbis", 30):
		v := &vorbis{short: 1 << (p[28] & 15), long: 1 << (p[28] >> 4)}
		return &oggStream{kind: Audio, headers: 3, rate: float64(le.Uint32(p[12:])), length: v.samples, setUp: v.setUp}
	case starts("\x7fFLAC", 17+18):
		rate := be.Uint32(p[17+10:]) >> 12
		most := int64(be.Uint16(p[17+2:]))
		samples := func(packet []byte) int64 {
			if f, ok := parseFLAC(packet); ok {
				return f.samples
			}
			return most
		}
		// A header says how many there are, or 0 if the encoder did not know.
		return &oggStream{kind: Audio, headers: 1 + int(be.Uint16(p[7:])), rate: float64(rate), length: samples}
	case starts("Speex   ", 72):
		each := int64(le.Uint32(p[56:])) * int64(max(le.Uint32(p[64:]), 1))
		return &oggStream{
			kind: Audio, headers: 2 + int(le.Uint32(p[68:])&15), rate: float64(le.Uint32(p[36:])),
			length: func([]byte) int64 { return min(each, 1<<20) },
		}
	case starts("\x80theora", 42):
		rate := float64(be.Uint32(p[22:])) / max(float64(be.Uint32(p[26:])), 1)
		return &oggStream{
			kind: Video, headers: 3, rate: rate, shift: uint(p[40]&3)<<3 | uint(p[41])>>5,
			length: func([]byte) int64 { return 1 },
			width:  int(be.Uint32(p[13:]) & 0xffffff), height: int(be.Uint32(p[16:]) & 0xffffff),
		}
	}
	return &oggStream{length: func([]byte) int64 { return 0 }}
}

// opusSamples is the length of a packet of Opus at 48 kHz, by its first two bytes.
func opusSamples(p []byte) int64 {
	if len(p) == 0 {
		return 0
	}
	var frame int64
	switch config := p[0] >> 3; {
	case config < 12: // SILK: 10, 20, 40, 60 ms
		frame = [4]int64{480, 960, 1920, 2880}[config&3]
	case config < 16: // both: 10, 20 ms
		frame = 480 << (config & 1)
	default: // CELT: 2.5, 5, 10, 20 ms
		frame = 120 << (config & 3)
	}
	switch p[0] & 3 {
	case 0:
		return frame
	case 3:
		if len(p) < 2 {
			return 0
		}
		return frame * int64(p[1]&63)
	}
	return 2 * frame
}

// vorbis knows the lengths of the blocks of a stream. A packet gives half of its
// own and half of the one before, so the first one gives nothing.
type vorbis struct {
	short, long int64
	before      int64
	modes       []bool // whether it is a long block
}

func (v *vorbis) samples(p []byte) int64 {
	if len(p) == 0 || p[0]&1 != 0 {
		return 0
	}
	block, bits := v.short, 0
	for 1<<bits < len(v.modes) {
		bits++
	}
	if mode := int(p[0]>>1) & (1<<bits - 1); mode < len(v.modes) && v.modes[mode] {
		block = v.long
	}
	var n int64
	if v.before > 0 {
		n = (v.before + block) / 4
	}
	v.before = block
	return n
}

// setUp finds the modes at the end of the third header. They are read backwards,
// since what comes before them would have to be decoded: each has 41 bits, of which
// all but nine are 0, and their number stands before them.
func (v *vorbis) setUp(p []byte) {
	const modeBits, mostModes = 41, 64
	if len(p) == 0 || p[0] != 5 {
		return
	}
	bit := func(i int) int { return int(p[i/8]>>(i%8)) & 1 }
	bits := func(from, n int) (value int) {
		for i := range n {
			value |= bit(from+i) << i
		}
		return value
	}
	end := 8*len(p) - 1
	for end > 0 && bit(end) == 0 { // the framing bit is the last one that is set
		end--
	}
	var modes []bool // last first
	for at := end - modeBits; at > 6 && len(modes) < mostModes; at -= modeBits {
		if bits(at+1, 32) != 0 || bits(at+33, 8) > 63 {
			break
		}
		modes = append(modes, bit(at) == 1)
		if bits(at-6, 6)+1 == len(modes) {
			v.modes = nil
			for i := len(modes) - 1; i >= 0; i-- {
				v.modes = append(v.modes, modes[i])
			}
		}
	}
}
