package frames

import (
	"bufio"
	"io"
	"math"

	"dubtop/api/media/codec"
	"dubtop/api/media/file"
)

const (
	// frameHeader is how many bytes the header of any frame or tag needs.
	frameHeader = tagHeader
	// frameWindow is large enough for the longest frame and the header of the
	// next, in bytes.
	frameWindow = 64 << 10
)

// Walk counts the frames of a stream that consists of frames, with tags and
// junk here and there.
type Walk struct {
	r     *bufio.Reader
	parse codec.Framer
	at    int64 // bytes read so far

	Frames     int
	Seconds    float64
	first      codec.Frame
	begin, end int64 // of the first frame, and behind the last
	bitrate    int   // of all frames, in bits per second; -1 if they differ
	synced     bool  // a frame was read last
	last       codec.Frame
	cut        bool // the stream ends within a frame
}

// NewWalk returns a walk over a stream, which [Walk.Run] starts.
func NewWalk(r io.Reader, parse codec.Framer) *Walk {
	return &Walk{r: bufio.NewReaderSize(r, frameWindow), parse: parse}
}

// Count counts the frames between two offsets. The offsets in the result are
// relative to from.
func Count(s *file.Source, from, to int64, parse codec.Framer) (*Walk, error) {
	w := NewWalk(io.NewSectionReader(s, from, max(to-from, 0)), parse)
	return w, w.Run()
}

// Run walks to the end of the stream.
func (w *Walk) Run() error {
	for {
		head, err := w.r.Peek(frameHeader)
		if len(head) == 0 || err != nil && !file.Ended(err) {
			return unlessEnded(err)
		}
		if err = w.step(head); err != nil || w.cut {
			return unlessEnded(err)
		}
	}
}

// step counts the frame that begins with head, or skips a tag or junk.
func (w *Walk) step(head []byte) error {
	if f, ok := w.parse(head); ok && (w.synced && f.Layout == w.last.Layout || w.followed(f)) {
		return w.take(f)
	}
	w.synced = false
	if n := tagSize(head); n > 0 {
		return w.skip(n)
	}
	return w.skip(w.junk())
}

// followed reports whether f is followed by another frame, a tag or the end.
// Otherwise its header is just bytes that look like one.
func (w *Walk) followed(f codec.Frame) bool {
	b, err := w.r.Peek(f.Length + frameHeader)
	if len(b) <= f.Length {
		return len(b) == f.Length && file.Ended(err)
	}
	next, ok := w.parse(b[f.Length:])
	return ok && next.Layout == f.Layout || tagSize(b[f.Length:]) > 0
}

// take counts a frame.
func (w *Walk) take(f codec.Frame) error {
	from := w.at
	if err := w.skip(int64(f.Length)); err != nil {
		return err
	}
	if w.at < from+int64(f.Length) {
		w.cut = true
		return nil
	}
	switch {
	case w.Frames == 0:
		w.begin, w.first, w.bitrate = from, f, f.Bitrate
	case w.bitrate != f.Bitrate:
		w.bitrate = -1
	}
	w.Frames++
	w.Seconds += f.Seconds()
	w.end, w.last, w.synced = w.at, f, true
	return nil
}

// junk returns the number of bytes up to the next byte that may begin a frame
// or a tag.
func (w *Walk) junk() int64 {
	b, _ := w.r.Peek(max(w.r.Buffered(), 1))
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case 0xff, 'T', 'I', 'A':
			return int64(i)
		}
	}
	return int64(len(b))
}

// skip skips n bytes, or the rest of the stream if that is less.
func (w *Walk) skip(n int64) error {
	for n > 0 {
		done, err := w.r.Discard(int(min(n, math.MaxInt32)))
		w.at += int64(done)
		n -= int64(done)
		if err != nil {
			return unlessEnded(err)
		}
	}
	return nil
}

func unlessEnded(err error) error {
	if file.Ended(err) {
		return nil
	}
	return err
}

// Sampled estimates the length of the frames between two offsets from a few
// stretches of them, and says how far it may be off. It needs fewer stretches
// if all frames have the same bitrate.
func Sampled(s *file.Source, from, to int64, parse codec.Framer) (file.Track, error) {
	const fewest, most, least = 4, 12, 32 << 10
	page := s.Page()
	size := (least + page - 1) / page * page
	count := min(most, s.Room()/size, (to-from)/size)
	if count < fewest {
		return file.Track{}, file.ErrTooFar
	}
	for _, n := range []int64{fewest, count} {
		found, err := stretchesOf(s, from, to, parse, n, size)
		if err != nil || found.constant() || n == count {
			return found.guess(float64(to - from)), err
		}
	}
	return file.Track{}, file.ErrTooFar
}

// stretch is a part of a file whose frames were counted.
type stretch struct{ bytes, seconds, bitrate float64 }

type stretches []stretch

// stretchesOf counts the frames in n stretches of equal size. They begin at
// pages, since a page costs the same however little of it is needed.
func stretchesOf(s *file.Source, from, to int64, parse codec.Framer, n, size int64) (stretches, error) {
	found := make(stretches, n)
	page := s.Page()
	s.Expect(0)
	for i := range n {
		at := from
		if i > 0 {
			at = max((from+(to-from-size)*i/(n-1))/page*page, from)
		}
		until := min(at/page*page+size, to)
		if i == n-1 {
			until = to
		}
		w, err := Count(s, at, until, parse)
		if err != nil {
			return nil, err
		}
		if w.cut && until == to {
			return nil, file.ErrCutOff
		}
		begin, end := at, until // the stretch is junk unless it contains a frame
		if w.Frames > 0 {
			begin, end = w.begin, w.end
		}
		found[i] = stretch{float64(end - begin), w.Seconds, float64(w.bitrate)}
	}
	return found, nil
}

// constant reports whether all frames read have the same bitrate.
func (all stretches) constant() bool {
	for _, one := range all {
		if one.bitrate <= 0 || one.bitrate != all[0].bitrate {
			return false
		}
	}
	return true
}

// guess extrapolates to the bytes not read. It may be off by three standard
// errors, but allows for at least 1%.
func (all stretches) guess(size float64) file.Track {
	var read, seconds, squares float64
	for _, one := range all {
		read += one.bytes
		seconds += one.seconds
	}
	if read == 0 {
		return file.Track{}
	}
	density := seconds / read // seconds per byte
	for _, one := range all {
		if one.bytes > 0 {
			d := one.seconds/one.bytes - density
			squares += d * d
		}
	}
	n, unread := float64(len(all)), max(size-read, 0)
	within := unread * max(3*math.Sqrt(squares/(n*(n-1))), density/100)
	return file.Track{There: true, Seconds: seconds + unread*density, Within: max(within, 0.1)}
}
