package terminal_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The prompt of dubtop auth login shows nothing of a key, and gives the terminal back however it ends.
func TestLoginHidesTheKey(t *testing.T) {
	t.Parallel()
	a := simulated(t, "--generations", "0")
	for name, c := range map[string]struct {
		typed  string
		status int
		says   string
	}{
		"typed":                 {typed: a.key + "\r", says: "Stored in "},
		"pasted with a newline": {typed: a.key + "\n", says: "Stored in "},
		"corrected":             {typed: "x\x7f" + a.key + "\r", says: "Stored in "},
		"refused":               {typed: "sk-nothing-of-ours-0123456789\r", status: 3, says: "nothing was stored"},
		"empty":                 {typed: "\r", status: 2, says: "that is no key"},
		"ctrl+c":                {typed: a.key[:9] + "\x03", status: 130, says: "stopped: nothing was stored"},
		"ctrl+d":                {typed: "\x04", status: 130, says: "stopped: nothing was stored"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, stage{args: []string{"auth", "login"}, env: []string{"SYNC_BASE_URL=" + a.base}})
			w.sees("API key (not shown):")
			w.keys(c.typed)
			w.ends(c.status)
			w.restored("after the prompt")
			if !strings.Contains(w.screen(), c.says) {
				t.Errorf("it does not say %q:\n%s", c.says, w.screen())
			}
			secret := strings.Trim(c.typed, "\r\n\x03\x04\x7fx")
			w.mu.Lock()
			shown := secret != "" && bytes.Contains(w.raw.Bytes(), []byte(secret))
			w.mu.Unlock()
			if shown {
				t.Error("the key is shown")
			}
			stored, _ := filepath.Glob(filepath.Join(w.home, ".config", "dubtop", "*"))
			if (len(stored) > 0) != (c.status == 0) {
				t.Errorf("stored: %v", stored)
			}
			for _, path := range stored {
				if raw, err := os.ReadFile(path); err != nil || strings.TrimSpace(string(raw)) != a.key {
					t.Errorf("%s has %q, %v", path, raw, err)
				}
			}
		})
	}
}
