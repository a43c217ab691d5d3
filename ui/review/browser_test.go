package review

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"dubtop/api/text"
	"dubtop/state/verdict"
	"dubtop/ui/uitest/chromium"
)

// fixture returns the path of a video of the tests.
func fixture(t testing.TB, name string) string {
	path, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// linked returns a source behind a link of a server that knows ranges.
func linked(t testing.TB, name string) Source {
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, fixture(t, name))
	}))
	t.Cleanup(host.Close)
	return Source{Link: func(context.Context, bool) (string, error) { return host.URL + "/v?sig=secret", nil }}
}

// twoTakes is an item with a take in a file and one behind a link.
func twoTakes(t testing.TB) Item {
	return Item{
		Name:  "promo_de_014",
		Facts: []Fact{{"input", "presenter_close.mp4"}, {"audio", "promo_de_014.wav"}, {"label", "acme"}},
		Left: Take{
			ID: "job-1", Name: "Take 1 · lipsync-2", Source: Source{File: fixture(t, "one.webm")},
			Facts: []Fact{{"cost", "$1.40"}, {"took", "1 m 42 s"}, {"temperature", "0.5"}},
		},
		Right: Take{
			ID: "job-2", Name: "Take 2 · sync-3", Source: linked(t, "two.webm"),
			Facts: []Fact{{"cost", "$3.74"}, {"took", "8 m 05 s"}, {"occlusion", "on"}},
		},
	}
}

// decisions collects verdicts, and applies them like the dashboard does.
type decisions struct {
	mu     sync.Mutex
	said   []string
	server *Server
	items  []Item
	fail   error
}

func (d *decisions) take(id string, v verdict.Verdict, note text.Text) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		return d.fail
	}
	d.said = append(d.said, strings.TrimSpace(fmt.Sprint(id, " ", v, " ", note)))
	d.items = slices.Clone(d.items)
	for n := range d.items {
		for _, side := range []*Take{&d.items[n].Left, &d.items[n].Right} {
			if side.ID == id {
				side.Verdict, side.Note = v, note
			}
		}
	}
	d.server.Set(d.items)
	return nil
}

func (d *decisions) all() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.said)
}

// serve starts a page with items that remembers its verdicts.
func serve(t testing.TB, items ...Item) (*Server, *decisions) {
	d := &decisions{items: items}
	s, err := New(t.Context(), Config{Items: items, OnVerdict: d.take, Client: http.DefaultClient})
	if err != nil {
		t.Fatal(err)
	}
	d.server = s
	t.Cleanup(func() { _ = s.Close() })
	return s, d
}

// helpers are functions for the page: number reads the number of the frame that
// a video of the tests shows.
const helpers = `
window.videos = () => [...document.querySelectorAll("video")];
window.number = (v) => {
	const c = document.createElement("canvas");
	c.width = 64; c.height = 1;
	const g = c.getContext("2d", { willReadFrequently: true });
	g.drawImage(v, 0, v.videoHeight - 4, 64, 1, 0, 0, 64, 1);
	const p = g.getImageData(0, 0, 64, 1).data;
	let n = 0;
	for (let bit = 0; bit < 8; bit++) if (p[(bit * 8 + 4) * 4] > 158) n |= 1 << bit;
	return n;
};
window.still = () => videos().every((v) => !v.seeking && v.paused && v.readyState >= 2);
window.drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
0`

// ready waits until all videos of the page can play.
func ready(tab *chromium.Tab) {
	tab.Eval(helpers, nil)
	tab.Wait(`videos().length && videos().every((v) => v.readyState >= 3)`)
}

func TestBothVideosPlayInStepInABrowser(t *testing.T) {
	b := chromium.Start(t)
	s, _ := serve(t, twoTakes(t))
	tab := b.Open(s.URL())
	ready(tab)
	tab.Press(" ")
	tab.Wait(`videos().every((v) => v.currentTime > 0.5 && !v.paused)`)
	for _, to := range []float64{3.1, 0.2, 5.0, 1.7, 4.4, 2.2, 0.9, 3.9, 1.1, 2.6} {
		tab.Eval(fmt.Sprintf(`$seek = document.getElementById("seek"); $seek.value = %g; $seek.dispatchEvent(new Event("input"))`, to), nil)
		tab.Wait(fmt.Sprintf(`videos().every((v) => !v.seeking && !v.paused && v.currentTime > %g)`, to+0.15))
	}
	tab.Wait(`videos()[0].currentTime > 3.4`)
	var off []float64
	for range 20 {
		var drift float64
		tab.Eval(`await drawn(), number(videos()[0]) - number(videos()[1])`, &drift)
		off = append(off, math.Abs(drift))
	}
	if slices.Max(off) > 1 {
		t.Errorf("frames apart while playing: %v", off)
	}
	tab.Press(" ")
	tab.Wait(`still()`)
	for _, key := range []string{".", ".", ",", "ArrowLeft", ".", "Home", ".", ".", "ArrowRight", ","} {
		tab.Press(key)
		tab.Wait(`still()`)
		var shown []int
		tab.Eval(`await drawn(), videos().map(number)`, &shown)
		if shown[0] != shown[1] {
			t.Errorf("after %q the frames are %v", key, shown)
		}
	}
	for _, link := range tab.Requests() {
		if !strings.HasPrefix(link, s.URL()) && !strings.HasPrefix(link, "data:") {
			t.Errorf("asked for %s", link)
		}
	}
	if said := tab.Troubles(); len(said) > 0 {
		t.Errorf("the console says %q", said)
	}
	if to := os.Getenv("DUBTOP_PICTURES"); to != "" {
		tab.Picture(filepath.Join(to, "x.png"))
	}
}
