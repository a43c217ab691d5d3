// Package file reads a media file piece by piece and defines what can be said
// about it: its kind, its tracks, and the reasons why it has no length.
//
// A [Source] reads from a local file or, through [Remote], from a file behind a
// link, where every read costs a request and only part of the file may be read.
// It knows no format and never opens a file or a connection itself.
package file

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

// SoundOf is what a file of nothing but sound says.
func SoundOf(format string, seconds float64) Info {
	return Info{Format: format, Sound: Track{There: true, Seconds: seconds}}
}
