package media

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"math"
)

const (
	// maxReads stops files that were made to keep a reader busy. An honest
	// file of any size needs fewer.
	maxReads = 1 << 20
	// windowSize is what one look at a file on a disk brings, in bytes: the
	// headers that are asked for one by one stand close together.
	windowSize = 4 << 10
)

// source is a file being probed. It carries the context because the readers of
// the standard library and of go-mp4, which read from it, take none.
type source struct {
	ctx   context.Context
	r     io.ReaderAt
	far   distant // r, if it is behind a link; else nil
	size  int64   // math.MaxInt64 when nobody knows
	want  Kind    // what the file is wanted for: the other track need not be measured
	reads int
	// failure is the first error of r that is not just its end.
	failure error

	window   []byte // what was read last of a file on a disk
	windowAt int64
}

// distant is a file behind a link: its bytes cost requests, and not all of them
// may be read.
type distant interface {
	// expect says how many bytes are worth asking for with the next requests,
	// beside those that are needed at once.
	expect(n int64)
	// reach reports whether n bytes at an offset are there already, or may
	// still be read.
	reach(at, n int64) bool
	// end looks for the end of a file whose size the server does not tell. It
	// is negative if it is too far.
	end() (int64, error)
}

// ReadAt implements [io.ReaderAt] and stops when the context ends.
func (s *source) ReadAt(p []byte, at int64) (int, error) {
	err := s.ctx.Err()
	if s.reads++; err == nil && s.reads > maxReads {
		err = ErrDamaged
	}
	n := 0
	if err == nil {
		n, err = s.r.ReadAt(p, at)
	}
	if err != nil && s.failure == nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		s.failure = err
	}
	return n, err
}

// sized says whether the number of bytes is known.
func (s *source) sized() bool { return s.size < math.MaxInt64 }

// findSize learns the size of a file behind a link by reading on to its end, if
// that is within what may be read, and says whether the size is known then.
func (s *source) findSize() bool {
	if s.sized() || s.far == nil {
		return s.sized()
	}
	size, err := s.far.end()
	if err != nil && s.failure == nil {
		s.failure = err
	}
	if err == nil && size >= 0 {
		s.size = size
	}
	return s.sized()
}

// expect says how many bytes come next, to a file where that matters.
func (s *source) expect(n int64) {
	if s.far != nil {
		s.far.expect(n)
	}
}

// reach reports whether n bytes at an offset can be read.
func (s *source) reach(at, n int64) bool {
	return at >= 0 && at <= s.size-n && (s.far == nil || s.far.reach(at, n))
}

// bytes reads exactly n bytes at an offset. n is always small and ours, never a
// number from the file.
func (s *source) bytes(at int64, n int) ([]byte, error) {
	if at < 0 || at > s.size-int64(n) {
		return nil, ErrDamaged
	}
	if s.far == nil && n <= windowSize {
		seen, err := s.look(at, n)
		return bytes.Clone(seen), err
	}
	p := make([]byte, n)
	if read, err := s.ReadAt(p, at); read < n {
		return nil, err
	}
	return p, nil
}

// peek is like bytes, for what is looked at before the next call at the latest.
func (s *source) peek(at int64, n int) ([]byte, error) {
	if s.far != nil || n > windowSize || at < 0 || at > s.size-int64(n) {
		return s.bytes(at, n)
	}
	return s.look(at, n)
}

// look finds n bytes at an offset in the window, which it moves if need be.
func (s *source) look(at int64, n int) ([]byte, error) {
	if at < s.windowAt || at+int64(n) > s.windowAt+int64(len(s.window)) {
		if cap(s.window) == 0 {
			s.window = make([]byte, windowSize)
		}
		s.window = s.window[:min(windowSize, s.size-at)]
		read, err := s.ReadAt(s.window, at)
		s.window, s.windowAt = s.window[:read], at
		if read < n {
			return nil, cmp.Or(err, io.ErrUnexpectedEOF)
		}
	}
	return s.window[at-s.windowAt:][:n], nil
}

// section reads from an offset to the end.
func (s *source) section(from int64) *io.SectionReader {
	return io.NewSectionReader(s, from, s.size-from)
}
