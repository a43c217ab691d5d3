package riff

import (
	"encoding/binary"
	"math"

	"dubtop/api/media/file"
)

// AU divides the bytes of sound in a Sun or NeXT file by the size of a sample.
func AU(s *file.Source) (file.Info, error) {
	be := binary.BigEndian
	b, err := s.Bytes(0, 24)
	if err != nil {
		return file.Info{}, s.CutAt(24, err)
	}
	end, err := s.End()
	if err != nil {
		return file.Info{}, err
	}
	at, size, rate, channels := int64(be.Uint32(b[4:])), int64(be.Uint32(b[8:])), be.Uint32(b[16:]), int64(be.Uint32(b[20:]))
	widths := map[uint32]int64{1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1} // bytes per sample, by encoding
	width := widths[be.Uint32(b[12:])]
	if width == 0 || rate == 0 || channels == 0 || at < 24 {
		return file.Info{}, file.ErrDamaged
	}
	switch {
	case size == 0 || size == math.MaxUint32: // written to a pipe
		size = end - at
	case size > end-at:
		return file.Info{}, file.ErrCutOff
	}
	return file.SoundOf("au", float64(size/(width*channels))/float64(rate)), nil
}
