package jobset_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"

	"dubtop/state/draft"
	"dubtop/state/jobset"
)

func files(names ...string) (found []jobset.Input) {
	for _, n := range names {
		folder, name := "", n
		if at := strings.LastIndex(n, "/"); at >= 0 {
			folder, name = n[:at], n[at+1:]
		}
		found = append(found, jobset.Input{Typed: "/in/" + n, Name: name, Folder: folder})
	}
	return found
}

// shown writes rows as "visual + audio, language: problem".
func shown(s jobset.Set) (lines []string) {
	for i := range s.Rows {
		r := &s.Rows[i]
		line := strings.TrimPrefix(r.Draft.Visual, "/in/") + " + " + strings.TrimPrefix(r.Draft.Audio, "/in/")
		if r.Lang != "" {
			line += ", " + r.Lang
		}
		if w := r.Words(); w != "" {
			line += ": " + string(w)
		}
		lines = append(lines, line)
	}
	return lines
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestFilesArePairedByNameAndLanguage(t *testing.T) {
	s, err := jobset.ByName(
		files("ep01.mp4", "ep02.mov", "ep03.mp4", "cut/ep04.mp4", "ep04.mov", "Été.mp4"),
		files("de/ep01.wav", "pt-BR/ep01.wav", "ep02_de.wav", "ep02-zh_Hant.mp3", "EP02.fr.wav", "ep04_de.wav", "ep09_de.wav",
			"e\u0301te\u0301_it.wav", "x/ep02_de.aac"), draft.Draft{Model: "sync-3"})
	if err != nil {
		t.Fatal(err)
	}
	same(t, shown(s), []string{
		"ep01.mp4 + de/ep01.wav, de",
		"ep01.mp4 + pt-BR/ep01.wav, pt-BR",
		"ep02.mov + ep02_de.wav, de: two tracks for ep02.mov in de",
		"ep02.mov + x/ep02_de.aac, de: two tracks for ep02.mov in de",
		"ep02.mov + EP02.fr.wav, fr",
		"ep02.mov + ep02-zh_Hant.mp3, zh-Hant",
		"ep03.mp4 + : no audio matches ep03.mp4",
		" + ep04_de.wav, de: 2 videos match ep04_de.wav: cut/ep04.mp4, ep04.mov",
		" + ep09_de.wav, de: no video matches ep09_de.wav",
		"Été.mp4 + e\u0301te\u0301_it.wav, it",
	})
	same(t, s.Notes, []string{
		"no track in language de: Été", "no track in language fr: ep01, Été", "no track in language it: ep01, ep02", "no track in language pt-BR: ep02, Été", "no track in language zh-Hant: ep01, Été",
	})
	if s.Videos != 6 || s.Tracks != 9 || s.Left != 3 {
		t.Errorf("%d videos, %d tracks, %d left over", s.Videos, s.Tracks, s.Left)
	}
}

func TestWordsAreNoLanguages(t *testing.T) {
	for word, want := range map[string]string{
		"de": "de", "DE": "de", "pt-br": "pt-BR", "pt_BR": "pt-BR", "zh-hant": "zh-Hant", "deu": "de", "fil": "fil",
		"mix": "", "take2": "", "v2": "", "final": "", "hd": "", "01": "", "x": "", "": "", "d e": "",
	} {
		if got, _ := jobset.Language(word); got != want {
			t.Errorf("%q is %q, want %q", word, got, want)
		}
	}
}

func TestEveryVideoWithEveryTrack(t *testing.T) {
	s, err := jobset.Every(files("a.mp4", "b.mp4"), files("de/x.wav", "y_fr.wav"), draft.Draft{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, shown(s), []string{"a.mp4 + de/x.wav, de", "a.mp4 + y_fr.wav, fr", "b.mp4 + de/x.wav, de", "b.mp4 + y_fr.wav, fr"})
	many := make([]jobset.Input, 101)
	if _, err := jobset.Every(many, many, draft.Draft{}); err == nil || err.Error() != "101 videos × 101 tracks are 10201 jobs; a set takes 10000" {
		t.Error(err)
	}
}

// No file is lost and none is used twice, with any names.
func TestEveryFileIsInSomeRow(t *testing.T) {
	name := rapid.SampledFrom([]string{"a", "b", "a_de", "b-fr", "A", "c.de", "en_de", "en"})
	folder := rapid.SampledFrom([]string{"", "de", "x", "fr/x"})
	rapid.Check(t, func(t *rapid.T) {
		draw := func(ext string) (found []jobset.Input) {
			seen := map[string]bool{}
			for range rapid.IntRange(0, 8).Draw(t, "n") {
				in := files(strings.TrimPrefix(folder.Draw(t, "folder")+"/"+name.Draw(t, "name")+ext, "/"))[0]
				if !seen[in.Typed] {
					seen[in.Typed] = true
					found = append(found, in)
				}
			}
			return found
		}
		videos, tracks := draw(".mp4"), draw(".wav")
		s, err := jobset.ByName(videos, tracks, draft.Draft{})
		if err != nil {
			t.Fatal(err)
		}
		heard, pairs := map[string]int{}, map[string]int{}
		for i := range s.Rows {
			r := &s.Rows[i]
			heard[r.Draft.Audio]++
			if r.Chosen() {
				pairs[r.Draft.Visual+" "+r.Lang]++
			}
			if r.Trouble == "" && (r.Draft.Visual == "" || r.Draft.Audio == "") {
				t.Fatalf("row %d has a part missing and no trouble: %q", r.Number, shown(s))
			}
		}
		for _, in := range tracks {
			if heard[in.Typed] != 1 {
				t.Fatalf("%s is in %d rows: %q", in.Typed, heard[in.Typed], shown(s))
			}
		}
		for pair, n := range pairs {
			if n > 1 {
				t.Fatalf("%s stands in %d rows without trouble: %q", pair, n, shown(s))
			}
		}
	})
}

func table(t *testing.T, text string) jobset.Set {
	t.Helper()
	s, err := jobset.Table([]byte(text), "/in", "/home/me", draft.Draft{Model: "lipsync-2", Label: "acme"}, nil)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return s
}

func utf16le(s string, bom bool) string {
	var b []byte
	if bom {
		b = append(b, 0xff, 0xfe)
	}
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return string(b)
}

func TestTablesInEveryEncoding(t *testing.T) {
	want := []string{"a.mp4 + a.wav, de", "https://x.io/b.mp4 + b, c.wav, fr"}
	comma := "Video URL,Audio File,Language,Notes\na.mp4,a.wav,de,hi\nhttps://x.io/b.mp4,\"b, c.wav\",FR,\n"
	for what, text := range map[string]string{
		"commas":         comma,
		"with a BOM":     "\ufeff" + comma,
		"Windows":        strings.ReplaceAll(comma, "\n", "\r\n"),
		"old Mac":        strings.ReplaceAll(comma, "\n", "\r"),
		"UTF-16":         utf16le(comma, true),
		"UTF-16 no mark": utf16le(comma, false),
		"semicolons":     "video;audio;lang\na.mp4;a.wav;de\nhttps://x.io/b.mp4;b, c.wav;fr\n",
		"tabs":           "video\taudio\tlang\na.mp4\ta.wav\tde\n\nhttps://x.io/b.mp4\tb, c.wav\tfr",
		"no headings":    "a.mp4,a.wav\nhttps://x.io/b.mp4,\"b, c.wav\"",
	} {
		s := table(t, text)
		lines := shown(s)
		if what == "no headings" {
			lines = []string{lines[0] + ", de", lines[1] + ", fr"}
		}
		if !slices.Equal(lines, want) {
			t.Errorf("%s: %q", what, lines)
		}
		if s.Rows[0].Draft.Model != "lipsync-2" || s.Rows[0].Draft.Label != "acme" || s.Rows[0].Stem != "a" {
			t.Errorf("%s: %+v", what, s.Rows[0])
		}
	}
	same(t, table(t, comma).Notes, []string{"columns: video from Video URL, audio from Audio File, language from Language", "not used: Notes"})
}

func TestTableProblemsNameTheirPlace(t *testing.T) {
	s := table(t, "video,audio\na.mp4,a.wav\nb.mp4,b\"x\"y.wav\nc.mp4,\"c\"d.wav\ne.mp4,e.wav,f,g\nh.mp4,h.wav\n")
	want := []string{
		"a.mp4 + a.wav",
		" + : line 3, column 8: misplaced quote: double it, or put the whole cell in quotes",
		" + : line 4, column 9: a quoted cell does not end where its line does, or something follows it",
		"e.mp4 + e.wav: line 5 has 4 cells, the first line has 2: is a cell with a delimiter not in quotes?",
		"h.mp4 + h.wav",
	}
	same(t, shown(s), want)
	for text, want := range map[string]string{
		"":                                     "the file is empty",
		"\n\n":                                 "the file is empty",
		"title,notes\nx,y\n":                   `line 1: no column holds the videos: choose it`,
		"video,audio\na.mp4,\x00\n":            "line 2, column 7: a NUL byte: this is not a text file",
		"video,audio\na.mp4,\xe9t\xe9":         "line 2, column 7: the text is neither UTF-8 nor UTF-16: save the file as UTF-8",
		strings.Repeat("a,", 300):              "line 1: the table has 301 columns; 200 is the most",
		strings.Repeat("x", jobset.MaxBytes+1): "the file is larger than 32 MB: split it",
		"video\n" + strings.Repeat("a.mp4\n", 10_001): "the file has more than 10000 rows: split it",
	} {
		if _, err := jobset.Table([]byte(text), "/in", "", draft.Draft{}, nil); err == nil || err.Error() != want {
			t.Errorf("%.20q: %v, want %s", text, err, want)
		}
	}
}

func TestPathsAreRelativeToTheirFile(t *testing.T) {
	s := table(t, "video,audio\nsub/a.mp4,../a.wav\n/abs/b.mp4,~/b.wav\n'c d.mp4',file:///x/c.wav\nasset:abc,\"it's \"\"x\"\".wav\"\n")
	home := "/home/me"
	var got []string
	for i := range s.Rows {
		for _, typed := range []string{s.Rows[i].Draft.Visual, s.Rows[i].Draft.Audio} {
			m, err := draft.ParseMedia(typed, home)
			if err != nil {
				t.Fatalf("%q: %v", typed, err)
			}
			got = append(got, m.Path+m.AssetID)
		}
	}
	same(t, got, []string{"/in/sub/a.mp4", "/a.wav", "/abs/b.mp4", "/home/me/b.wav", "/in/c d.mp4", "/x/c.wav", "abc", `/in/it's "x".wav`})
}

func TestJSONLinesBecomeRows(t *testing.T) {
	s, err := jobset.Lines([]byte(strings.Join([]string{
		`{"request_id":"t1","endpoint":"/v2/generate","payload":{"model":"sync-3","input":[{"type":"video","url":"https://x.io/a.mp4"},{"type":"audio","url":"https://x.io/a.wav"}],"options":{"sync_mode":"loop"}}}`,
		`{"model":"lipsync-2","input":[{"type":"video","assetId":"v1"},{"type":"text","provider":{"name":"elevenlabs","voiceId":"v","script":"Hello"}}],"outputFileName":"one"}`,
		``,
		`{"video":"a.mp4","audio":"b.wav","lang":"de","temperature":0.5}`,
		`{"model":"lipsync-2","input":[{"type":"video","url":"https://x.io/a.mp4"}],"segments":[{"startTime":0}]}`,
		`{"video":"a.mp4","colour":"red"}`,
		`[1]`,
	}, "\n")), "/in", "", draft.Draft{Model: "lipsync-2-pro"})
	if err != nil {
		t.Fatal(err)
	}
	same(t, shown(s), []string{
		"https://x.io/a.mp4 + https://x.io/a.wav", "asset:v1 + ", "a.mp4 + b.wav, de",
		` + : line 5: segment 1 can't be read: it needs startTime, endTime and audioInput`,
		`a.mp4 + : line 6: a row can't hold "colour"`,
		" + : line 7: not a JSON object: json: cannot unmarshal array into Go value of type map[string]json.RawMessage",
	})
	if r := s.Rows[0]; r.Draft.Option("sync_mode") != "loop" || r.Draft.Model != "sync-3" || r.Where != "t1" {
		t.Errorf("%+v", r)
	}
	if r := s.Rows[1]; r.Draft.Script != "Hello" || r.Draft.VoiceID != "v" || r.Draft.OutputFileName != "one" {
		t.Errorf("%+v", r)
	}
	if r := s.Rows[2]; r.Draft.Option("temperature") != "0.5" || r.Draft.Model != "lipsync-2-pro" {
		t.Errorf("%+v", r)
	}
}

func TestNamesComeFromATemplate(t *testing.T) {
	s, err := jobset.ByName(files("Été 1.mp4", "b.mp4"), files("de/Été 1.wav", "fr/Été 1.wav", "b.wav"), draft.Draft{Model: "sync-3"})
	if err != nil {
		t.Fatal(err)
	}
	s.Rows = append(s.Rows, s.Rows[0])
	s.Name("{stem}_{lang}_{model}")
	var got []string
	for i := range s.Rows {
		got = append(got, s.Rows[i].Draft.OutputFileName)
		if words := s.Rows[i].Draft.Check(draft.FieldOutputName, draft.CheckEnv{}); !words.None() {
			t.Error(words)
		}
	}
	same(t, got, []string{"b_sync-3", "Ete-1_de_sync-3", "Ete-1_fr_sync-3", "b_sync-3_2"})
	for template, want := range map[string]string{
		"": "", "{stem}": "", "x{n}": "",
		"{name}": "{name} is not a field; fields: " + jobset.Fields, "{stem": "a brace is not closed", "a}": "a brace is not closed",
	} {
		if got := jobset.CheckTemplate(template); got != want {
			t.Errorf("%q: %q", template, got)
		}
	}
}

// Any template makes valid and distinct names of any names.
func TestTemplateNamesAreValidAndDistinct(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s jobset.Set
		for i := range rapid.IntRange(1, 6).Draw(t, "rows") {
			s.Rows = append(s.Rows, jobset.Row{
				Number: i + 1, Stem: rapid.OneOf(rapid.StringMatching(`[a-c é/_.-]{0,4}`), rapid.StringMatching(`x(_[23])?`)).Draw(t, "stem"),
				Lang: rapid.SampledFrom([]string{"", "de"}).Draw(t, "lang"),
			})
		}
		s.Name(rapid.StringMatching(`(\{stem\}|\{lang\}|\{n\}|_|x|_2){0,5}`).Draw(t, "template"))
		seen := map[string]bool{}
		for i := range s.Rows {
			name := s.Rows[i].Draft.OutputFileName
			if p := s.Rows[i].Draft.Check(draft.FieldOutputName, draft.CheckEnv{}); p.Blocks() {
				t.Fatalf("%q: %s", name, p.Words)
			}
			if name != "" && seen[name] {
				t.Fatalf("%q twice", name)
			}
			seen[name] = true
		}
	})
}

