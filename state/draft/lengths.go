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

// LengthsApart says what the sync mode makes of a picture and a sound whose
// lengths, in seconds, differ by more than 5 %. It returns "" if they don't, or
// if one of them is unknown.
// https://sync.so/docs/developer-guides/sync-mode
func LengthsApart(mode string, video, audio float64) string {
	longer := max(video, audio)
	if video <= 0 || audio <= 0 || math.Abs(video-audio) <= apart*longer {
		return ""
	}
	return fmt.Sprintf("video %s, sound %s: %s", Length(video), Length(audio), outcome(mode, video, audio))
}

// outcome says what becomes of the difference.
func outcome(mode string, video, audio float64) string {
	if mode == "" {
		mode = "bounce"
	}
	difference := Length(math.Abs(video - audio))
	words := map[string][2]string{ // for a longer sound, and for a longer picture
		"bounce":  {"plays the picture backwards and forwards for " + difference},
		"loop":    {"repeats the picture for " + difference},
		"cut_off": {"ends both after " + Length(video), "ends both after " + Length(audio)},
		"silence": {"lets the sound go on for " + difference + " without lips", "fills the last " + difference + " of the sound"},
		"remap":   {"slows the picture down to " + Length(audio), "speeds the picture up to " + Length(audio)},
	}[mode]
	if audio > video {
		return mode + " " + words[0]
	}
	return mode + " " + cmp.Or(words[1], "ends the picture with the sound, "+difference+" early")
}

// Length formats a length for a sentence, as in 6 s, 12.5 s or 2m10s.
func Length(seconds float64) string {
	if seconds >= 60 {
		whole := int(math.Round(seconds))
		return fmt.Sprintf("%dm%02ds", whole/60, whole%60)
	}
	return strconv.FormatFloat(math.Round(seconds*10)/10, 'f', -1, 64) + " s"
}
