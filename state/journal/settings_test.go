package journal

import (
	"path/filepath"
	"testing"
)

// TestWatchesAreCarried adds the watched rows of one journal to those of another,
// also if nothing is watched there any more, and once if it is repeated.
func TestWatchesAreCarried(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{`["b","a"]`, "", `["a","b"]`},
		{`["b","a"]`, "[]", `["a","b"]`},
		{`["b","a"]`, `["a","c"]`, `["a","b","c"]`},
		{"", `["c"]`, `["c"]`},
		{"no list", `["c"]`, `["c"]`},
		{"", "", ""},
	} {
		from, to := opened(t, filepath.Join(t.TempDir(), "from.db")), opened(t, filepath.Join(t.TempDir(), "to.db"))
		for j, value := range map[*Journal]string{from: c.from, to: c.to} {
			if value != "" {
				fine(t, j.SaveSetting(t.Context(), WatchSetting, value))
			}
		}
		for range 2 {
			fine(t, carrySettings(t.Context(), from, to))
		}
		if got, _, err := to.Setting(t.Context(), WatchSetting); err != nil || got != c.want {
			t.Errorf("%q and %q become %q, want %q (%v)", c.from, c.to, got, c.want, err)
		}
	}
}
