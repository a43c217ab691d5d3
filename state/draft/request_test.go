package draft

import (
	"encoding/json"
	"strings"
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
		got, err := FromRequest(body)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := got.Body(CheckEnv{}); err != nil || string(again) != string(body) {
			t.Errorf("%s\n%s %v", body, again, err)
		}
	}
}

// Everything in a request is sent again, whether or not the form has a field for
// it.
func TestRequestIsKeptWhole(t *testing.T) {
	for _, request := range []string{
		`{"model":"m","input":[{"type":"video","url":"https://x.io/a.mp4","segments_secs":[[0,1]]},{"type":"text","refId":"a","provider":{"name":"elevenlabs","voiceId":"v","script":"s","stability":0.25,"similarityBoost":1,"speed":2}}],"options":{"active_speaker_detection":{"coordinates":[640,360.5],"frame_number":3,"v3":true},"colour":"red","fps":24},"segments":[{"startTime":0,"endTime":2.5,"audioInput":{"refId":"a","startTime":1,"endTime":3,"gain":2},"optionsOverride":{"sync_mode":"loop","pads":[1]},"note":"x"}],"projectId":"11111111-2222-4333-8444-555555555555","dialogueEdit":{"a":[1,{"b":null}]}}`,
		`{"model":"sync-3","input":[{"type":"image","assetId":"i-1"},{"type":"audio","assetId":"a-1"}],"options":{"active_speaker_detection":{"bounding_boxes":[[1,2,3,4],null]}}}`,
		`{"model":"sync-3","input":[{"type":"video","assetId":"i-1"}],"dubParams":{"providerName":"elevenlabs","targetLang":"es","sourceLang":"auto","numSpeakers":2}}`,
		`{"model":"lipsync-2","input":[{"type":"video","url":"https://x.io/a.mp4"},{"type":"audio","url":"https://x.io/a.wav","refId":"one"},{"type":"audio","url":"https://x.io/b.wav","refId":"two"},{"type":"smell","strength":1}],"options":{"active_speaker_detection":{"bounding_boxes_url":"https://x.io/b.json"}},"segments":[{"startTime":0,"endTime":1,"audioInput":{"refId":"one"}},{"startTime":1,"endTime":2,"audioInput":{"refId":"two"}}]}`,
	} {
		d, err := FromRequest([]byte(request))
		if err != nil {
			t.Fatal(err)
		}
		saved, err := json.Marshal(d)
		var kept Draft
		if err != nil || json.Unmarshal(saved, &kept) != nil {
			t.Fatal(err)
		}
		body, err := kept.Clone().Body(CheckEnv{})
		if err != nil || !sameJSON(body, []byte(request)) {
			t.Errorf("read  %s\nsends %s %v", request, body, err)
		}
	}
}

func TestBrokenRequestSaysWhy(t *testing.T) {
	for request, words := range map[string]string{
		`[]`:                                  "not a JSON object",
		`{"model":5}`:                         "model must be text in quotes",
		`{"Model":"m"}`:                       `"Model" must be written "model"`,
		`{"options":{"temperature":"hot"}}`:   "temperature takes a number",
		`{"options":{"sync_mode":"stretch"}}`: "sync_mode takes one of",
		`{"options":{"active_speaker_detection":{"frame_number":1}}}`:                                "needs both",
		`{"options":{"active_speaker_detection":{"auto_detect":true,"bounding_boxes":[[1,2,3,4]]}}}`: "one way only",
		`{"segments":[{"startTime":1}]}`:                                                             "segment 1 can't be read",
	} {
		if _, err := FromRequest([]byte(request)); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v, want %q", request, err, words)
		}
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
