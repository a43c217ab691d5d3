package state

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"dubtop/api"
)

func TestAJobBecomesTheDraftItWasMadeFrom(t *testing.T) {
	for _, d := range []Draft{
		{
			Model: "lipsync-2", Visual: "https://c.example/a.mp4?sig=1", Audio: "asset:aud-1",
			Options: map[string]string{
				"sync_mode": "loop", "temperature": "0.25", "occlusion_detection_enabled": "true",
				"active_speaker_detection": "true",
			},
			OutputFileName: "cut_1", WebhookURL: "https://h.example/x",
		},
		{Model: "sync-3", Visual: "asset:img-1", VisualKind: "IMAGE", Script: "Hello", VoiceID: "v1", Options: map[string]string{}},
	} {
		body, err := d.Body(desk())
		if err != nil {
			t.Fatal(err)
		}
		g := echoOf(t, string(body)) // a server that echoes what it was sent
		back, lost := DraftFromJob(g)
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

func TestWhatAFormCanNotHoldIsNamed(t *testing.T) {
	g := echoOf(t, `{"model":"lipsync-2","segments":[{"startTime":1}],
		"input":[{"type":"video","url":"ftp://x/a"},{"type":"image","assetId":"i"},{"type":"audio","assetId":"a"},
			{"type":"audio","assetId":"b"},{"type":"smell"}],
		"options":{"grade":"film","temperature":7,"pads":[],"active_speaker_detection":{"frame_number":3,"coordinates":[1,2]}}}`)
	d, lost := DraftFromJob(g)
	text := strings.Join(lost, "\n")
	for _, part := range []string{"video: ", "second voice", "smell", "segments", "grade", "temperature", "active_speaker"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is lost, but not named in\n%s", part, text)
		}
	}
	if strings.Contains(text, "pads") || d.Audio != "asset:a" || len(d.Options) != 0 {
		t.Errorf("draft %+v, lost\n%s", d, text)
	}
	long := echoOf(t, `{"input":[{"type":"text","provider":{"voiceId":"v","script":"`+strings.Repeat("a", MaxScript)+`"}}]}`)
	if _, lost := DraftFromJob(long); len(lost) != 1 || !strings.Contains(lost[0], "script") {
		t.Errorf("a cut script: %q", lost)
	}
}

func TestASubmissionBecomesANewIntent(t *testing.T) {
	s := submissionIn(t, SubmissionUnknown)
	s.Draft.Doubt, s.Draft.Options = "maybe paid", map[string]string{"sync_mode": "loop"}
	d := DraftFromSubmission(&s)
	if d.ID != "" || d.Doubt != "" || !d.UpdatedAt.IsZero() || d.Visual != s.Draft.Visual {
		t.Errorf("draft %+v", d)
	}
	d.Options["sync_mode"] = "remap"
	if s.Draft.Options["sync_mode"] != "loop" {
		t.Error("the submission changed with the draft")
	}
}

func TestChangedFieldsAreThoseThatAreSentOtherwise(t *testing.T) {
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

func TestTheDifferenceInPriceIsKnownOrNot(t *testing.T) {
	if more, ok := PriceDifference(dollars(300), Cost{Amount: 500, Kind: CostDerived}); !ok || more != -200 {
		t.Error(more, ok)
	}
	for _, unknown := range []func() (api.Micros, bool){
		func() (api.Micros, bool) { return PriceDifference(Price{}, Cost{Amount: 5, Kind: CostActual}) },
		func() (api.Micros, bool) { return PriceDifference(dollars(5), Cost{}) },
	} {
		if more, ok := unknown(); ok {
			t.Errorf("%d is known", more)
		}
	}
}

func TestAGroupSaysItsTotal(t *testing.T) {
	for want, c := range map[string]Charge{
		"31 × $1.25 = $38.75":              ChargeTimes(dollars(1_250_000), 31),
		"2 × $0.10 = $0.20":                ChargeOf(dollars(100_000), dollars(100_000)),
		"2 jobs of up to $0.30 = $0.40":    ChargeOf(dollars(100_000), dollars(300_000)),
		"$0.30":                            ChargeOf(dollars(300_000)),
		"2 jobs of unknown price":          ChargeOf(dollars(1), Price{}),
		"3 jobs, more than can be counted": ChargeTimes(dollars(1<<62), 3),
	} {
		if got := c.Words(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestAModelThatCanNotTakeTheInputsSaysWhy(t *testing.T) {
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
		{clip, "react-1", 0, ""}, // not known: the server has the last word
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

func TestATwinHasThePriceOfTheOtherAndNoBetterOne(t *testing.T) {
	s := submissionIn(t, SubmissionEstimated)
	s.Files = []File{{Field: "video", Path: "/a.mp4", Size: 3, SHA256: "abc"}}
	d := s.Draft.Clone()
	d.OutputFileName = "another_name"
	env := desk()
	env.Now = start().Add(time.Hour)
	twin, err := s.Twin("twin", d, env)
	if err != nil || twin.ID != "twin" || twin.State != SubmissionEstimated || !reflect.DeepEqual(twin.Price, s.Price) {
		t.Fatalf("%+v (%v)", twin, err)
	}
	if !slices.Equal(twin.Files, s.Files) || !strings.Contains(string(twin.Body), "another_name") || twin.IdempotencyKey != "" {
		t.Errorf("%+v", twin)
	}
	d.Model = "lipsync-2-pro"
	if _, err := s.Twin("twin", d, env); !errors.Is(err, ErrTransition) {
		t.Errorf("another model has the same price: %v", err)
	}
	unpriced := submissionIn(t, SubmissionDraft)
	if _, err := unpriced.Twin("twin", unpriced.Draft, env); !errors.Is(err, ErrTransition) {
		t.Errorf("a price out of nothing: %v", err)
	}
}
