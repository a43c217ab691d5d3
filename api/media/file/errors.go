package file

import (
	"errors"
	"fmt"
)

// The reasons why a file has no length. Every error about a file wraps one of
// them and is a sentence for the user.
var (
	// ErrFormat: files of this format are not measured.
	ErrFormat = errors.New("this is not a kind of file whose length can be measured; mp4, mov, m4a, webm, mkv, avi, wmv, wav, mp3, aac, flac, ogg, wma and aiff are")
	// ErrWebPage: the link leads to HTML.
	ErrWebPage = errors.New("this is a web page, not media; does the link need a login, or is it the page around a player?")
	// ErrNoLength: the format is known, but this file leaves its length out.
	ErrNoLength = errors.New("the file does not say how long it is; remux or convert it to give it a length")
	// ErrDamaged: the file ends too early or contradicts itself.
	ErrDamaged = errors.New("the file is cut off or damaged; check that it plays to its end")
	// ErrCutOff: the file describes more than it contains.
	ErrCutOff = errors.New("the file is cut off or still being copied: its end is missing")
	// ErrTooFar: the length is outside the part that is read of a remote file.
	ErrTooFar = errors.New("the length cannot be found within 1 MiB of a remote file; use a local copy or an asset")
	// ErrEmpty: the file has no bytes.
	ErrEmpty = errors.New("the file is empty")
)

// ErrJoined reports a remote file of several joined recordings: adding up their
// lengths would mean reading all of it.
func ErrJoined() error {
	return fmt.Errorf("several recordings are joined in this file: %w", ErrTooFar)
}

// Because returns an error that wraps err and reads as words.
func Because(err error, words string) error { return &reason{err, words} }

// reason is one of the errors above with a more precise message.
type reason struct {
	kind  error
	words string
}

func (r *reason) Error() string { return r.words }
func (r *reason) Unwrap() error { return r.kind }
