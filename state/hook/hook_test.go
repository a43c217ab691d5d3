package hook

import (
	"slices"
	"strings"
	"testing"
)

func TestMistakesInCommandsAreNamed(t *testing.T) {
	for _, c := range []struct {
		run   []string
		words string
	}{
		{[]string{"rclone", "copy", "{path}", "s3:bucket/{label}"}, ""},
		{[]string{"/usr/local/bin/done", "{id}", "{}", "{ x }", `{"job": "{id}"}`}, ""},
		{[]string{" "}, "it needs a program"},
		{[]string{"./done.sh"}, "the program must be a name or an absolute path"},
		{[]string{"{name}"}, "the program must be a name or an absolute path"},
		{[]string{"cp", "{file}"}, "there is no field {file}; there are {path} {id}"},
		{[]string{"cp", "a\x00b"}, "a NUL can't be passed"},
	} {
		if got := Check(c.run); !strings.HasPrefix(got, c.words) || (c.words == "") != (got == "") {
			t.Errorf("%q: %q", c.run, got)
		}
	}
}

// Whatever a name holds, it stays one argument, and no option.
func TestFieldsAreFilledIn(t *testing.T) {
	c := Command{Run: []string{"rclone", "copy", "{path}", "s3:b/{label}/{name}", "{name}", "{{id}}", "{what}"}}
	f := Facts{ID: "j1", Name: "--delete; rm -rf $HOME", Path: "/x/a b.mp4", Label: "{id}"}
	want := []string{"rclone", "copy", "/x/a b.mp4", "s3:b/{id}/--delete; rm -rf $HOME", "delete; rm -rf $HOME", "{j1}", "{what}"}
	if got := c.Args(&f); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if !c.OfFiles() || (&Command{Run: []string{"say", "{name}"}}).OfFiles() {
		t.Error("it is not known what the command is for")
	}
	env := f.Env()
	if !slices.Contains(env, "DUBTOP_NAME=--delete; rm -rf $HOME") || !slices.Contains(env, "DUBTOP_PATH=/x/a b.mp4") {
		t.Errorf("the variables are %q", env)
	}
}
