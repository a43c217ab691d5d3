package inputs

import (
	"os"
	"path/filepath"
	"testing"
)

func TestPathsComplete(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"videos/ep01.mp4", "videos/ep02.mp4", "voice.wav", ".hidden/x", "été/a b.mp4"} {
		path := filepath.Join(root, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600))
	}
	for typed, want := range map[string]string{
		root + "/v":               root + "/v",
		root + "/vi":              root + "/videos/",
		root + "/videos/":         root + "/videos/ep0",
		root + "/videos/ep01":     root + "/videos/ep01.mp4",
		root + "/vo":              root + "/voice.wav",
		root + "/é":               root + "/été/",
		root + "/x":               root + "/x",
		"~/vo":                    root + "/voice.wav",
		root + "/.h":              root + "/.hidden/",
		root + "/videos/ep01.mp4": root + "/videos/ep01.mp4",
		"":                        "",
	} {
		if got := CompletePath(typed, root); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}
