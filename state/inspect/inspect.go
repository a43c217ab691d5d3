// Package inspect looks at a saved video with ffprobe and ffmpeg
// (https://ffmpeg.org), where they are on the PATH: is there sound, are size
// and frame rate those of the input, and has the picture changed where a mouth
// usually is. Its findings are marks, not verdicts. It knows no job and no
// journal.
package inspect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"dubtop/state/child"
	"dubtop/state/ffmpeg"
)

// Look is the result of a look.
type Look struct {
	Odd   bool   // something is worth a look of the user's own
	Words string // the findings
}

// ErrTools means that there is nothing to look with.
var ErrTools = errors.New("ffmpeg and ffprobe are not on the PATH")

const (
	// patience limits each program.
	patience = time.Minute
	// mostOutput is more than an honest answer of either.
	mostOutput = 1 << 20
	// still is the average difference of pixels, of 255, below which a picture
	// counts as unchanged: encoding anew changes about half as much.
	still = 1.0
	// sampled is how much of a film is compared, in seconds.
	sampled = 20
)

// Tools are the programs to look with.
type Tools struct{ ffmpeg, ffprobe string }

// Find finds the programs, or returns ErrTools.
func Find() (t Tools, err error) {
	var probe error
	t.ffmpeg, err = exec.LookPath("ffmpeg")
	t.ffprobe, probe = exec.LookPath("ffprobe")
	if err != nil || probe != nil {
		return Tools{}, ErrTools
	}
	return t, nil
}

// In returns the programs in a folder.
func In(dir string) Tools {
	return Tools{ffmpeg: filepath.Join(dir, "ffmpeg"), ffprobe: filepath.Join(dir, "ffprobe")}
}

// film is what ffprobe tells about a file.
type film struct {
	sound, picture bool
	width, height  int
	rate           float64 // frames a second, 0 if unknown
}

// Video looks at a video that was made from an input, an absolute path, or "" if
// that is no video on this machine.
func (t Tools) Video(ctx context.Context, path, input string) (Look, error) {
	made, err := t.probe(ctx, path)
	if err != nil {
		return Look{}, fmt.Errorf("ffprobe can't read it: %w", err)
	}
	var l Look
	var found []string
	say := func(odd bool, words string) {
		l.Odd = l.Odd || odd
		found = append(found, words)
	}
	if made.sound {
		say(false, "has sound")
	} else {
		say(true, "has no sound")
	}
	if !made.picture {
		say(true, "has no picture")
	}
	was, err := t.probe(ctx, input)
	switch {
	case input == "":
		found = append(found, fmt.Sprintf("%d×%d; not compared, because its input is no file of this machine", made.width, made.height))
	case err != nil || !was.picture:
		found = append(found, "not compared, because its input can't be read any more")
	default:
		compare(made, was, say)
		t.mouth(ctx, path, input, say)
	}
	l.Words = strings.Join(found, ", ")
	return l, ctx.Err()
}

// compare says whether size and frame rate were kept.
func compare(made, was film, say func(odd bool, words string)) {
	if made.width == was.width && made.height == was.height {
		say(false, fmt.Sprintf("%d×%d as the input", made.width, made.height))
	} else {
		say(true, fmt.Sprintf("%d×%d where the input has %d×%d", made.width, made.height, was.width, was.height))
	}
	const close = 0.02
	switch {
	case made.rate == 0 || was.rate == 0:
	case math.Abs(made.rate-was.rate) <= close*was.rate:
		say(false, frames(made.rate)+" frames a second as the input")
	default:
		say(true, frames(made.rate)+" frames a second where the input has "+frames(was.rate))
	}
}

func frames(rate float64) string { return strconv.FormatFloat(math.Round(100*rate)/100, 'f', -1, 64) }

// mouth says whether the picture has changed in the lower middle third of the
// frame, where the mouth of a speaker usually is.
func (t Tools) mouth(ctx context.Context, path, input string, say func(odd bool, words string)) {
	const where = " in the lower middle third, where a mouth usually is"
	change, err := t.change(ctx, path, input)
	switch {
	case err != nil:
		say(false, "it could not be told whether the mouth moved")
	case change < still:
		say(true, "the picture has not changed"+where)
	default:
		say(false, "the picture has changed"+where)
	}
}

// probe asks ffprobe about a file. Only files may be opened, and no playlist.
func (t Tools) probe(ctx context.Context, path string) (f film, err error) {
	r := child.Run(ctx, child.Command{
		Args: append([]string{
			t.ffprobe, "-v", "error", "-show_entries", "stream=codec_type,width,height,avg_frame_rate:stream_disposition=attached_pic", "-of", "json",
		}, ffmpeg.Input(path, ffmpeg.Media)...),
		Limit: patience, Most: mostOutput, Head: true,
	})
	if r.Err != nil {
		return f, r.Err
	}
	var told struct {
		Streams []struct {
			Type        string `json:"codec_type"`
			Width       int
			Height      int
			Rate        string `json:"avg_frame_rate"`
			Disposition struct {
				Cover int `json:"attached_pic"`
			}
		}
	}
	if err := json.Unmarshal(r.Output, &told); err != nil {
		return f, errors.New("its answer can't be read")
	}
	for _, s := range told.Streams {
		switch {
		case s.Type == "audio":
			f.sound = true
		case s.Type == "video" && s.Disposition.Cover == 0 && !f.picture:
			f.picture, f.width, f.height, f.rate = true, s.Width, s.Height, rateOf(s.Rate)
		}
	}
	return f, nil
}

// rateOf reads a fraction such as 30000/1001.
func rateOf(s string) float64 {
	over, under, _ := strings.Cut(s, "/")
	a, err := strconv.ParseFloat(over, 64)
	b, err2 := strconv.ParseFloat(under, 64)
	if err != nil || err2 != nil || !(a > 0 && b > 0) {
		return 0
	}
	return a / b
}

// errSilent means that ffmpeg compared no frame.
var errSilent = errors.New("no frame was compared")

// change is the average difference of the pixels around the mouth, of 255.
func (t Tools) change(ctx context.Context, path, input string) (float64, error) {
	const part = "fps=5,crop=iw/3:ih/3:iw/3:ih*2/3,scale=96:54,format=gray"
	const key = "lavfi.signalstats.YAVG"
	first := []string{"-t", strconv.Itoa(sampled)}
	r := child.Run(ctx, child.Command{
		Args: slices.Concat(
			[]string{t.ffmpeg, "-nostdin", "-v", "error"},
			first, ffmpeg.Input(path, ffmpeg.Media), first, ffmpeg.Input(input, ffmpeg.Media),
			[]string{
				"-filter_complex", "[0:v:0]" + part + "[a];[1:v:0]" + part + "[b];[a][b]blend=all_mode=difference:shortest=1,signalstats,metadata=print:key=" + key + ":file=-",
				"-an", "-f", "null", "-",
			},
		),
		Limit: patience, Most: mostOutput, Head: true,
	})
	if r.Err != nil {
		return 0, r.Err
	}
	sum, n := 0.0, 0
	for line := range strings.Lines(string(r.Output)) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), key+"="); ok {
			if x, err := strconv.ParseFloat(v, 64); err == nil && x >= 0 {
				sum, n = sum+x, n+1
			}
		}
	}
	if n == 0 {
		return 0, errSilent
	}
	return sum / float64(n), nil
}
