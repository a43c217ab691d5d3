package review

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"dubtop/api/simulator"
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

// A verdict that dubtop answers late must not hide what was decided since.
func TestALateAnswerHidesNothingInABrowser(t *testing.T) {
	b := chromium.Start(t)
	s, d := serve(t, twoTakes(t))
	saved, answer := make(chan string), make(chan struct{})
	s.cfg.OnVerdict = func(id string, v verdict.Verdict, note text.Text) error {
		err := d.take(id, v, note)
		saved <- id
		<-answer
		return err
	}
	tab := b.Open(s.URL())
	ready(tab)
	tab.Press("a")
	if err := d.take(<-saved, verdict.Retake, "the mouth is late"); err != nil { // in the dashboard
		t.Fatal(err)
	}
	tab.Sees("the mouth is late")
	close(answer)
	tab.Wait(`document.getElementById("said").textContent.includes("approved")`)
	tab.Sees("the mouth is late")
}

func TestBothVideosPlayInStepInABrowser(t *testing.T) {
	b := chromium.Start(t)
	s, _ := serve(t, twoTakes(t))
	tab := b.Open(s.URL())
	ready(tab)
	tab.Press("l", " ")
	tab.Wait(`videos().every((v) => v.currentTime > 0.5 && !v.paused)`)
	for _, to := range []float64{3.1, 0.2, 5.0, 1.7, 4.4, 2.2, 0.9, 3.9, 1.1, 2.6} {
		tab.Eval(fmt.Sprintf(`$seek = document.getElementById("seek"); $seek.value = %g; $seek.dispatchEvent(new Event("input"))`, to), nil)
		tab.Wait(fmt.Sprintf(`videos().every((v) => !v.seeking && !v.paused && v.currentTime > %g)`, to+0.15))
	}
	tab.Wait(`videos()[0].currentTime > 3.4`)
	// A machine that does something else as well drops frames now and then.
	var off []int
	tab.Eval(`await (async () => {
		const off = [], end = Date.now() + 15000;
		while (Date.now() < end && !(off.length >= 25 && off.slice(-25).every((n) => n <= 1))) {
			await drawn();
			off.push(Math.abs(number(videos()[0]) - number(videos()[1])));
		}
		return off;
	})()`, &off)
	if last := off[max(0, len(off)-25):]; len(last) < 25 || slices.Max(last) > 1 {
		t.Errorf("frames apart while playing: %v", off)
	}
	t.Logf("at most %d frames apart in %d looks", slices.Max(off), len(off))
	tab.Press(" ")
	tab.Wait(`still()`)
	for _, key := range []string{".", ".", ",", "ArrowLeft", ".", "Home", ".", ".", "ArrowRight", ","} {
		tab.Press(key)
		tab.Wait(`still()`)
		tab.Eval(`await drawn()`, nil)
		tab.Wait(`number(videos()[0]) === number(videos()[1])`)
	}
	stayed(t, s, tab)
}

// stayed checks that the page asked only its server, and ran without a fault.
func stayed(t *testing.T, s *Server, tab *chromium.Tab) {
	t.Helper()
	for _, link := range tab.Requests() {
		if !strings.HasPrefix(link, s.URL()) && link != "data:," {
			t.Errorf("asked for %s", link)
		}
	}
	if said := tab.Troubles(); len(said) > 0 {
		t.Errorf("the console says %q", said)
	}
}

// queue is what a review queue shows: an output beside its input, two takes, and
// a video alone.
func queue(t testing.TB) []Item {
	second := twoTakes(t)
	second.OnRight = true
	input := Take{Name: "Input", Source: Source{File: fixture(t, "input.webm")}}
	return []Item{
		{Name: "promo_fr_014", Left: input, Right: Take{ID: "job-0", Name: "Output · sync-3", Source: linked(t, "two.webm")}},
		second,
		{Name: `"><script>alert(1)</script> 🎬 שלום`, Left: Take{ID: "job-3", Name: "Take 1", Source: linked(t, "one.webm")}},
	}
}

