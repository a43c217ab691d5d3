// Package media measures how long a video or a sound is and how large an image,
// from a local file or from a few parts of a remote one.
//
// It recognises the format by the first bytes and leaves the rest to one
// package per family of formats. It never decodes pictures or sound, never
// sends the API key (it uses the client it is given, which has none), and never
// reads more of a remote file than [MaxRemote].
package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"dubtop/api/media/file"
)

// KindError reports an intact file of the wrong kind. A video with sound is
// fine where audio is wanted, because the service takes the track it needs.
type KindError struct {
	Want   Kind
	Got    Kind   // Unknown if it is not media at all
	Format string // as in [Info]
}

// Error returns a sentence for the user.
func (e *KindError) Error() string {
	switch {
	case e.Got == Image:
		return fmt.Sprintf("this is a picture (%s), but %s is needed", e.Format, noun(e.Want))
	case e.Want == Image:
		return fmt.Sprintf("this is %s (%s), but an image is needed", noun(e.Got), e.Format)
	case e.Got == Video:
		return fmt.Sprintf("this video (%s) has no sound", e.Format)
	case e.Got == Audio:
		return fmt.Sprintf("this %s has sound but no picture; a video is needed", e.Format)
	}
	return fmt.Sprintf("this file (%s) has neither a picture nor sound, but %s is needed", e.Format, noun(e.Want))
}

// noun returns the kind with its article.
func noun(k Kind) string {
	switch k {
	case Video:
		return "a video"
	case Audio:
		return "audio"
	case Image:
		return "an image"
	}
	return "a video or audio"
}

const (
	// maxSeconds is 115 days: longer than anything sent to be lip-synced, and
	// short enough for all arithmetic on prices.
	maxSeconds = 1e7
	// headLength is how many bytes are read to tell the format.
	headLength = 512
)

// Probe finds out what r holds and how long the wanted track is: the picture
// for [Video], the sound for [Audio] (which may be in a video), and either for
// [Unknown]. A file of another kind is a [*KindError].
//
// size is the number of bytes, or negative if it is unknown, which leaves some
// formats without a length. Probe reads little: headers, and at most one end of
// the file if it is remote.
func Probe(ctx context.Context, r io.ReaderAt, size int64, want Kind) (Info, error) {
	if size == 0 {
		return Info{}, ErrEmpty
	}
	s := file.New(ctx, r, size, want)
	head := make([]byte, min(headLength, s.Size()))
	n, err := s.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return Info{}, explain(s, err)
	}
	if n == 0 {
		return Info{}, ErrEmpty
	}
	info, err := measure(s, head[:n])
	if err != nil {
		return Info{}, explain(s, err)
	}
	if s.Sized() {
		info.Size = s.Size()
	}
	return wanted(info, want)
}

// wanted copies the length of the wanted track, or explains why the file is of
// no use.
func wanted(i Info, want Kind) (Info, error) {
	i.Kind = holds(i)
	fits := want == Unknown || want == i.Kind || want == Audio && i.Sound.There
	if i.Kind == Unknown || !fits {
		return Info{}, &KindError{Want: want, Got: i.Kind, Format: i.Format}
	}
	track := i.Picture
	switch {
	case i.Kind == Image:
		return i, nil
	case want == Audio || i.Kind == Audio:
		track = i.Sound
	}
	if !(track.Seconds > 0 && track.Seconds <= maxSeconds) {
		return Info{}, ErrNoLength
	}
	i.Seconds, i.Within = track.Seconds, track.Within
	return i, nil
}

// holds returns the kind of the file, judged by its tracks.
func holds(i Info) Kind {
	switch {
	case i.Kind == Image:
		return Image
	case i.Picture.There:
		return Video
	case i.Sound.There:
		return Audio
	}
	return i.Kind
}

// explain prefers a read error to the parser's error it caused, and turns every
// error that is not a sentence for the user into [ErrDamaged].
func explain(s *file.Source, err error) error {
	if s.Failure() != nil {
		return s.Failure()
	}
	for _, ours := range []error{ErrFormat, ErrWebPage, ErrNoLength, ErrDamaged, ErrCutOff, ErrTooFar} {
		if errors.Is(err, ours) {
			return err
		}
	}
	if _, ours := errors.AsType[*KindError](err); ours {
		return err
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrDamaged // nothing to add
	}
	return fmt.Errorf("%w (%w)", ErrDamaged, err)
}

// File measures the regular file at path as [Probe] does. Its errors are
// sentences for the user.
func File(ctx context.Context, path string, want Kind) (Info, error) {
	// Opening a pipe would block, so look first.
	stat, err := os.Stat(path)
	if err != nil {
		return Info{}, fmt.Errorf("cannot read the file: %w", err)
	}
	if stat.IsDir() {
		return Info{}, fmt.Errorf("%s is a folder, not a file", path)
	}
	if !stat.Mode().IsRegular() {
		return Info{}, fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return Info{}, fmt.Errorf("cannot read the file: %w", err)
	}
	defer f.Close()
	return Probe(ctx, f, stat.Size(), want)
}
