package media

import (
	"image"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"

	_ "golang.org/x/image/webp"

	"dubtop/api/media/file"
)

// measureImage reads the size of a still picture, unless the picture is not
// wanted anyway.
func measureImage(s *file.Source, format string) (Info, error) {
	if s.Want() == Video || s.Want() == Audio {
		return Info{Kind: Image, Format: format}, nil
	}
	config, format, err := image.DecodeConfig(s.Section(0))
	if err != nil {
		return Info{}, err
	}
	return Info{Kind: Image, Width: config.Width, Height: config.Height, Format: format}, nil
}
