package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// oggTail is how much is read of the end: no page is longer than 65,307 bytes.
const oggTail = 64 << 10

// ogg reads the sample rate from the first page, which is a page of its own for
// the header of Opus or Vorbis, and the number of samples from the last page of
// the same stream.
func (s *source) ogg() (Info, error) {
	if !s.sized() {
		return Info{}, ErrNoLength
	}
	first, err := s.bytes(0, 28+19)
	if err != nil {
		return Info{}, err
	}
	if first[26] != 1 { // segments: the headers asked for are one short one
		return Info{}, ErrFormat
	}
	serial, packet := first[14:18], first[28:]
	var rate, skip uint64
	switch {
	case bytes.HasPrefix(packet, []byte("OpusHead")):
		// Opus always counts at 48 kHz, and drops samples at the beginning.
		rate, skip = 48000, uint64(binary.LittleEndian.Uint16(packet[10:]))
	case bytes.HasPrefix(packet, []byte("\x01vorbis")):
		rate = uint64(binary.LittleEndian.Uint32(packet[12:]))
	default:
		return Info{}, ErrFormat
	}
	samples, err := s.lastGranule(serial)
	if err != nil {
		return Info{}, err
	}
	if rate == 0 || samples < skip {
		return Info{}, ErrDamaged
	}
	return soundOf("ogg", float64(samples-skip)/float64(rate)), nil
}

// lastGranule is the position at the end of the last page of a stream.
func (s *source) lastGranule(serial []byte) (uint64, error) {
	const unfinished = 1<<64 - 1 // no packet ends on the page
	tail := make([]byte, min(oggTail, s.size))
	n, err := s.ReadAt(tail, s.size-int64(len(tail)))
	if n < len(tail) && !errors.Is(err, io.EOF) {
		return 0, err
	}
	tail = tail[:n]
	for {
		page := bytes.LastIndex(tail, []byte("OggS"))
		if page < 0 {
			return 0, ErrDamaged
		}
		if header := tail[page:]; len(header) >= 18 && bytes.Equal(header[14:18], serial) {
			if granule := binary.LittleEndian.Uint64(header[6:]); granule != unfinished {
				return granule, nil
			}
		}
		tail = tail[:page]
	}
}
