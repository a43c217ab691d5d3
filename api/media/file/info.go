// Package file reads a media file piece by piece and defines the facts
// known about it: its kind, its tracks, and the reasons why it has no length.
//
// A [Source] reads from a local file or, through [Remote], from a file behind a
// link, where every read costs a request and only part of the file may be read.
// It knows no format and never opens a file or a connection itself.
package file

// Kind is the kind of media in a file.
type Kind int

// The kinds of media. A file with a picture track is a Video, whatever else it
// contains.
const (
	Unknown Kind = iota
	Video
	Audio
	Image
)

// String returns the kind as one lower-case word.
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

// Track is the picture or the sound of a file, measured as decoded: after
// edits, priming and padding.
type Track struct {
	There   bool
	Seconds float64 // from the first moment to the last; 0 if the file does not say
	Within  float64 // how far Seconds may be off, in seconds; 0 if it is right to 50 ms
}

// Info is the result of measuring a file. Fields that the file does not tell
// are zero.
type Info struct {
	// Seconds and Within are those of the wanted track. If any track would do,
	// they are those of the picture, or of the sound if there is no picture. An
	// image has no length.
	Kind    Kind
	Seconds float64
	Within  float64

	Picture, Sound Track

	Width, Height int     // pixels as stored, before rotation
	FrameRate     float64 // frames per second, averaged over the whole video
	Format        string  // the actual format, under any name: "mp4", "webm", "wav", "jpeg", …
	Size          int64   // bytes of the whole file; 0 if unknown
}

// SoundOf returns the Info of a file that contains only sound.
func SoundOf(format string, seconds float64) Info {
	return Info{Format: format, Sound: Track{There: true, Seconds: seconds}}
}
