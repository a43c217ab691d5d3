package media

import (
	"dubtop/api/media/file"
	"dubtop/api/media/remote"
)

// Kind is the kind of media in a file: [Video], [Audio] or [Image].
type Kind = file.Kind

// The kinds of media. A file with a picture track is a Video, whatever else it
// contains.
const (
	Unknown = file.Unknown
	Video   = file.Video
	Audio   = file.Audio
	Image   = file.Image
)

// Info is the length, size and format of a file.
type Info = file.Info

// Track is the length of the picture or of the sound of a file.
type Track = file.Track

// StatusError says that a server refused to hand out a file.
type StatusError = remote.StatusError

// StallError says that a server stopped sending, or never began.
type StallError = remote.StallError

// MaxRemote is the most that [Remote] reads of a file, in bytes.
const MaxRemote = remote.Most

// The reasons why a file has no length. Every error about the content of a file
// wraps one of them and is a sentence for the user.
var (
	// ErrFormat: files of this format are not measured.
	ErrFormat = file.ErrFormat
	// ErrWebPage: the link leads to HTML.
	ErrWebPage = file.ErrWebPage
	// ErrNoLength: the format is known, but this file leaves its length out.
	ErrNoLength = file.ErrNoLength
	// ErrDamaged: the file ends too early or contradicts itself.
	ErrDamaged = file.ErrDamaged
	// ErrCutOff: the file describes more than it contains.
	ErrCutOff = file.ErrCutOff
	// ErrTooFar: the length is outside the part that is read of a remote file.
	ErrTooFar = file.ErrTooFar
	// ErrEmpty: the file has no bytes.
	ErrEmpty = file.ErrEmpty
)
