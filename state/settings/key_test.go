package settings

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"dubtop/api"
)

const canary = "sk-canary-7f3a9b"

// quiet fails if the output contains any part of the key.
func quiet(t *testing.T, shown ...any) {
	t.Helper()
	if text := fmt.Sprintf("%v %+v %#v", shown, shown, shown); strings.Contains(text, "canary") {
		t.Errorf("the key is told: %s", text)
	}
}

func TestEnvironmentsKeyComesFirst(t *testing.T) {
	env := someone(t, map[string]string{keyVariable: " " + canary + "\n"})
	write(t, filepath.Join(env.Home, ".config/dubtop/api_key"), "another", 0o644)
	secret, source, problems := FindKey(t.Context(), env, nil)
	if secret.IsZero() || !source.Found || source.Path != "" || len(problems) > 0 {
		t.Errorf("found %t in %+v, %v", !secret.IsZero(), source, problems)
	}
	if source.String() != "the environment (SYNC_API_KEY)" {
		t.Errorf("source = %s", source)
	}
	quiet(t, secret, source, problems)
}

func TestKeysAreSavedForTheUserAlone(t *testing.T) {
	env := someone(t, nil)
	path := filepath.Join(env.Home, ".config/dubtop/api_key")
	for _, key := range []string{"first", " " + canary + " "} { // the second replaces the first
		if _, err := SaveKey(env, nil, key); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil || string(text) != canary+"\n" {
		t.Errorf("the file has %d bytes, %v", len(text), err)
	}
	for p, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %o", p, info.Mode(), err, want)
		}
	}
	if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) != 1 {
		t.Errorf("left behind: %v, %v", files, err)
	}
	secret, source, problems := FindKey(t.Context(), env, nil)
	if secret.IsZero() || source.String() != path || len(problems) > 0 {
		t.Errorf("found %t in %s, %v", !secret.IsZero(), source, problems)
	}
	quiet(t, secret, source)
}

