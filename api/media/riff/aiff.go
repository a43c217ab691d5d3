package riff

import (
	"encoding/binary"
	"math"

	"dubtop/api/media/file"
)

// AIFF divides the bytes of sound by the size of a sample, which the COMM chunk
// of AIFF and AIFF-C describes.
func AIFF(s *file.Source) (file.Info, error) {
	be := binary.BigEndian
	end, err := s.End()
	if err != nil {
		return file.Info{}, err
	}
	var comm []byte
	for at, n := int64(12), 0; n < maxChunks; n++ {
		head, err := s.Bytes(at, 8)
		if err != nil {
			return file.Info{}, s.CutAt(at, err)
		}
		at += 8
		size := int64(be.Uint32(head[4:]))
		switch string(head[:4]) {
		case "COMM":
			if comm, err = s.Bytes(at, int(min(max(size, 18), 22))); err != nil {
				return file.Info{}, s.CutAt(at+22, err)
			}
		case "SSND":
			if comm == nil {
				return file.Info{}, file.ErrDamaged
			}
			seconds, err := aiffSeconds(comm, size-8, end-at-8)
			return file.SoundOf("aiff", seconds), err
		}
		at += size + size&1
	}
	return file.Info{}, file.ErrDamaged
}

// aiffSeconds returns the length of the sound. size is its number of bytes
// according to the header, 0 from programs that write to a pipe; there is how
// many follow in the file.
func aiffSeconds(comm []byte, size, there int64) (float64, error) {
	be := binary.BigEndian
	channels, frames, bits := int64(be.Uint16(comm)), int64(be.Uint32(comm[2:])), int64(be.Uint16(comm[6:]))
	rate := extended(comm[8:18])
	block, samples := (bits+7)/8*channels, int64(1)
	if len(comm) >= 22 {
		switch string(comm[18:22]) {
		case "ulaw", "ULAW", "alaw", "ALAW":
			block = channels
		case "ima4":
			block, samples = 34*channels, 64
		case "NONE", "twos", "sowt", "raw ", "in24", "in32", "fl32", "FL32", "fl64", "FL64":
		default: // the number of bytes tells nothing
			block = 0
		}
	}
	switch {
	case size <= 0:
		size = there
	case size > there:
		return 0, file.ErrCutOff
	}
	if block > 0 {
		frames = size / block
	}
	if !(rate > 0) {
		return 0, file.ErrDamaged
	}
	return float64(frames*samples) / rate, nil
}

// extended reads an 80-bit floating-point number.
func extended(b []byte) float64 {
	exponent := int(binary.BigEndian.Uint16(b)&0x7fff) - 16383 - 63
	return math.Ldexp(float64(binary.BigEndian.Uint64(b[2:])), exponent)
}
