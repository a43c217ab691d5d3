package settings

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCommandForWhatIsDone(t *testing.T) {
	s, problems := configured(t, "[on_done]\nrun = [\"rclone\", \"copy\", \"{path}\", \"s3:b/{label}\"]\nlimit = \"90s\"\n")
	if len(problems) > 0 || !slices.Equal(s.Hook.Run, []string{"rclone", "copy", "{path}", "s3:b/{label}"}) || s.Hook.Limit != 90*time.Second {
		t.Errorf("%+v, %v", s.Hook, problems)
	}
	for line, words := range map[string]string{
		`run = "rclone copy {path}"`: "no shell reads it: no command is run", `run = ["cp", 3]`: "it must be a list",
		`run = ["cp", "{file}"]`: "there is no field {file}; there are {path} {id}", `run = ["./mine"]`: "a name or an absolute path",
		`limit = "10"`: "it must be a duration", `rum = []`: "did you mean on_done.run?",
	} {
		if s, problems := configured(t, "[on_done]\n"+line+"\n"); len(problems) != 1 || !strings.Contains(problems[0].Words, words) || s.Hook.On() {
			t.Errorf("%s: %+v, %v", line, s.Hook, problems)
		}
	}
}

// A configuration that may have come with a download, or that others can write
// to, names no command.
func TestForeignCommandsAreNotRun(t *testing.T) {
	const run = "[on_done]\nrun = [\"true\"]\n"
	work, home := t.TempDir(), t.TempDir()
	t.Chdir(work)
	below := filepath.Join(work, "a/b/c.toml")
	elsewhere := filepath.Join(home, "mine.toml")
	link := filepath.Join(home, "link.toml")
	write(t, filepath.Join(work, "here.toml"), run, 0o600)
	write(t, below, run, 0o600)
	write(t, elsewhere, run, 0o600)
	write(t, filepath.Join(home, "open.toml"), run, 0o600)
	if err := os.Chmod(filepath.Join(home, "open.toml"), 0o622); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(work, "here.toml"), link); err != nil {
		t.Fatal(err)
	}
	for path, words := range map[string]string{
		"here.toml": "in the working directory", filepath.Join(work, "here.toml"): "in the working directory", below: "in the working directory",
		link: "in the working directory", filepath.Join(home, "open.toml"): "others can write to this file", elsewhere: "",
	} {
		s, problems := Load(someone(t, map[string]string{"DUBTOP_CONFIG": path}))
		if on := words == ""; s.Hook.On() != on || !on && (len(problems) != 1 || !strings.Contains(problems[0].Words, words)) {
			t.Errorf("%s: %+v, %v", path, s.Hook, problems)
		}
	}
}
