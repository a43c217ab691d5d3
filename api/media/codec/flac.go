package codec

import (
	"math"

	"dubtop/api/media/file"
)

// FLACFrame is the header of a FLAC frame.
type FLACFrame struct {
	Samples int64
	number  int64 // number of the frame, or of its first sample
	varies  bool  // number counts samples, because block sizes differ
}

// Start returns the number of samples before the frame. block is the size of a
// full block.
func (h FLACFrame) Start(block int64) int64 { return h.End(block) - h.Samples }

// End returns the number of samples up to and including the frame.
func (h FLACFrame) End(block int64) int64 {
	if h.varies {
		return h.number + h.Samples
	}
	return h.number*max(block, h.Samples) + h.Samples
}

// ParseFLAC reads the header of a frame and checks its checksum.
func ParseFLAC(b []byte) (FLACFrame, bool) {
	if len(b) < 6 || b[0] != 0xff || b[1]&0xfe != 0xf8 || b[3]&1 != 0 {
		return FLACFrame{}, false
	}
	h := FLACFrame{varies: b[1]&1 == 1}
	number, at := flacNumber(b[4:])
	if at == 0 {
		return FLACFrame{}, false
	}
	h.number, at = number, at+4
	code := b[2] >> 4
	extra := map[byte]int{6: 1, 7: 2}[code]
	more := map[byte]int{12: 1, 13: 2, 14: 2}[b[2]&15]
	if len(b) <= at+extra+more || code == 0 || b[2]&15 == 15 {
		return FLACFrame{}, false
	}
	h.Samples = flacSamples(code, b[at:at+extra])
	at += extra + more
	return h, CRC8(b[:at]) == b[at]
}

// flacSamples returns the number of samples in a block. For two of the codes
// the number follows the header.
func flacSamples(code byte, extra []byte) int64 {
	switch {
	case code == 1:
		return 192
	case code < 6:
		return 576 << (code - 2)
	case code < 8:
		return int64(file.BigEndian(extra)) + 1
	}
	return 256 << (code - 8)
}

// flacNumber reads a number encoded like a UTF-8 character, but of up to 36
// bits. size is its number of bytes, 0 if b does not begin with one.
func flacNumber(b []byte) (number int64, size int) {
	ones := 0
	for mask := byte(0x80); mask > 0 && b[0]&mask != 0; mask >>= 1 {
		ones++
	}
	if ones == 0 {
		return int64(b[0]), 1
	}
	if ones == 1 || ones == 8 || len(b) < ones {
		return 0, 0
	}
	number = int64(b[0]) & (1<<(7-ones) - 1)
	for _, c := range b[1:ones] {
		if c&0xc0 != 0x80 {
			return 0, 0
		}
		number = number<<6 | int64(c&0x3f)
	}
	return min(number, math.MaxInt64>>16), ones
}

// CRC8 computes the checksum that ends the header of a FLAC frame.
func CRC8(b []byte) byte {
	var sum byte
	for _, c := range b {
		sum ^= c
		for range 8 {
			sum = sum<<1 ^ (sum>>7)*7
		}
	}
	return sum
}
