// Package riff measures files that consist of chunks, each with a name and a
// size: WAV and AVI, which are RIFF files, and AIFF, AU and CAF, which are laid
// out alike.
//
// It counts the samples and pictures that are in the file and believes the
// lengths in the headers only where it cannot count. It never decodes any.
package riff

import (
	"encoding/binary"
	"math"

	"dubtop/api/media/codec"
	"dubtop/api/media/file"
	"dubtop/api/media/frames"
)

const (
	// maxChunks is more than any WAV file has before its sound.
	maxChunks = 1000
	// riffOpen and riffHalfOpen are the sizes left by programs that write to a
	// pipe and cannot go back to fill them in. Some subtract their headers, of
	// up to riffHeaders bytes.
	riffOpen, riffHalfOpen, riffHeaders = math.MaxUint32, math.MaxInt32, 4096
)

// wavFile is a WAV file being measured.
type wavFile struct {
	source *file.Source
	order  binary.ByteOrder
	format codec.Wave
	fact   int64 // samples per channel; 0 if not given
	large  int64 // bytes of sound in a file above 4 GiB; else -1
}

// wavChunk is a chunk: its name and the position of its body.
type wavChunk struct {
	name     string
	at, size int64
}

// WAV finds the sound of a WAV file and counts its samples. RF64 and BW64 files
// keep sizes above 4 GiB in a ds64 chunk; RIFX files are big-endian.
func WAV(s *file.Source) (file.Info, error) {
	w := &wavFile{source: s, order: binary.LittleEndian, large: -1}
	magic, err := s.Bytes(0, 4)
	if err != nil {
		return file.Info{}, err
	}
	if string(magic) == "RIFX" {
		w.order = binary.BigEndian
	}
	_, _ = s.End() // without the size the header is believed
	return w.walk(12, w.riffChunk, 2)
}

// Wave64 measures a Wave64 file. It is like WAV, but names have 16 bytes (the
// first four are those of WAV), and sizes have eight and include the header.
func Wave64(s *file.Source) (file.Info, error) {
	w := &wavFile{source: s, order: binary.LittleEndian, large: -1}
	_, _ = s.End()
	return w.walk(40, w.w64Chunk, 8)
}

// walk visits chunks until it has measured the sound.
func (w *wavFile) walk(at int64, chunk func(int64) (wavChunk, error), align int64) (file.Info, error) {
	for range maxChunks {
		c, err := chunk(at)
		if err != nil {
			return file.Info{}, err
		}
		switch c.name {
		case "ds64":
			err = w.readSizes(c)
		case "fmt ":
			err = w.readFormat(c)
		case "fact":
			err = w.readFact(c)
		case "data":
			sound, err := w.data(c)
			return file.Info{Format: "wav", Sound: sound}, err
		}
		if err != nil {
			return file.Info{}, err
		}
		at = c.at + (c.size+align-1)/align*align
	}
	return file.Info{}, file.ErrDamaged
}

func (w *wavFile) riffChunk(at int64) (wavChunk, error) {
	b, err := w.source.Bytes(at, 8)
	if err != nil {
		return wavChunk{}, w.source.CutAt(at, err)
	}
	return wavChunk{string(b[:4]), at + 8, int64(w.order.Uint32(b[4:]))}, nil
}

func (w *wavFile) w64Chunk(at int64) (wavChunk, error) {
	b, err := w.source.Bytes(at, 24)
	if err != nil {
		return wavChunk{}, w.source.CutAt(at, err)
	}
	size := int64(min(w.order.Uint64(b[16:]), math.MaxInt64/2))
	return wavChunk{string(b[:4]), at + 24, max(size-24, 0)}, nil
}

func (w *wavFile) readSizes(c wavChunk) error {
	b, err := w.source.Bytes(c.at, 16)
	if err == nil {
		w.large = int64(min(w.order.Uint64(b[8:]), math.MaxInt64/2))
	}
	return err
}

func (w *wavFile) readFact(c wavChunk) error {
	b, err := w.source.Bytes(c.at, 4)
	if n := uint32(0); err == nil {
		if n = w.order.Uint32(b); n != riffOpen {
			w.fact = int64(n)
		}
	}
	return err
}

func (w *wavFile) readFormat(c wavChunk) error {
	b, err := w.source.Bytes(c.at, int(min(max(c.size, 16), 40)))
	if err != nil {
		return err
	}
	w.format = codec.WaveOf(b, w.order)
	if w.format.Rate == 0 || w.format.Channels == 0 {
		return file.ErrDamaged
	}
	return nil
}

