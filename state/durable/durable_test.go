package durable_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"dubtop/state/durable"
)

// The ways to name a file on file systems that can't refuse to replace.
func TestOtherRenames(t *testing.T) {
	for name, rename := range map[string]func(from, to string) error{
		"link": durable.LinkNew, "rename": durable.RenameUnlessThere,
	} {
		dir := t.TempDir()
		from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
		_ = os.WriteFile(from, []byte("new"), 0o600)
		if err := rename(from, to); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		_ = os.WriteFile(from, []byte("newer"), 0o600)
		if err := rename(from, to); !errors.Is(err, os.ErrExist) {
			t.Errorf("%s replaced a file: %v", name, err)
		}
		if data, _ := os.ReadFile(to); string(data) != "new" {
			t.Errorf("%s: %q", name, data)
		}
	}
}
