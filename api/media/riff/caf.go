package riff

import (
	"encoding/binary"
	"math"

	"dubtop/api/media/file"
)

// cafFile is a Core Audio file being measured.
type cafFile struct {
	rate              float64
	packet, frames    int64 // bytes and samples per packet; 0 if packets differ
	valid             int64 // number of samples, if the file has a packet table
	described, listed bool
	sound             int64 // bytes of sound
}

// CAF takes the number of samples from the packet table. Sound in packets of
// equal size has none and is counted by its bytes.
func CAF(s *file.Source) (file.Info, error) {
	end, err := s.End()
	if err != nil {
		return file.Info{}, err
	}
	f := &cafFile{}
	for at, n := int64(8), 0; at < end && n < maxChunks && !f.done(); n++ {
		head, err := s.Bytes(at, 12)
		if err != nil {
			return file.Info{}, s.CutAt(at+12, err)
		}
		at += 12
		size := int64(binary.BigEndian.Uint64(head[4:]))
		if size < 0 { // unknown, so it is the last chunk
			size = end - at
		}
		if size > end-at {
			return file.Info{}, file.ErrCutOff
		}
		if err = f.chunk(s, string(head[:4]), at, size); err != nil {
			return file.Info{}, err
		}
		at += size
	}
	seconds, err := f.seconds()
	info := file.SoundOf("caf", seconds)
	info.Sound.Within = f.within()
	return info, err
}

// chunk reads a chunk.
func (f *cafFile) chunk(s *file.Source, name string, at, size int64) error {
	be := binary.BigEndian
	switch name {
	case "desc":
		b, err := s.Bytes(at, 32)
		if err != nil {
			return err
		}
		f.described = true
		f.rate = math.Float64frombits(be.Uint64(b))
		f.packet, f.frames = int64(be.Uint32(b[16:])), int64(be.Uint32(b[20:]))
	case "pakt":
		b, err := s.Bytes(at, 24)
		if err != nil {
			return err
		}
		f.listed, f.valid = true, int64(min(be.Uint64(b[8:]), 1<<50))
	case "data":
		f.sound = max(size-4, 1) // an edit count precedes the sound
	}
	return nil
}

// done reports whether enough has been read.
func (f *cafFile) done() bool {
	return f.described && f.sound > 0 && (f.listed || f.packet > 0 && f.frames > 0)
}

// within returns how far the length may be off if the writer of the packet
// table took all packets to be full: the last one seldom is.
func (f *cafFile) within() float64 {
	if f.listed && f.frames > 1 && f.valid%f.frames == 0 && f.rate > 0 {
		return float64(f.frames) / f.rate
	}
	return 0
}

func (f *cafFile) seconds() (float64, error) {
	switch {
	case !f.done() || !(f.rate > 0):
		return 0, file.ErrDamaged
	case f.listed && f.valid > 0:
		return float64(f.valid) / f.rate, nil
	case f.packet == 0:
		return 0, file.ErrNoLength
	}
	return float64(f.sound/f.packet*f.frames) / f.rate, nil
}
