package ogg

import (
	"bytes"
	"encoding/binary"

	"dubtop/api/media/codec"
	"dubtop/api/media/file"
)

// oggStream is one of the streams in an Ogg file.
type oggStream struct {
	kind    file.Kind // Unknown for text and unknown codecs
	headers int       // header packets still to come
	rate    float64
	skip    int64 // ticks that the decoder drops at the beginning
	shift   uint  // bits of the position that count frames since a key frame (Theora); else 0
	length  func(packet []byte) int64
	setUp   func(packet []byte) // handles the last header; nil if not needed

	width, height int

	packet  []byte // the beginning of the current packet; all of a header
	size    int
	pending int64 // ticks in packets since the last page with a position
	started bool
	start   int64 // ticks
	last    int64
	seen    bool  // last was updated since this was cleared
	page    int64 // number of the last page
	tally   int64 // pages read
	longest int64 // bytes of the longest one
}

// ticks converts the position of a page to ticks.
func (st *oggStream) ticks(position uint64) int64 {
	if st.shift > 0 { // frames up to the key frame plus frames since
		return int64(position>>st.shift) + int64(position&(1<<st.shift-1))
	}
	return int64(min(position, 1<<62))
}

// seconds returns the length of the stream as decoded.
func (st *oggStream) seconds() float64 {
	if st.rate == 0 {
		return 0
	}
	return float64(max(st.last-st.start-st.skip, 0)) / st.rate
}

// oggStreamOf identifies a stream by its first packet.
func oggStreamOf(p []byte) *oggStream {
	le, be := binary.LittleEndian, binary.BigEndian
	starts := func(magic string, n int) bool { return len(p) >= n && bytes.HasPrefix(p, []byte(magic)) }
	switch {
	case starts("OpusHead", 19):
		// Opus positions always count at 48 kHz.
		return &oggStream{kind: file.Audio, headers: 2, rate: 48000, skip: int64(le.Uint16(p[10:])), length: codec.OpusSamples}
	case starts("\x01vorbis", 30):
		v := &codec.Vorbis{Short: 1 << (p[28] & 15), Long: 1 << (p[28] >> 4)}
		return &oggStream{kind: file.Audio, headers: 3, rate: float64(le.Uint32(p[12:])), length: v.Samples, setUp: v.SetUp}
	case starts("\x7fFLAC", 17+18):
		rate := be.Uint32(p[17+10:]) >> 12
		most := int64(be.Uint16(p[17+2:]))
		samples := func(packet []byte) int64 {
			if f, ok := codec.ParseFLAC(packet); ok {
				return f.Samples
			}
			return most
		}
		// The first header gives the number of further ones, or 0 if the
		// encoder did not know.
		return &oggStream{kind: file.Audio, headers: 1 + int(be.Uint16(p[7:])), rate: float64(rate), length: samples}
	case starts("Speex   ", 72):
		each := int64(le.Uint32(p[56:])) * int64(max(le.Uint32(p[64:]), 1))
		return &oggStream{
			kind: file.Audio, headers: 2 + int(le.Uint32(p[68:])&15), rate: float64(le.Uint32(p[36:])),
			length: func([]byte) int64 { return min(each, 1<<20) },
		}
	case starts("\x80theora", 42):
		rate := float64(be.Uint32(p[22:])) / max(float64(be.Uint32(p[26:])), 1)
		return &oggStream{
			kind: file.Video, headers: 3, rate: rate, shift: uint(p[40]&3)<<3 | uint(p[41])>>5,
			length: func([]byte) int64 { return 1 },
			width:  int(be.Uint32(p[13:]) & 0xffffff), height: int(be.Uint32(p[16:]) & 0xffffff),
		}
	}
	return &oggStream{length: func([]byte) int64 { return 0 }}
}
