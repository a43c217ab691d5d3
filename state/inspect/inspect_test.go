package inspect

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// faked returns tools that are scripts: ffprobe answers with the file itself, and
// ffmpeg with a difference.
func faked(t *testing.T, difference string) Tools {
	t.Helper()
	dir := t.TempDir()
	for name, script := range map[string]string{
		"ffprobe": "#!/bin/sh\n[ -z \"$SYNC_API_KEY\" ] || exit 9\nfor last; do :; done\ncat \"${last#file:}\"\n",
		"ffmpeg":  "#!/bin/sh\necho 'frame:0 pts:0'\necho 'lavfi.signalstats.YAVG=" + difference + "'\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	t.Setenv("SYNC_API_KEY", "sk-secret")
	tools, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	return tools
}

func described(t *testing.T, json string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "film.mp4")
	if err := os.WriteFile(path, []byte(json), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLookNamesWhatIsOdd(t *testing.T) {
	const whole = `{"streams":[{"codec_type":"video","width":1920,"height":1080,"avg_frame_rate":"25/1"},{"codec_type":"audio"}]}`
	const small = `{"streams":[{"codec_type":"video","width":1280,"height":720,"avg_frame_rate":"30000/1001"}]}`
	const cover = `{"streams":[{"codec_type":"audio"},{"codec_type":"video","width":9,"height":9,"disposition":{"attached_pic":1}}]}`
	const same = "has sound, 1920×1080 as the input, 25 frames a second as the input, "
	const mouth = " in the lower middle third, where a mouth usually is"
	for _, c := range []struct {
		made, input, difference string
		odd                     bool
		words                   string
	}{
		{whole, whole, "7.5", false, same + "the picture has changed" + mouth},
		{whole, whole, "0.3", true, same + "the picture has not changed" + mouth},
		{whole, whole, "much", false, same + "it could not be told whether the mouth moved"},
		{small, whole, "7.5", true, "has no sound, 1280×720 where the input has 1920×1080, 29.97 frames a second where the input has 25, the picture has changed" + mouth},
		{whole, "", "0", false, "has sound, 1920×1080; not compared, because its input is no file of this machine"},
		{whole, "gone", "0", false, "has sound, not compared, because its input can't be read any more"},
		{cover, "gone", "0", true, "has sound, has no picture, not compared, because its input can't be read any more"},
	} {
		tools := faked(t, c.difference)
		input := c.input
		if input != "" {
			input = described(t, c.input)
		}
		l, err := tools.Video(t.Context(), described(t, c.made), input)
		if err != nil || l.Odd != c.odd || l.Words != c.words {
			t.Errorf("%+v, %v; want %q", l, err, c.words)
		}
	}
	if _, err := faked(t, "1").Video(t.Context(), described(t, "not JSON"), ""); err == nil {
		t.Error("nonsense is a film")
	}
}

func TestNothingToLookWith(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := Find(); !errors.Is(err, ErrTools) {
		t.Error(err)
	}
}

// The real programs tell a film that was only encoded anew from one that has
// changed in the middle below.
func TestRealPrograms(t *testing.T) {
	tools, err := Find()
	if err != nil {
		t.Skip("no ffmpeg here")
	}
	dir := t.TempDir()
	film := func(name, filter string) string {
		path := filepath.Join(dir, name)
		out, err := exec.CommandContext(t.Context(), tools.ffmpeg, "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=2", "-f", "lavfi", "-i", "sine=d=2",
			"-vf", filter, "-c:v", "mpeg4", "-q:v", "4", "-c:a", "aac", path).CombinedOutput()
		if err != nil {
			t.Skipf("this ffmpeg can't make a film: %v %s", err, out)
		}
		return path
	}
	input := film("in.mp4", "null")
	for filter, odd := range map[string]bool{"null": true, "drawbox=x=110:y=170:w=90:h=50:color=red:t=fill": false} {
		l, err := tools.Video(t.Context(), film("out.mp4", filter), input)
		if err != nil || l.Odd != odd {
			t.Errorf("%s: %+v, %v", filter, l, err)
		}
		_ = os.Remove(filepath.Join(dir, "out.mp4"))
	}
}
