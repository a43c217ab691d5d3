package draft

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestOutputSeconds(t *testing.T) {
	for _, c := range []struct {
		mode         string
		video, audio float64
		image        bool
		want         float64
		ok           bool
	}{
		{"bounce", 10, 20, false, 20, true},
		{"", 10, 20, false, 20, true},
		{"", 0, 20, false, 20, true}, // only the audio counts
		{"", 10, 0, false, 0, false},
		{"loop", 20, 10, false, 10, true},
		{"remap", 20, 10, false, 10, true},
		{"cut_off", 10, 20, false, 10, true},
		{"cut_off", 20, 10, false, 10, true},
		{"cut_off", 20, 0, false, 0, false},
		{"silence", 20, 10, false, 20, true},
		{"silence", 3.2, 10, false, 10, true},
		{"silence", 10, 3.2, false, 10, true},
		{"silence", 0, 10, false, 0, false}, // the video may be longer
		{"silence", 10, 0, false, 0, false},
		{"silence", 0, 10, true, 10, true}, // a still image has no length
		{"newly_made", 10, 10, false, 0, false},
		{"", 10, math.NaN(), false, 0, false},
	} {
		got, ok := OutputSeconds(c.mode, c.video, c.audio, c.image)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("OutputSeconds(%q, %g, %g, %t) = %g, %t; want %g, %t", c.mode, c.video, c.audio, c.image, got, ok, c.want, c.ok)
		}
	}
}

func TestSpeechSeconds(t *testing.T) {
	if got := SpeechSeconds(" " + strings.Repeat("ä", 150) + "\n"); got != 10 {
		t.Errorf("150 characters take %g s, want 10", got)
	}
}

func TestModelsHaveTheirOwnOptions(t *testing.T) {
	names := func(model string) string {
		var out []string
		for _, o := range RulesFor(model).Options {
			if o.Parent == "" {
				out = append(out, o.Name)
			}
		}
		return strings.Join(out, " ")
	}
	for model, want := range map[string]string{
		"sync-3":             "sync_mode active_speaker_detection",
		"lipsync-2":          "sync_mode temperature occlusion_detection_enabled active_speaker_detection",
		"lipsync-2-pro":      "sync_mode temperature occlusion_detection_enabled active_speaker_detection",
		"lipsync-1.9.0-beta": "sync_mode occlusion_detection_enabled",
		"react-1":            "sync_mode model_mode prompt",
	} {
		if got := names(model); got != want || !RulesFor(model).Known {
			t.Errorf("%s honours %q, want %q", model, got, want)
		}
	}
	all := RulesFor("sync-9")
	if all.Known || !all.Image || all.MaxSeconds != 0 || names("sync-9") != "sync_mode temperature occlusion_detection_enabled active_speaker_detection model_mode prompt reasoning_enabled" {
		t.Errorf("an unknown model gets %+v, want permissive rules", all)
	}
}

func TestEveryOptionAcceptsItsDefault(t *testing.T) {
	for _, o := range RulesFor("any").Options {
		if o.Words == "" {
			t.Errorf("%s has no words for the form", o.Name)
		}
		for _, typed := range slices.Concat(o.Choices, strings.Fields(o.Default)) {
			if _, words := o.Value(typed); words != "" {
				t.Errorf("%s = %s: %s", o.Name, typed, words)
			}
		}
	}
}