// dataSize returns the number of bytes of sound. If the program could not go
// back to fill it in, that is the rest of the file.
func (w *wavFile) dataSize(c wavChunk) (int64, error) {
	if w.format.Rate == 0 {
		return 0, file.ErrDamaged
	}
	size, open := w.noted(c.size)
	if !open && !w.source.Sized() {
		return size, nil
	}
	end, err := w.source.End()
	if err != nil {
		return 0, err
	}
	rest := max(end-c.at, 0)
	switch {
	case open && size == 0 && w.onlyNotes(c.at, end):
		return 0, nil
	case open && (size == 0 || size > rest):
		return rest, nil
	case size-rest > w.format.Slack():
		return 0, file.ErrCutOff
	}
	return min(size, rest), nil
}

// noted returns the size given by the file. open means that the writer did not
// know it.
func (w *wavFile) noted(size int64) (noted int64, open bool) {
	if w.large >= 0 && (size == 0 || size == riffOpen) {
		return w.large, w.large == 0
	}
	return size, size == 0 || size > riffOpen-riffHeaders && size <= riffOpen ||
		size > riffHalfOpen-riffHeaders && size <= riffHalfOpen+1
}

// onlyNotes reports whether the rest of the file is a chunk of notes. In that
// case a size of 0 is meant.
func (w *wavFile) onlyNotes(at, end int64) bool {
	if c, err := w.riffChunk(at); err == nil {
		switch c.name {
		case "LIST", "JUNK", "id3 ", "bext", "PEAK", "cue ", "smpl":
			return c.at+c.size <= end
		}
	}
	return false
}

// data measures the chunk that holds the sound.
func (w *wavFile) data(c wavChunk) (file.Track, error) {
	size, err := w.dataSize(c)
	if err != nil {
		return file.Track{}, err
	}
	c.size = size
	return w.measure(c)
}

// measure counts the samples in a chunk, by frames or blocks if the format has
// them. Otherwise it relies on the headers.
func (w *wavFile) measure(c wavChunk) (file.Track, error) {
	f := w.format
	if parse := f.Framer(); parse != nil {
		return w.framed(c, parse)
	}
	bytes, samples := f.Block()
	if bytes == 0 {
		return w.claimed(c)
	}
	counted := c.size / bytes * samples
	if c.size%bytes != 0 && samples > 1 && w.fact > counted { // the last block is shorter
		counted += samples
	}
	if w.fact > counted-2*samples && w.fact < counted {
		counted = w.fact // the last block is padded with silence
	}
	return file.Track{There: true, Seconds: float64(counted) / float64(f.Rate)}, nil
}

// framed counts the frames of compressed sound. If they cannot be read, it
// takes the number of samples given by the file, provided that it is plausible.
func (w *wavFile) framed(c wavChunk, parse codec.Framer) (file.Track, error) {
	if w.source.Sized() && w.source.Readable() {
		walk, err := frames.Count(w.source, c.at, c.at+c.size, parse)
		if err != nil || walk.Frames > 0 {
			return file.Track{There: true, Seconds: walk.Seconds}, err
		}
		return w.claimed(c)
	}
	track, err := w.claimed(c)
	if err != nil || track.Within > 0 {
		return frames.Sampled(w.source, c.at, c.at+c.size, parse)
	}
	return track, nil
}

// claimed takes the number of samples given by the file. The difference to the
// length implied by the bytes per second is how far it may be off.
func (w *wavFile) claimed(c wavChunk) (file.Track, error) {
	const fair = 0.02 // of the length, since bytes per second are a rounded average
	noted := max(float64(w.fact)/float64(w.format.Rate)-w.format.Primed(), 0)
	mean := 0.0
	if w.format.BytesPerSecond > 0 {
		mean = float64(c.size) / float64(w.format.BytesPerSecond)
	}
	off := math.Abs(noted - mean)
	switch {
	case w.fact == 0 && mean == 0:
		return file.Track{}, file.ErrNoLength
	case w.fact == 0:
		return file.Track{There: true, Seconds: mean, Within: max(mean/10, 0.1)}, nil
	case mean == 0:
		return file.Track{There: true, Seconds: noted, Within: max(noted/10, 0.1)}, nil
	case off <= max(fair*noted, 0.1):
		return file.Track{There: true, Seconds: noted}, nil
	}
	return file.Track{There: true, Seconds: noted, Within: off}, nil
}