func TestTwinsAreLeftOut(t *testing.T) {
	s := table(t, "video,audio,name\nhttps://x.io/a.mp4?sig=1,a.wav,x\nhttps://x.io/a.mp4?sig=2,a.wav,y\nhttps://x.io/a.mp4?take=2&sig=2,a.wav,y\nb.mp4,b.wav,z\nc.mp4,c.wav,\n")
	made := s.Rows[3].Content()
	s.MarkTwins(map[string]jobset.Made{made: {Words: "made on 12 Nov 2026, $1.20", Job: "g1"}})
	var got []string
	for i := range s.Rows {
		got = append(got, fmt.Sprint(s.Rows[i].Out, " ", s.Rows[i].Twin))
	}
	same(t, got, []string{"false ", "true the same as row 1", "false ", "true made on 12 Nov 2026, $1.20", "false "})
	if s.Rows[3].Made != "g1" {
		t.Errorf("the job made before is %q", s.Rows[3].Made)
	}
	n := jobset.Count(func(yield func(*jobset.Row) bool) {
		for i := range s.Rows {
			if !yield(&s.Rows[i]) {
				return
			}
		}
	})
	if n.Rows != 5 || n.Chosen != 3 || n.Out != 2 || n.Troubled != 0 {
		t.Errorf("%+v", n)
	}
}