func TestAQueueIsReviewedByKeysAlone(t *testing.T) {
	b := chromium.Start(t)
	s, d := serve(t, queue(t)...)
	tab := b.Open(s.URL())
	ready(tab)
	tab.Sees("1 of 3")
	tab.Wait(`videos()[0].muted && !videos()[1].muted`) // the output is heard
	tab.Press("a")
	tab.Sees("Output · sync-3: approved.")
	tab.Press("n")
	tab.Sees("2 of 3")
	ready(tab)
	tab.Wait(`videos()[0].muted && !videos()[1].muted`)
	tab.Press("1", "r")
	tab.Wait(`document.activeElement.id === "note"`)
	tab.Type("the mouth is late ")
	tab.Press("a", " ", "n", "Enter") // text, while it is typed
	tab.Sees("Take 1 · lipsync-2: retake.")
	tab.Sees("the mouth is late a n")
	tab.Press("2", "a")
	tab.Sees("Take 2 · sync-3: approved.")
	tab.Press("r")
	tab.Type("never sent")
	tab.Press("Escape", "c")
	tab.Sees("Take 2 · sync-3: no verdict.")
	tab.Press("n", "r", "Enter")
	tab.Sees("1 approved · 2 to retake")
	tab.Press("n", "n", "p", "p", "p")
	tab.Sees("1 of 3")
	want := []string{"job-0 approved", "job-1 retake the mouth is late a n", "job-2 approved", "job-2", "job-3 retake"}
	if got := d.all(); !slices.Equal(got, want) {
		t.Errorf("decided %q, want %q", got, want)
	}
	tab.Press("m", "l", "h", "End", " ") // at the end it begins anew, muted, in a loop, slowly
	tab.Wait(`videos().every((v) => !v.paused && v.muted && v.loop === false && Math.abs(v.playbackRate - 0.5) < 0.11)`)
	tab.Press("End")
	tab.Wait(`videos().every((v) => !v.paused && v.currentTime < 3)`)
	stayed(t, s, tab)
}

func TestEveryControlIsReachedByTab(t *testing.T) {
	b := chromium.Start(t)
	s, d := serve(t, queue(t)[1:]...)
	tab := b.Open(s.URL())
	ready(tab)
	reached := map[string]bool{}
	var id string
	for range 30 {
		tab.Press("Tab")
		tab.Eval(`document.activeElement.id || document.activeElement.className || document.activeElement.textContent`, &id)
		reached[id] = true
		var outlined bool
		tab.Eval(`getComputedStyle(document.activeElement).outlineStyle !== "none" || document.activeElement === document.body`, &outlined)
		if !outlined {
			t.Errorf("nobody sees the focus on %s", id)
		}
		if id == "approve" && len(d.all()) == 0 {
			tab.Press("Enter")
			tab.Sees("Take 2 · sync-3: approved.")
		}
	}
	for _, id := range []string{"seek", "back", "play", "forward", "loop", "half", "mute", "next", "hear", "approve", "retake", "clear"} {
		if !reached[id] {
			t.Errorf("tab does not reach %s", id)
		}
	}
	if got := d.all(); !slices.Equal(got, []string{"job-2 approved"}) {
		t.Errorf("decided %q", got)
	}
}

func TestThePageFollowsTheDashboard(t *testing.T) {
	b := chromium.Start(t)
	s, d := serve(t, twoTakes(t))
	tab := b.Open(s.URL())
	ready(tab)
	tab.Press(" ")
	tab.Wait(`videos()[0].currentTime > 0.3`)
	if err := d.take("job-2", verdict.Retake, "given in the dashboard"); err != nil {
		t.Fatal(err)
	}
	tab.Sees("given in the dashboard")
	tab.Wait(`videos().every((v) => !v.paused && v.currentTime > 0.3)`) // it was not interrupted
	stayed(t, s, tab)
	d.mu.Lock()
	d.fail = fmt.Errorf("the disk is full")
	d.mu.Unlock()
	tab.Press("a")
	tab.Sees("Not saved: the disk is full")
	_ = s.Close()
	tab.Press("a")
	tab.Sees("dubtop does not answer")
}

func TestAVideoThatDoesNotPlaySaysWhy(t *testing.T) {
	b := chromium.Start(t)
	item := twoTakes(t)
	item.Right.Source = Source{Link: func(context.Context, bool) (string, error) { return "", fmt.Errorf("the job has no output") }}
	s, _ := serve(t, item)
	tab := b.Open(s.URL())
	tab.Sees("the job has no output")
	tab.Eval(helpers, nil)
	tab.Press(" ")
	tab.Wait(`videos()[0].currentTime > 0.3`) // the other one plays
}

