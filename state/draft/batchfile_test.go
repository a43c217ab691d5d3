package draft

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

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
	known := BatchEnv{Found: func(in api.CreateInput) (Finding, bool) {
		return Finding{Seconds: 12}, strings.HasSuffix(in.URL, ".wav") && !strings.HasSuffix(in.URL, "/0.wav")
	}}
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
	f, err := CheckBatch(strings.NewReader(strings.ReplaceAll(strings.TrimSpace(batchOf(20, nil)), "\n", "\r\n")), BatchEnv{})
	if err != nil || len(f.Problems) > 0 {
		t.Errorf("Windows line ends, none after the last: %v, %v", err, f.Problems)
	}
}

func TestBatchLineProblems(t *testing.T) {
	swap := func(old, new string) func(string) string {
		return func(line string) string { return strings.Replace(line, old, new, 1) }
	}
	for _, c := range []struct {
		name  string
		edit  func(string) string // of line 3
		words string
	}{
		{"no JSON", func(string) string { return `{"request_id":` }, "column 15: the JSON ends too early"},
		{"a list", func(string) string { return `[]` }, "the line must be an object { }, not a list [ ]"},
		{"no text", func(string) string { return " " }, "the line is empty"},
		{"not UTF-8", swap("lipsync", "lip\xffsync"), "UTF-8"},
		{"a byte order mark", func(l string) string { return "\ufeff" + l }, "byte order mark"},
		{"no id", swap(`"r002"`, `""`), "request_id is missing"},
		{"an id twice", swap(`"r002"`, `"r000"`), `request_id "r000" is already used on line 1`},
		{"an id that is a number", swap(`"r002"`, `2`), "column 15: request_id must be text in quotes, not a number"},
		{"another endpoint", swap(`/v2/generate`, `/v2/generate/`), `endpoint must be "/v2/generate"`},
		{"no payload", swap(`"payload"`, `"body"`), `payload is missing; the line has ["body"]`},
		{"no endpoint", swap(`"endpoint"`, `"method"`), `endpoint is missing; the line has ["method"]`},
		{"a name in capitals", swap(`"request_id"`, `"Request_ID"`), `column 2: "Request_ID" must be written "request_id"`},
		{"a name in another spelling", swap(`"input"`, `"output_file_name":"x","input"`), `"output_file_name" must be written "outputFileName"`},
		{"an option in another spelling", swap(`"input"`, `"options":{"syncMode":"loop"},"input"`), `"syncMode" must be written "sync_mode"`},
		{"an input's member in another spelling", swap(`"url":"https://e.com/2.wav"`, `"asset_id":"a"`), `"asset_id" must be written "assetId"`},
		{"a member twice", swap(`"model":"lipsync-2",`, `"model":"lipsync-2","model":"react-1",`), `"model" appears twice`},
		{"inputs that are an object", func(string) string {
			return `{"request_id":"r21","endpoint":"/v2/generate","payload":{"model":"lipsync-2","input":{"video":"https://e.com/v.mp4"}}}`
		}, "column 86: payload.input must be a list [ ], not an object { }"},
		{"a comma too many", swap(`"request_id":"r002",`, `"request_id":"r002",,`), `expected a name in double quotes, not ','`},
		{"a comma before the end", swap(`}]}}`, `}],}}`), `there is an extra comma before '}'`},
		{"a comma too few", swap(`"r002",`, `"r002"`), `a comma or a closing bracket is missing before '"'`},
		{"single quotes", swap(`"r002"`, `'r002'`), `expected a value, not '\''`},
		{"two requests on a line", func(l string) string { return l + " " + l }, "each request needs its own line"},
		{"the same work again", func(string) string {
			return strings.Replace(strings.TrimSpace(strings.Split(batchOf(20, nil), "\n")[0]), "r000", "r999", 1)
		}, "the same work as line 1, so you would pay twice"},
		{"a payload that is null", func(string) string { return `{"request_id":"x","endpoint":"/v2/generate","payload":null}` }, "payload is missing"},
		{"a payload that is text", func(string) string { return `{"request_id":"x","endpoint":"/v2/generate","payload":"{}"}` }, "payload must be an object { }, not text in quotes"},
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
		{"an input too long", swap(`https://e.com/2.mp4`, `https://e.com/long.mp4`), "the video is 30.5 s long; the limit is 30 s"},
		{"a model's own limit", func(l string) string {
			return strings.NewReplacer("2.mp4", "mid.mp4", "lipsync-2", "react-1").Replace(l)
		}, "the limit is 15 s"},
		{"a hot option", swap(`"input"`, `"options":{"temperature":2},"input"`), "temperature takes a number from 0 to 1"},
		{"an option in quotes", swap(`"input"`, `"options":{"temperature":"0.5"},"input"`), "temperature takes a number"},
		{"an unknown mode", swap(`"input"`, `"options":{"sync_mode":"x"},"input"`), "sync_mode takes one of bounce"},
		{"a switch in quotes", swap(`"input"`, `"options":{"occlusion_detection_enabled":"yes"},"input"`), "takes true or false"},
		{"a bad name", swap(`"input"`, `"outputFileName":"a b","input"`), "outputFileName: use only letters"},
		{"a bad webhook", swap(`"input"`, `"webhookUrl":"http://x","input"`), "webhookUrl: "},
		{"a text without a voice", swap(`"type":"audio","url":"https://e.com/2.wav"`, `"type":"text","provider":{"name":"elevenlabs","script":"hi"}`), "provider.voiceId"},
		{
			"a number in quotes", swap(`"type":"audio","url":"https://e.com/2.wav"`, `"type":"text","provider":{"voiceId":"v","script":"hi","stability":"0.5"}`),
			"payload.input.provider.stability must be a number, not text in quotes",
		},
		{"a text without words", swap(`"type":"audio","url":"https://e.com/2.wav"`, `"type":"text"`), "provider.script"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := CheckBatch(strings.NewReader(batchOf(20, func(i int, line string) string {
				if i == 2 {
					return c.edit(line)
				}
				return line
			})), BatchEnv{Found: lengths})
			if err != nil || len(f.Problems) != 1 {
				t.Fatalf("problems = %v, %v; want one", f.Problems, err)
			}
			if got := f.Problems[0].String(); !strings.HasPrefix(got, "line 3: ") && !strings.HasPrefix(got, "line 3, column ") || !strings.Contains(got, c.words) {
				t.Errorf("problem = %q, want %q", got, c.words)
			}
			if len(f.Lines) != 19 {
				t.Errorf("%d lines were read, want the 19 good ones", len(f.Lines))
			}
		})
	}
}

