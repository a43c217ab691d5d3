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

// AAC counts the AAC frames from an offset on. Nothing in such a file tells its
// length, so the length of a remote file that is too large to read is
// estimated.
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
