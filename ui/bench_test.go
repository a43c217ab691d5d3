package ui

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/ui/kit"
)

// The benchmarks measure Update and View alone, without a terminal, and draw a
// frame for every message they measure. In a terminal there are fewer frames.

// silent is a network to which no request is sent.
type silent struct{}

func (silent) RoundTrip(*http.Request) (*http.Response, error) { return nil, http.ErrServerClosed }

// desk returns a dashboard with n jobs, 20 of them running, in a window of
// 120×40.
func newDesk(tb testing.TB, n int) *App {
	tb.Helper()
	client, err := api.New(api.Config{
		BaseURL: "http://127.0.0.1:8700", Key: api.NewSecret("sk-bench"), Version: "test", Transport: silent{},
	})
	if err != nil {
		tb.Fatal(err)
	}
	a := New(Config{Keys: keymap.Default(), Pace: state.DefaultPace(), Account: &account.Config{Name: "acme", Client: client}})
	a.store.Generations.Answer(a.store.Generations.Ask(a.Now), jobs(n, a.Now), a.Now)
	a.store.History.Complete = true
	a.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	return a
}

// jobs returns n jobs, one per minute; the newest 20 are running.
func jobs(n int, now time.Time) []state.Generation {
	models := []text.Text{"lipsync-2", "sync-3", "react-1", "lipsync-2-pro"}
	all := make([]state.Generation, n)
	for i := range all {
		status := api.Completed
		if i < 20 {
			status = api.Processing
		}
		all[i] = state.NewGeneration(api.Generation{
			ID:        api.ID(fmt.Sprintf("%08x-64a4-4c55-a6a1-4f3b2f7a1111", i)),
			CreatedAt: api.Time{Time: now.Add(-time.Duration(i) * time.Minute)},
			Status:    status, Model: models[i%len(models)], OutputDuration: 28,
			OutputFileName: text.Text(fmt.Sprintf("promo_%06d", i)),
		})
	}
	return all
}

// step applies a message and draws the frame that follows.
func step(a *App, msg tea.Msg) {
	a.Update(msg)
	a.View()
}

func press(key rune) tea.KeyPressMsg { return tea.KeyPressMsg{Code: key, Text: string(key)} }

// sized runs a benchmark on a small and on a large account: a key must not cost
// more on the large one.
func sized(b *testing.B, run func(b *testing.B, a *App)) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			a := newDesk(b, n)
			b.ReportAllocs()
			run(b, a)
		})
	}
}

func BenchmarkKey(b *testing.B) {
	sized(b, func(b *testing.B, a *App) {
		for i := 0; b.Loop(); i++ {
			step(a, press([]rune("jk")[i/500%2]))
		}
	})
}

// Benchmark500Keys measures a burst as it arrives in one read, with one frame
// at its end.
func Benchmark500Keys(b *testing.B) {
	sized(b, func(b *testing.B, a *App) {
		for i := 0; b.Loop(); i++ {
			for range 499 {
				a.Update(press([]rune("jk")[i%2]))
			}
			step(a, press('j'))
		}
	})
}

// BenchmarkFilterKey measures a key of a filter without the search for its rows.
func BenchmarkFilterKey(b *testing.B) {
	sized(b, func(b *testing.B, a *App) { typing(b, a, func() {}) })
}

// BenchmarkFilterResult measures a key of a filter with its rows.
func BenchmarkFilterResult(b *testing.B) {
	sized(b, func(b *testing.B, a *App) {
		typing(b, a, func() {
			a.tabs[0].screen.(*kit.ListView[state.Generation]).Settle()
			step(a, nil)
		})
	})
}

// typing types a filter and takes it back, key by key.
func typing(b *testing.B, a *App, then func()) {
	step(a, press('/'))
	word := []rune("promo_09")
	for i := 0; b.Loop(); i++ {
		key := tea.KeyPressMsg{Code: tea.KeyBackspace}
		if i%(2*len(word)) < len(word) {
			key = press(word[i%len(word)])
		}
		step(a, key)
		then()
	}
}

// BenchmarkMarkAll marks every row and removes the marks.
func BenchmarkMarkAll(b *testing.B) {
	sized(b, func(b *testing.B, a *App) {
		for b.Loop() {
			step(a, press('a'))
			step(a, press('A'))
		}
	})
}

// BenchmarkKeyAmongMarks measures a movement while every row is marked.
func BenchmarkKeyAmongMarks(b *testing.B) {
	sized(b, func(b *testing.B, a *App) {
		step(a, press('a'))
		for i := 0; b.Loop(); i++ {
			step(a, press([]rune("jk")[i/500%2]))
		}
	})
}

// BenchmarkAnswer measures an answer that changes all of the newest 100 jobs.
func BenchmarkAnswer(b *testing.B) {
	sized(b, func(b *testing.B, a *App) {
		page := jobs(100, a.Now)
		for i := 0; b.Loop(); i++ {
			a.Now = a.Now.Add(time.Minute)
			for _, ask := range a.poller.Due(a.Now, a.store) {
				result := state.Answer{More: true}
				if ask.Topic == state.Head {
					for k := range page {
						page[k].Length = api.Seconds(10 + i%2)
					}
					result.Generations = page
				}
				a.poller.Apply(a.Now, a.store, ask, result)
				step(a, beatMsg{a.Now}) // another beat is due: it only draws
			}
		}
	})
}

