package media

import (
	"errors"
	"io"
	"math"
)

// end is the number of bytes of the file. Where nobody told it, it is found by
// reading on, as far as may be read of a remote file; [ErrTooFar] if that is not
// enough.
func (s *source) end() (int64, error) {
	const step = 32 << 10
	var p []byte
	for at := int64(0); !s.findSize(); at += step {
		if at >= MaxRemote {
			return 0, ErrTooFar
		}
		if p == nil {
			p = make([]byte, step)
		}
		n, err := s.ReadAt(p, at)
		switch {
		case n == step:
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			s.size = at + int64(n)
		default:
			return 0, err
		}
	}
	return s.size, nil
}

// room is how many bytes may still be read, anywhere in the file.
func (s *source) room() int64 {
	r, far := s.r.(*remote)
	switch {
	case !far:
		return math.MaxInt64
	case r.body != nil:
		return 0 // the server sends the file from its beginning only
	}
	return r.left
}

// readable says whether all of the file may be read, and then has it read with one
// request. Its size must be known.
func (s *source) readable() bool {
	r, far := s.r.(*remote)
	if far && s.size <= r.most {
		s.expect(s.size)
	}
	return !far || s.size <= r.most
}

// page is what requests for parts of a file are multiples of, in bytes.
func (s *source) page() int64 {
	if r, far := s.r.(*remote); far {
		return r.page
	}
	return pageSize
}

// forward reads a file in small steps from its beginning to its end, with few
// reads.
type forward struct {
	source *source
	at     int64 // of data
	data   []byte
	size   int // of one read
}

func (s *source) forward(size int) *forward { return &forward{source: s, size: size} }

// bytes are at most n bytes at an offset: fewer at the end of the file. They are
// good until the next call. n is at most the size given.
func (w *forward) bytes(at int64, n int) ([]byte, error) {
	if at < 0 || n > w.size {
		return nil, ErrDamaged
	}
	if at < w.at || at+int64(n) > w.at+int64(len(w.data)) {
		if err := w.read(at, n); err != nil {
			return nil, err
		}
	}
	inside := w.data[min(at-w.at, int64(len(w.data))):]
	return inside[:min(n, len(inside))], nil
}

// rest is what follows an offset, as much as is at hand; at least a few bytes, but at
// the end of the file.
func (w *forward) rest(at, end int64) ([]byte, error) {
	const few = 4 << 10
	n := min(few, int64(w.size), end-at)
	if _, err := w.bytes(at, int(n)); err != nil {
		return nil, err
	}
	inside := w.data[min(at-w.at, int64(len(w.data))):]
	return inside[:min(int64(len(inside)), end-at)], nil
}

// read fills the window from an offset on. A remote file is remembered anyway, so
// no more is read of it than is needed.
func (w *forward) read(at int64, n int) error {
	if w.data == nil {
		w.data = make([]byte, 0, w.size)
	}
	size := int64(w.size)
	if w.source.room() < math.MaxInt64 {
		size = int64(n)
	}
	p := w.data[:min(size, max(w.source.size-at, 0))]
	if len(p) == 0 {
		w.at, w.data = at, p
		return nil
	}
	got, err := w.source.ReadAt(p, at)
	if got < n && err != nil && !ended(err) {
		return err
	}
	w.at, w.data = at, p[:got]
	return nil
}
