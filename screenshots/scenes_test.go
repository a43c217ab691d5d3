package screenshots

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/journal"
	"dubtop/ui"
	"dubtop/ui/review"
	"dubtop/ui/uitest"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC   // a picture must not depend on the time zone
	debug.SetGCPercent(800) // many small heaps
	os.Exit(m.Run())
}

// scene is a picture: a window and the keys pressed in it.
type scene struct {
	name          string
	width, height int
	light         bool
	noKey         bool
	account       func(*simulator.Options)
	prepare       func(*simulator.Server)
	act           func(d *uitest.Terminal)
}

// scenes returns the pictures shown in the README.
func scenes() []scene {
	details := func(d *uitest.Terminal) { d.Press("F", "enter") }
	form := func(d *uitest.Terminal) {
		d.Press("n")
		d.Press("ctrl+o", "enter", "tab", "ctrl+o", "j", "enter", "tab", "tab")
		d.Type("promo_de_015")
	}
	again := func(d *uitest.Terminal) { // run ten finished jobs again, as a group
		d.Press("F", "esc", "/")
		d.Type("status:completed")
		d.Press("enter", "g", "space", "space", "space", "space", "space", "space", "space", "space", "space", "space", ".")
		d.Pass(4 * time.Second)
	}
	send := func(d *uitest.Terminal) {
		again(d)
		d.Press("enter")
		d.Pass(time.Second)
		d.Press("y")
	}
	season := func(d *uitest.Terminal) { // four episodes in three languages, less one; a track is named wrong
		const links = "http://127.0.0.1:8701/media/ep01_24s" // the storage of the simulator
		var videos, tracks strings.Builder
		for n := range 4 {
			episode := strings.Replace(links, "ep01", fmt.Sprintf("ep0%d", n+1), 1)
			fmt.Fprint(&videos, episode, ".mp4 ")
			for _, lang := range []string{"de", "es", "fr"} {
				if n != 2 || lang != "fr" {
					fmt.Fprint(&tracks, episode, "_", lang, ".wav ")
				}
			}
		}
		d.Press("N")
		d.Type(videos.String())
		d.Press("tab")
		d.Type(tracks.String() + strings.Replace(links, "ep01", "ep5", 1) + "_de.wav")
		d.Press("ctrl+s")
		d.Pass(time.Second)
		d.Press("j", "x", "j")
	}
	segments := func(d *uitest.Terminal) { // two voices in one video
		form(d)
		d.Press("tab", "tab", "right", "tab", "tab", "tab", "tab", "tab", "ctrl+o", "n")
		d.Type("http://127.0.0.1:8701/media/answer_31s.wav")
		d.Press("ctrl+s", "esc", "tab", "ctrl+o", "n", "tab")
		d.Type("0:14")
		d.Press("ctrl+s", "n", "tab")
		d.Type("0:31.5")
		d.Press("tab", "right", "ctrl+s")
	}
	var storage *simulator.Server
	saving := func(d *uitest.Terminal) { // a link has expired, and the other outputs arrive
		filter(d, "status:completed name:release_notes")
		storage.Fault("GET /out/{file}", simulator.Fault{Status: http.StatusGone})
		d.Press("d")
		d.Pass(time.Minute)
		storage.ClearFaults()
		storage.Fault("GET /out/{file}", simulator.Fault{Rate: 5_500_000})
		d.Press("j", "space", "j", "j", "j", "j", "j", "j", "v", "d")
		d.Pass(2 * time.Second)
		d.Press("y")
		d.Pass(7 * time.Second)
		d.Press("ctrl+s")
		d.Sees("410 Gone", "waits for its turn")
	}
	takes := func(d *uitest.Terminal) { // two takes, with verdicts on both
		filter(d, "name:keynote_take")
		d.Press("b", "a", "tab", "r")
		d.Type("the mouth lags behind")
		d.Press("enter")
		d.Pass(time.Second)
		d.Sees("approved", "retake: the mouth lags behind")
	}
	return []scene{
		{name: "generations", width: 120, height: 32, act: func(*uitest.Terminal) {}},
		{name: "generations-light", width: 120, height: 32, light: true, act: func(*uitest.Terminal) {}},
		{name: "failure", width: 100, height: 30, act: details},
		{name: "form", width: 100, height: 24, act: form},
		{name: "confirmation", width: 100, height: 24, act: func(d *uitest.Terminal) {
			form(d)
			d.Press("ctrl+s")
			d.Pass(2 * time.Second)
		}},
		{name: "group", width: 100, height: 30, act: again},
		{name: "queue", width: 120, height: 26, act: func(d *uitest.Terminal) {
			send(d)
			d.Pass(20 * time.Second)
			d.Press("5", "G", "p", "k", "K", "g")
		}},
		{name: "ledger", width: 120, height: 34, act: func(d *uitest.Terminal) {
			send(d)
			d.Pass(40 * time.Minute)
			d.Press("6", "g", "j", "j")
		}},
		{
			name: "totals", width: 100, height: 14,
			prepare: func(a *simulator.Server) {
				for i := range 7 { // of a colleague
					a.Add(simulator.Job{Name: fmt.Sprint("night ", i), Key: "night shift", Model: "sync-3", Seconds: 40, Age: time.Hour, Status: "COMPLETED"})
				}
			},
			act: func(d *uitest.Terminal) {
				send(d)
				d.Pass(40 * time.Minute)
				d.Press("6", "T", "[")
			},
		},
		{
			name: "unknown", width: 100, height: 34,
			account: func(o *simulator.Options) { o.IgnoreKeys = true },
			prepare: func(a *simulator.Server) {
				a.Fault("POST /v2/generate", simulator.Fault{Times: 1, DropBefore: true})
			},
			act: func(d *uitest.Terminal) {
				form(d)
				d.Press("ctrl+s")
				d.Pass(2 * time.Second)
				d.Press("y")
				d.Pass(2 * time.Minute)
				d.Press("5", "g", "enter")
			},
		},
		{name: "job-set", width: 120, height: 30, act: season},
		{name: "set", width: 120, height: 26, act: func(d *uitest.Terminal) {
			season(d)
			d.Press("ctrl+s")
			d.Pass(5 * time.Second)
			d.Press("tab", "enter") // all through the queue, without a pilot
			d.Pass(time.Second)
			d.Press("y")
			d.Pass(20 * time.Second)
			d.Press("1")
		}},
		{name: "segments", width: 100, height: 20, act: segments},
		{name: "batches", width: 100, height: 30, act: func(d *uitest.Terminal) { d.Press("2") }},
		{name: "assets", width: 120, height: 30, act: func(d *uitest.Terminal) { d.Press("3") }},
		{name: "models", width: 120, height: 24, act: func(d *uitest.Terminal) { d.Press("4") }},
		{name: "help", width: 100, height: 36, act: func(d *uitest.Terminal) { d.Press("j", "?") }},
		{
			name: "saving", width: 120, height: 20,
			account: func(o *simulator.Options) { o.OutputSize = 90_000_000 },
			prepare: func(a *simulator.Server) { storage = a },
			act:     saving,
		},
		{name: "takes", width: 100, height: 22, act: takes},
		{name: "first-screen", width: 100, height: 20, noKey: true, act: func(*uitest.Terminal) {}},
	}
}

