package draft

import (
	"encoding/json"
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"time"

	"dubtop/api"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// desk is an environment with a few files and assets.
func desk() CheckEnv {
	return CheckEnv{
		Now: noon, Home: "/home/ann", Dir: "/film",
		Stat: func(path string) (int64, error) {
			switch path {
			case "/film/clip.mp4", "/home/ann/clip.mp4", "/film/face.png", "/film/voice.wav":
				return 3 << 20, nil
			case "/film/empty.mp4":
				return 0, nil
			case "/film/full.mp4":
				return api.MaxUpload, nil
			case "/film/big.mp4":
				return api.MaxUpload + 1, nil
			case "/film/locked.mp4":
				return 0, &fs.PathError{Op: "stat", Path: path, Err: fs.ErrPermission}
			case "/film/folder.mp4":
				return 0, errors.New("it is a directory")
			}
			return 0, &fs.PathError{Op: "stat", Path: path, Err: fs.ErrNotExist}
		},
		Asset: func(id string) (string, bool) {
			kind, ok := map[string]string{"vid": "VIDEO", "img": "IMAGE", "aud": "AUDIO"}[id]
			return kind, ok
		},
	}
}

func good() Draft {
	return Draft{
		ID: "d1", Model: "lipsync-2",
		Visual: "https://cdn.example.com/a.mp4?x=1&y=2", Audio: "https://cdn.example.com/a.wav",
	}
}

func TestFormFieldProblems(t *testing.T) {
	for _, c := range []struct {
		name  string
		field string
		edit  func(*Draft)
		want  Severity
		words string // part of the words
	}{
		{"a good model", FieldModel, func(*Draft) {}, SeverityNone, ""},
		{"no model", FieldModel, func(d *Draft) { d.Model = " " }, SeverityMissing, "choose a model"},
		{"a good link", FieldVisual, func(*Draft) {}, SeverityNone, ""},
		{"no video", FieldVisual, func(d *Draft) { d.Visual = "" }, SeverityMissing, "give a video"},
		{"plain http", FieldVisual, func(d *Draft) { d.Visual = "http://example.com/a.mp4" }, SeverityError, "https://"},
		{"http on this machine", FieldVisual, func(d *Draft) { d.Visual = "http://127.0.0.1:8080/a.mp4" }, SeverityNone, ""},
		{"another scheme", FieldVisual, func(d *Draft) { d.Visual = "s3://bucket/a.mp4" }, SeverityError, "can't fetch s3://"},
		{"a user in the link", FieldVisual, func(d *Draft) { d.Visual = "https://me:pw@example.com/a.mp4" }, SeverityError, "user name"},
		{"a space in the link", FieldVisual, func(d *Draft) { d.Visual = "https://example.com/a b.mp4" }, SeverityError, "%20"},
		{"no host", FieldVisual, func(d *Draft) { d.Visual = "https:///a.mp4" }, SeverityError, "no server"},
		{"an endless link", FieldVisual, func(d *Draft) { d.Visual = "https://example.com/" + strings.Repeat("a", 9000) }, SeverityError, "longer"},
		{"audio as video", FieldVisual, func(d *Draft) { d.Visual = "voice.wav" }, SeverityError, "audio field"},
		{"an audio asset as video", FieldVisual, func(d *Draft) { d.Visual = "asset:aud" }, SeverityError, "audio field"},
		{"a text as video", FieldVisual, func(d *Draft) { d.Visual = "notes.txt" }, SeverityError, "not a video"},
		{"an image where none goes", FieldVisual, func(d *Draft) { d.Visual = "face.png" }, SeverityError, "takes no images"},
		{"an image asset where none goes", FieldVisual, func(d *Draft) { d.Visual = "asset:img" }, SeverityError, "takes no images"},
		{"an image where one goes", FieldVisual, func(d *Draft) { d.Model, d.Visual = "sync-3", "face.png" }, SeverityNone, ""},
		{"a GIF", FieldVisual, func(d *Draft) { d.Model, d.Visual = "sync-3", "https://example.com/a.gif" }, SeverityError, "JPEG, PNG or WebP"},
		{"a file", FieldVisual, func(d *Draft) { d.Visual = "clip.mp4" }, SeverityNone, ""},
		{"a file at home", FieldVisual, func(d *Draft) { d.Visual = "~/clip.mp4" }, SeverityNone, ""},
		{"a file that is missing", FieldVisual, func(d *Draft) { d.Visual = "gone.mp4" }, SeverityError, "there is no file gone.mp4"},
		{"an empty file", FieldVisual, func(d *Draft) { d.Visual = "empty.mp4" }, SeverityError, "is empty"},
		{"a file just small enough", FieldVisual, func(d *Draft) { d.Visual = "full.mp4" }, SeverityNone, ""},
		{"a file that is too large", FieldVisual, func(d *Draft) { d.Visual = "big.mp4" }, SeverityWarning, "has 21.0 MB: it can be sent if this server takes uploads"},
		{"a file that is locked", FieldVisual, func(d *Draft) { d.Visual = "locked.mp4" }, SeverityError, "permissions"},
		{"a folder", FieldVisual, func(d *Draft) { d.Visual = "folder.mp4" }, SeverityError, "it is a directory"},
		{"two files", FieldVisual, func(d *Draft) { d.Visual = "'/a b.mp4' '/c d.mp4'" }, SeverityError, "more than one path"},
		{"an asset", FieldVisual, func(d *Draft) { d.Visual = "asset:vid" }, SeverityNone, ""},
		{"an asset not in the list", FieldVisual, func(d *Draft) { d.Visual = "asset:nope" }, SeverityWarning, "not in the list"},
		{"a broken asset", FieldVisual, func(d *Draft) { d.Visual = "asset:a b" }, SeverityError, "asset:ID"},
		{"no audio", FieldAudio, func(d *Draft) { d.Audio = "" }, SeverityMissing, "give audio"},
		{"a script for audio", FieldAudio, func(d *Draft) { d.Audio, d.Script = "", "Hello" }, SeverityNone, ""},
		{"a video as audio", FieldAudio, func(d *Draft) { d.Audio = "clip.mp4" }, SeverityNone, ""},
		{"an image as audio", FieldAudio, func(d *Draft) { d.Audio = "face.png" }, SeverityError, "not audio"},
		{"audio twice", FieldScript, func(d *Draft) { d.Script = "Hello" }, SeverityError, "already audio above"},
		{"a long script", FieldScript, func(d *Draft) { d.Audio, d.Script = "", strings.Repeat("ü", MaxScript) }, SeverityNone, ""},
		{"a script too long", FieldScript, func(d *Draft) { d.Audio, d.Script = "", strings.Repeat("ü", MaxScript+1) }, SeverityError, "5001 characters; the limit is 5000"},
		{"no voice", FieldVoice, func(d *Draft) { d.Script = "Hello" }, SeverityMissing, "voice id"},
		{"a broken voice", FieldVoice, func(d *Draft) { d.Script, d.VoiceID = "Hello", "a/b" }, SeverityError, "letters, digits"},
		{"a voice for nothing", FieldVoice, func(d *Draft) { d.VoiceID = "abc" }, SeverityWarning, "only used with a script"},
		{"a warm option", OptionField("temperature"), func(d *Draft) { d.Options = map[string]string{"temperature": "0,7"} }, SeverityNone, ""},
		{"a hot option", OptionField("temperature"), func(d *Draft) { d.Options = map[string]string{"temperature": "1.1"} }, SeverityError, "from 0 to 1"},
		{"no number at all", OptionField("temperature"), func(d *Draft) { d.Options = map[string]string{"temperature": "NaN"} }, SeverityError, "from 0 to 1"},
		{"words for a number", OptionField("temperature"), func(d *Draft) { d.Options = map[string]string{"temperature": "hot"} }, SeverityError, "not a number"},
		{"an unknown mode", OptionField("sync_mode"), func(d *Draft) { d.Options = map[string]string{"sync_mode": "ping"} }, SeverityError, "bounce, loop"},
		{"neither yes nor no", OptionField("occlusion_detection_enabled"), func(d *Draft) { d.Options = map[string]string{"occlusion_detection_enabled": "maybe"} }, SeverityError, "neither true nor false"},
		{"an option of another model", OptionField("model_mode"), func(d *Draft) { d.Options = map[string]string{"model_mode": "nonsense"} }, SeverityNone, ""},
		{"a mode for a still", OptionField("sync_mode"), func(d *Draft) {
			d.Model, d.Visual, d.Options = "sync-3", "face.png", map[string]string{"sync_mode": "loop"}
		}, SeverityWarning, "left out"},
		{"a good name", FieldOutputName, func(d *Draft) { d.OutputFileName = "promo_de-014" }, SeverityNone, ""},
		{"a name with an ending", FieldOutputName, func(d *Draft) { d.OutputFileName = "promo.mp4" }, SeverityError, "leave out .mp4"},
		{"a name with a space", FieldOutputName, func(d *Draft) { d.OutputFileName = "promo de" }, SeverityError, "letters, digits"},
		{"a name as long as may be", FieldOutputName, func(d *Draft) { d.OutputFileName = strings.Repeat("a", 255) }, SeverityNone, ""},
		{"a name too long", FieldOutputName, func(d *Draft) { d.OutputFileName = strings.Repeat("a", 256) }, SeverityError, "the limit is 255"},
		{"a webhook", FieldWebhook, func(d *Draft) { d.WebhookURL = "https://ops.example.com/hook" }, SeverityNone, ""},
		{"a webhook in the open", FieldWebhook, func(d *Draft) { d.WebhookURL = "http://127.0.0.1/hook" }, SeverityError, "https://"},
		{"a field nobody knows", "colour", func(*Draft) {}, SeverityNone, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := good()
			c.edit(&d)
			p := d.Check(c.field, desk())
			if p.Severity != c.want || !strings.Contains(p.Words, c.words) || (c.want == SeverityNone) != (p.Words == "") {
				t.Errorf("Check(%s) = %d %q, want %d with %q", c.field, p.Severity, p.Words, c.want, c.words)
			}
		})
	}
}

