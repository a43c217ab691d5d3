// Package frames measures files that consist of frames of compressed sound and
// nothing else: MP3, AAC and FLAC, with the tags that may surround or interrupt
// the sound.
//
// It counts the frames; of a file behind a link that is too large for that, it
// estimates their number from samples and says how far it may be off. It never
// decodes a frame.
package frames

import (
	"bytes"
	"errors"

	"dubtop/api/media/codec"
	"dubtop/api/media/file"
)

// Tagged measures the sound behind the tags at the beginning of a file: usually
// MP3, sometimes FLAC or AAC.
func Tagged(s *file.Source) (file.Info, error) {
	const enough = 512 // bytes, to tell the format
	_, _ = s.End()     // so that a tag that is cut off is noticed
	at, err := tagsBefore(s, 0)
	if err != nil {
		return file.Info{}, err
	}
	head, err := s.Some(at, enough)
	switch {
	case err != nil:
		return file.Info{}, err
	case len(head) == 0 && s.Sized():
		return file.Info{}, file.ErrCutOff
	case bytes.HasPrefix(head, []byte("fLaC")):
		return FLAC(s, at)
	case IsAAC(head):
		return AAC(s, at)
	}
	return MP3(s, at)
}

// BehindJunk looks for MP3 or AAC in a file that begins like no known format.
func BehindJunk(s *file.Source) (file.Info, error) {
	const enough = 5
	info, err := MP3(s, 0)
	if !errors.Is(err, file.ErrFormat) {
		return info, err
	}
	w, err := Count(s, 0, min(searchLength, s.Size()), codec.ParseAAC)
	if err == nil && w.Frames >= enough {
		return AAC(s, 0)
	}
	return file.Info{}, file.ErrFormat
}

// IsMP3 reports whether a file begins with a frame of MPEG audio.
func IsMP3(head []byte) bool {
	_, ok := codec.MPEG{}.Parse(head)
	return ok || codec.MayBeFree(head)
}
