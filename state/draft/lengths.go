package draft

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
)

// apart is how much the lengths of picture and sound may differ without anybody
// noticing, as a share of the longer one.
const apart = 0.05

// LengthsApart describes the effect of the sync mode on a picture and a sound
// whose lengths, in seconds, differ by more than 5 %. It returns "" if they
// don't, or if one of them is unknown.
// https://sync.so/docs/developer-guides/sync-mode
func LengthsApart(mode string, video, audio float64) string {
	if video <= 0 || audio <= 0 || math.Abs(video-audio) <= apart*max(video, audio) {
		return ""
	}
	if mode == "" {
		mode = "bounce"
	}
	words := map[string][2]string{ // for a longer sound, and for a longer picture
		"bounce":  {"plays the picture back and forth"},
		"loop":    {"repeats the picture"},
		"cut_off": {"ends it with the picture"},
		"silence": {"lets it go on without lips", "fills the rest of the sound"},
		"remap":   {"slows the picture down", "speeds it up"},
	}[mode]
	difference := Length(math.Abs(video - audio))
	if audio > video {
		return fmt.Sprintf("sound %s longer: %s %s", difference, mode, words[0])
	}
	return fmt.Sprintf("picture %s longer: %s %s", difference, mode, cmp.Or(words[1], "ends it with the sound"))
}

// Length formats a length for a sentence, as in 6 s, 12.5 s or 2m10s.
func Length(seconds float64) string {
	if seconds >= 60 {
		whole := int(math.Round(seconds))
		return fmt.Sprintf("%dm%02ds", whole/60, whole%60)
	}
	return strconv.FormatFloat(math.Round(seconds*10)/10, 'f', -1, 64) + " s"
}
