package text

import (
	"math"
	"testing"
)

func TestSizes(t *testing.T) {
	for n, want := range map[int64]Text{
		0: "0 B", 812: "812 B", 999: "999 B", 1000: "1.0 kB", 999_949: "999.9 kB", 999_950: "1.0 MB",
		10_500_000: "10.5 MB", 5_368_709_120: "5.4 GB", math.MaxInt64: "9.2 EB",
	} {
		if got := Bytes(n); got != want {
			t.Errorf("%d bytes are %q, want %q", n, got, want)
		}
	}
}
