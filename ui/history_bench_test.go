package ui

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/journal"
)

// kept writes a journal that knows n jobs, and tells its path.
func kept(tb testing.TB, n int) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "journal.db")
	book, err := journal.Open(tb.Context(), path)
	if err != nil {
		tb.Fatal(err)
	}
	now := time.Now()
	for page := range slices.Chunk(jobs(n, now), 5_000) {
		if err := book.SaveGenerations(tb.Context(), page, now); err != nil {
			tb.Fatal(err)
		}
	}
	if err := book.Close(); err != nil {
		tb.Fatal(err)
	}
	return path
}

// awake is a dashboard that has just come to know its journal, and drawn it.
func awake(tb testing.TB, path string) *App {
	tb.Helper()
	client, err := api.New(api.Config{
		BaseURL: "http://127.0.0.1:8700", Key: api.NewSecret("sk-bench"), Version: "test", Transport: silent{},
	})
	if err != nil {
		tb.Fatal(err)
	}
	s := &Session{Name: "acme", Client: client, OpenJournal: func() (*journal.Journal, error) {
		return journal.Open(tb.Context(), path)
	}}
	a := New(Config{Keys: keymap.Default(), Pace: state.DefaultPace(), Session: s})
	a.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	step(a, recallCmd(s)())
	return a
}

// BenchmarkFirstList is from the start to the first frame with what the journal
// knows: of 100,000 jobs it may come at most 15 ms later than of none.
func BenchmarkFirstList(b *testing.B) {
	for _, n := range []int{0, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			path := kept(b, n)
			b.ReportAllocs()
			for b.Loop() {
				a := awake(b, path)
				if a.store.Generations.Len() != min(n, firstPage) {
					b.Fatalf("%d jobs are on the list", a.store.Generations.Len())
				}
				_ = a.session.Journal.Close()
			}
		})
	}
}

// BenchmarkReadOn is all of 100,000 jobs coming back, page by page; a key may
// have to wait for one page to land.
func BenchmarkReadOn(b *testing.B) {
	path := kept(b, 100_000)
	var longest time.Duration
	for b.Loop() {
		a := awake(b, path)
		for page := 0; a.history.more; page++ {
			m := pastPageCmd(a.session, a.history.oldest)()
			began := time.Now()
			m.(reply).land(a)
			longest = max(longest, time.Since(began))
		}
		if a.store.Generations.Len() != 100_000 {
			b.Fatalf("%d jobs came back", a.store.Generations.Len())
		}
		_ = a.session.Journal.Close()
	}
	b.ReportMetric(float64(longest.Microseconds())/1000, "ms/longest-page")
}

func TestPagesOfAnAccountThatWasLeftDoNotLand(t *testing.T) {
	path := kept(t, 1_500)
	a := awake(t, path)
	left := a.session
	defer left.Journal.Close()
	page, again := pastPageCmd(left, a.history.oldest)(), recallCmd(left)()
	a.enter(&Session{Name: "other", Client: left.Client})
	m := page.(pastPageMsg)
	if m.land(a); len(m.page) == 0 || a.store.Generations.Len() != 0 {
		t.Errorf("%d of %d jobs landed in another account", a.store.Generations.Len(), len(m.page))
	}
	if again.(recallMsg).land(a); a.store.Generations.Len() != 0 {
		t.Error("the first page landed in another account")
	}
}

func TestOnlyTheFirstPageIsReadBeforeTheFirstList(t *testing.T) {
	a := awake(t, kept(t, firstPage+nextPage+1))
	defer a.session.Journal.Close()
	if n := a.store.Generations.Len(); n != firstPage {
		t.Errorf("%d jobs were read", n)
	}
	for cmd := a.readOn(); a.history.more; {
		cmd = cmd().(reply).land(a)
	}
	if n := a.store.Generations.Len(); n != firstPage+nextPage+1 {
		t.Errorf("%d jobs came back in all", n)
	}
}