// A set may have ten thousand rows; reading them must not be noticeable.
func BenchmarkTable10k(b *testing.B) {
	var w strings.Builder
	w.WriteString("video,audio,lang,name\n")
	for i := range 10_000 {
		fmt.Fprintf(&w, "https://media.example/ep%05d.mp4,https://media.example/de/ep%05d.wav,de,ep%05d_de\n", i, i, i)
	}
	raw := []byte(w.String())
	b.ReportAllocs()
	for b.Loop() {
		s, err := jobset.Table(raw, "/in", "", draft.Draft{Model: "sync-3"}, nil)
		if err != nil || len(s.Rows) != 10_000 {
			b.Fatal(err)
		}
		s.Name("{stem}")
		s.MarkTwins(nil)
	}
}

// No content of a file breaks the readers.
func FuzzTable(f *testing.F) {
	f.Add([]byte("video,audio\na.mp4,a.wav\n"))
	f.Add([]byte(utf16le("video;audio\na;b", true)))
	f.Add([]byte(`{"video":"a"}`))
	f.Fuzz(func(_ *testing.T, raw []byte) {
		_, _ = jobset.Table(raw, "/in", "", draft.Draft{}, nil)
		_, _ = jobset.Lines(raw, "/in", "", draft.Draft{})
	})
}
