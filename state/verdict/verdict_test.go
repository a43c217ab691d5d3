package verdict

import (
	"strings"
	"testing"
)

func TestVerdictsAreReadExactly(t *testing.T) {
	for word, want := range map[string]Verdict{"": None, "approved": Approved, "retake": Retake} {
		if got, err := Parse(word); got != want || err != nil {
			t.Errorf("%q: %q, %v", word, got, err)
		}
	}
	for _, word := range []string{"Approved", " retake", "no", "retake\x1b[2J" + strings.Repeat("x", 1000)} {
		if got, err := Parse(word); got != None || err == nil || strings.Contains(err.Error(), "\x1b") || len(err.Error()) > 200 {
			t.Errorf("%q: %q, %v", word, got, err)
		}
	}
	if n := Note("late\u202e" + strings.Repeat("x", 2*MaxNote)); len(n) > MaxNote || strings.Contains(string(n), "\u202e") {
		t.Errorf("a note of %d bytes", len(n))
	}
}
