package media

import (
	"encoding/binary"
	"math"
)

// au divides the bytes of the sound of a Sun or NeXT file by those of a sample.
func (s *source) au() (Info, error) {
	be := binary.BigEndian
	b, err := s.bytes(0, 24)
	if err != nil {
		return Info{}, s.cutAt(24, err)
	}
	end, err := s.end()
	if err != nil {
		return Info{}, err
	}
	at, size, rate, channels := int64(be.Uint32(b[4:])), int64(be.Uint32(b[8:])), be.Uint32(b[16:]), int64(be.Uint32(b[20:]))
	widths := map[uint32]int64{1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1} // by encoding
	width := widths[be.Uint32(b[12:])]
	if width == 0 || rate == 0 || channels == 0 || at < 24 {
		return Info{}, ErrDamaged
	}
	switch {
	case size == 0 || size == math.MaxUint32: // written to a pipe
		size = end - at
	case size > end-at:
		return Info{}, ErrCutOff
	}
	return soundOf("au", float64(size/(width*channels))/float64(rate)), nil
}
