package codec

import (
	"math"

	"dubtop/api/media/file"
)

// AlacSamples returns the number of samples in a frame of Apple Lossless: the
// usual 4096 unless the frame says otherwise.
func AlacSamples(b []byte) uint32 {
	const usual, most = 4096, 1 << 16
	if len(b) < 7 || b[2]&0x10 == 0 {
		return usual
	}
	// The number follows 23 other bits.
	return min(uint32(file.BigEndian(b[2:7])>>1&math.MaxUint32), most)
}
