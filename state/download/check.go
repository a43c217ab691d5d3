package download

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"dubtop/api/media"
	"dubtop/api/text"
)

// check judges the complete part.
func (s *saving) check(ctx context.Context) error {
	for algo, want := range s.part.note.Want {
		if h := s.part.sums[algo]; h != nil && !bytes.Equal(h.Sum(nil), want) {
			return &setback{words: fmt.Sprintf("what %s sent is damaged: its checksum (%s) differs from the announced one", s.shownHost(), algo), kind: ErrContent, wrong: true}
		}
	}
	return s.inspect(ctx, s.part.file, s.part.size)
}

// inspect reads a complete file, and checks that it is the wanted one.
func (s *saving) inspect(ctx context.Context, r io.ReaderAt, size int64) error {
	info, err := media.Probe(ctx, r, size, s.Kind)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, media.ErrNoLength):
		s.file.Media = media.Info{Kind: s.Kind, Size: size}
		return nil
	case err != nil:
		return &setback{words: fmt.Sprintf("%s sends something else than %s: %s", s.shownHost(), name(s.Path), text.Of(err.Error())), kind: ErrContent, wrong: true}
	}
	s.file.Media, s.file.Differs = info, s.differs(info)
	return nil
}

// The difference in length that is not worth a word: up to this part of it, or
// up to this many seconds.
const (
	smallPart    = 0.02
	smallSeconds = 0.1
)

// differs returns how the length of the file differs from the announced one, ""
// if it does not.
func (s *saving) differs(info media.Info) text.Text {
	want, got := s.Length.Seconds(), info.Seconds
	if want <= 0 || got <= 0 || math.Abs(got-want)-info.Within <= max(want*smallPart, smallSeconds) {
		return ""
	}
	return text.Of(fmt.Sprintf("it lasts %.2f s, the job says %.2f s", got, want))
}