// TestPicturesAreCurrent plays every scene in virtual time and compares it with
// its picture. With -update it renders the pictures again.
func TestPicturesAreCurrent(t *testing.T) {
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(time.Date(2026, 11, 20, 18, 30, 0, 0, time.UTC)))
				d := uitest.Start(t, ui.New(dashboard(t, s)), uitest.Options{Width: s.width, Height: s.height, Dark: !s.light})
				d.Pass(12 * time.Second)
				s.act(d)
				d.Pass(time.Second)
				palette := Dark()
				if s.light {
					palette = Light()
				}
				check(t, s.name, palette, d.Cells())
			})
		})
	}
}

// filter shows only the rows that match some words, with the cursor on the first.
func filter(d *uitest.Terminal, words string) {
	d.Press("/")
	d.Type(words)
	d.Press("enter", "g")
}

// dashboard is the configuration of `dubtop --demo`, but without sockets.
func dashboard(t *testing.T, s scene) ui.Config {
	home := t.TempDir()
	cfg := ui.Config{
		Keys: keymap.Default(), Pace: state.DefaultPace(), Home: home, Version: "test", Pictures: true,
		Open:     func(string) error { return nil },
		Review:   func(context.Context, review.Config) (ui.ReviewServer, error) { return nil, errors.ErrUnsupported },
		LookedUp: []string{"SYNC_API_KEY", "/home/ada/.config/dubtop/api_key"},
	}
	if s.noKey {
		return cfg
	}
	o := simulator.Options{Demo: true, Seed: 1, Profile: simulator.Current}
	if s.account != nil {
		s.account(&o)
	}
	server := simulator.New(o)
	if s.prepare != nil {
		s.prepare(server)
	}
	client, err := api.New(api.Config{
		BaseURL: server.BaseURL(), Key: api.NewSecret(server.Key()), Version: "test", Transport: inOrder{server.RoundTripper()},
	})
	if err != nil {
		t.Fatal(err)
	}
	book, err := journal.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	cfg.Account = &account.Config{
		Name: "demo", Client: client, Journal: book, Demo: true,
		Saving: account.Saving{Folder: filepath.Join(home, "Downloads", "dubtop"), AtOnce: 2, Sidecar: true, Checksums: true, Zone: time.UTC},
	}
	return cfg
}

// inOrder gives every request its own latency. Answers at the same virtual
// instant would arrive in random order, and change the requests that follow.
type inOrder struct{ next http.RoundTripper }

func (o inOrder) RoundTrip(r *http.Request) (*http.Response, error) {
	h := fnv.New32a()
	_, _ = io.WriteString(h, r.Method+r.URL.RequestURI()) // a hash never fails
	time.Sleep(time.Duration(h.Sum32()%200) * time.Millisecond)
	return o.next.RoundTrip(r)
}
