// Package media finds out how long a video or a sound is, and how large an
// image, from a local file or from a few parts of a remote one.
//
// It knows how media files are laid out. It never decodes pictures or sound,
// never sends the API key (it uses the client it is given, and that one has no
// key), and never reads more of a remote file than [MaxRemote].
package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"dubtop/api/media/file"
)

// KindError is a file that is whole and understood, and not what is wanted. A
// film with sound is fine where sound is wanted: the service takes the track it
// needs.
type KindError struct {
	Want   Kind
	Got    Kind   // Unknown for what is no media at all
	Format string // as in [Info]
}

// Error is a sentence for the user.
func (e *KindError) Error() string {
	switch {
	case e.Got == Image:
		return fmt.Sprintf("this is a picture (%s), and %s is needed", e.Format, noun(e.Want))
	case e.Want == Image:
		return fmt.Sprintf("this is %s (%s), and an image is needed", noun(e.Got), e.Format)
	case e.Got == Video:
		return fmt.Sprintf("this video (%s) has no sound", e.Format)
	case e.Got == Audio:
		return fmt.Sprintf("this %s has sound only, no picture, and a video is needed", e.Format)
	}
	return fmt.Sprintf("this file (%s) has neither a picture nor sound, and %s is needed", e.Format, noun(e.Want))
}

// noun is the kind with its article.
func noun(k Kind) string {
	switch k {
	case Video:
		return "a video"
	case Audio:
		return "a sound"
	case Image:
		return "an image"
	}
	return "a video or a sound"
}

const (
	// maxSeconds is longer than anything that is sent to be lip-synced, and
	// short enough for all arithmetic on prices. It is 115 days.
	maxSeconds = 1e7
	// headLength is enough to tell every format.
	headLength = 512
)

// Probe finds out what r holds, and how long the track of the wanted kind is:
// the picture of a Video, the sound of an Audio, which may be in a film too. An
// Unknown want takes any file. A file that is something else is a [*KindError].
//
// size is the number of r's bytes, or negative if nobody knows; some formats have
// no length then. It reads little: headers, and at most one end of the file.
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

// wanted takes the length from the track that is wanted, or says what is wrong
// with the file.
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

// holds is what kind of file it is, by its tracks.
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

// explain prefers what went wrong with reading over what a parser made of it,
// and makes a damaged file of everything that is not a sentence of ours.
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

// File measures the file at path, which must be a regular file, as [Probe] does.
// Its errors say in words what is wrong with it.
func File(ctx context.Context, path string, want Kind) (Info, error) {
	// A pipe would block when opened, so look before.
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
