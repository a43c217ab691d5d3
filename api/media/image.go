package media

import (
	"image"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"

	_ "golang.org/x/image/webp"
)

// image reads the size of a still picture, unless it is not what is wanted anyway.
func (s *source) image(format string) (Info, error) {
	if s.want == Video || s.want == Audio {
		return Info{Kind: Image, Format: format}, nil
	}
	config, format, err := image.DecodeConfig(s.section(0))
	if err != nil {
		return Info{}, err
	}
	return Info{Kind: Image, Width: config.Width, Height: config.Height, Format: format}, nil
}
