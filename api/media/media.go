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
	"math"
	"os"
)

// Kind is what a file holds.
type Kind int

// The kinds of media. A file with a picture track is a Video, whatever else is
// in it.
const (
	Unknown Kind = iota
	Video
	Audio
	Image
)

// String is the kind in one lower-case word.
func (k Kind) String() string {
	switch k {
	case Video:
		return "video"
	case Audio:
		return "audio"
	case Image:
		return "image"
	}
	return "unknown"
}

// Track is the picture or the sound of a file: what stays of it once it is
// decoded and edits, priming and padding are taken off.
type Track struct {
	There   bool
	Seconds float64 // from its first moment to the end of its last; 0 when the file does not say
	Within  float64 // how far Seconds may be off, in seconds; 0 when it is right to 50 ms
}

// Info is what a file says about itself. What it does not say is zero.
type Info struct {
	// Kind is what the file holds. Seconds and Within are those of the track
	// that was wanted; where any file would do, of the picture before the
	// sound. An image has no length.
	Kind    Kind
	Seconds float64
	Within  float64

	Picture, Sound Track

	Width, Height int     // pixels as stored: a rotation is not applied
	FrameRate     float64 // frames per second, the mean over the whole video
	Format        string  // "mp4", "webm", "wav", "jpeg" and the like: what the file is, whatever its name
	Size          int64   // bytes of the whole file; 0 when a server does not say
}

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
		return fmt.Sprintf("this is a picture (%s), and %s is needed", e.Format, e.Want.noun())
	case e.Want == Image:
		return fmt.Sprintf("this is %s (%s), and an image is needed", e.Got.noun(), e.Format)
	case e.Got == Video:
		return fmt.Sprintf("this video (%s) has no sound", e.Format)
	case e.Got == Audio:
		return fmt.Sprintf("this %s has sound only, no picture, and a video is needed", e.Format)
	}
	return fmt.Sprintf("this file (%s) has neither a picture nor sound, and %s is needed", e.Format, e.Want.noun())
}

// noun is the kind with its article.
func (k Kind) noun() string {
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

// The reasons why a file has no length for us. The errors of this package wrap
// them and are sentences for the user.
var (
	// ErrFormat: the file is of no format that is measured here.
	ErrFormat = errors.New("this is not a kind of file whose length can be measured; mp4, mov, m4a, webm, mkv, avi, wmv, wav, mp3, aac, flac, ogg, wma and aiff are")
	// ErrWebPage: the link leads to HTML.
	ErrWebPage = errors.New("this is a web page, not media; does the link need a login, or is it the page around a player?")
	// ErrNoLength: the format is known, but this file leaves its length out.
	ErrNoLength = errors.New("the file does not say how long it is; remux or convert it to give it a length")
	// ErrDamaged: the file ends too early or contradicts itself.
	ErrDamaged = errors.New("the file is cut off or damaged; check that it plays to its end")
	// ErrCutOff: the file describes more than is there of it.
	ErrCutOff = errors.New("the file is cut off, or still being copied: its end is not there")
	// ErrTooFar: the length is not in the part that is read of a remote file.
	ErrTooFar = errors.New("the length is not within the 1 MiB that is read of a remote file; use a local copy or an asset")
	// ErrEmpty: the file has no bytes.
	ErrEmpty = errors.New("the file is empty")
)

const (
	// maxSeconds is longer than anything that is sent to be lip-synced, and
	// short enough for all arithmetic on prices. It is 115 days.
	maxSeconds = 1e7
	// headLength is enough to tell every format.
	headLength = 512
)

// reason is one of the errors above in words of its own.
type reason struct {
	kind  error
	words string
}

func (r *reason) Error() string { return r.words }
func (r *reason) Unwrap() error { return r.kind }

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
	s := &source{ctx: ctx, r: r, size: size, want: want}
	s.far, _ = r.(distant)
	if size < 0 {
		s.size = math.MaxInt64
	}
	head := make([]byte, min(headLength, s.size))
	n, err := s.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return Info{}, s.explain(err)
	}
	if n == 0 {
		return Info{}, ErrEmpty
	}
	info, err := s.measure(head[:n])
	if err != nil {
		return Info{}, s.explain(err)
	}
	if s.sized() {
		info.Size = s.size
	}
	return info.wanted(want)
}

// wanted takes the length from the track that is wanted, or says what is wrong
// with the file.
func (i Info) wanted(want Kind) (Info, error) {
	i.Kind = i.holds()
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
func (i Info) holds() Kind {
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
func (s *source) explain(err error) error {
	if s.failure != nil {
		return s.failure
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

// soundOf is what a file of nothing but sound says.
func soundOf(format string, seconds float64) Info {
	return Info{Format: format, Sound: Track{There: true, Seconds: seconds}}
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
