package terminal_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The key of an account comes from a command, which sees no key. It is on no
// screen, in no file of the state, in no backup, and in no export.
func TestKeyOfAnAccountIsNowhere(t *testing.T) {
	t.Parallel()
	a := simulated(t)
	g := a.gate(0)
	dir := t.TempDir()
	secret := filepath.Join(t.TempDir(), "secret")
	must(t, os.WriteFile(secret, []byte(a.key+"\n"), 0o600))
	op := filepath.Join(dir, "op")
	must(t, os.WriteFile(op, []byte("#!/bin/sh\nenv > "+dir+"/env\necho noise >&2\ncat "+secret+"\n"), 0o700))
	files := map[string]string{".config/dubtop/config.toml": fmt.Sprintf("[accounts.acme]\nbase_url = %q\nkey_command = [%q, \"op://work\"]\n", g.URL, op)}
	place := home(t, files)
	w := open(t, stage{home: place, env: []string{"DUBTOP_ACCOUNT=acme", "SYNC_API_KEY=sk-of-nobody"}})
	w.sees("acme", "completed", "n new")
	w.keysAreNowhere(a.key)
	w.keys("q")
	w.ends(0)
	w.keysAreNowhere(a.key)
	env, err := os.ReadFile(filepath.Join(dir, "env"))
	must(t, err)
	if bytes.Contains(env, []byte("SYNC_API_KEY")) || bytes.Contains(env, []byte("sk-of-nobody")) || bytes.Contains(w.bytes(), []byte("noise")) {
		t.Error("the key command saw a key, or was heard")
	}
	backup := filepath.Join(dir, "backup.db")
	for _, args := range [][]string{{"auth", "status"}, {"auth", "status", "--json"}, {"journal", "backup", backup}, {"journal", "export"}, {"auth", "logout"}} {
		before := stage{env: []string{"DUBTOP_ACCOUNT=acme", "SYNC_API_KEY=sk-of-nobody"}}.command(place)
		c := exec.Command(before.Path, args...)
		c.Env = before.Env
		out, err := c.CombinedOutput()
		if err != nil || bytes.Contains(out, []byte(a.key)) || bytes.Contains(out, []byte("sk-of-nobody")) || bytes.Contains(out, []byte("noise")) {
			t.Errorf("%v: %v\n%s", args, err, bytes.ReplaceAll(out, []byte(a.key), []byte("THE KEY")))
		}
	}
	if raw, err := os.ReadFile(backup); err != nil || bytes.Contains(raw, []byte(a.key)) {
		t.Errorf("the backup holds the key, or %v", err)
	}
}
