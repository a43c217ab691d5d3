package inputs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"dubtop/api/media"
	"dubtop/state/child"
	"dubtop/state/ffmpeg"
)

const (
	// probePatience limits ffprobe, which reads the whole file.
	probePatience = 20 * time.Second
	// probeLines and probeLine limit the packets, and the bytes per line about
	// one, to more than any honest film has.
	probeLines, probeLine = 1 << 24, 200
	// probeLongest is 115 days in seconds, as in package media.
	probeLongest = 1e7
)

// errFFprobe means that ffprobe could not measure the file either.
var errFFprobe = errors.New("ffprobe finds no length either")

// measureFile measures a local file. If our reader can't, it tries ffprobe if
// that is on the PATH, and says so in by.
func measureFile(ctx context.Context, path string, want media.Kind) (info media.Info, by string, err error) {
	path = OnDisk(path)
	info, err = media.File(ctx, path, want)
	if err == nil || ctx.Err() != nil || !worthProbing(err) || want != media.Video && want != media.Audio {
		return info, "", err
	}
	program, missing := exec.LookPath("ffprobe")
	if missing != nil {
		return info, "", err
	}
	seconds, failed := ffprobe{program, probePatience}.measure(ctx, path, want)
	if failed != nil {
		return info, "", fmt.Errorf("%w; %w", err, failed)
	}
	info = media.Info{Kind: want, Seconds: seconds}
	if errors.Is(err, media.ErrFormat) {
		info.Format = "this format" // a format we don't know
	}
	return info, ", measured by ffprobe", nil
}

// worthProbing reports whether a program that knows more formats may succeed. A
// truncated file or the wrong kind of file is a final answer.
func worthProbing(err error) bool {
	return errors.Is(err, media.ErrFormat) || errors.Is(err, media.ErrNoLength) || errors.Is(err, media.ErrDamaged)
}

// ffprobe runs the program of that name, from https://ffmpeg.org.
type ffprobe struct {
	program  string
	patience time.Duration
}

// measure lists the packets of a file's picture or sound, and returns the time
// in seconds from the first packet to the end of the last. It uses no shell,
// and trusts only numbers in the output.
func (f ffprobe) measure(ctx context.Context, path string, want media.Kind) (float64, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return 0, err
	}
	stream := "V:0" // without cover pictures
	if want == media.Audio {
		stream = "a:0"
	}
	var heard packets
	r := child.Run(ctx, child.Command{
		Args: append([]string{
			f.program, "-v", "quiet",
			"-select_streams", stream, "-show_entries", "packet=pts_time,dts_time,duration_time,flags", "-of", "csv=p=0",
		}, ffmpeg.Input(path, ffmpeg.Media)...),
		Limit: f.patience, Out: &heard,
	})
	seconds := heard.last - heard.first
	switch {
	case errors.Is(r.Err, child.ErrLimit):
		return 0, fmt.Errorf("ffprobe was not done within %s", f.patience)
	case r.Err != nil || heard.count == 0 || !(seconds > 0 && seconds <= probeLongest):
		return 0, errFFprobe
	}
	return seconds, nil
}

// packets parses ffprobe's output: a line per packet with its presentation
// time, decoding time, duration and flags. A D among the flags marks a dropped
// packet.
type packets struct {
	rest        []byte // an incomplete line
	lines       int
	count       int
	first, last float64 // in seconds
	before      float64 // presentation time of the packet before
	step        float64 // time between the last two packets
}

// Write implements [io.Writer]. An error ends ffprobe.
func (p *packets) Write(b []byte) (int, error) {
	p.rest = append(p.rest, b...)
	for {
		line, rest, whole := bytes.Cut(p.rest, []byte("\n"))
		if len(line) > probeLine || p.lines > probeLines {
			return 0, errFFprobe
		}
		if !whole {
			return len(b), nil
		}
		p.lines++
		p.hear(strings.Split(string(line), ","))
		p.rest = rest
	}
}

func (p *packets) hear(fields []string) {
	if len(fields) < 4 || strings.Contains(fields[3], "D") {
		return
	}
	at, ok := number(fields[0])
	if !ok {
		at, ok = number(fields[1])
	}
	if !ok {
		return
	}
	if p.count == 0 {
		p.first, p.last, p.before = at, at, at
	}
	if at > p.before {
		p.step = at - p.before
	}
	length, ok := number(fields[2])
	if !ok || length < 0 {
		length = p.step
	}
	p.count, p.before = p.count+1, at
	p.first, p.last = min(p.first, at), max(p.last, at+length)
}

// number parses a finite number.
func number(s string) (float64, bool) {
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil && !math.IsNaN(n) && math.Abs(n) < 1e12
}
