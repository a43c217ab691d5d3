package draft

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"dubtop/api"
)

func TestLinesAreCutIntoEqualBatches(t *testing.T) {
	for n, want := range map[int]string{
		20: "[20]", 500: "[500]", 501: "[251 250]", 510: "[255 255]", 1000: "[500 500]", 1013: "[338 338 337]",
	} {
		parts, err := CutBatch(make([]int, n))
		if got := fmt.Sprint(parts); err != nil || got != want {
			t.Errorf("%d lines: %s, %v, want %s", n, got, err, want)
		}
	}
	if _, err := CutBatch(make([]int, 19)); err == nil {
		t.Error("19 lines are a batch")
	}
}

func TestBatchesKeepTheLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.IntRange(1, 400_000), api.BatchMinLines, 1200).Draw(t, "sizes")
		parts, err := CutBatch(sizes)
		if err != nil {
			for at := 0; at+api.BatchMinLines <= len(sizes); at++ { // some twenty in a row must be too large
				if largest(sizes[at:], []int{api.BatchMinLines}) > api.BatchMaxBytes/2 {
					return
				}
			}
			t.Fatalf("%v, but any %d lines fit", err, api.BatchMinLines)
		}
		sum, least, most := 0, parts[0], parts[0]
		for _, n := range parts {
			sum, least, most = sum+n, min(least, n), max(most, n)
		}
		if sum != len(sizes) || least < api.BatchMinLines || most > api.BatchMaxLines || most-least > 1 || largest(sizes, parts) > api.BatchMaxBytes {
			t.Fatalf("%d lines become %v", len(sizes), parts)
		}
	})
}
