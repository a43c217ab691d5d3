package thumbnail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// framePatience limits ffmpeg.
const framePatience = 10 * time.Second

// formats are the containers that ffmpeg may open. Playlists are left out, because
// they would make it read other files.
const formats = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,asf,flv,mpeg,mpegts,mxf,gif"

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
	ctx, cancel := context.WithTimeout(ctx, framePatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "-v", "quiet", "-nostdin", "-protocol_whitelist", "file", "-format_whitelist", formats,
		"-ss", at, "-i", "file:"+path, "-frames:v", "1", "-an", "-threads", "1",
		"-vf", fmt.Sprintf("scale=%d:%d:force_original_aspect_ratio=decrease", Side, Side), "-c:v", "png", "-f", "image2pipe", "pipe:1")
	var out capped
	cmd.Env, cmd.Stdout, cmd.WaitDelay = []string{"PATH=" + os.Getenv("PATH")}, &out, time.Second // no key
	// It may be a script that starts the real one, so kill its whole process
	// group.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("ffmpeg: %w", err)
	}
	return Read(ctx, &out.Buffer)
}

// capped is output up to a limit. More ends the program that writes it.
type capped struct{ bytes.Buffer }

func (c *capped) Write(p []byte) (int, error) {
	if c.Len()+len(p) > maxBytes {
		return 0, errors.New("too much output")
	}
	return c.Buffer.Write(p)
}
