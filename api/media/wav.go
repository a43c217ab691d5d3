package media

import (
	"encoding/binary"
	"math"
)

// maxChunks is more than any WAV file has before its sound.
const maxChunks = 1000

// wav walks the chunks of a WAV file up to its sound, and divides the bytes of
// that by the bytes per second. RF64 and BW64 files keep sizes above 4 GiB in a
// chunk ds64.
func (s *source) wav() (Info, error) {
	le := binary.LittleEndian
	var bytesPerSecond uint32
	large := int64(-1)
	for at, chunks := int64(12), 0; chunks < maxChunks; chunks++ {
		header, err := s.bytes(at, 8)
		if err != nil {
			return Info{}, err
		}
		at += 8
		size := int64(le.Uint32(header[4:]))
		switch string(header[:4]) {
		case "ds64":
			fields, err := s.bytes(at, 16)
			if err != nil {
				return Info{}, err
			}
			large = int64(min(le.Uint64(fields[8:]), math.MaxInt64))
		case "fmt ":
			fields, err := s.bytes(at, 12)
			if err != nil {
				return Info{}, err
			}
			bytesPerSecond = le.Uint32(fields[8:])
		case "data":
			return s.pcm(at, size, large, bytesPerSecond)
		}
		at += size + size&1 // chunks begin at even offsets
	}
	return Info{}, ErrDamaged
}

// pcm is the length of the sound that begins at an offset. Programs that write
// to a pipe leave its size 0 or at the largest number: then it is what is left
// of the file.
func (s *source) pcm(at, size, large int64, bytesPerSecond uint32) (Info, error) {
	if bytesPerSecond == 0 {
		return Info{}, ErrDamaged
	}
	open := size == 0 || size == math.MaxUint32
	if open && large >= 0 {
		size, open = large, false
	}
	if s.sized() {
		if open {
			size = s.size - at
		}
		size = min(size, s.size-at)
	} else if open {
		return Info{}, ErrNoLength
	}
	return soundOf("wav", float64(size)/float64(bytesPerSecond)), nil
}