func TestUnlistedModelIsAWarning(t *testing.T) {
	env := desk()
	env.Models = []string{"sync-3"}
	if p := good().Check(FieldModel, env); p.Severity != SeverityWarning || p.Blocks() {
		t.Errorf("Check = %+v, want a warning that does not block", p)
	}
}

func TestReactTakesFifteenSeconds(t *testing.T) {
	d := good()
	d.Model = "react-1"
	env := desk()
	env.VisualSeconds, env.AudioSeconds = 15, 22
	if p := d.Check(FieldVisual, env); !p.None() {
		t.Errorf("15 s of video: %+v", p)
	}
	if p := d.Check(FieldAudio, env); p.Words != "the input is 22 s long; react-1 takes up to 15 s" {
		t.Errorf("22 s of audio: %+v", p)
	}
}

func TestRequestContainsOnlyWhatWasTyped(t *testing.T) {
	for _, c := range []struct {
		name  string
		draft Draft
		body  string
		files []File
	}{
		{
			"links", good(),
			`{"model":"lipsync-2","input":[{"type":"video","url":"https://cdn.example.com/a.mp4?x=1&y=2"},` +
				`{"type":"audio","url":"https://cdn.example.com/a.wav"}]}`, nil,
		},
		{
			"only the options that the model honours",
			Draft{
				Model: "sync-3", Visual: "asset:vid", Audio: "asset:aud", OutputFileName: " a ", WebhookURL: "https://e.com/h",
				Options: map[string]string{"sync_mode": "loop", "temperature": "0.9", "active_speaker_detection": "yes", "prompt": "sad"},
			},
			`{"model":"sync-3","input":[{"type":"video","assetId":"vid"},{"type":"audio","assetId":"aud"}],` +
				`"options":{"active_speaker_detection":{"auto_detect":true},"sync_mode":"loop"},` +
				`"webhookUrl":"https://e.com/h","outputFileName":"a"}`, nil,
		},
		{
			"a still has no use for modes",
			Draft{
				Model: "sync-3", Visual: "asset:img", Audio: "asset:aud",
				Options: map[string]string{"sync_mode": "loop", "active_speaker_detection": "true"},
			},
			`{"model":"sync-3","input":[{"type":"image","assetId":"img"},{"type":"audio","assetId":"aud"}]}`, nil,
		},
		{
			"numbers and switches",
			Draft{
				Model: "lipsync-2-pro", Visual: "asset:vid", Audio: "asset:aud",
				Options: map[string]string{"temperature": "0,7", "occlusion_detection_enabled": "on", "active_speaker_detection": "no"},
			},
			`{"model":"lipsync-2-pro","input":[{"type":"video","assetId":"vid"},{"type":"audio","assetId":"aud"}],` +
				`"options":{"occlusion_detection_enabled":true,"temperature":0.7}}`, nil,
		},
		{
			"a picked image that is not in the list any more",
			Draft{Model: "sync-3", Visual: "asset:old", VisualKind: "IMAGE", Audio: "asset:aud"},
			`{"model":"sync-3","input":[{"type":"image","assetId":"old"},{"type":"audio","assetId":"aud"}]}`, nil,
		},
		{
			"files go beside the body",
			Draft{Model: "lipsync-2", Visual: "clip.mp4", Audio: "'/film/voice.wav'"},
			`{"model":"lipsync-2","input":[{"type":"video"},{"type":"audio"}]}`,
			[]File{
				{Field: "video", Path: "/film/clip.mp4", Size: 3 << 20},
				{Field: "audio", Path: "/film/voice.wav", Size: 3 << 20},
			},
		},
		{
			"a script is spoken",
			Draft{Model: "lipsync-2", Visual: "asset:vid", Script: "Hello <you> & me\n", VoiceID: "v1"},
			`{"model":"lipsync-2","input":[{"type":"video","assetId":"vid"},` +
				`{"type":"text","provider":{"name":"elevenlabs","voiceId":"v1","script":"Hello <you> & me"}}]}`, nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, files, err := c.draft.Request(desk())
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(files, c.files) {
				t.Errorf("files = %+v, want %+v", files, c.files)
			}
			for range 3 { // maps must not shuffle it
				body, err := c.draft.Body(desk())
				if err != nil || string(body) != c.body {
					t.Fatalf("body = %s, %v\nwant   %s", body, err, c.body)
				}
			}
		})
	}
}

