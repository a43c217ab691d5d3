package editor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// with returns an editor that is a shell script, and a folder for its notes.
func with(t *testing.T, script string) (*Editor, string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("TMPDIR", t.TempDir())
	path := filepath.Join(dir, "an editor")
	if err := os.WriteFile(path, []byte("#!/bin/sh\ncd \"$(dirname \"$0\")\"\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	return New(func(name string) string { return map[string]string{"EDITOR": "'" + path + "' --wait"}[name] }), dir
}

// left lists what is left of the temporary files.
func left(t *testing.T) []os.DirEntry {
	t.Helper()
	files, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestEditorGetsAPrivateFileThatIsRemoved(t *testing.T) {
	e, dir := with(t, `ls -l "$2" > mode; ls -ld "$(dirname "$2")" >> mode; cp "$2" was; echo "$1" "$2" > args; printf 'new\n' > "$2"`)
	got, err := e.Edit("request.json", "old ✓\n")
	if err != nil || got != "new\n" {
		t.Fatalf("%q, %v", got, err)
	}
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	modes := strings.Split(read("mode"), "\n")
	if read("was") != "old ✓\n" || !strings.HasPrefix(modes[0], "-rw-------") || !strings.HasPrefix(modes[1], "drwx------") {
		t.Errorf("%q in %q", read("was"), modes)
	}
	if args := read("args"); !strings.HasPrefix(args, "--wait /") || !strings.HasSuffix(args, "/request.json\n") {
		t.Errorf("arguments %q", args)
	}
	if files := left(t); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

func TestFailedEditorSaysSoAndLeavesNothing(t *testing.T) {
	for script, words := range map[string]string{
		"exit 1":                   "exit status 1",
		`rm "$2"`:                  "left no file",
		`truncate -s 9000000 "$2"`: "8 MB; 8 are the most",
		`kill -TERM $$`:            "terminated",
	} {
		t.Run(words, func(t *testing.T) {
			e, _ := with(t, script)
			if _, err := e.Edit("request.json", "x"); err == nil || !strings.Contains(err.Error(), words) {
				t.Errorf("%v, want %q", err, words)
			}
			if files := left(t); len(files) > 0 {
				t.Errorf("left behind: %v", files)
			}
		})
	}
}

func TestVisualComesFirst(t *testing.T) {
	env := map[string]string{"VISUAL": "one", "EDITOR": "two"}
	for _, want := range []string{"one", "two", "vi"} {
		if got := New(func(name string) string { return env[name] }).command; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		for name, value := range env {
			if value == want {
				delete(env, name)
			}
		}
	}
}
