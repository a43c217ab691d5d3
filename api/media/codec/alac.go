package codec

import (
	"math"

	"dubtop/api/media/file"
)

// AlacSamples is the length of a frame of Apple Lossless: it says so if it is not the
// usual one.
func AlacSamples(b []byte) uint32 {
	const usual, most = 4096, 1 << 16
	if len(b) < 7 || b[2]&0x10 == 0 {
		return usual
	}
	// 23 bits are before it.
	return min(uint32(file.BigEndian(b[2:7])>>1&math.MaxUint32), most)
}
