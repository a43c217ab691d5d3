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
		{"", 10, 12, "sound 2 s longer: bounce plays the picture back and forth"},
		{"", 12.5, 10, "picture 2.5 s longer: bounce ends it with the sound"},
		{"loop", 10, 130, "sound 2m00s longer: loop repeats the picture"},
		{"loop", 130, 10, "picture 2m00s longer: loop ends it with the sound"},
		{"cut_off", 10, 12, "sound 2 s longer: cut_off ends it with the picture"},
		{"cut_off", 12, 10, "picture 2 s longer: cut_off ends it with the sound"},
		{"silence", 10, 12, "sound 2 s longer: silence lets it go on without lips"},
		{"silence", 12, 10, "picture 2 s longer: silence fills the rest of the sound"},
		{"remap", 10, 12, "sound 2 s longer: remap slows the picture down"},
		{"remap", 12, 10, "picture 2 s longer: remap speeds it up"},
	} {
		if got := draft.LengthsApart(c.mode, c.video, c.audio); got != c.want {
			t.Errorf("%s %v %v: %q, want %q", c.mode, c.video, c.audio, got, c.want)
		}
	}
}