func TestKeyFilesThatOthersReadAreMadePrivate(t *testing.T) {
	env := someone(t, nil)
	path := filepath.Join(env.Home, ".config/dubtop/api_key")
	write(t, path, canary, 0o644)
	secret, source, problems := FindKey(t.Context(), env, nil)
	if secret.IsZero() || !source.Found || len(problems) != 1 || !strings.Contains(problems[0].Words, "private now") {
		t.Errorf("found %t, %v", !secret.IsZero(), problems)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	if _, _, problems := FindKey(t.Context(), env, nil); len(problems) > 0 {
		t.Errorf("told again: %v", problems)
	}
}

func TestKeysThatAreRefused(t *testing.T) {
	pipe := func(path string) error { return syscall.Mkfifo(path, 0o600) }
	text := func(s string) func(string) error {
		return func(path string) error { return os.WriteFile(path, []byte(s), 0o600) }
	}
	for name, c := range map[string]struct {
		make  func(path string) error
		uid   int // beside ours
		words string
	}{
		"somebody else's": {text(canary), 1, "belongs to another user"},
		"empty":           {text(" \n"), 0, "holds no key"},
		"two lines":       {text(canary + "\n" + canary), 0, "it has 2 lines"},
		"a sentence":      {text("my key " + canary), 0, "a space inside the key"},
		"half a quote":    {text(canary + `"`), 0, "a quote at one end"},
		"not plain":       {text(canary + "\u00e9"), 0, "not a key"},
		"endless":         {text(strings.Repeat(canary, 9000)), 0, "too long"},
		"a directory":     {func(path string) error { return os.Mkdir(path, 0o700) }, 0, "not a regular file"},
		"a pipe":          {pipe, 0, "not a regular file"},
	} {
		t.Run(name, func(t *testing.T) {
			env := someone(t, nil)
			env.UID += c.uid
			path := filepath.Join(env.Home, ".config/dubtop/api_key")
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := c.make(path); err != nil {
				t.Fatal(err)
			}
			secret, source, problems := FindKey(t.Context(), env, nil)
			if !secret.IsZero() || source.Found || len(problems) != 1 || !strings.Contains(problems[0].Words, c.words) {
				t.Errorf("found %t, %+v, %v; want %q", !secret.IsZero(), source, problems, c.words)
			}
			if !strings.Contains(source.String(), "can't be used") {
				t.Errorf("source = %s", source)
			}
			quiet(t, secret, source, problems)
		})
	}
	env := someone(t, map[string]string{keyVariable: canary + "\x1b[2J"})
	secret, source, problems := FindKey(t.Context(), env, nil)
	if !secret.IsZero() || len(problems) != 1 || problems[0].File != keyVariable {
		t.Errorf("from the environment: %t, %v", !secret.IsZero(), problems)
	}
	quiet(t, secret, source, problems)
}

// Text copied along with a key is removed with a notice, both in the
// environment and in the file.
func TestTextAroundAKeyIsRemoved(t *testing.T) {
	for _, c := range []struct{ before, after, words string }{
		{`"`, `"`, "without the quotes around it"},
		{"'", "'\n", "without the quotes around it"},
		{"“", "”", "without the quotes around it"},
		{"SYNC_API_KEY=", "", "without the name before it"},
		{"export SYNC_API_KEY = ", "\n", "without the name before it"},
		{`SYNC_API_KEY="`, `"`, "without the name before it and the quotes around it"},
		{`"SYNC_API_KEY=`, `"`, "without the quotes around it and the name before it"},
		{"x-api-key: ", "\r\n", "without the name before it"},
		{"Authorization: Bearer ", "", "without the name before it"},
		{"\n\n ", "\n\n", ""},
	} {
		env := someone(t, map[string]string{keyVariable: c.before + canary + c.after})
		inFile := someone(t, nil)
		write(t, filepath.Join(inFile.Home, ".config/dubtop/api_key"), c.before+canary+c.after, 0o600)
		for where, env := range map[string]Env{"the environment": env, "the file": inFile} {
			secret, source, problems := FindKey(t.Context(), env, nil)
			if !source.Found || secret.Fingerprint() != api.NewSecret(canary).Fingerprint() {
				t.Errorf("%s: %q…%q was not taken: %v", where, c.before, c.after, problems)
			}
			if words := fmt.Sprint(problems); (c.words == "") != (len(problems) == 0) || !strings.Contains(words, c.words) {
				t.Errorf("%s: %q…%q says %s, want %q", where, c.before, c.after, words, c.words)
			}
			quiet(t, secret, source, problems)
		}
	}
}

func TestSearchedPlacesAreNamed(t *testing.T) {
	env := someone(t, nil)
	secret, source, problems := FindKey(t.Context(), env, nil)
	want := "no key; looked at SYNC_API_KEY, then " + filepath.Join(env.Home, ".config/dubtop/api_key")
	if !secret.IsZero() || len(problems) > 0 || source.String() != want {
		t.Errorf("source = %s, %v; want %s", source, problems, want)
	}
	env.Home = ""
	if _, source, problems := FindKey(t.Context(), env, nil); len(problems) != 1 || source.String() != "no key; looked at SYNC_API_KEY" {
		t.Errorf("without a home: %s, %v", source, problems)
	}
	if _, err := SaveKey(env, nil, canary); err == nil {
		t.Error("a key was saved nowhere")
	}
}

func TestBadKeysAreNotSaved(t *testing.T) {
	env := someone(t, nil)
	for _, key := range []string{"", " ", canary + "\n" + canary, canary + "\x00"} {
		_, err := SaveKey(env, nil, key)
		if err == nil {
			t.Errorf("%q was saved", key)
		}
		quiet(t, err)
	}
	write(t, filepath.Join(env.Home, ".config"), "a file where the directory should be", 0o600)
	if _, err := SaveKey(env, nil, canary); err == nil || !strings.Contains(err.Error(), "can't be saved") {
		t.Errorf("err = %v", err)
	}
}

func TestSystem(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", "/some/where")
	if dir, err := StateDir(System()); err != nil || dir != "/some/where/dubtop" {
		t.Errorf("StateDir = %s, %v", dir, err)
	}
	t.Setenv("HOME", "")
	t.Setenv("XDG_STATE_HOME", "")
	if _, err := StateDir(System()); err != ErrNoHome {
		t.Errorf("without a home: %v", err)
	}
}