func TestRequestNeedsAGoodDraft(t *testing.T) {
	d := good()
	d.WebhookURL = "ftp://x"
	if _, _, err := d.Request(desk()); err == nil || !strings.Contains(err.Error(), "https://") {
		t.Errorf("err = %v, want the webhook's problem", err)
	}
	d = Draft{}
	if got := len(d.Problems(desk())); got != 3 {
		t.Errorf("an empty form misses %d things, want model, video and audio", got)
	}
}

func TestDraftSurvivesAsJSON(t *testing.T) {
	d := good()
	d.Options = map[string]string{"temperature": "not yet a num"}
	d.Script, d.From, d.UpdatedAt = " typed\nhalf\x1b ", "asset vid", noon
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var back Draft
	if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back, d) {
		t.Errorf("back = %+v, %v\nwant   %+v", back, err, d)
	}
}

func TestDraftOfAnOlderDubtop(t *testing.T) {
	var d Draft
	if err := json.Unmarshal([]byte(`{"visual":"https://example.com/a.mp4","doubt":"may pay twice"}`), &d); err != nil || d.Unknown != "may pay twice" || d.Visual == "" {
		t.Errorf("read %+v, %v", d, err)
	}
	text, err := json.Marshal(d)
	if err != nil || !strings.Contains(string(text), `"unknown":"may pay twice"`) || strings.Contains(string(text), "doubt") {
		t.Errorf("wrote %s, %v", text, err)
	}
}

