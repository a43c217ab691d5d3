// Package codec tells how long a packet or frame of compressed sound lasts from
// its first bytes.
//
// It knows the headers of MPEG audio, AAC, FLAC, Opus, Vorbis and Apple Lossless,
// and the format description of WAV files. It never reads a file and never
// decodes a sample.
package codec

// Frame is what the header of one frame of compressed sound says.
type Frame struct {
	Length  int    // bytes, with the header
	samples int    // of each channel
	Rate    int    // samples per second
	Layout  uint32 // what stays the same from frame to frame
	Bitrate int    // bits per second, where the header says it
}

// Seconds is how long the frame lasts.
func (f Frame) Seconds() float64 { return float64(f.samples) / float64(f.Rate) }

// Framer reads the header of a frame from the first bytes of b, and reports false
// if they are none.
type Framer func(b []byte) (Frame, bool)
