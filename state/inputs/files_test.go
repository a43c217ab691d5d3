package inputs

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const (
	composed   = "caf\u00e9"
	decomposed = "cafe\u0301"
)

func TestFilesAreFoundInEitherUnicodeForm(t *testing.T) {
	for _, c := range [][2]string{{composed, decomposed}, {decomposed, composed}} {
		dir := t.TempDir()
		stored := filepath.Join(dir, c[0], c[0]+".wav")
		if err := os.MkdirAll(filepath.Dir(stored), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(stored, []byte("sound"), 0o600); err != nil {
			t.Fatal(err)
		}
		typed := filepath.Join(dir, c[1], c[1]+".wav")
		if n, err := StatFile(typed); err != nil || n != 5 {
			t.Errorf("StatFile(%+q) = %d, %v", typed, n, err)
		}
		f, n, err := OpenFile(typed)
		if err != nil || n != 5 {
			t.Fatalf("OpenFile(%+q) = %d, %v", typed, n, err)
		}
		if text, err := io.ReadAll(f); string(text) != "sound" || err != nil {
			t.Errorf("it holds %q, %v", text, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

// If the name exists as typed, the other Unicode form is not used.
func TestExactNameIsPreferred(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{composed, decomposed} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{composed, decomposed} {
		if got := OnDisk(filepath.Join(dir, name)); filepath.Base(got) != name {
			t.Errorf("%+q became %+q", name, got)
		}
	}
}

func TestOtherThanFilesAreNamedAndNeverBlock(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe.mp4")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, words := range map[string]string{
		pipe:                          "it is a pipe",
		dir:                           "it is a folder",
		"/dev/null":                   "it is a device",
		filepath.Join(dir, "no.mp4"):  "no such file",
		filepath.Join(dir, "no", "a"): "no such file",
		"":                            "no such file",
	} {
		if _, err := StatFile(path); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("StatFile(%q) says %v, want %q", path, err, words)
		}
		if _, _, err := OpenFile(path); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("OpenFile(%q) says %v, want %q", path, err, words)
		}
	}
}
