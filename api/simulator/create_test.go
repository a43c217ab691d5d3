package simulator

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestIdempotency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := open(t, Options{Plan: Scale})
		first := a.keyed("k-1", talk()).is(201)
		time.Sleep(time.Hour)
		if again := a.keyed("k-1", talk()).is(201); !bytes.Equal(again.body, first.body) {
			t.Errorf("the replay says %s, not %s", again.body, first.body)
		}
		reordered := `{"input":[{"url":"https://cdn.example.com/talk_12s.mp4","type":"video"},{"type":"audio","url":"https://cdn.example.com/line_10s.wav"}],` +
			`"options":{"sync_mode":"cut_off"},"model":"lipsync-2"}`
		if again := a.keyed("k-1", reordered).is(201); again.id() != first.id() {
			t.Error("the same request spelt otherwise made another job")
		}
		a.keyed("k-1", strings.Replace(talk(), "lipsync-2", "sync-3", 1)).says(409, "IDEMPOTENCY_PAYLOAD_CONFLICT")
		if other := a.keyed("K-1", talk()).is(201); other.id() == first.id() {
			t.Error("keys do not mind case")
		}
		if n := len(a.Accepted()); n != 2 {
			t.Errorf("%d accepted, want 2", n)
		}
		if got := a.Accepted()[0]; string(got.Body) != talk() || got.IdempotencyKey != "k-1" || got.ID != first.id() {
			t.Errorf("the judge noted %+v", got)
		}
		time.Sleep(24 * time.Hour)
		if late := a.keyed("k-1", talk()).is(201); late.id() == first.id() {
			t.Error("a key is remembered for more than a day")
		}
	})
}

func TestStrictKnowsNoIdempotency(t *testing.T) {
	a := open(t, Options{Profile: Strict})
	first, second := a.keyed("k-1", talk()).is(201), a.keyed("k-1", talk()).is(201)
	if first.id() == second.id() {
		t.Error("the key was honoured")
	}
	a.keyed("has space", talk()).is(201)
}

// A refusal takes no slot, no key and no money.
func TestRefusals(t *testing.T) {
	input := func(items string) string { return `{"model":"lipsync-2","input":[` + items + `]}` }
	const (
		video = `{"type":"video","url":"https://cdn.example.com/talk_5s.mp4"}`
		audio = `{"type":"audio","url":"https://cdn.example.com/line_5s.wav"}`
		named = `{"type":"audio","url":"https://cdn.example.com/line_5s.wav","refId":"a1"}`
	)
	for _, c := range []struct {
		name, body string
		status     int
		says       string
	}{
		{"no JSON", `{"model":`, 400, "not a JSON object"},
		{"no object", `[]`, 400, "not a JSON object"},
		{"unknown model", strings.Replace(input(video+","+audio), "lipsync-2", "sync-9", 1), 400, "model must be one of"},
		{"no visual", input(audio), 400, "video or image input is required"},
		{"no audio", input(video), 400, "audio or text input is required"},
		{"no link", input(`{"type":"video"},` + audio), 400, "input.0.url or input.0.assetId"},
		{"odd link", input(`{"type":"video","url":"file:///etc/passwd"},` + audio), 400, "input.0.url must be a URL"},
		{"two audios", input(video + "," + audio + "," + audio), 422, "generation_input_segments_invalid"},
		{"lost segment", `{"model":"lipsync-2","input":[` + video + "," + named + `],"segments":[{"startTime":0,"endTime":2,"audioInput":{"refId":"a9"}}]}`, 422, "generation_input_segments_invalid"},
		{"backward segment", `{"model":"lipsync-2","input":[` + video + "," + named + `],"segments":[{"startTime":3,"endTime":2,"audioInput":{"refId":"a1"}}]}`, 400, "in order"},
		{"hot", `{"model":"lipsync-2","input":[` + video + "," + audio + `],"options":{"temperature":2}}`, 400, "temperature"},
		{"odd mode", `{"model":"lipsync-2","input":[` + video + "," + audio + `],"options":{"sync_mode":"wrap"}}`, 400, "sync_mode"},
		{"long script", input(video + `,{"type":"text","provider":{"name":"elevenlabs","voiceId":"v","script":"` + strings.Repeat("a", 5001) + `"}}`), 400, "5000"},
		{"unknown asset", input(`{"type":"video","assetId":"` + assetA + `"},` + audio), 404, "asset_not_found"},
		{"audio as video", input(`{"type":"video","assetId":"` + assetB + `"},` + audio), 422, "asset_type_mismatch"},
		{"private audio", input(video + `,{"type":"audio","url":"https://private.example.com/a.wav"}`), 422, "generation_input_audio_inaccessible"},
		{"foreign project", `{"model":"lipsync-2","projectId":"` + assetA + `","input":[` + video + "," + audio + `]}`, 422, "project_not_found"},
		{"odd webhook", `{"model":"lipsync-2","webhookUrl":"ftp://x","input":[` + video + "," + audio + `]}`, 400, "webhookUrl"},
		{"auto on a still", `{"model":"sync-3","options":{"active_speaker_detection":{"auto_detect":true}},"input":[{"type":"image","url":"https://cdn.example.com/a.png"},` + audio + `]}`, 422, "face_selection"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := open(t, Options{})
			a.AddAsset(Asset{ID: assetB, Type: "AUDIO"})
			got := a.keyed("k", c.body).is(c.status)
			if !strings.Contains(string(got.body), c.says) {
				t.Errorf("the body is %s, want %q in it", got.body, c.says)
			}
			if len(a.Accepted()) != 0 || a.Running() != 0 {
				t.Error("it was made all the same")
			}
			a.keyed("k", talk()).is(201)
		})
	}
}

