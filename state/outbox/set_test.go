package outbox_test

import (
	"testing"

	"dubtop/state/outbox"
)

func TestNamesOfSetsAreOneFreeWord(t *testing.T) {
	taken := map[string]bool{"acme": true, "acme-2": true}
	for typed, want := range map[string]string{
		"acme": "acme-3", "Acme": "Acme", " a  b/c ": "a-b-c", "": "set", "日本 語.csv": "日本-語.csv", "x\x1b[31my": "xy", "...": "set",
	} {
		if got := outbox.FreeSetName(typed, func(n string) bool { return taken[n] }); got != want {
			t.Errorf("%q becomes %q, want %q", typed, got, want)
		}
	}
}
