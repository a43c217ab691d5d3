package file

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
)

const (
	// maxReads stops files that were made to keep a reader busy. An honest
	// file of any size needs fewer.
	maxReads = 1 << 20
	// WindowSize is what one look at a file on a disk brings, in bytes: the
	// headers that are asked for one by one stand close together.
	WindowSize = 4 << 10
	// PageSize is the least that is asked for of a file behind a link, in bytes.
	// All requests begin and end at multiples of it.
	PageSize = 4 << 10
	// maxUnsized is how far a file of unknown size is read to find its end.
	maxUnsized = 1 << 20
)

// Source is a file being probed. It carries the context because the readers of
// the standard library and of go-mp4, which read from it, take none.
type Source struct {
	ctx    context.Context
	r      io.ReaderAt
	far    Remote // r, if it is behind a link; else nil
	length int64  // math.MaxInt64 when nobody knows
	wanted Kind   // what the file is wanted for: the other track need not be measured
	reads  int
	// failed is the first error of r that is not just its end.
	failed error

	window   []byte // what was read last of a file on a disk
	windowAt int64
}

// Remote is a file behind a link: its bytes cost requests, and not all of them
// may be read.
type Remote interface {
	io.ReaderAt
	// Expect says how many bytes are worth asking for with the next requests,
	// beside those that are needed at once.
	Expect(n int64)
	// Reach reports whether n bytes at an offset are there already, or may
	// still be read.
	Reach(at, n int64) bool
	// End looks for the end of a file whose size the server does not tell. It
	// is negative if it is too far.
	End() (int64, error)
	// Room is how many bytes may still be read, anywhere in the file.
	Room() int64
	// Most is how many bytes may be read in all.
	Most() int64
	// Page is what requests are multiples of, in bytes.
	Page() int64
}

// New is a file of size bytes, negative if nobody knows. want is what it is
// wanted for. r may be a [Remote].
func New(ctx context.Context, r io.ReaderAt, size int64, want Kind) *Source {
	s := &Source{ctx: ctx, r: r, length: size, wanted: want}
	s.far, _ = r.(Remote)
	if size < 0 {
		s.length = math.MaxInt64
	}
	return s
}

// ReadAt implements [io.ReaderAt] and stops when the context ends.
func (s *Source) ReadAt(p []byte, at int64) (int, error) {
	err := s.ctx.Err()
	if s.reads++; err == nil && s.reads > maxReads {
		err = ErrDamaged
	}
	n := 0
	if err == nil {
		n, err = s.r.ReadAt(p, at)
	}
	if err != nil && s.failed == nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		s.failed = err
	}
	return n, err
}

// Want is what the file is wanted for: the other track need not be measured.
func (s *Source) Want() Kind { return s.wanted }

// Size is the number of bytes, or math.MaxInt64 when nobody knows.
func (s *Source) Size() int64 { return s.length }

// IsRemote says whether the file is behind a link.
func (s *Source) IsRemote() bool { return s.far != nil }

// Failure is the first error of reading that is not just the end of the file.
func (s *Source) Failure() error { return s.failed }

// Sized says whether the number of bytes is known.
func (s *Source) Sized() bool { return s.length < math.MaxInt64 }

// FindSize learns the size of a file behind a link by reading on to its end, if
// that is within what may be read, and says whether the size is known then.
func (s *Source) FindSize() bool {
	if s.Sized() || s.far == nil {
		return s.Sized()
	}
	size, err := s.far.End()
	if err != nil && s.failed == nil {
		s.failed = err
	}
	if err == nil && size >= 0 {
		s.length = size
	}
	return s.Sized()
}

// Expect says how many bytes come next, to a file where that matters.
func (s *Source) Expect(n int64) {
	if s.far != nil {
		s.far.Expect(n)
	}
}

// Reach reports whether n bytes at an offset can be read.
func (s *Source) Reach(at, n int64) bool {
	return at >= 0 && at <= s.length-n && (s.far == nil || s.far.Reach(at, n))
}

