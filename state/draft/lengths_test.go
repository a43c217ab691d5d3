package draft_test

import (
	"testing"

	"dubtop/state/draft"
)

func TestLengthsApart(t *testing.T) {
	for _, c := range []struct {
		mode         string
		video, audio float64
		want         string
	}{
		{"", 10, 10.4, ""},
		{"", 0, 10, ""},
		{"", 10, 12, "video 10 s, sound 12 s: bounce plays the picture backwards and forwards for 2 s"},
		{"", 12.5, 10, "video 12.5 s, sound 10 s: bounce ends the picture with the sound, 2.5 s early"},
		{"loop", 10, 130, "video 10 s, sound 2m10s: loop repeats the picture for 2m00s"},
		{"loop", 130, 10, "video 2m10s, sound 10 s: loop ends the picture with the sound, 2m00s early"},
		{"cut_off", 10, 12, "video 10 s, sound 12 s: cut_off ends both after 10 s"},
		{"silence", 10, 12, "video 10 s, sound 12 s: silence lets the sound go on for 2 s without lips"},
		{"silence", 12, 10, "video 12 s, sound 10 s: silence fills the last 2 s of the sound"},
		{"remap", 10, 12, "video 10 s, sound 12 s: remap slows the picture down to 12 s"},
		{"remap", 12, 10, "video 12 s, sound 10 s: remap speeds the picture up to 10 s"},
	} {
		if got := draft.LengthsApart(c.mode, c.video, c.audio); got != c.want {
			t.Errorf("%s %v %v: %q, want %q", c.mode, c.video, c.audio, got, c.want)
		}
	}
}
