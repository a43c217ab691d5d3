// Package media finds out how long a video or a sound is, and how large an
// image, from a local file or from a few parts of a remote one.
//
// It knows how media files are laid out. It never decodes pictures or sound,
// never sends the API key, and never reads more of a remote file than
// [MaxRemote].
package media

import (
	"context"
	"io"
	"net/http"
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

// Info is what a file says about itself. What it does not say is zero.
type Info struct {
	Seconds       float64 // the length of the longest track; 0 for an image
	Kind          Kind
	Width, Height int     // pixels, as stored: a rotation is not applied
	FrameRate     float64 // frames per second, the mean over the whole video
	Format        string  // "mp4", "mov", "m4a", "webm", "wav", "mp3", "flac", "ogg", "aac", "png", "jpeg", "webp", "gif"
	Size          int64   // bytes of the whole file; 0 when a server does not say
}

// MaxRemote is the most that [Remote] reads of a file, in bytes.
const MaxRemote = 1 << 20

// Probe reads as little of r as it needs.
func Probe(ctx context.Context, r io.ReaderAt, size int64) (Info, error) {
	panic("not written yet")
}

// File measures the file at path.
func File(ctx context.Context, path string) (Info, error) {
	f, err := os.Open(path)
	if err != nil {
		return Info{}, err
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		return Info{}, err
	}
	return Probe(ctx, f, stat.Size())
}

// Remote measures the file behind url.
func Remote(ctx context.Context, client *http.Client, url string) (Info, error) {
	panic("not written yet")
}
