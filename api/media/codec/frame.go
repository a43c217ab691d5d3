// Package codec tells how long a packet or frame of compressed sound lasts from
// its first bytes.
//
// It knows the headers of MPEG audio, AAC, FLAC, Opus, Vorbis and Apple Lossless,
// and the format description of WAV files. It never reads a file and never
// decodes a sample.
package codec

// Frame is the header of one frame of compressed sound.
type Frame struct {
	Length  int    // bytes, including the header
	samples int    // per channel
	Rate    int    // samples per second
	Layout  uint32 // the bits that stay the same from frame to frame
	Bitrate int    // bits per second, if the header says
}

// Seconds returns how long the frame lasts.
func (f Frame) Seconds() float64 { return float64(f.samples) / float64(f.Rate) }

// A Framer reads the header of the frame at the beginning of b. It reports
// false if there is none.
type Framer func(b []byte) (Frame, bool)