func TestDraftNames(t *testing.T) {
	for want, d := range map[string]Draft{
		"mine":     {OutputFileName: "mine", Visual: "https://e.com/a.mp4"},
		"a b.mp4":  {Visual: "https://e.com/x/a%20b.mp4?token=1"},
		"e.com":    {Visual: "https://e.com/"},
		"clip.mp4": {Visual: "~/clip.mp4"},
		"sync-3":   {Model: "sync-3", Visual: "asset:vid"},
	} {
		if got := d.Name(desk()); string(got) != want {
			t.Errorf("Name of %+v = %q, want %q", d, got, want)
		}
	}
	if !(Draft{Model: "sync-3", Visual: " "}).Empty() || good().Empty() {
		t.Error("only a draft without words is empty")
	}
}

func TestCloneSharesNothing(t *testing.T) {
	d := good()
	d.Options = map[string]string{"sync_mode": "loop"}
	c := d.Clone()
	c.Options["sync_mode"] = "remap"
	if d.SyncMode() != "loop" || c.SyncMode() != "remap" {
		t.Errorf("modes are %q and %q", d.SyncMode(), c.SyncMode())
	}
}

func TestFilesAreMeasured(t *testing.T) {
	f := File{Path: "/film/a.mp4"}
	if err := f.Measure(strings.NewReader("abc")); err != nil {
		t.Fatal(err)
	}
	if f.Size != 3 || f.SHA256 != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("measured %+v", f)
	}
	if err := f.Measure(strings.NewReader("")); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Errorf("an empty file: %v", err)
	}
	if f.Size != 3 {
		t.Error("a failed measure changed the file")
	}
}
