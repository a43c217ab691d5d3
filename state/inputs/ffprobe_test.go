package inputs

import (
	"context"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/media"
	"dubtop/api/media/sample"
	"dubtop/state/draft"
)

// onThePath puts a program named ffprobe on the PATH, and nothing else.
func onThePath(t *testing.T, script string) (program string) {
	t.Helper()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell to write a program in")
	}
	dir := t.TempDir()
	program = filepath.Join(dir, "ffprobe")
	if err := os.WriteFile(program, []byte("#!"+shell+"\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	return program
}

// unknown is a file in a format that our readers don't know.
func unknown(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "-take 1; rm *.xyz")
	if err := os.WriteFile(path, []byte("\x01\x02\x00an unheard-of format\x00\xfe\x03\x80"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const listing = "echo 0.000000,0.000000,0.040000,K__; echo 0.080000,0.040000,0.040000,__; echo 0.040000,N/A,N/A,___; echo -1.0,-1.0,0.04,_D_; echo N/A,0.120000,0.040000,___"

func TestFFprobeMeasuresUnknownFormats(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("SYNC_API_KEY", "sk-secret")
	onThePath(t, `for a; do echo "$a"; done >`+dir+`/args; echo "key=$SYNC_API_KEY" >`+dir+`/key; `+listing)
	path := unknown(t)
	info, by, err := measureFile(t.Context(), path, media.Video)
	if err != nil || math.Abs(info.Seconds-0.16) > 1e-9 || by != ", measured by ffprobe" {
		t.Fatalf("%+v, %q, %v", info, by, err)
	}
	args, _ := os.ReadFile(filepath.Join(dir, "args"))
	if !strings.HasSuffix(string(args), "-i\nfile:"+path+"\n") || !strings.Contains(string(args), "-protocol_whitelist\nfile\n") || strings.Contains(string(args), "hls") {
		t.Errorf("it was called with %q", args)
	}
	if key, _ := os.ReadFile(filepath.Join(dir, "key")); string(key) != "key=\n" {
		t.Errorf("it was told %q", key)
	}
}

func TestDialogSaysThatFFprobeMeasured(t *testing.T) {
	onThePath(t, listing)
	p := Pricing{Draft: draft.Draft{Visual: unknown(t)}}
	client, err := api.New(api.Config{BaseURL: "http://127.0.0.1:1", Key: api.NewSecret("sk-test")})
	if err != nil {
		t.Fatal(err)
	}
	in, err := p.Look(t.Context(), client, draft.FieldVisual)
	if err != nil || basisOf([]Input{in}) != "video 0.16 s from the local file, measured by ffprobe" || !strings.Contains(in.Warn, "this format is not among the formats") {
		t.Errorf("%q, %+v, %v", basisOf([]Input{in}), in, err)
	}
}

func TestFFprobeIsNotRunForKnownFormats(t *testing.T) {
	dir := t.TempDir()
	onThePath(t, "echo asked >"+dir+"/asked; "+listing)
	file := func(name string, data []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	whole := sample.WAV(2)
	for name, path := range map[string]string{
		"what we can measure":    file("a.wav", whole),
		"a file that is empty":   file("b.wav", nil),
		"a web page":             file("c.mp3", []byte("<!DOCTYPE html><html>")),
		"a picture":              file("d.mp3", []byte("\x89PNG\r\n\x1a\n")),
		"a file that is not":     filepath.Join(dir, "nothing"),
		"a folder":               dir,
		"half of a movie":        file("e.mp4", []byte("\x00\x00\x00\x10ftypisom\x00\x00\x00\x00\x00\x00\xff\xffmdat")),
		"a film without a sound": file("f.mp4", []byte("\x00\x00\x00\x10ftypheic\x00\x00\x00\x00\x00\x00\x00\x08meta")),
	} {
		_, by, _ := measureFile(t.Context(), path, media.Audio)
		if _, err := os.Stat(filepath.Join(dir, "asked")); err == nil || by != "" {
			t.Errorf("%s: ffprobe was asked", name)
			_ = os.Remove(filepath.Join(dir, "asked"))
		}
	}
	if _, _, err := measureFile(t.Context(), unknown(t), media.Image); err == nil {
		t.Error("an image has a length")
	}
	if _, err := os.Stat(filepath.Join(dir, "asked")); err == nil {
		t.Error("ffprobe was asked about an image")
	}
}

func TestMisbehavingFFprobe(t *testing.T) {
	for name, test := range map[string]struct{ script, words string }{
		"fails":                {"exit 1", "no length either"},
		"fails in the end":     {listing + "; exit 3", "no length either"},
		"says nothing":         {"true", "no length either"},
		"talks":                {"echo Hello; echo; echo ,,,; echo NaN,Inf,-Inf,___; echo 1e300,0,1e300,___", "no length either"},
		"never ends a line":    {"while :; do printf 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'; done", "no length either"},
		"never ends":           {"while :; do :; done", "was not done within"},
		"leaves a child":       {"(while :; do :; done) & " + listing + "; wait", "was not done within"},
		"tells of a long past": {"echo 0,0,1,___; echo 1000000000,0,1,___", "no length either"},
		"is wary":              {"echo 1.5,1.5,0.5,K_D", "no length either"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			program := filepath.Join(dir, "ffprobe")
			if err := os.WriteFile(program, []byte("#!/bin/sh\n"+test.script+"\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			begun := time.Now()
			seconds, err := ffprobe{program, 300 * time.Millisecond}.measure(t.Context(), "take.xyz", media.Audio)
			if err == nil || !strings.Contains(err.Error(), test.words) && !strings.Contains(err.Error(), "was not done within") {
				t.Errorf("%v s, %v; want %q", seconds, err, test.words)
			}
			if took := time.Since(begun); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func TestFFprobeEndsWithItsContext(t *testing.T) {
	program := onThePath(t, "while :; do :; done")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := (ffprobe{program, time.Minute}).measure(ctx, "take.xyz", media.Audio); err == nil {
		t.Error("it found a length")
	}
	if _, _, err := measureFile(ctx, unknown(t), media.Audio); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestRealFFprobe(t *testing.T) {
	program, err := exec.LookPath("ffprobe")
	if err != nil {
		t.Skip("ffprobe is not on the PATH")
	}
	path := filepath.Join(t.TempDir(), "-a take.xyz")
	if err := os.WriteFile(path, sample.WAV(2), 0o600); err != nil {
		t.Fatal(err)
	}
	if seconds, err := (ffprobe{program, probePatience}).measure(t.Context(), path, media.Audio); err != nil || math.Abs(seconds-2) > 0.01 {
		t.Errorf("%v s, %v", seconds, err)
	}
	list := filepath.Join(t.TempDir(), "list.m3u8")
	if err := os.WriteFile(list, []byte("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n"+path+"\n#EXT-X-ENDLIST\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if seconds, err := (ffprobe{program, probePatience}).measure(t.Context(), list, media.Audio); err == nil {
		t.Errorf("a play list was followed: %v s", seconds)
	}
}

// wav returns a WAV file with some seconds of silence, one byte per sample.
