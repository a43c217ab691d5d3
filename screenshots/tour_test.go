package screenshots

import (
	"bytes"
	"image/gif"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dubtop/api/simulator"
	"dubtop/ui"
	"dubtop/ui/uitest"
)

const (
	tourFile   = "tour.gif"
	tourWidth  = 100
	tourHeight = 24
	tourMost   = 1500 << 10 // bytes
)

// TestTour plays the story that the film in the README tells. With -update it
// films it.
func TestTour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 20, 18, 30, 0, 0, time.UTC)))
		s := scene{
			account: func(o *simulator.Options) { o.OutputSize = 60_000_000 },
			prepare: func(a *simulator.Server) { a.Fault("GET /out/{file}", simulator.Fault{Rate: 12_000_000}) },
		}
		d := uitest.Start(t, ui.New(dashboard(t, s)), uitest.Options{Width: tourWidth, Height: tourHeight, Dark: true})
		d.Pass(12 * time.Second)
		r := &tour{Terminal: d, t: t}
		if *update {
			r.camera = newCamera(t)
			r.film = NewFilm(r.camera.palette)
		}
		r.before()
		r.play()
		if *update {
			r.publish()
		}
		r.check()
	})
}

// tour is a story that is filmed.
type tour struct {
	*uitest.Terminal
	t       *testing.T
	camera  *Camera
	film    *Film  // nil if the story is only played
	caption string // below the screen: the key that was pressed, and why
	last    string // what was shown last
	frames  int
	lasts   time.Duration
}

// before makes the first take, which is not filmed.
func (r *tour) before() {
	r.Press("n", "ctrl+o", "enter", "tab", "ctrl+o", "j", "enter", "tab", "tab")
	r.Type("promo_de_015")
	r.Press("ctrl+s")
	r.Pass(2 * time.Second)
	r.Press("y")
	r.Pass(2 * time.Minute)
	r.Press("g")
}

// play sends a job, watches it, saves its output and compares it with the take
// before.
func (r *tour) play() {
	const (
		glance = 200 * time.Millisecond
		look   = 500 * time.Millisecond
		read   = 1200 * time.Millisecond
	)
	r.caption = " dubtop --demo"
	r.show(look)
	r.press("n", "a new generation", look)
	r.press("ctrl+o", "a video from the assets", look)
	r.press("enter", "this one", glance)
	r.press("shift+tab", "the model", glance)
	r.press("left", "the model", glance)
	r.press("left", "the model", look)
	r.Press("tab")
	r.press("tab", "the audio", glance)
	r.press("ctrl+o", "a voice from the assets", look)
	r.press("j", "the next one", glance)
	r.press("enter", "this one", look)
	r.Press("tab")
	r.press("tab", "the name of the output", glance)
	r.write("promo_de_015", 70*time.Millisecond)
	r.press("ctrl+s", "the price first", glance)
	r.await("Send this job?", 500*time.Millisecond, glance)
	r.Pass(time.Second)
	r.show(read)
	r.press("y", "send it", look)
	r.caption = " watch it run"
	r.await("✓ completed  sync-3         promo_de_015", 2*time.Second, glance)
	r.show(look)
	r.press("d", "save the output", glance)
	r.await("saved ~/Downloads", 500*time.Millisecond, glance)
	r.show(look)
	r.press("b", "compare it with the take before", glance)
	r.Pass(time.Second)
	r.show(read)
	r.press("a", "approved", look)
	r.Pass(time.Second)
	r.show(read)
	r.Sees("compare", "sync-3", "lipsync-2", "approved", "grace_studio_01.mp4 (asset")
}

// press presses a key and shows what it does, with the reason below.
func (r *tour) press(key, reason string, lasts time.Duration) {
	r.t.Helper()
	r.Press(key)
	name := strings.NewReplacer("left", "←").Replace(key)
	r.caption = " \x1b[1;7m " + name + " \x1b[0m  " + reason
	r.show(lasts)
}

// write types a few letters after each other.
func (r *tour) write(words string, lasts time.Duration) {
	r.t.Helper()
	const few = 2
	for i := 0; i < len(words); i += few {
		r.Type(words[i:min(len(words), i+few)])
		r.show(lasts)
	}
}

// await shows the screen after each step of virtual time until it has a text.
func (r *tour) await(text string, step, lasts time.Duration) {
	r.t.Helper()
	for range 40 {
		if strings.Contains(r.Screen(), text) {
			return
		}
		r.Pass(step)
		r.show(lasts)
	}
	r.Sees(text)
}

// show adds the screen to the film, as a frame of its own if it has changed.
func (r *tour) show(lasts time.Duration) {
	r.t.Helper()
	r.lasts += lasts
	if now := r.caption + r.Styled(); now != r.last {
		r.last = now
		r.frames++
	}
	if r.film == nil {
		return
	}
	below := screen(tourWidth, 2, "\x1b[90m"+strings.Repeat("─", tourWidth)+"\x1b[0m"+r.caption)
	img, err := r.camera.Shoot(append(r.Cells(), below...))
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.film.Add(img, lasts); err != nil {
		r.t.Fatal(err)
	}
}

// publish writes the film if it has changed.
func (r *tour) publish() {
	file, err := r.film.Encode()
	if err != nil {
		r.t.Fatal(err)
	}
	if old, err := os.ReadFile(tourFile); err == nil && bytes.Equal(old, file) {
		return
	}
	if err := os.WriteFile(tourFile, file, 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// check compares the film with the story: its frames, length and size.
func (r *tour) check() {
	file, err := os.ReadFile(tourFile)
	if err != nil {
		r.t.Fatal(err)
	}
	g, err := gif.DecodeAll(bytes.NewReader(file))
	if err != nil {
		r.t.Fatal(err)
	}
	lasts := time.Duration(0)
	for _, d := range g.Delay {
		lasts += time.Duration(d) * 10 * time.Millisecond
	}
	if len(g.Image) != r.frames || lasts != r.lasts {
		r.t.Errorf("the film has %d frames in %v, and the story %d in %v. Run go test ./screenshots -run Tour -update, and look at the film", len(g.Image), lasts, r.frames, r.lasts)
	}
	if lasts > 14*time.Second || len(file) > tourMost {
		r.t.Errorf("the film has %d bytes and lasts %v", len(file), lasts)
	}
}
