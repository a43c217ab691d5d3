package thumbnail

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"dubtop/state/child"
	"dubtop/state/ffmpeg"
)

// framePatience limits ffmpeg.
const framePatience = 10 * time.Second

// Frame has ffmpeg, from https://ffmpeg.org, take a frame near the beginning of a
// local video. It fails if there is no ffmpeg on the PATH.
func Frame(ctx context.Context, path string) (image.Image, error) {
	program, err := exec.LookPath("ffmpeg")
	if err != nil {
		return nil, err
	}
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	for _, at := range []string{"0.5", "0"} { // the first one is often black
		if m, failed := frameAt(ctx, program, path, at); failed == nil {
			return m, nil
		} else if err = failed; ctx.Err() != nil {
			break
		}
	}
	return nil, err
}

// frameAt takes the frame at a time in seconds.
func frameAt(ctx context.Context, program, path, at string) (image.Image, error) {
	r := child.Run(ctx, child.Command{
		Args: slices.Concat(
			[]string{program, "-v", "quiet", "-nostdin", "-ss", at}, ffmpeg.Input(path, ffmpeg.Films+",gif"),
			[]string{
				"-frames:v", "1", "-an", "-threads", "1",
				"-vf", fmt.Sprintf("scale=%d:%d:force_original_aspect_ratio=decrease", Side, Side), "-c:v", "png", "-f", "image2pipe", "pipe:1",
			},
		),
		Limit: framePatience, Most: maxBytes, Head: true,
	})
	if r.Err != nil {
		return nil, fmt.Errorf("ffmpeg: %w", r.Err)
	}
	return Read(ctx, bytes.NewReader(r.Output))
}
