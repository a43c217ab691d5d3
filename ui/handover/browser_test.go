package handover

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/verdict"
	"dubtop/ui/uitest/chromium"
)

// hostile are names that a page, a URL or a shell could take for something else.
var hostile = []string{
	`"><script>document.title="run"</script>`, `'); alert(1); ('`, "🎬 שלום עולם", "a:b?c#d%20&e", "back\\slash\nline", "<img src=x onerror=alert(1)>",
}

// clip copies a video of the review page's tests.
func clip(t testing.TB, folder, name, from string) File {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "review", "testdata", from))
	if err != nil {
		t.Fatal(err)
	}
	return saved(t, filepath.Join(folder, name), string(content))
}

// offline makes a hand-over with hostile names and opens it.
func offline(t testing.TB, b *chromium.Browser) (tab *chromium.Tab, folder string) {
	base := t.TempDir()
	var files []File
	for n, name := range hostile {
		f := clip(t, filepath.Join(base, fmt.Sprint(n)), strings.ReplaceAll(name, "/", "∕")+".webm", []string{"one.webm", "two.webm"}[n%2])
		f.ID, f.Name, f.Label, f.Seconds = fmt.Sprint("job-", n), text.Of(name), "acme", 6
		files = append(files, f)
	}
	folder = filepath.Join(base, "out <b> 100%")
	if _, err := Make(t.Context(), Order{Title: `Acme "autumn" <b>`, Folder: folder, Files: files}); err != nil {
		t.Fatal(err)
	}
	checks(t, folder)
	return b.Open(pageURL(folder)), folder
}

func pageURL(folder string) string {
	return (&url.URL{Scheme: "file", Path: filepath.Join(folder, Page)}).String()
}

// playable waits until the video can play.
func playable(tab *chromium.Tab) {
	tab.Wait(`document.querySelector("video")?.readyState >= 3`)
}

func TestAClientWatchesAndDecidesOffline(t *testing.T) {
	b := chromium.Start(t)
	to := t.TempDir()
	b.Downloads(to)
	tab, folder := offline(t, b)
	for n, name := range hostile {
		playable(tab)
		tab.Sees(fmt.Sprintf("%d of %d", n+1, len(hostile)))
		var shown string
		if tab.Eval(`document.getElementById("name").textContent`, &shown); shown != string(text.Of(name)) {
			t.Errorf("%q is shown as %q", name, shown)
		}
		tab.Press("n")
	}
	tab.Press("p", "a")
	tab.Sees("1 approved")
	tab.Press("n", "r")
	tab.Type("the end </script> is late")
	tab.Press("Enter")
	tab.Sees("1 to retake")
	tab.Go(pageURL(folder)) // it remembers
	playable(tab)
	tab.Sees("1 approved · 1 to retake · 4 open")
	tab.Press("s")
	tab.Sees("Saved as verdicts.json")
	content := chromium.File(t, filepath.Join(to, "verdicts.json"), json.Valid)
	got, err := ReadVerdicts(content)
	if err != nil || len(got) != 2 || got[0].ID != "job-4" || got[0].Verdict != verdict.Approved || got[0].At.IsZero() ||
		got[1].ID != "job-5" || got[1].Verdict != verdict.Retake || got[1].Note != "the end </script> is late" || got[1].SHA256 == "" {
		t.Errorf("%+v, %v\n%s", got, err, content)
	}
	for _, link := range tab.Requests() {
		if !strings.HasPrefix(link, "file://"+(&url.URL{Path: folder}).EscapedPath()+"/") && link != "data:," && !strings.HasPrefix(link, "blob:") {
			t.Errorf("asked for %s", link)
		}
	}
	if said := tab.Troubles(); len(said) > 0 {
		t.Errorf("the console says %q", said)
	}
	if ran := slices.ContainsFunc(tab.Requests(), func(link string) bool { return strings.HasSuffix(link, "/x") }); ran {
		t.Error("a name became markup")
	}
}

func TestAHandOverIsAccessible(t *testing.T) {
	b := chromium.Start(t)
	tab, _ := offline(t, b)
	playable(tab)
	for _, dark := range []bool{false, true} {
		tab.Dark(dark)
		for _, keys := range [][]string{{}, {"a"}, {"n", "r", "x", "Enter"}, {"r"}, {"Escape", "s"}} {
			tab.Press(keys...)
			wrong, ok := tab.Accessible()
			if !ok {
				t.Skip("DUBTOP_AXE names no script")
			}
			for _, w := range wrong {
				t.Errorf("dark %v, after %q: %s", dark, keys, w)
			}
		}
	}
}

// The picture is taken anew by .ci/browser/run --pictures.
func TestPictureOfAHandOver(t *testing.T) {
	to := chromium.Pictures(t)
	b := chromium.Start(t)
	base := t.TempDir()
	var files []File
	for n, c := range []struct {
		name, language string
		from           string
	}{
		{"promo_de_014", "German", "two.webm"},
		{"promo_fr_014", "French", "one.webm"},
		{"promo_es_014", "Spanish", "two.webm"},
		{"promo_it_014", "Italian", "one.webm"},
		{"promo_pt_014", "Portuguese", "two.webm"},
		{"teaser_de_003", "German", "one.webm"},
	} {
		f := clip(t, filepath.Join(base, fmt.Sprint(n)), c.name+".webm", c.from)
		f.ID, f.Name, f.Language, f.Seconds, f.Cost, f.Model = c.name, text.Of(c.name), text.Of(c.language), 6, new(api.Micros(1_400_000)), "sync-3"
		files = append(files, f)
	}
	folder := filepath.Join(base, "out")
	if _, err := Make(t.Context(), Order{Title: "Acme · autumn campaign", Folder: folder, Files: files}); err != nil {
		t.Fatal(err)
	}
	tab := b.Open(pageURL(folder))
	playable(tab)
	tab.Press("a", "n")
	playable(tab)
	tab.Press("r")
	tab.Type("The last word is cut off.")
	tab.Press("Enter", "n")
	playable(tab)
	tab.Press("a", "n")
	playable(tab)
	tab.Still(2.2)
	tab.Dark(false)
	tab.Picture(filepath.Join(to, "hand-over.png"))
}