// Bytes reads exactly n bytes at an offset. n is always small and ours, never a
// number from the file.
func (s *Source) Bytes(at int64, n int) ([]byte, error) {
	if at < 0 || at > s.length-int64(n) {
		return nil, ErrDamaged
	}
	if s.far == nil && n <= WindowSize {
		seen, err := s.look(at, n)
		return bytes.Clone(seen), err
	}
	p := make([]byte, n)
	if read, err := s.ReadAt(p, at); read < n {
		return nil, err
	}
	return p, nil
}

// Peek is like bytes, for what is looked at before the next call at the latest.
func (s *Source) Peek(at int64, n int) ([]byte, error) {
	if s.far != nil || n > WindowSize || at < 0 || at > s.length-int64(n) {
		return s.Bytes(at, n)
	}
	return s.look(at, n)
}

// look finds n bytes at an offset in the window, which it moves if need be.
func (s *Source) look(at int64, n int) ([]byte, error) {
	if at < s.windowAt || at+int64(n) > s.windowAt+int64(len(s.window)) {
		if cap(s.window) == 0 {
			s.window = make([]byte, WindowSize)
		}
		s.window = s.window[:min(WindowSize, s.length-at)]
		read, err := s.ReadAt(s.window, at)
		s.window, s.windowAt = s.window[:read], at
		if read < n {
			return nil, cmp.Or(err, io.ErrUnexpectedEOF)
		}
	}
	return s.window[at-s.windowAt:][:n], nil
}

// Section reads from an offset to the end.
func (s *Source) Section(from int64) *io.SectionReader {
	return io.NewSectionReader(s, from, s.length-from)
}

// Some reads at most n bytes at an offset: fewer at the end of the file.
func (s *Source) Some(at int64, n int) ([]byte, error) {
	p := make([]byte, max(min(int64(n), s.length-at), 0))
	if len(p) == 0 {
		return p, nil
	}
	read, err := s.ReadAt(p, at)
	if read < len(p) && !Ended(err) {
		return nil, err
	}
	return p[:read], nil
}

// CutAt says that a file is cut off if what it describes begins behind its end.
func (s *Source) CutAt(at int64, err error) error {
	if s.failed == nil && s.Sized() && at > s.length {
		return ErrCutOff
	}
	return err
}

// End is the number of bytes of the file. Where nobody told it, it is found by
// reading on, as far as may be read of a remote file; [ErrTooFar] if that is not
// enough.
func (s *Source) End() (int64, error) {
	const step = 32 << 10
	var p []byte
	for at := int64(0); !s.FindSize(); at += step {
		if at >= maxUnsized {
			return 0, ErrTooFar
		}
		if p == nil {
			p = make([]byte, step)
		}
		n, err := s.ReadAt(p, at)
		switch {
		case n == step:
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			s.length = at + int64(n)
		default:
			return 0, err
		}
	}
	return s.length, nil
}

// Room is how many bytes may still be read, anywhere in the file.
func (s *Source) Room() int64 {
	if s.far == nil {
		return math.MaxInt64
	}
	return s.far.Room()
}

// Readable says whether all of the file may be read, and then has it read with one
// request. Its size must be known.
func (s *Source) Readable() bool {
	if s.far == nil {
		return true
	}
	if s.length > s.far.Most() {
		return false
	}
	s.Expect(s.length)
	return true
}

// Page is what requests for parts of a file are multiples of, in bytes.
func (s *Source) Page() int64 {
	if s.far == nil {
		return PageSize
	}
	return s.far.Page()
}

// Ended reports whether err is the end of a file, expected or not.
func Ended(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

// BigEndian is the number that at most eight bytes make.
func BigEndian(b []byte) uint64 {
	var padded [8]byte
	copy(padded[8-len(b):], b)
	return binary.BigEndian.Uint64(padded[:])
}
