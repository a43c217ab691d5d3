package draft

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A request made from a draft is read back as the same draft.
func TestFromRequestReadsBody(t *testing.T) {
	for _, d := range []Draft{
		{Model: "lipsync-2", Visual: "https://x.io/a.mp4", Audio: "asset:b-1", Options: map[string]string{"sync_mode": "loop", "temperature": "0.25"}},
		{Model: "sync-3", Visual: "https://x.io/a.png", Script: "Hello\nthere", VoiceID: "anna", OutputFileName: "one", WebhookURL: "https://x.io/hook", Options: map[string]string{}},
	} {
		body, err := d.Body(CheckEnv{})
		if err != nil {
			t.Fatal(err)
		}
		got, lost, err := FromRequest(body)
		if err != nil || len(lost) > 0 {
			t.Fatal(lost, err)
		}
		if again, err := got.Body(CheckEnv{}); err != nil || string(again) != string(body) {
			t.Errorf("%s\n%s %v", body, again, err)
		}
	}
}

func TestFromRequestNamesLostParts(t *testing.T) {
	_, lost, err := FromRequest([]byte(`{"model":"m","input":[{"type":"video","url":"https://x.io/a.mp4"},
		{"type":"text","provider":{"voiceId":"v","script":"s","stability":0.5}}],"options":{"colour":"red"},"segments":[{}],"dubParams":null}`))
	if want := []string{"the option colour", "the voice's settings", `"segments"`}; err != nil || !slices.Equal(lost, want) {
		t.Errorf("%q, %v", lost, err)
	}
	if _, _, err := FromRequest([]byte(`[]`)); err == nil {
		t.Error("a list is no request")
	}
}

func TestTypedPathRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		path := "/" + rapid.StringMatching(`[a-z é'"\\~$%#? \n-]{1,12}`).Draw(t, "path")
		if got, err := ParsePath(TypedPath(path), "/home/ada"); err != nil || got != path {
			t.Fatalf("%q is typed %q and read as %q, %v", path, TypedPath(path), got, err)
		}
	})
}