func TestSecondTakeNeedsItsOwnName(t *testing.T) {
	first := strings.TrimSpace(strings.Split(batchOf(20, nil), "\n")[0])
	f, err := CheckBatch(strings.NewReader(batchOf(20, func(i int, l string) string {
		if i == 2 {
			return strings.NewReplacer("r000", "r999", `"input"`, `"outputFileName":"take_2","input"`).Replace(first)
		}
		return l
	})), BatchEnv{})
	if err != nil || len(f.Problems) > 0 {
		t.Errorf("problems = %v, %v", f.Problems, err)
	}
}

// A mistake that affects the whole file is reported once, not for every line.
func TestFilesOfTheWrongShape(t *testing.T) {
	good := batchOf(24, nil)
	array := "[\n" + strings.ReplaceAll(strings.TrimSpace(good), "\n", ",\n") + "\n]\n"
	pretty := func(s string) string {
		return strings.NewReplacer(`,"`, ",\n  \"", `{"`, "{\n  \"").Replace(s)
	}
	for _, c := range []struct{ name, text, words string }{
		{"an array", array, "the file is one JSON array: a batch needs one request per line"},
		{"an array over lines", pretty(array), "the file is one JSON array"},
		{"an object around all", `{"requests":` + array + `}`, `one JSON object with the requests in "requests"`},
		{"printed for people", pretty(good), "line 1, column 1: request 1 spans 10 lines: a batch needs one request per line"},
		{"one of them printed for people", batchOf(24, func(i int, l string) string {
			if i == 5 {
				return pretty(l)
			}
			return l
		}), "line 6, column 1: request 6 spans 10 lines"},
		{"curly quotes", strings.ReplaceAll(good, `"`, "“"), "line 1, column 2: curly quotes (“ ”) where JSON needs straight ones"},
		{"curly quotes in one line", batchOf(24, func(i int, l string) string {
			if i == 20 {
				return strings.Replace(l, `"r020"`, "“r020”", 1)
			}
			return l
		}), "line 21, column 15: curly quotes"},
		{"old Mac", strings.ReplaceAll(good, "\n", "\r"), "the lines end in CR, as on old Macs"},
		{"UTF-16", utf16Text(good), "the file is UTF-16: save it as UTF-8"},
		{"UTF-16 without a mark", strings.TrimPrefix(utf16Text(good), "\xff\xfe"), "the file is UTF-16"},
		{"NUL", strings.Replace(good, "r007", "r\x007", 1), "line 8, column 17: a NUL byte"},
		{"a spreadsheet", "PK\x03\x04" + good, "a ZIP archive or a spreadsheet"},
		{"compressed", "\x1f\x8b" + good, "compressed with gzip"},
		{"a CSV", strings.Repeat("video,audio\n", 30), `no line begins with {; its first line is "video,audio"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := CheckBatch(strings.NewReader(c.text), BatchEnv{})
			if err != nil || len(f.Problems) != 1 || f.More > 0 || len(f.Lines) > 0 {
				t.Fatalf("problems = %v, %v; want one", f.Problems, err)
			}
			if got := f.Problems[0].String(); !strings.Contains(got, c.words) {
				t.Errorf("problem = %q, want %q", got, c.words)
			}
		})
	}
}

func TestCurlyQuotesInsideStringsAreValid(t *testing.T) {
	f, err := CheckBatch(strings.NewReader(batchOf(20, func(_ int, l string) string {
		return strings.Replace(l, `{"type":"audio"`, `{"type":"text","provider":{"voiceId":"v","script":"say “hi” `+l[15:19]+`"}},{"type":"audio"`, 1)
	})), BatchEnv{})
	for _, p := range f.Problems {
		if strings.Contains(p.Words, "curly") {
			t.Errorf("%v, %v", p, err)
		}
	}
}

// Any file can be checked without a crash, and all positions reported are
// inside the file.
func TestAnyBytesCanBeChecked(t *testing.T) {
	good := batchOf(20, nil)
	rapid.Check(t, func(t *rapid.T) {
		raw := []byte(good)
		for range rapid.IntRange(1, 5).Draw(t, "edits") {
			at := rapid.IntRange(0, len(raw)-1).Draw(t, "at")
			raw = append(raw[:at:at], append([]byte(rapid.SampledFrom([]string{"{", "}", "[", "\"", "“", "\r", "\n", "\x00", "\xff", ",", ":", "\\", "a"}).Draw(t, "what")), raw[at:]...)...)
		}
		f, err := CheckBatch(strings.NewReader(string(raw)), BatchEnv{})
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(raw), "\n")
		for _, p := range f.Problems {
			if p.Words == "" || p.Line > len(lines) || p.Line > 0 && p.Column > utf8.RuneCountInString(lines[p.Line-1])+1 {
				t.Fatalf("a problem outside the file: %+v", p)
			}
		}
	})
}

func utf16Text(s string) string {
	out := []byte{0xff, 0xfe}
	for _, r := range s {
		out = append(out, byte(r), byte(r>>8))
	}
	return string(out)
}

func lengths(in api.CreateInput) (Finding, bool) {
	switch {
	case strings.HasSuffix(in.URL, "long.mp4"):
		return Finding{Seconds: 30.5}, true
	case strings.HasSuffix(in.URL, "mid.mp4"):
		return Finding{Seconds: 22}, true
	}
	return Finding{}, false
}

// A link's problem is reported on its line. Files of the wrong kind and expired
// links are errors; everything else is a warning.
func TestBatchLinksAreCheckedOnTheirLines(t *testing.T) {
	link := func(d time.Duration) func(string) string {
		return func(l string) string { return strings.Replace(l, "https://e.com/2.mp4", until(d), 1) }
	}
	named := func(name string) func(string) string {
		return func(l string) string { return strings.Replace(l, "2.wav", name, 1) }
	}
	env := BatchEnv{Now: noon, Found: func(in api.CreateInput) (Finding, bool) {
		switch {
		case strings.HasSuffix(in.URL, "/gone.wav"):
			return Finding{Warn: "e.com answers 404 Not Found; check the link"}, true
		case strings.HasSuffix(in.URL, "/mute.mp4"):
			return Finding{Refuse: "this video (mp4) has no sound", Seconds: 40}, true
		}
		return Finding{Seconds: 3}, true
	}}
	for _, c := range []struct {
		name          string
		edit          func(string) string // of line 3
		problem, warn string
	}{
		{"fine", link(24 * time.Hour), "", ""},
		{"ended", link(-time.Second), "line 3: video: this signed link has expired: make a new one", ""},
		{"ends within the day", link(23*time.Hour + time.Minute), "", "line 3: video: this signed link expires in 23 h; a batch may take a day to fetch it"},
		{"not found", named("gone.wav"), "", "line 3: audio: e.com answers 404 Not Found; check the link"},
		{"no sound", named("mute.mp4"), "line 3: audio: this video (mp4) has no sound", ""},
	} {
		f, err := CheckBatch(strings.NewReader(batchOf(20, func(i int, l string) string {
			if i == 2 {
				return c.edit(l)
			}
			return l
		})), env)
		var problem, warn string
		if len(f.Problems) > 0 {
			problem = f.Problems[0].String()
		}
		if len(f.Warnings) > 0 {
			warn = f.Warnings[0].String()
		}
		if err != nil || problem != c.problem || warn != c.warn || len(f.Problems)+len(f.Warnings) > 1 {
			t.Errorf("%s: %q and %q, %v; want %q and %q", c.name, f.Problems, f.Warnings, err, c.problem, c.warn)
		}
	}
}

// Lengths that depend on segments or on speech are guesses.
func TestBatchLengths(t *testing.T) {
	env := BatchEnv{Found: func(in api.CreateInput) (Finding, bool) {
		return Finding{Seconds: map[string]float64{"video": 10, "audio": 3.2}[in.Type], Within: map[bool]float64{true: 0.2}[strings.HasSuffix(in.URL, "vague.wav")]}, true
	}}
	for _, c := range []struct {
		old, new string
		seconds  float64
		about    bool
	}{
		{"", "", 3.2, false},
		{`"input"`, `"options":{"sync_mode":"silence"},"input"`, 10, false},
		{`"input"`, `"options":{"sync_mode":"cut_off"},"input"`, 3.2, false},
		{"2.wav", "vague.wav", 3.2, true},
		{`"type":"audio","url":"https://e.com/2.wav"`, `"type":"text","provider":{"name":"elevenlabs","voiceId":"v","script":"` + strings.Repeat("a", 30) + `"}`, 2, true},
		{`}]}`, `},{"type":"audio","url":"https://e.com/x.wav"}],"segments":[{}]}`, 10, true},
		{`,{"type":"audio","url":"https://e.com/2.wav"}]`, `],"dubParams":{"targetLang":"es"}`, 0, false},
	} {
		f, err := CheckBatch(strings.NewReader(batchOf(20, func(i int, l string) string {
			if i == 2 {
				return strings.Replace(l, c.old, c.new, 1)
			}
			return l
		})), env)
		if err != nil || len(f.Problems) > 0 || f.Lines[2].Seconds != c.seconds || f.Lines[2].About != c.about {
			t.Errorf("%s: %v, %v, %+v; want %g s, a guess %t", c.new, err, f.Problems, f.Lines[2], c.seconds, c.about)
		}
	}
}

func TestUncommonValidLines(t *testing.T) {
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
		})), BatchEnv{})
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
		f, err := CheckBatch(strings.NewReader(c.text), BatchEnv{})
		if err != nil || len(f.Problems) != 1 || !strings.Contains(f.Problems[0].String(), c.words) {
			t.Errorf("%.20q…: %v, %v; want %q", c.text, f.Problems, err, c.words)
		}
	}
}

func TestManyProblemsAreCounted(t *testing.T) {
	f, err := CheckBatch(strings.NewReader(batchOf(100, func(int, string) string { return `{"x":1}` })), BatchEnv{})
	if err != nil || len(f.Problems) != 50 || f.More != 250 {
		t.Errorf("%d problems and %d more, %v; want 50 and 250", len(f.Problems), f.More, err)
	}
}

func TestUnreadableBatch(t *testing.T) {
	broken := errors.New("unplugged")
	if _, err := CheckBatch(iotest.ErrReader(broken), BatchEnv{}); !errors.Is(err, broken) {
		t.Errorf("err = %v", err)
	}
}

func FuzzCheckBatch(f *testing.F) {
	f.Add(batchOf(20, nil))
	f.Add(`{"request_id":"a","endpoint":"/v2/generate","payload":{"input":[{"type":"text","provider":{}}],"options":{"temperature":{}}}}`)
	f.Add("\n\n{}\nnull\n[1]\n\"x\"")
	f.Fuzz(func(t *testing.T, text string) {
		b, err := CheckBatch(strings.NewReader(text), BatchEnv{})
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
		if f, err := CheckBatch(strings.NewReader(text), BatchEnv{}); err != nil || len(f.Problems) > 0 {
			b.Fatal(err, f.Problems)
		}
	}
}
