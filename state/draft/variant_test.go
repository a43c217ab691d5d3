package draft

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"dubtop/api"
)

func TestJobBecomesItsDraft(t *testing.T) {
	for _, d := range []Draft{
		{
			Model: "lipsync-2", Visual: "https://c.example/a.mp4?sig=1", Audio: "asset:aud-1",
			Options: map[string]string{
				"sync_mode": "loop", "temperature": "0.25", "occlusion_detection_enabled": "true",
				"active_speaker_detection": "auto",
			},
			OutputFileName: "cut_1", WebhookURL: "https://h.example/x",
		},
		{
			Model: "sync-3", Visual: "asset:vid", VisualKind: "VIDEO", Audio: "asset:aud", Ref: "audio-1",
			More:     []Sound{{Script: "Hello", VoiceID: "v1", Stability: "0.25", Ref: "audio-2"}},
			Segments: []Segment{{From: "0", To: "2.5", Ref: "audio-2", Options: map[string]string{"sync_mode": "loop"}}, {From: "2.5", To: "9", Ref: "audio-1", CropFrom: "1", CropTo: "7.5"}},
			Options: map[string]string{
				"active_speaker_detection": "point", "active_speaker_detection.frame_number": "3", "active_speaker_detection.coordinates": "640, 360",
			},
			ProjectID: "11111111-2222-4333-8444-555555555555",
		},
		{Model: "sync-3", Visual: "asset:vid", VisualKind: "VIDEO", DubLang: "es", Options: map[string]string{}},
		{Model: "sync-3", Visual: "asset:img-1", VisualKind: "IMAGE", Script: "Hello", VoiceID: "v1", Options: map[string]string{}},
	} {
		body, err := d.Body(desk())
		if err != nil {
			t.Fatal(err)
		}
		g := echoOf(t, string(body)) // a server that echoes the request
		back, lost := FromJob(g)
		if len(lost) > 0 || !strings.HasPrefix(back.From, "from ") {
			t.Errorf("lost %q, %q", lost, back.From)
		}
		back.From = ""
		if !reflect.DeepEqual(back, d) {
			t.Errorf("back %+v\nwas  %+v", back, d)
		}
		again, err := back.Body(desk())
		if err != nil || string(again) != string(body) {
			t.Errorf("sent again %s\nwas sent   %s", again, body)
		}
	}
}

func TestLostPartsAreNamed(t *testing.T) {
	g := echoOf(t, `{"model":"lipsync-2","segments":[{"startTime":1}],
		"input":[{"type":"video","url":"ftp://x/a"},{"type":"image","assetId":"i"},{"type":"audio","assetId":"a"},
			{"type":"audio","assetId":"b"},{"type":"smell"}],
		"options":{"grade":"film","temperature":7,"pads":[],"active_speaker_detection":{"frame_number":3,"coordinates":[1,2]}}}`)
	d, lost := FromJob(g)
	text := strings.Join(lost, "\n")
	for _, part := range []string{"video: ", "audio after the first", "smell", "segments", "grade", "temperature"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is lost, but not named in\n%s", part, text)
		}
	}
	if strings.Contains(text, "pads") || d.Audio != "asset:a" || d.Option("active_speaker_detection") != SpeakerPoint {
		t.Errorf("draft %+v, lost\n%s", d, text)
	}
	long := echoOf(t, `{"input":[{"type":"text","provider":{"voiceId":"v","script":"`+strings.Repeat("a", MaxScript)+`"}}]}`)
	if _, lost := FromJob(long); len(lost) != 1 || !strings.Contains(lost[0], "script") {
		t.Errorf("a cut script: %q", lost)
	}
}

func TestChangedFields(t *testing.T) {
	from := good()
	from.Options = map[string]string{"temperature": "0.3", "sync_mode": "loop", "prompt": "happy"}
	for _, c := range []struct {
		why  string
		edit func(*Draft)
		want []string
	}{
		{"nothing", func(*Draft) {}, nil},
		{"blanks", func(d *Draft) { d.Audio += " " }, nil},
		{"the audio", func(d *Draft) { d.Audio = "asset:x" }, []string{FieldAudio}},
		{"a model without temperature", func(d *Draft) { d.Model = "sync-3" }, []string{FieldModel, OptionField("temperature")}},
		{"a model with a prompt", func(d *Draft) { d.Model = "react-1" }, []string{FieldModel, OptionField("prompt"), OptionField("temperature")}},
		{"an option", func(d *Draft) { d.Options["sync_mode"] = "" }, []string{OptionField("sync_mode")}},
	} {
		d := from.Clone()
		c.edit(&d)
		if got := d.Changes(from); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
	}
}

func TestUnfitModelSaysWhy(t *testing.T) {
	still, clip := good(), good()
	still.Visual = "https://c.example/face.png"
	for _, c := range []struct {
		draft  Draft
		model  string
		length float64
		words  string
	}{
		{clip, "sync-3", 300, ""},
		{clip, "react-1", 15, ""},
		{clip, "react-1", 0, ""}, // unknown: the server decides
		{clip, "react-1", 28, "react-1 takes up to 15 s"},
		{still, "lipsync-2", 5, "lipsync-2 takes no images"},
		{still, "sync-3", 5, ""},
		{still, "model-of-tomorrow", 5, ""},
	} {
		env := desk()
		env.AudioSeconds = c.length
		if got := c.draft.Unfit(c.model, env); (got == "") != (c.words == "") || !strings.Contains(got, c.words) {
			t.Errorf("%s, %g s: %q, want %q", c.model, c.length, got, c.words)
		}
	}
}

// echoOf returns a job as the server shows it.
func echoOf(t *testing.T, text string) api.Generation {
	t.Helper()
	var g api.Generation
	if err := json.Unmarshal([]byte(text), &g); err != nil {
		t.Fatal(err)
	}
	return g
}