func TestAnotherOriginGetsNothing(t *testing.T) {
	b := chromium.Start(t)
	s, d := serve(t, twoTakes(t))
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<title>evil</title>"))
	}))
	t.Cleanup(evil.Close)
	tab := b.Open(evil.URL)
	media := s.URL() + "media/" + s.sourceName(&s.items[0], 0, 0)
	for name, attempt := range map[string]string{
		"read":    fmt.Sprintf(`fetch(%q).then((r) => r.text(), () => "")`, s.URL()+"items"),
		"watch":   fmt.Sprintf(`new Promise((done) => { const v = document.createElement("video"); v.onloadeddata = () => done("played"); v.onerror = () => done(""); v.src = %q; v.load(); })`, media),
		"include": fmt.Sprintf(`new Promise((done) => { const e = document.createElement("script"); e.onload = () => done("ran"); e.onerror = () => done(""); e.src = %q; document.head.append(e); })`, s.URL()+"page.js"),
		"frame":   fmt.Sprintf(`new Promise((done) => { const e = document.createElement("iframe"); e.onload = () => done(e.contentDocument ? "open" : ""); e.src = %q; document.body.append(e); })`, s.URL()),
		"decide":  fmt.Sprintf(`fetch(%q, { method: "POST", mode: "no-cors", body: %q }).then(() => "", () => "")`, s.URL()+"verdict", approval),
		"listen":  fmt.Sprintf(`new Promise((done) => { const e = new EventSource(%q); e.onmessage = e.onopen = () => done("heard"); e.onerror = () => done(""); })`, s.URL()+"events"),
	} {
		var got string
		tab.Eval("await "+attempt, &got)
		if got != "" {
			t.Errorf("another origin can %s: %q", name, got)
		}
	}
	if got := d.all(); len(got) > 0 {
		t.Errorf("another origin decided %q", got)
	}
	wrong := b.Open(strings.Replace(s.URL(), s.token, strings.ToLower(s.token), 1))
	var text string
	if wrong.Eval(`document.body.innerText.trim()`, &text); strings.Contains(text, "promo") {
		t.Errorf("a wrong token gets %q", text)
	}
}

func TestThePageIsAccessible(t *testing.T) {
	b := chromium.Start(t)
	s, _ := serve(t, queue(t)...)
	tab := b.Open(s.URL())
	ready(tab)
	for _, dark := range []bool{false, true} {
		tab.Dark(dark)
		for _, keys := range [][]string{{}, {"a"}, {"n", "r", "x", "Enter"}, {"2", "r"}, {"Escape", "c", "n", "l", "m"}, {"p", "p"}} {
			tab.Press(keys...)
			tab.Eval(`await drawn()`, nil)
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

// The pictures are taken anew by .ci/browser/run --pictures.
func TestPictureOfTheReviewPage(t *testing.T) {
	to := chromium.Pictures(t)
	b := chromium.Start(t)
	item := twoTakes(t)
	item.Left.Verdict, item.Left.Note = verdict.Retake, "The mouth lags behind from 0:02 on."
	s, _ := serve(t, item)
	tab := b.Open(s.URL())
	ready(tab)
	tab.Press("2", "a")
	tab.Sees("approved.")
	tab.Still(2.2)
	for name, dark := range map[string]bool{"review.png": false, "review-dark.png": true} {
		tab.Dark(dark)
		tab.Picture(filepath.Join(to, name))
	}
}

// The demo and the tests of others show what the simulator makes: H.264.
func TestTheSimulatorsVideosPlay(t *testing.T) {
	b := chromium.Start(t)
	host := httptest.NewServer(simulator.New(simulator.Options{}).Storage())
	t.Cleanup(host.Close)
	item := twoTakes(t)
	item.Left.Source = Source{Link: func(context.Context, bool) (string, error) { return host.URL + "/media/talk_3s.mp4", nil }}
	s, _ := serve(t, item)
	tab := b.Open(s.URL())
	var plays string
	if tab.Eval(`document.createElement("video").canPlayType('video/mp4; codecs="avc1.42c00a"')`, &plays); plays == "" {
		t.Skip("this Chromium has no H.264")
	}
	ready(tab)
	tab.Press("End", "ArrowLeft")
	tab.Wait(`still() && Math.abs(videos()[0].currentTime - 3) < 0.01`) // it is the shorter one
	tab.Press("Home", " ")
	tab.Wait(`videos().every((v) => v.currentTime > 0.3 && !v.paused)`)
	tab.Wait(`videos()[0].ended && videos()[1].currentTime > 3.3 && !videos()[1].paused`)
	stayed(t, s, tab)
}
