package draft

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"dubtop/state/jsoncheck"

	"github.com/getkin/kin-openapi/openapi3"
	"pgregory.net/rapid"
)

// described returns the description of a request by the vendor's OpenAPI.
func described(t *testing.T) *openapi3.Schema {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("../../api/simulator/testdata/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return doc.Components.Schemas["CreateGeneration"].Value
}

// anyOptions fills in some options, of any model.
func anyOptions(t *rapid.T, of []Option) map[string]string {
	typed := map[string]string{}
	for _, o := range of {
		if o.Parent == "" && rapid.Bool().Draw(t, o.Name+"?") || o.Parent != "" && typed[o.Parent] == o.When {
			typed[o.Name] = map[OptionKind]string{
				OptionNumber: "0.25", OptionBool: "true", OptionFrame: "0", OptionPoint: "640, 360.5", OptionLink: "https://x.io/boxes.json",
			}[o.Kind]
			if len(o.Choices) > 0 {
				typed[o.Name] = rapid.SampledFrom(o.Choices).Draw(t, o.Name)
			}
		}
	}
	return typed
}

func anySound(t *rapid.T, name string) Sound {
	s := Sound{Ref: rapid.SampledFrom([]string{"", name}).Draw(t, "ref")}
	switch rapid.IntRange(0, 2).Draw(t, "sound") {
	case 0:
		s.Audio = "https://x.io/" + name + ".wav?a=1&b=2"
	case 1:
		s.Audio = "asset:" + name
	default:
		s.Script, s.VoiceID = "Hello <"+name+">\n& \"you\"", "voice_1"
		s.Stability = rapid.SampledFrom([]string{"", "0", "0.5", "1"}).Draw(t, "stability")
		s.Similarity = rapid.SampledFrom([]string{"", "0.1"}).Draw(t, "similarity")
	}
	return s
}

// anyDraft returns a draft that can be sent, with every kind of input and option.
func anyDraft(t *rapid.T) Draft {
	d := Draft{
		Model:     rapid.SampledFrom([]string{"sync-3", "lipsync-2", "lipsync-2-pro", "lipsync-1.9.0-beta", "react-1", "sync-9"}).Draw(t, "model"),
		Visual:    rapid.SampledFrom([]string{"https://x.io/a.mp4", "asset:v-1"}).Draw(t, "visual"),
		Options:   anyOptions(t, RulesFor("").Options),
		ProjectID: rapid.SampledFrom([]string{"", "11111111-2222-4333-8444-555555555555"}).Draw(t, "project"),
		Label:     "secret",
	}
	if RulesFor(d.Model).Image && rapid.Bool().Draw(t, "still") {
		d.Visual, d.VisualKind = rapid.SampledFrom([]string{"https://x.io/a.png", "https://x.io/face", "asset:i-1"}).Draw(t, "image"), "IMAGE"
	}
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		d.DubLang, d.DubFrom = "es", rapid.SampledFrom([]string{"", "auto", "en"}).Draw(t, "from")
	case 1:
		d.setSound(anySound(t, "one"))
		d.More = []Sound{anySound(t, "two"), anySound(t, "three")}[:rapid.IntRange(0, 2).Draw(t, "more")]
		refs := d.Refs()
		for i := range rapid.IntRange(1, 3).Draw(t, "segments") {
			s := Segment{
				From: []string{"0", "1:00", "90.5"}[i], To: []string{"60", "1:30.5", "120"}[i],
				Ref: rapid.SampledFrom(refs).Draw(t, "which"), Options: anyOptions(t, SegmentOptions(d.Model)),
			}
			if rapid.Bool().Draw(t, "crop") {
				s.CropFrom, s.CropTo = "0.5", "2"
			}
			d.Segments = append(d.Segments, s)
		}
	default:
		d.setSound(anySound(t, "one"))
		d.Ref = ""
	}
	if rapid.Bool().Draw(t, "named") {
		d.OutputFileName, d.WebhookURL = "cut_1", "https://x.io/hook"
	}
	return d
}

