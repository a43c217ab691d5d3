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
	// maxReads stops files that are built to keep a reader busy. An honest file
	// of any size needs fewer reads.
	maxReads = 1 << 20
	// WindowSize is how many bytes one read of a local file fetches. Headers
	// are read one by one and stand close together.
	WindowSize = 4 << 10
	// PageSize is the smallest request for a part of a remote file, in bytes.
	// All requests begin and end at a multiple of it.
	PageSize = 4 << 10
	// maxUnsized is how far a file of unknown size is read to find its end, in
	// bytes.
	maxUnsized = 1 << 20
)

// Source is a file being measured. It holds the context because it is read
// through [io.ReaderAt], which takes none.
type Source struct {
	ctx    context.Context
	r      io.ReaderAt
	far    Remote // r if the file is remote, else nil
	length int64  // bytes; math.MaxInt64 if unknown
	wanted Kind   // the kind of track wanted; the other one need not be measured
	reads  int
	// failed is the first read error other than the end of the file.
	failed error

	window   []byte // the last bytes read of a local file
	windowAt int64
}

// Remote is a file behind a link. Reading it costs requests, and only part of
// it may be read.
type Remote interface {
	io.ReaderAt
	// Expect announces that about n bytes will be needed next, so that the next
	// request can fetch them all.
	Expect(n int64)
	// Reach reports whether n bytes at an offset are cached or may still be
	// read.
	Reach(at, n int64) bool
	// End finds the end of a file whose size the server does not tell. It
	// returns -1 if the end is too far away.
	End() (int64, error)
	// Room returns how many more bytes may be read, anywhere in the file.
	Room() int64
	// Most returns how many bytes may be read in total.
	Most() int64
	// Page returns the unit of requests, in bytes.
	Page() int64
}

// New returns a source of size bytes, or of unknown size if size is negative.
// want is the kind of track that will be used. r may be a [Remote].
func New(ctx context.Context, r io.ReaderAt, size int64, want Kind) *Source {
	s := &Source{ctx: ctx, r: r, length: size, wanted: want}
	s.far, _ = r.(Remote)
	if size < 0 {
		s.length = math.MaxInt64
	}
	return s
}

// ReadAt implements [io.ReaderAt]. It fails once the context has ended.
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

// Want returns the kind of track that is wanted. The other track need not be
// measured.
func (s *Source) Want() Kind { return s.wanted }

// Size returns the number of bytes, or [math.MaxInt64] if it is unknown.
func (s *Source) Size() int64 { return s.length }

// IsRemote reports whether the file is behind a link.
func (s *Source) IsRemote() bool { return s.far != nil }

// Failure returns the first read error other than the end of the file.
func (s *Source) Failure() error { return s.failed }

// Sized reports whether the number of bytes is known.
func (s *Source) Sized() bool { return s.length < math.MaxInt64 }

// FindSize tries to learn the size of a remote file by reading on to its end,
// within its allowance. It reports whether the size is known afterwards.
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

// Expect announces to a remote file that about n bytes will be needed next.
func (s *Source) Expect(n int64) {
	if s.far != nil {
		s.far.Expect(n)
	}
}

// Reach reports whether n bytes at an offset can be read.
func (s *Source) Reach(at, n int64) bool {
	return at >= 0 && at <= s.length-n && (s.far == nil || s.far.Reach(at, n))
}

// Bytes reads exactly n bytes at an offset. n must be a small number of ours,
// never one from the file.
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

// Peek is like [Source.Bytes], but its result is valid only until the next
// call.
func (s *Source) Peek(at int64, n int) ([]byte, error) {
	if s.far != nil || n > WindowSize || at < 0 || at > s.length-int64(n) {
		return s.Bytes(at, n)
	}
	return s.look(at, n)
}

// look returns n bytes at an offset from the window, moving it if necessary.
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

// Section returns a reader from an offset to the end.
func (s *Source) Section(from int64) *io.SectionReader {
	return io.NewSectionReader(s, from, s.length-from)
}

// Some reads up to n bytes at an offset, fewer at the end of the file.
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

// CutAt turns err into [ErrCutOff] if the file ends before the offset at, where
// something that it describes should be.
func (s *Source) CutAt(at int64, err error) error {
	if s.failed == nil && s.Sized() && at > s.length {
		return ErrCutOff
	}
	return err
}

// End returns the number of bytes. If the size is unknown, it reads on to find
// the end, and fails with [ErrTooFar] after 1 MiB.
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

// Room returns how many more bytes may be read, anywhere in the file.
func (s *Source) Room() int64 {
	if s.far == nil {
		return math.MaxInt64
	}
	return s.far.Room()
}

// Readable reports whether the whole file may be read. If so, the next read of
// a remote file fetches all of it in one request. The size must be known.
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

// Page returns the unit of requests for parts of the file, in bytes.
func (s *Source) Page() int64 {
	if s.far == nil {
		return PageSize
	}
	return s.far.Page()
}

// Ended reports whether err is the end of a file, expected or not.
func Ended(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

// BigEndian returns the number in b, which has at most eight bytes.
func BigEndian(b []byte) uint64 {
	var padded [8]byte
	copy(padded[8-len(b):], b)
	return binary.BigEndian.Uint64(padded[:])
}
