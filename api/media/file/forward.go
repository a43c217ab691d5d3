package file

import "math"

// Forward reads a file from its beginning to its end in small steps with few
// reads.
type Forward struct {
	source *Source
	at     int64 // offset of data
	data   []byte
	size   int // bytes per read
}

// Forward returns a reader that moves through the file with reads of size bytes.
func (s *Source) Forward(size int) *Forward { return &Forward{source: s, size: size} }

// Bytes returns n bytes at an offset, fewer at the end of the file. They are
// valid until the next call. n must not exceed the size given to
// [Source.Forward].
func (w *Forward) Bytes(at int64, n int) ([]byte, error) {
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

// Rest returns the bytes buffered from an offset on, but none from end on. At
// least 4 KiB are returned unless the file or the window is smaller.
func (w *Forward) Rest(at, end int64) ([]byte, error) {
	const few = 4 << 10
	n := min(few, int64(w.size), end-at)
	if _, err := w.Bytes(at, int(n)); err != nil {
		return nil, err
	}
	inside := w.data[min(at-w.at, int64(len(w.data))):]
	return inside[:min(int64(len(inside)), end-at)], nil
}

// read fills the window from an offset on. Of a remote file, which is cached
// anyway, it reads no more than needed.
func (w *Forward) read(at int64, n int) error {
	if w.data == nil {
		w.data = make([]byte, 0, w.size)
	}
	size := int64(w.size)
	if w.source.Room() < math.MaxInt64 {
		size = int64(n)
	}
	p := w.data[:min(size, max(w.source.Size()-at, 0))]
	if len(p) == 0 {
		w.at, w.data = at, p
		return nil
	}
	got, err := w.source.ReadAt(p, at)
	if got < n && err != nil && !Ended(err) {
		return err
	}
	w.at, w.data = at, p[:got]
	return nil
}
