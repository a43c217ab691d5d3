package state

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"dubtop/api"
)

func batchOf(n int, edit func(i int, line string) string) string {
	var b strings.Builder
	for i := range n {
		line := fmt.Sprintf(`{"request_id":"r%03d","endpoint":"/v2/generate","payload":{"model":"lipsync-2","input":[`+
			`{"type":"video","url":"https://e.com/%d.mp4"},{"type":"audio","url":"https://e.com/%d.wav"}]}}`, i, i, i)
		if edit != nil {
			line = edit(i, line)
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

func TestGoodBatches(t *testing.T) {
	known := func(url string) (float64, bool) {
		return 12, strings.HasSuffix(url, ".wav") && !strings.HasSuffix(url, "/0.wav")
	}
	for _, n := range []int{api.BatchMinLines, api.BatchMaxLines} {
		text := batchOf(n, nil)
		f, err := CheckBatch(strings.NewReader(text), known)
		if err != nil || len(f.Problems) > 0 || len(f.Lines) != n {
			t.Fatalf("%d lines: %v, %v, %d read", n, err, f.Problems, len(f.Lines))
		}
		if string(f.Exact) != text || f.Bytes != len(text) || len(f.SHA256) != 64 || f.Model() != "lipsync-2" {
			t.Errorf("%d lines: %d bytes, model %q", n, f.Bytes, f.Model())
		}
		if f.Lines[0].Seconds != 0 || f.Lines[1].Seconds != 12 || f.Lines[1].RequestID != "r001" || f.Lines[1].Number != 2 {
			t.Errorf("lines begin with %+v", f.Lines[:2])
		}
	}
	f, err := CheckBatch(strings.NewReader(strings.ReplaceAll(strings.TrimSpace(batchOf(20, nil)), "\n", "\r\n")), nil)
	if err != nil || len(f.Problems) > 0 {
		t.Errorf("Windows line ends, none after the last: %v, %v", err, f.Problems)
	}
}

func TestBatchLinesSayWhatIsWrong(t *testing.T) {
	swap := func(old, new string) func(string) string {
		return func(line string) string { return strings.Replace(line, old, new, 1) }
	}
	for _, c := range []struct {
		name  string
		edit  func(string) string // of line 3
		words string
	}{
		{"no JSON", func(string) string { return `{"request_id":` }, "not JSON, at character"},
		{"a list", func(string) string { return `[]` }, "it must be a JSON object"},
		{"no text", func(string) string { return " " }, "the line is empty"},
		{"not UTF-8", swap("lipsync", "lip\xffsync"), "UTF-8"},
		{"a byte order mark", func(l string) string { return "\ufeff" + l }, "byte order mark"},
		{"no id", swap(`"r002"`, `""`), "request_id is missing"},
		{"an id twice", swap(`"r002"`, `"r000"`), `request_id "r000" is used on line 1 already`},
		{"an id that is a number", swap(`"r002"`, `2`), "request_id can't be number"},
		{"another endpoint", swap(`/v2/generate`, `/v2/generate/`), `endpoint must be "/v2/generate"`},
		{"no payload", swap(`"payload"`, `"body"`), "payload is missing"},
		{"a payload that is null", func(string) string { return `{"request_id":"x","endpoint":"/v2/generate","payload":null}` }, "payload is missing"},
		{"a payload that is text", func(string) string { return `{"request_id":"x","endpoint":"/v2/generate","payload":"{}"}` }, "payload: it must be a JSON object"},
		{"no model", swap(`"model":"lipsync-2",`, ``), "model is missing"},
		{"no audio", swap(`"type":"audio","url":"https://e.com/2.wav"`, `"type":"video","assetId":"v"`), "exactly one video or image, not 2"},
		{"no video", swap(`"type":"video"`, `"type":"audio"`), "exactly one video or image, not 0"},
		{"video alone", swap(`,{"type":"audio","url":"https://e.com/2.wav"}`, ``), "no audio and no text"},
		{"two audios", swap(`}]}`, `},{"type":"audio","assetId":"a"}]}`), "several need segments"},
		{"dubbing with audio", swap(`"input"`, `"dubParams":{},"input"`), "dubParams"},
		{"an unknown input", swap(`"type":"audio"`, `"type":"sound"`), `not "sound"`},
		{"an image where none goes", swap(`"type":"video"`, `"type":"image"`), "lipsync-2 takes no images"},
		{"a file", swap(`"url":"https://e.com/2.mp4"`, `"refId":"v"`), "a batch can't bring files"},
		{"plain http", swap(`https://e.com/2.mp4`, `http://e.com/2.mp4`), "video: the link must begin with https://"},
		{"an input too long", swap(`https://e.com/2.mp4`, `https://e.com/long.mp4`), "the video is 30.5 s long; 30 s is the most"},
		{"a model's own limit", func(l string) string {
			return strings.NewReplacer("2.mp4", "mid.mp4", "lipsync-2", "react-1").Replace(l)
		}, "15 s is the most"},
		{"a hot option", swap(`"input"`, `"options":{"temperature":2},"input"`), "temperature takes a number from 0 to 1"},
		{"an option in quotes", swap(`"input"`, `"options":{"temperature":"0.5"},"input"`), "temperature takes a number"},
		{"an unknown mode", swap(`"input"`, `"options":{"sync_mode":"x"},"input"`), "sync_mode takes one of bounce"},
		{"a switch in quotes", swap(`"input"`, `"options":{"occlusion_detection_enabled":"yes"},"input"`), "takes true or false"},
		{"a bad name", swap(`"input"`, `"outputFileName":"a b","input"`), "outputFileName: use letters"},
		{"a bad webhook", swap(`"input"`, `"webhookUrl":"http://x","input"`), "webhookUrl: "},
		{"a text without a voice", swap(`"type":"audio","url":"https://e.com/2.wav"`, `"type":"text","provider":{"name":"elevenlabs","script":"hi"}`), "provider.voiceId"},
		{"a text without words", swap(`"type":"audio","url":"https://e.com/2.wav"`, `"type":"text"`), "provider.script"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := CheckBatch(strings.NewReader(batchOf(20, func(i int, line string) string {
				if i == 2 {
					return c.edit(line)
				}
				return line
			})), lengths)
			if err != nil || len(f.Problems) != 1 {
				t.Fatalf("problems = %v, %v; want one", f.Problems, err)
			}
			if got := f.Problems[0].String(); !strings.HasPrefix(got, "line 3: ") || !strings.Contains(got, c.words) {
				t.Errorf("problem = %q, want %q", got, c.words)
			}
			if len(f.Lines) != 19 {
				t.Errorf("%d lines were read, want the 19 good ones", len(f.Lines))
			}
		})
	}
}

func lengths(url string) (float64, bool) {
	switch {
	case strings.HasSuffix(url, "long.mp4"):
		return 30.5, true
	case strings.HasSuffix(url, "mid.mp4"):
		return 22, true
	}
	return 0, false
}

func TestGoodLinesBeyondThePlainOnes(t *testing.T) {
	for _, edit := range []func(string) string{
		func(l string) string {
			return strings.Replace(l, `}]}`, `},{"type":"audio","assetId":"a"}],"segments":[{}]}`, 1)
		},
		func(l string) string {
			return strings.Replace(l, `,{"type":"audio","url":"https://e.com/2.wav"}]`, `],"dubParams":{"targetLang":"de"}`, 1)
		},
		func(l string) string {
			return strings.NewReplacer("lipsync-2", "sync-3", `"type":"video"`, `"type":"image"`).Replace(l)
		},
		func(l string) string {
			return strings.Replace(l, `"input"`, `"options":{"active_speaker_detection":{"auto_detect":true},"fps":25,"temperature":null},"input"`, 1)
		},
	} {
		f, err := CheckBatch(strings.NewReader(batchOf(20, func(i int, l string) string {
			if i == 2 {
				return edit(l)
			}
			return l
		})), nil)
		if err != nil || len(f.Problems) > 0 {
			t.Errorf("problems = %v, %v", f.Problems, err)
		}
	}
}

func TestBatchSizes(t *testing.T) {
	for _, c := range []struct {
		text  string
		words string
	}{
		{"", "the file has 0 lines; a batch takes at least 20"},
		{"\n", "the file has 0 lines"},
		{batchOf(19, nil), "the file has 19 lines; a batch takes at least 20"},
		{batchOf(501, nil), "the file has 501 lines; a batch takes at most 500: split it"},
		{strings.Repeat("x", api.BatchMaxBytes+1), "larger than 5 MB"},
	} {
		f, err := CheckBatch(strings.NewReader(c.text), nil)
		if err != nil || len(f.Problems) != 1 || !strings.Contains(f.Problems[0].String(), c.words) {
			t.Errorf("%.20q…: %v, %v; want %q", c.text, f.Problems, err, c.words)
		}
		if _, err := NewBatchSubmission("s", f, "b.jsonl", "", noon); err == nil {
			t.Errorf("%.20q… became a submission", c.text)
		}
	}
}

func TestManyProblemsAreCounted(t *testing.T) {
	f, err := CheckBatch(strings.NewReader(batchOf(100, func(int, string) string { return "?" })), nil)
	if err != nil || len(f.Problems) != 50 || f.More != 50 {
		t.Errorf("%d problems and %d more, %v; want 50 and 50", len(f.Problems), f.More, err)
	}
}

func TestUnreadableBatch(t *testing.T) {
	broken := errors.New("unplugged")
	if _, err := CheckBatch(iotest.ErrReader(broken), nil); !errors.Is(err, broken) {
		t.Errorf("err = %v", err)
	}
}

func TestBatchSubmission(t *testing.T) {
	f, err := CheckBatch(strings.NewReader(batchOf(24, nil)), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewBatchSubmission("s", f, "b.jsonl", "http://x", noon); err == nil {
		t.Error("a bad webhook was taken")
	}
	s, err := NewBatchSubmission("s", f, "b.jsonl", " https://e.com/h ", noon)
	if err != nil || s.Kind != SubmitBatch || s.BatchLines != 24 || string(s.Body) != string(f.Exact) || s.WebhookURL != "https://e.com/h" {
		t.Errorf("submission = %+v, %v", s, err)
	}
}

func FuzzCheckBatch(f *testing.F) {
	f.Add(batchOf(20, nil))
	f.Add(`{"request_id":"a","endpoint":"/v2/generate","payload":{"input":[{"type":"text","provider":{}}],"options":{"temperature":{}}}}`)
	f.Add("\n\n{}\nnull\n[1]\n\"x\"")
	f.Fuzz(func(t *testing.T, text string) {
		b, err := CheckBatch(strings.NewReader(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(b.Problems) == 0 && (len(b.Lines) < api.BatchMinLines || len(b.Lines) > api.BatchMaxLines) {
			t.Errorf("%d lines without a problem", len(b.Lines))
		}
	})
}

func BenchmarkCheckBatch500(b *testing.B) {
	text := batchOf(api.BatchMaxLines, nil)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if f, err := CheckBatch(strings.NewReader(text), nil); err != nil || len(f.Problems) > 0 {
			b.Fatal(err, f.Problems)
		}
	}
}