// With any values in the form, the request is as described, reads back as the
// same request, and holds only the options of its model.
func TestEveryRequestIsAsDescribed(t *testing.T) {
	schema := described(t)
	rapid.Check(t, func(t *rapid.T) {
		d := anyDraft(t)
		body, err := d.Body(CheckEnv{})
		if err != nil {
			t.Fatal(err)
		}
		var value map[string]any
		if err := json.Unmarshal(body, &value); err != nil {
			t.Fatal(err)
		}
		if err := schema.VisitJSON(value, openapi3.EnableJSONSchema2020()); err != nil {
			t.Fatalf("%s\n%v", body, err)
		}
		options, _ := value["options"].(map[string]any)
		for name := range options {
			if _, honoured := RulesFor(d.Model).Option(name); !honoured {
				t.Fatalf("%s gets %s: %s", d.Model, name, body)
			}
		}
		if strings.Contains(string(body), d.Label) {
			t.Fatalf("the label is sent: %s", body)
		}
		for what, again := range map[string]func() (Draft, error){
			"the request":   func() (Draft, error) { return FromRequest(body) },
			"an editor":     func() (Draft, error) { e, p := d.Edit(d.EditText(CheckEnv{})); return e, problemError(p) },
			"a saved draft": func() (Draft, error) { return saved(d) },
		} {
			got, err := again()
			if err != nil {
				t.Fatal(what, err)
			}
			if read, err := got.Body(CheckEnv{}); err != nil || string(read) != string(body) {
				t.Fatalf("%s gives\n%s %v\nnot\n%s", what, read, err, body)
			}
		}
	})
}

func problemError(p jsoncheck.Problem) error {
	if p.Words == "" {
		return nil
	}
	return errors.New(p.String())
}

func saved(d Draft) (again Draft, err error) {
	text, err := json.Marshal(d)
	if err == nil {
		err = json.Unmarshal(text, &again)
	}
	return again, err
}

// A line of a batch file, a copy and the request itself are the same JSON.
func TestEveryWayOutHasTheSameRequest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDraft(t)
		body, err := d.Body(CheckEnv{})
		if err != nil {
			t.Fatal(err)
		}
		copies, err := Copies(body, "https://api.sync.so", "one")
		if err != nil || !sameJSON([]byte(copies[1].Text), body) {
			t.Fatal(copies, err)
		}
		var line struct{ Payload json.RawMessage }
		if err := json.Unmarshal([]byte(copies[3].Text), &line); err != nil || !sameJSON(line.Payload, body) {
			t.Fatal(copies[3].Text, err)
		}
		file, err := CheckBatch(strings.NewReader(strings.Repeat(copies[3].Text, 1)), BatchEnv{})
		if err != nil {
			t.Fatal(err)
		}
		if i := slices.IndexFunc(file.Problems, func(p jsoncheck.Problem) bool { return p.Line > 0 }); i >= 0 {
			t.Fatalf("%s\n%s", file.Problems[i], body)
		}
	})
}

func TestEditedTextSaysWhereItIsBroken(t *testing.T) {
	d := Draft{Model: "sync-3", Visual: "/tmp/a.mp4", Label: "mine", Options: map[string]string{"temperature": "0.5"}}
	good := d.EditText(CheckEnv{})
	for edited, want := range map[string]string{
		strings.Replace(good, ",", "", 1):              `line 3, column 3: a comma or a closing bracket is missing before '"'`,
		strings.Replace(good, `"sync-3"`, `5`, 1):      "line 2, column 12: model must be text in quotes, not a number",
		strings.Replace(good, `"model"`, `"Model"`, 1): `line 2, column 3: "Model" must be written "model"`,
		good + "x":                            "line 10, column 1: there is more text after the request",
		"{":                                   "line 1, column 2: the JSON ends too early: a quote or a bracket is not closed",
		`{"options":{"sync_mode":"stretch"}}`: "sync_mode takes one of bounce, loop, cut_off, silence, remap",
	} {
		if got, p := d.Edit(edited); p.String() != want || got.Visual != d.Visual {
			t.Errorf("%s\n%s, want\n%s", edited, p, want)
		}
	}
	got, p := d.Edit(good)
	if p.Words != "" || got.Visual != d.Visual || got.Label != "mine" || got.Option("temperature") != "0.5" {
		t.Errorf("%+v, %v", got, p)
	}
}
