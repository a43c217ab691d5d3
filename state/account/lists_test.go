package account

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/journal"
)

// silent is a network to which no request is sent.
type silent struct{}

func (silent) RoundTrip(*http.Request) (*http.Response, error) { return nil, http.ErrServerClosed }

func silentClient(tb testing.TB) *api.Client {
	tb.Helper()
	client, err := api.New(api.Config{
		BaseURL: "http://127.0.0.1:8700", Key: api.NewSecret("sk-bench"), Version: "test", Transport: silent{},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return client
}

// kept writes a journal with n jobs, one per minute, and returns its path.
func kept(tb testing.TB, n int) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "journal.db")
	book, err := journal.Open(tb.Context(), path)
	if err != nil {
		tb.Fatal(err)
	}
	now := time.Now()
	jobs := make([]state.Generation, n)
	for i := range jobs {
		jobs[i] = state.NewGeneration(api.Generation{
			ID:        api.ID(fmt.Sprintf("%08x-64a4-4c55-a6a1-4f3b2f7a1111", i)),
			CreatedAt: api.Time{Time: now.Add(-time.Duration(i) * time.Minute)},
			Status:    api.Completed, Model: "lipsync-2", OutputFileName: text.Text(fmt.Sprintf("promo_%06d", i)),
		})
	}
	for page := range slices.Chunk(jobs, 5_000) {
		must(tb, book.SaveGenerations(tb.Context(), page, now))
	}
	must(tb, book.Close())
	return path
}

// awake returns a session that has just read its journal.
func awake(tb testing.TB, path string) *Account {
	tb.Helper()
	a := New(Config{Lists: true, Client: silentClient(tb), Open: func(ctx context.Context) (*journal.Journal, error) {
		return journal.Open(ctx, path)
	}}, time.Now())
	for _, w := range a.Due(time.Now()) {
		a.Apply(w.Run(tb.Context()), time.Now())
	}
	return a
}

// BenchmarkFirstList measures the time from the start to the first list from
// the journal. With 100,000 jobs it may take at most 15 ms longer than with
// none.
func BenchmarkFirstList(b *testing.B) {
	for _, n := range []int{0, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			path := kept(b, n)
			b.ReportAllocs()
			for b.Loop() {
				a := awake(b, path)
				if a.Store.Generations.Len() != min(n, firstPage) {
					b.Fatalf("%d jobs are on the list", a.Store.Generations.Len())
				}
				must(b, a.Close())
			}
		})
	}
}

// BenchmarkReadOn measures recalling 100,000 jobs page by page. A key may have
// to wait for one page to be applied.
func BenchmarkReadOn(b *testing.B) {
	path := kept(b, 100_000)
	best := time.Hour // the longest page of the quietest round
	for b.Loop() {
		var longest time.Duration
		a := awake(b, path)
		a.lists.beaten = true
		for a.lists.more {
			r := a.readOn()[0].Run(b.Context())
			began := time.Now()
			a.Apply(r, time.Now())
			longest = max(longest, time.Since(began))
		}
		if a.Store.Generations.Len() != 100_000 {
			b.Fatalf("%d jobs came back", a.Store.Generations.Len())
		}
		must(b, a.Close())
		best = min(best, longest)
	}
	b.ReportMetric(float64(best.Microseconds())/1000, "ms/longest-page")
}

func TestPagesOfALeftSessionAreDiscarded(t *testing.T) {
	left := awake(t, kept(t, 1_500))
	defer left.Close()
	left.lists.beaten = true
	page := left.readOn()[0].Run(t.Context())
	other := New(Config{Lists: true, Client: left.Client}, time.Now())
	if events := other.Apply(page, time.Now()); len(events) > 0 || other.Store.Generations.Len() != 0 {
		t.Errorf("%d jobs came into another account; it told %v", other.Store.Generations.Len(), events)
	}
}

// If the journal is opened only after the session was left, it is closed again.
func TestJournalOpenedTooLateIsClosed(t *testing.T) {
	path := kept(t, 1)
	var late *journal.Journal
	left := New(Config{Lists: true, Client: silentClient(t), Open: func(ctx context.Context) (*journal.Journal, error) {
		var err error
		late, err = journal.Open(ctx, path)
		return late, err
	}}, time.Now())
	opening := left.Due(time.Now())[0].Run(t.Context())
	must(t, left.Close())
	other := New(Config{Lists: true, Client: left.Client}, time.Now())
	other.Apply(opening, time.Now())
	if _, _, err := late.Revisions(t.Context()); err == nil {
		t.Error("it is still open")
	}
}

func TestOnlyOnePageIsReadBeforeTheFirstList(t *testing.T) {
	a := awake(t, kept(t, firstPage+nextPage+1))
	defer a.Close()
	if n := a.Store.Generations.Len(); n != firstPage {
		t.Errorf("%d jobs were read", n)
	}
	if a.readOn() != nil {
		t.Error("more is read before the first beat")
	}
	a.lists.beaten = true
	for a.lists.more {
		a.Apply(a.readOn()[0].Run(t.Context()), time.Now())
	}
	if n := a.Store.Generations.Len(); n != firstPage+nextPage+1 {
		t.Errorf("%d jobs came back in all", n)
	}
}
