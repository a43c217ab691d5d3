package handover

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/durable"
	"dubtop/state/verdict"
	"dubtop/ui/uitest"
)

// saved writes a file as if dubtop had saved it.
func saved(t testing.TB, path, content string) File {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(content))
	return File{Path: path, ID: "job-" + content, Name: text.Of(filepath.Base(path)), SHA256: hex.EncodeToString(sum[:])}
}

// listed returns the names in a folder, with those below it.
func listed(t testing.TB, folder string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			inside, _ := filepath.Rel(folder, path)
			names = append(names, inside)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func read(t testing.TB, path ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// checks runs sha256sum -c in a folder.
func checks(t testing.TB, folder string) {
	t.Helper()
	if _, err := exec.LookPath("sha256sum"); err != nil {
		t.Skip("sha256sum is missing")
	}
	cmd := exec.Command("sha256sum", "--strict", "-c", Sums)
	cmd.Dir = folder
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s%s", err, said, read(t, folder, Sums))
	}
}

func TestAHandOverIsWhole(t *testing.T) {
	base := t.TempDir()
	one := saved(t, filepath.Join(base, "a", "promo.mp4"), "one")
	one.Label, one.Language, one.Model, one.Seconds, one.Cost = "=acme", "de", "sync-3", 27.96, new(api.Micros(3_740_000))
	two := saved(t, filepath.Join(base, "b", "Promo.mp4"), "two")
	audio := saved(t, filepath.Join(base, "b", "promo.wav"), "audio")
	audio.ID = two.ID
	paper := saved(t, filepath.Join(base, "b", "Index.html"), "their own page")
	deep := saved(t, filepath.Join(base, "c.mp4"), "deep")
	deep.As = "fr/c.mp4"
	folder := filepath.Join(base, "out", "acme")
	var steps []int64
	got, err := Make(t.Context(), Order{
		Title: "Acme", Folder: folder, Files: []File{one, two, audio, paper, deep, one},
		Progress: func(done, total int64) { steps = append(steps, done, total) },
	})
	if err != nil || got.Files != 5 || got.Bytes != 29 || !slices.Equal(steps[len(steps)-2:], []int64{29, 29}) {
		t.Fatal(got, err, steps)
	}
	want := []string{"Index_2.html", "Promo_2.mp4", "SHA256SUMS", "fr/c.mp4", "index.html", "manifest.csv", "promo.mp4", "promo.wav"}
	if names := listed(t, folder); !slices.Equal(names, want) {
		t.Errorf("made %q", names)
	}
	if read(t, folder, "promo.mp4") != "one" || read(t, folder, "Promo_2.mp4") != "two" {
		t.Error("files were mixed up")
	}
	checks(t, folder)
	manifest := read(t, folder, Manifest)
	if !strings.HasPrefix(manifest, "\ufefffile,name,") || strings.Contains(manifest, "cost") || len(uitest.Formulas([]byte(manifest))) > 0 {
		t.Errorf("manifest %q", manifest)
	}
	rows, err := csv.NewReader(strings.NewReader(manifest)).ReadAll()
	row := []string{"promo.mp4", "promo.mp4", "'=acme", "de", "27.960", "3", one.SHA256, "sync-3"}
	if err != nil || len(rows) != 6 || !slices.Equal(rows[1], row) {
		t.Errorf("rows %q, %v", rows, err)
	}
	page := read(t, folder, Page)
	if strings.Contains(page, base) || strings.Contains(page, "3.74") {
		t.Error("the page has a path or a cost")
	}
	if n := strings.Count(page, `"id":"job-two"`); n != 1 {
		t.Errorf("%d files take the verdict on one job", n)
	}
	for _, name := range listed(t, base) {
		if strings.Contains(name, ".part") {
			t.Errorf("%s was left", name)
		}
	}
}

func TestCostsAreToldWhenAsked(t *testing.T) {
	base := t.TempDir()
	one := saved(t, filepath.Join(base, "a.mp4"), "one")
	one.Cost = new(api.Micros(3_740_000))
	two := saved(t, filepath.Join(base, "b.mp4"), "two")
	folder := filepath.Join(base, "out")
	if _, err := Make(t.Context(), Order{Folder: folder, Files: []File{one, two}, Costs: true}); err != nil {
		t.Fatal(err)
	}
	if m := read(t, folder, Manifest); !strings.Contains(m, ",cost_usd\r\n") || !strings.Contains(m, ",3.74\r\n") || !strings.Contains(m, two.SHA256+",,\r\n") {
		t.Errorf("manifest %q", m)
	}
	if !strings.Contains(read(t, folder, Page), `{"label":"cost","value":"$3.74"}`) {
		t.Error("the page has no cost")
	}
}

func TestAFailureLeavesNothing(t *testing.T) {
	base := t.TempDir()
	good := saved(t, filepath.Join(base, "in", "a.mp4"), "one")
	changed := saved(t, filepath.Join(base, "in", "b.mp4"), "two")
	changed.SHA256 = good.SHA256
	gone, outside := good, good
	gone.Path = filepath.Join(base, "in", "gone.mp4")
	outside.As = "../a.mp4"
	huge := saved(t, filepath.Join(base, "in", "huge.mp4"), "")
	if err := os.Truncate(huge.Path, 1<<42); err != nil { // without that many bytes
		t.Log("no sparse files here:", err)
		huge = gone
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	there := filepath.Join(base, "in")
	for name, c := range map[string]struct {
		ctx    context.Context
		folder string
		files  []File
		want   string
	}{
		"changed":   {nil, "", []File{good, changed}, "b.mp4 has changed since it was saved"},
		"gone":      {nil, "", []File{good, gone}, "gone.mp4"},
		"outside":   {nil, "", []File{outside}, "can't be the name of a file"},
		"no files":  {nil, "", nil, "no saved file"},
		"a folder":  {nil, "", []File{{Path: there}}, "is not a file"},
		"cancelled": {over, "", []File{good}, "canceled"},
		"there":     {nil, there, []File{good}, "is there already; nothing was overwritten"},
		"too much":  {nil, "", []File{huge}, ""},
		"relative":  {nil, "out", []File{good}, "needs a whole path"},
	} {
		o := Order{Folder: c.folder, Files: c.files}
		if o.Folder == "" {
			o.Folder = filepath.Join(base, "out", "x")
		}
		if c.ctx == nil {
			c.ctx = t.Context()
		}
		if _, err := Make(c.ctx, o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if names := listed(t, base); !slices.Equal(names, []string{"in/a.mp4", "in/b.mp4", "in/huge.mp4"}) {
		t.Errorf("left %q", names)
	}
}

func TestInPlaceNothingIsCopiedOrOverwritten(t *testing.T) {
	base := t.TempDir()
	files := []File{saved(t, filepath.Join(base, "acme", "a.mp4"), "one"), saved(t, filepath.Join(base, "b.mp4"), "two")}
	o := Order{Folder: base, Files: files, InPlace: true}
	for range 2 { // the second time over the first
		if _, err := Make(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		want := []string{"SHA256SUMS", "acme/a.mp4", "b.mp4", "index.html", "manifest.csv"}
		if names := listed(t, base); !slices.Equal(names, want) {
			t.Errorf("there is %q", names)
		}
		checks(t, base)
		o.Files = files[:1]
	}
	if err := os.WriteFile(filepath.Join(base, Page), []byte("their own"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Make(t.Context(), o); !errors.Is(err, ErrExists) || read(t, base, Page) != "their own" {
		t.Errorf("over their own page: %v", err)
	}
	o.Folder = filepath.Join(base, "acme")
	o.Files = files
	if _, err := Make(t.Context(), o); err == nil || !strings.Contains(err.Error(), "is not in") {
		t.Errorf("a file elsewhere: %v", err)
	}
}

// Saving keeps a SHA256SUMS in its folder. A hand-over in place adds to it, and
// drops what can't be checked any more.
func TestInPlaceTheChecksumsOfSavingStay(t *testing.T) {
	base := t.TempDir()
	files := []File{saved(t, filepath.Join(base, "a.mp4"), "one"), saved(t, filepath.Join(base, "b.mp4"), "two")}
	old := strings.Repeat("0", 64)
	known := durable.ChecksumLine(files[1].SHA256, "b.mp4") + durable.ChecksumLine(old, "a.mp4") + durable.ChecksumLine(old, "gone.mp4") + durable.ChecksumLine(old, "../up.mp4") + "# a remark"
	if err := os.WriteFile(filepath.Join(base, Sums), []byte(known), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := Make(t.Context(), Order{Folder: base, Files: files[:1], InPlace: true}); err != nil {
			t.Fatal(err)
		}
		checks(t, base)
		got := read(t, base, Sums)
		for line, want := range map[string]int{"  b.mp4": 1, "  a.mp4": 1, "# a remark\n": 1, "gone": 0, "up.mp4": 0} {
			if n := strings.Count(got, line); n != want {
				t.Errorf("%q is in it %d times, want %d: %s", line, n, want, got)
			}
		}
	}
}

// What a dubtop that was killed has left of a hand-over is removed by the next
// one. One that is being made stays.
func TestLeftoversOfAHandOverAreRemoved(t *testing.T) {
	base := t.TempDir()
	files := []File{saved(t, filepath.Join(base, "a.mp4"), "one")}
	past := time.Now().Add(-time.Hour)
	for _, name := range []string{".handover-1.part", ".handover-2.part"} {
		dir := filepath.Join(base, name)
		saved(t, filepath.Join(dir, "big.mp4"), "half")
		if err := os.Chtimes(dir, past, past); err != nil {
			t.Fatal(err)
		}
	}
	defer durable.LockFolder(filepath.Join(base, ".handover-2.part"))()
	if _, err := Make(t.Context(), Order{Folder: filepath.Join(base, "out"), Files: files}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{".handover-1.part": false, ".handover-2.part": true} {
		if _, err := os.Stat(filepath.Join(base, name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// words are names that hurt: markup, quotes, controls, emoji, right to left.
func words() *rapid.Generator[string] {
	return rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune(`\<>"'&%?#:;=+-@ `+"\n\r\t")), rapid.RuneFrom([]rune("aé日🎬א\u202e\u2028")), rapid.Rune()))
}

func TestAnyNameIsChecked(t *testing.T) {
	base := t.TempDir()
	var files []File
	for n := range 100 {
		name := strings.NewReplacer("/", "", "\x00", "").Replace(words().Example(n))
		path := filepath.Join(base, fmt.Sprint(n), name[:min(len(name), 200)]+"x.mp4")
		if os.MkdirAll(filepath.Dir(path), 0o755) != nil || os.WriteFile(path, []byte(name), 0o600) != nil {
			continue // the file system refuses the name
		}
		files = append(files, File{Path: path, ID: fmt.Sprint(n), Name: text.Of(words().Example(-n))})
	}
	folder := filepath.Join(base, "out")
	if _, err := Make(t.Context(), Order{Folder: folder, Files: files}); err != nil {
		t.Fatal(err)
	}
	checks(t, folder)
}

func TestAnyNameStaysText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &making{Order: Order{Title: text.Of(words().Draw(t, "heading"))}}
		for range 3 {
			f := &File{ID: words().Draw(t, "id"), Name: text.Of(words().Draw(t, "name")), Label: text.Of(words().Draw(t, "label"))}
			m.parts = append(m.parts, part{File: f, name: words().Draw(t, "file") + ".mp4"})
		}
		papers, err := m.papers()
		if err != nil {
			t.Fatal(err)
		}
		if wrong := uitest.Formulas(papers[0].content); len(wrong) > 0 {
			t.Errorf("run: %q", wrong)
		}
		html := string(papers[2].content)
		_, data, _ := strings.Cut(html, `id="data">`)
		data, _, _ = strings.Cut(data, "<")
		if !json.Valid([]byte(data)) || strings.Count(html, "<script") != 2 {
			t.Errorf("a name became markup: %q", data)
		}
		if n := strings.Count(string(papers[1].content), "\n"); n != 5 {
			t.Errorf("%d checksums", n)
		}
	})
}

func TestVerdictsAreReadBack(t *testing.T) {
	good := `{"format":"dubtop-verdicts","version":1,"handover":"x","verdicts":[
		{"id":"a","file":"a.mp4","sha256":"00","verdict":"approved","note":"","at":"2026-11-30T12:00:00.000Z"},
		{"id":"b","verdict":"retake","note":"mouth\u202e late"}]}`
	got, err := ReadVerdicts([]byte("\ufeff" + good))
	if err != nil || len(got) != 2 || got[0].Verdict != verdict.Approved || got[0].At.Hour() != 12 || got[1].Note != "mouth late" {
		t.Errorf("%+v, %v", got, err)
	}
	for name, c := range map[string]struct{ file, want string }{
		"empty":       {"", "no file of verdicts"},
		"a list":      {"[]", "no file of verdicts"},
		"another":     {`{"name":"x"}`, "no file of verdicts"},
		"torn":        {good[:150], "no file of verdicts"},
		"of a number": {strings.Replace(good, `"a.mp4"`, "7", 1), "damaged"},
		"newer":       {strings.Replace(good, "1", "2", 1), "newer dubtop (version 2)"},
		"a new word":  {strings.Replace(good, "approved", "superb", 1), `verdict 1: a verdict is "approved", "retake" or empty`},
		"no job":      {strings.Replace(good, `"id":"a"`, `"id":""`, 1), "verdict 1 names no job"},
		"twice":       {strings.Replace(good, `"id":"b"`, `"id":"a"`, 1), "verdicts 1 and 2 are about the same job"},
		"too large":   {strings.Repeat(" ", LargestVerdicts+1), "larger than 16 MB"},
	} {
		if got, err := ReadVerdicts([]byte(c.file)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}
