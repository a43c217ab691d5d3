package duration

import (
	"testing"
	"time"
)

func TestDocumentedTimes(t *testing.T) {
	for _, test := range []struct {
		model  string
		length float64
		want   time.Duration
	}{
		{"lipsync-2", 30, 2 * time.Minute},
		{"lipsync-2", 120, 6 * time.Minute},
		{"lipsync-2", 75, 4 * time.Minute},
		{"lipsync-2", 0, 2 * time.Minute},
		{"lipsync-2-pro", 30, 210 * time.Second},
		{"sync-3", 120, 50 * time.Minute},
		{"sync-3", 1, 187500 * time.Millisecond}, // at least a quarter
		{"tomorrow-1", 30, 2 * time.Minute},
	} {
		if got := Documented(test.model, test.length); got != test.want {
			t.Errorf("%s, %v s: %v, want %v", test.model, test.length, got, test.want)
		}
	}
}