// TestKeyCostsNoMoreInALargeAccount compares allocations, which unlike times
// are the same on every machine.
func TestKeyCostsNoMoreInALargeAccount(t *testing.T) {
	allocations := func(n int) float64 {
		a := newDesk(t, n)
		return testing.AllocsPerRun(100, func() { step(a, press('j')) })
	}
	small, large := allocations(500), allocations(20_000)
	if large > small*3/2 {
		t.Errorf("a key allocates %.0f times among 500 jobs and %.0f times among 20,000", small, large)
	}
}

// TestLetterOfAFilterComesBeforeItsRows types among so many jobs that the rows
// come a moment after each letter, also when they were found before.
func TestLetterOfAFilterComesBeforeItsRows(t *testing.T) {
	a := newDesk(t, 20_000)
	l := &a.tabs[0].screen.(*kit.ListView[state.Generation]).List
	step(a, press('/'))
	backspace := tea.KeyPressMsg{Code: tea.KeyBackspace}
	for i, c := range []struct {
		key   tea.KeyPressMsg
		typed string
		rows  int
	}{
		{press('r'), "/ r", 20_000},
		{press('e'), "/ re", 5_000}, // react-1
		{backspace, "/ r", 20_000},
		{press('e'), "/ re", 5_000},
	} {
		before := l.Shown.Len()
		_, next := a.Update(c.key)
		if screen := a.View().Content; !strings.Contains(ansi.Strip(screen), c.typed+" ") || l.Shown.Len() != before {
			t.Errorf("key %d: %d rows are shown, after %d, beside\n%s", i, l.Shown.Len(), before, screen)
		}
		var found bool
		for range 10 {
			msg := next()
			_, next = a.Update(msg)
			if found = msg.(interface{ Asked() bool }).Asked(); found {
				break
			}
		}
		if !found || l.Shown.Len() != c.rows {
			t.Errorf("key %d: %d rows are shown at the end, want %d (found: %v)", i, l.Shown.Len(), c.rows, found)
		}
	}
}

func TestGroupSizeIsLimited(t *testing.T) {
	a := newDesk(t, groupMost+1)
	step(a, press('a'))
	step(a, press('.'))
	if !strings.Contains(string(a.Toast.Text), "10001 are marked; a group takes 10000 at most") {
		t.Errorf("it says %q", a.Toast.Text)
	}
}

// TestMarkRedrawsOnlyItsRow compares what is drawn again after a mark with what
// is drawn again after a movement.
func TestMarkRedrawsOnlyItsRow(t *testing.T) {
	a := newDesk(t, 1000)
	l := &a.tabs[0].screen.(*kit.ListView[state.Generation]).List
	step(a, press('j'))
	step(a, press('j'))
	kept := maps.Clone(l.Drawn)
	step(a, press(' '))
	step(a, press('a'))
	step(a, press('A'))
	changed := 0
	for id, d := range kept {
		if l.Drawn[id] != d {
			changed++
		}
	}
	if changed != 0 || len(kept) < 20 {
		t.Errorf("%d of %d drawn rows look otherwise after marking and unmarking", changed, len(kept))
	}
	step(a, press(' '))
	for id, d := range kept {
		if l.Drawn[id] != d {
			changed++
		}
	}
	if changed > 1 {
		t.Errorf("one mark redrew %d rows", changed)
	}
}

// BenchmarkJobSet10k measures what a list of 10,000 rows costs: until its grid is
// on the screen, and a key in the grid.
func BenchmarkJobSet10k(b *testing.B) {
	rows := []string{"name,video,audio"}
	for i := range 10_000 {
		rows = append(rows, fmt.Sprintf("take_%05d,https://media.example/ep%05d.mp4,https://media.example/de/ep%05d.wav", i, i, i))
	}
	list := filepath.Join(b.TempDir(), "list.csv")
	if err := os.WriteFile(list, []byte(strings.Join(rows, "\n")), 0o600); err != nil {
		b.Fatal(err)
	}
	a := newDesk(b, 1000)
	f := &setForm{app: a.composer, typed: &setTyped{videos: list, like: draft.Draft{Model: "lipsync-2"}}}
	f.Stage = a.Stage
	a.Push(f)
	open := func(b *testing.B) *setGrid {
		set, err := a.jobSources(*f.typed).Read(b.Context(), nil)
		if err != nil {
			b.Fatal(err)
		}
		g := newSetGrid(f, inputs.JobSources{}, set)
		a.Push(g)
		a.View()
		return g
	}
	b.Run("open", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			a.Remove(open(b))
		}
	})
	b.Run("key", func(b *testing.B) {
		g := open(b)
		b.ReportAllocs()
		for b.Loop() {
			step(a, press('j'))
		}
		a.Remove(g)
	})
}
