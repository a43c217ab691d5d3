package frames

import (
	"dubtop/api/media/codec"
	"dubtop/api/media/file"
)

// IsAAC reports whether a file begins with a frame of AAC.
func IsAAC(head []byte) bool {
	_, ok := codec.ParseAAC(head)
	return ok
}

// AAC counts the frames of AAC that begin at an offset, or guesses their number
// from a few stretches where not all of a file may be read: nothing in such a file
// says how long it is.
func AAC(s *file.Source, from int64) (file.Info, error) {
	info := file.Info{Format: "aac", Sound: file.Track{There: true}}
	end, err := s.End()
	if err != nil {
		return file.Info{}, err
	}
	if !s.Readable() {
		info.Sound, err = Sampled(s, from, end, codec.ParseAAC)
		return info, err
	}
	to, err := tagsBehind(s, from, end)
	if err != nil {
		return file.Info{}, err
	}
	w, err := Count(s, from, to, codec.ParseAAC)
	switch {
	case err != nil:
		return file.Info{}, err
	case w.cut:
		return file.Info{}, file.ErrCutOff
	case w.Frames == 0:
		return file.Info{}, file.ErrFormat
	}
	info.Sound.Seconds = w.Seconds
	return info, nil
}