func TestOutputLength(t *testing.T) {
	for _, c := range []struct {
		mode        string
		image, text bool
		want        float64
	}{
		{"", false, false, 10},
		{"bounce", false, false, 10},
		{"loop", false, false, 10},
		{"remap", false, false, 10},
		{"cut_off", false, false, 8},
		{"silence", false, false, 10},
		{"cut_off", true, false, 10},
		{"remap", false, true, 20},
	} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			visual := `{"type":"video","url":"https://cdn.example.com/talk.mp4?t=8"}`
			if c.image {
				visual = `{"type":"image","url":"https://cdn.example.com/face.png"}`
			}
			audible := `{"type":"audio","url":"https://cdn.example.com/line_10s.wav"}`
			if c.text {
				audible = `{"type":"text","provider":{"name":"elevenlabs","voiceId":"v","script":"` + strings.Repeat("abc ", 75) + `"}}`
			}
			options := ""
			if c.mode != "" {
				options = `,"options":{"sync_mode":"` + c.mode + `"}`
			}
			body := `{"model":"sync-3","input":[` + visual + `,` + audible + `]` + options + `}`
			a := open(t, Options{})
			id := a.post("/v2/generate", body).is(201).id()
			a.Finish(id, completed, "")
			if got := a.get("/v2/generate/" + id).object()["outputDuration"]; got != c.want {
				t.Errorf("the output lasts %v s, want %v", got, c.want)
			}
			if got := a.post("/v2/generations/estimate", body).object()["estimatedFrameCount"]; got != c.want*25 {
				t.Errorf("the estimate counts %v frames, want %v", got, c.want*25)
			}
		})
	}
}

func TestUpload(t *testing.T) {
	film, sound := string(movie(7, 1)), strings.Builder{}
	if _, err := io.Copy(&sound, newWAV(3.5)); err != nil {
		t.Fatal(err)
	}
	parts := []part{
		{"video", "holiday.mp4", film},
		{"audio", "greeting.wav", sound.String()},
		{"model", "", "lipsync-2"},
		{"options", "", `{"sync_mode":"cut_off"}`},
		{"outputFileName", "", "my first.cut"},
	}
	for _, profile := range []Profile{Seed, Current} {
		a := open(t, Options{Profile: profile})
		got := a.form("/v2/generate", parts...).is(201).object()
		if got["outputFileName"] != "my_firstcut" {
			t.Errorf("the name is %v", got["outputFileName"])
		}
		asset := got["input"].([]any)[0].(map[string]any)["assetId"].(string)
		if kept := a.get("/v2/assets/" + asset).is(200).object(); kept["durationSeconds"] != 7.0 || kept["name"] != "holiday.mp4" || kept["size"] != float64(len(film)) {
			t.Errorf("the asset is %v", kept)
		}
		id := got["id"].(string)
		a.Finish(id, completed, "")
		if length := a.get("/v2/generate/" + id).object()["outputDuration"]; length != 3.52 {
			t.Errorf("the output lasts %v s, want 3.5 in whole frames", length)
		}
		if files := a.Accepted()[0].Files; len(files) != 2 || files[0] != (File{"video", "holiday.mp4", int64(len(film))}) {
			t.Errorf("the judge noted %v", files)
		}
	}
	strict := open(t, Options{Profile: Strict})
	strict.form("/v2/generate", parts...).is(400)
	got := strict.form("/v2/generate", parts[:4]...).is(201).object()["input"].([]any)[1].(map[string]any)
	if link, _ := got["url"].(string); !strings.HasPrefix(link, strict.StorageURL()) {
		t.Errorf("June's echo is %v", got)
	}
}

// The published TypeScript SDK sends an input part for each item.
func TestRepeatedInputParts(t *testing.T) {
	const video, audio = `{"type":"video","url":"https://cdn.example.com/a_4s.mp4"}`, `{"type":"audio","url":"https://cdn.example.com/b_4s.wav"}`
	for _, inputs := range [][]part{
		{{"input", "", video}, {"input", "", audio}},
		{{"input", "", "[" + video + "," + audio + "]"}},
	} {
		a := open(t, Options{})
		got := a.form("/v2/generate", append(inputs, part{"model", "", "lipsync-2"})...).is(201).object()["input"].([]any)
		if len(got) != 2 || got[1].(map[string]any)["type"] != "audio" {
			t.Errorf("the echo is %v", got)
		}
	}
	a := open(t, Options{})
	got := a.form("/v2/generate", part{"input", "", video}, part{"input", "", audio}, part{"model", "", "lipsync-2"}, part{"audio", "c.wav", "RIFF"})
	for _, item := range got.is(201).object()["input"].([]any) {
		if in := item.(map[string]any); in["type"] == "audio" && in["assetId"] == nil {
			t.Errorf("the link won over the file: %s", got.body)
		}
	}
}
