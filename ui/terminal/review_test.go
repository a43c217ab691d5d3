package terminal_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dubtop/ui/uitest/chromium"
)

// The real program, a real server and a real browser: what is decided on the
// page arrives in the dashboard, and the other way round.
func TestVerdictsOfTheBrowserArriveInTheDashboard(t *testing.T) {
	b := chromium.Start(t)
	a := simulated(t)
	g := a.gate(0)
	notes, bin := t.TempDir(), t.TempDir()
	must(t, os.WriteFile(filepath.Join(bin, "xdg-open"), []byte(opener), 0o700))
	w := open(t, stage{env: append(a.env(g.URL),
		"DISPLAY=:9", "NOTES="+notes, "PATH="+bin+":"+os.Getenv("PATH"))})
	w.sees("completed", "n new")
	w.keys("/status:completed\r")
	w.loses("failed")
	w.keys(" ")
	w.sees("1 marked")
	w.keys(" ")
	w.sees("2 marked")
	w.keys("b")
	w.sees("compare", "watch")
	w.keys("o")
	link := string(chromium.File(t, filepath.Join(notes, "link"), func(b []byte) bool { return len(b) > 0 }))
	if !strings.HasPrefix(link, "http://127.0.0.1:") {
		t.Fatalf("the browser got %q", link)
	}
	tab := b.Open(link)
	tab.Wait(`document.querySelectorAll("video").length === 2`)
	var plays string
	if tab.Eval(`document.createElement("video").canPlayType('video/mp4; codecs="avc1.42c00a"')`, &plays); plays != "" {
		tab.Wait(`[...document.querySelectorAll("video")].every((v) => v.readyState >= 3)`)
	}
	tab.Press("a")
	w.sees("approved")
	w.keys("r")
	w.sees("made again")
	w.keys("the mouth is late")
	w.sees("the mouth is late")
	w.keys("\r")
	w.loses("made again")
	tab.Sees("the mouth is late")
	tab.Press("c")
	w.loses("the mouth is late")
	for _, asked := range tab.Requests() {
		if !strings.HasPrefix(asked, link) && asked != "data:," {
			t.Errorf("the page asked for %s", asked)
		}
	}
	w.keys("\x1b") // the page ends with the comparison
	tab.Sees("dubtop does not answer")
	w.keysAreNowhere(a.key)
	w.keys("q")
	w.ends(0)
}
