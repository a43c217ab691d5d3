package ui

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"dubtop/api/text"
)

func TestAgeFitsItsColumn(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 18, 30, 0, 0, time.UTC)
	for ago, want := range map[time.Duration]text.Text{
		-10 * 24 * time.Hour: "+10d", -200 * 24 * time.Hour: "+1y", -90 * time.Minute: "+1h", -59 * time.Second: "0s",
		0: "0s", 59 * time.Second: "59s", 33 * time.Minute: "33m", 47 * time.Hour: "47h", 700 * 24 * time.Hour: "700d", 731 * 24 * time.Hour: "2y",
	} {
		if got := age(now.Add(-ago), now); got != want {
			t.Errorf("%v ago is %q, want %q", ago, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		then := time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "then"), 0)
		if got := age(then, now); len(got) > 4 {
			t.Fatalf("%v is %q", then, got)
		}
	})
}
