package account

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dubtop/api"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/settle"
)

var settleRows = flag.Int("settled", 600, "how many jobs of ours, and as many of others, are settled through a bad connection")

// vendor lists what finished, and makes everything go wrong that may.
type vendor struct {
	chance  *rand.Rand
	rows    []usageRow
	page    int           // rows a page
	longest time.Duration // range; 0: any
	skew    time.Duration // of its clock
	kill    func()        // ends the process after an answer

	asked, faults int
	last          string // the page before
}

// usageRow is a finished job.
type usageRow struct {
	id, currency string
	ours         bool
	cost         api.Micros
	ended        time.Time
	told         time.Time // when its cost is recorded
}

func (v *vendor) RoundTrip(r *http.Request) (*http.Response, error) {
	v.asked++
	time.Sleep(50 * time.Millisecond)
	status, body := v.answer(r)
	w := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Request: r, Body: io.NopCloser(strings.NewReader(body))}
	w.Header.Set("Date", time.Now().Add(v.skew).UTC().Format(http.TimeFormat))
	return w, nil
}

const never = 1_000_000

func (v *vendor) fault() int {
	if v.kill == nil { // a good day
		return never
	}
	n := v.chance.IntN(40)
	if n < 6 {
		v.faults++
	}
	return n
}

func (v *vendor) answer(r *http.Request) (int, string) {
	q := r.URL.Query()
	from, _ := time.Parse(time.RFC3339Nano, q.Get("startTime"))
	to, _ := time.Parse(time.RFC3339Nano, q.Get("endTime"))
	limit, _ := strconv.Atoi(q.Get("limit"))
	bad := `{"statusCode":400,"message":"the range is too long","error":"Bad Request"}`
	if v.longest > 0 && to.Sub(from) > v.longest || !from.Before(to) {
		v.faults++
		return http.StatusBadRequest, bad
	}
	if q.Get("cursor") == "" {
		v.last = ""
	}
	fault := v.fault()
	switch fault {
	case 0:
		return http.StatusInternalServerError, `{"statusCode":500,"message":"oops"}`
	case 1:
		return http.StatusTooManyRequests, `{"statusCode":429,"message":"slow down"}`
	case 2:
		if v.last != "" {
			return http.StatusOK, v.last
		}
	case 3:
		if q.Get("cursor") == "" {
			break
		}
		return http.StatusBadRequest, bad // the cursor is gone
	}
	var items []map[string]any
	next, skip := any(nil), 0
	if c := q.Get("cursor"); c != "" {
		skip, _ = strconv.Atoi(c)
	}
	place := 0
	for _, row := range v.rows {
		if row.ended.Before(from) || !row.ended.Before(to) {
			continue
		}
		if place++; place <= skip {
			continue
		}
		if len(items) == min(limit, v.page) {
			next = strconv.Itoa(place - 1)
			break
		}
		items = append(items, v.item(row))
	}
	if fault == 4 && v.longest == 0 { // it ends early
		next = nil
	}
	if items == nil {
		items = []map[string]any{}
	}
	body, _ := json.Marshal(map[string]any{"items": items, "nextCursor": next})
	v.last = string(body)
	if fault == 5 {
		v.kill()
	}
	return http.StatusOK, string(body)
}

func (v *vendor) item(row usageRow) map[string]any {
	x := map[string]any{
		"generationId": row.id, "generationStatus": "COMPLETED", "model": "lipsync-2", "currency": row.currency, "availability": "complete",
		"totalCostUsd": fmt.Sprintf("%d.%06d", row.cost/1_000_000, row.cost%1_000_000), "finishedAt": row.ended.Format(time.RFC3339Nano), "createdAt": row.ended.Add(-time.Minute).Format(time.RFC3339Nano),
		"apiKey": map[string]any{"name": "theirs"},
	}
	if row.ours {
		x["apiKey"] = map[string]any{"name": "ours"}
	}
	if time.Now().Before(row.told) {
		x["availability"], x["totalCostUsd"], x["knownSubtotalUsd"] = "pending", nil, nil
	}
	if v.kill != nil {
		for _, name := range []string{"generationStatus", "model", "createdAt", "apiKey"} {
			if v.chance.IntN(30) == 0 {
				x[name] = nil
			}
		}
	}
	return x
}

// billed makes a journal with n jobs of ours, and a vendor who has finished them
// and as many of others.
func billed(t *testing.T, path string, chance *rand.Rand, n int) (*vendor, api.Micros) {
	t.Helper()
	book, err := journal.Open(t.Context(), path)
	must(t, err)
	v := &vendor{chance: chance, page: 500}
	var sum api.Micros
	time.Sleep(5 * 365 * 24 * time.Hour) // nothing finished before 2000
	const span = 150 * 24 * time.Hour
	at := time.Now().Add(-span)
	for i := range 2 * n {
		if chance.IntN(5) > 0 { // some end at the same time
			at = at.Add(time.Duration(chance.Int64N(int64(span) / int64(n) * 5 / 4))).Truncate(time.Millisecond)
		}
		if now := time.Now().Add(-time.Hour); at.After(now) {
			at = now.Truncate(time.Millisecond)
		}
		row := usageRow{id: fmt.Sprintf("job-%06d", i), ours: i%2 == 0, cost: api.Micros(chance.Int64N(9_000_000)), ended: at, currency: "USD"}
		if row.ours {
			must(t, book.AppendEntry(t.Context(), journal.Entry{Kind: journal.EntryAccepted, Entry: ledger.Entry{At: at, Job: api.ID(row.id), Estimate: new(api.Micros(1))}}))
		}
		v.rows = append(v.rows, row)
		if row.ours {
			sum += row.cost
		}
	}
	must(t, book.Close())
	return v, sum
}

// settledSum adds up what the ledger of a journal was billed, and counts the entries
// of its costs.
func settledSum(t *testing.T, j *journal.Journal) (sum api.Micros, costs int) {
	t.Helper()
	entries, damage, err := j.Entries(t.Context())
	must(t, err)
	if len(damage) > 0 {
		t.Fatal(damage)
	}
	for _, e := range entries {
		if e.Kind == journal.EntryCost {
			sum, costs = sum+*e.Actual, costs+1
		}
	}
	return sum, costs
}

func usageClient(t *testing.T, v http.RoundTripper) *api.Client {
	t.Helper()
	c, err := api.New(api.Config{Key: api.NewSecret("sk-test"), Transport: v})
	must(t, err)
	return c
}

// TestEverythingSettlesInFewRequests books what jobs cost to the millionth, once
// each, with one request for 500 rows.
func TestEverythingSettlesInFewRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "journal.db")
		v, want := billed(t, path, rand.New(rand.NewPCG(1, 1)), *settleRows)
		j, err := journal.Open(t.Context(), path)
		must(t, err)
		defer j.Close()
		c := usageClient(t, v)
		for going := true; going; {
			r := settlement(t.Context(), c, j)
			must(t, r.Err)
			going = r.Going
		}
		if sum, costs := settledSum(t, j); sum != want || costs != *settleRows {
			t.Errorf("%s in %d entries, want %s in %d", sum, costs, want, *settleRows)
		}
		if most := 2**settleRows/500 + 1; v.asked > most {
			t.Errorf("%d requests, at most %d", v.asked, most)
		}
		othersLeaveBudgetsAlone(t, j, v)
	})
}

// othersLeaveBudgetsAlone checks that a budget of this month has room for exactly
// what our jobs have left of it, however many others there are, unless their jobs
// are meant to count.
func othersLeaveBudgetsAlone(t *testing.T, j *journal.Journal, v *vendor) {
	t.Helper()
	now := time.Now()
	spent := map[ledger.Scope]api.Micros{}
	for _, row := range v.rows {
		if row.ended.Year() != now.Year() || row.ended.Month() != now.Month() {
			continue
		}
		if spent[ledger.ScopeOrganisation] += row.cost; row.ours {
			spent[ledger.ScopeOwn] += row.cost
		}
	}
	if 2*spent[ledger.ScopeOwn] == spent[ledger.ScopeOrganisation] || spent[ledger.ScopeOwn] == 0 {
		t.Fatalf("nothing to tell apart: %v", spent)
	}
	const price = api.Micros(1_250_000)
	next := []outbox.Submission{{Kind: outbox.SubmitGeneration, Price: outbox.Price{Cost: new(price)}}}
	for scope, used := range spent {
		purse, err := ReadPurse(t.Context(), j, scope)
		must(t, err)
		for room, level := range map[api.Micros]ledger.VerdictLevel{price: ledger.BudgetOK, price - 1: ledger.BudgetHard} {
			g := ledger.Guard{Scope: scope, Monthly: &ledger.Limit{Amount: used + room, Hard: true}}
			if got := purse.Weigh(&g, next, now); got.Level != level {
				t.Errorf("scope %q, %s of %s used: %+v", scope, used, used+room, got)
			}
		}
	}
}

// TestSettlingThroughABadConnection settles to the millionth, whatever goes wrong.
func TestSettlingThroughABadConnection(t *testing.T) {
	for seed := range uint64(3) {
		synctest.Test(t, func(t *testing.T) { settleBadly(t, seed) })
	}
}

func settleBadly(t *testing.T, seed uint64) {
	t.Helper()
	chance := rand.New(rand.NewPCG(seed, 7))
	path := filepath.Join(t.TempDir(), "journal.db")
	n := *settleRows
	v, want := billed(t, path, chance, n)
	v.page = 500 * n / 10_000
	if seed%2 == 1 {
		v.longest = 31 * 24 * time.Hour
	}
	v.skew = time.Duration(chance.IntN(7)-3) * time.Hour
	pending, forced := 0, 0
	for i := range v.rows {
		switch row := &v.rows[i]; {
		case i > len(v.rows)-n/20 && chance.IntN(3) == 0:
			row.told = time.Now().Add(time.Duration(chance.IntN(24*60)) * time.Minute)
			pending++
		case row.ours && chance.IntN(50) == 0:
			row.currency, want = "EUR", want-row.cost
		}
	}
	if v.longest > 0 {
		forced = 2 * int(settle.Past/v.longest)
	}
	var j *journal.Journal
	open := func() {
		var err error
		j, err = journal.Open(t.Context(), path)
		must(t, err)
	}
	open()
	rounds, done := 0, false
	for range 2_000 {
		if done {
			break
		}
		ctx, die := context.WithCancel(t.Context())
		dead := false
		v.kill = func() { dead = true; die() }
		r := settlement(ctx, usageClient(t, v), j)
		die()
		if dead {
			must(t, j.Close())
			open()
			continue
		}
		if r.Going || r.Err != nil {
			time.Sleep(2 * time.Second)
			continue
		}
		rounds++
		time.Sleep(6 * settle.Rest)
		sum, _ := settledSum(t, j)
		done = sum == want
	}
	sum, costs := settledSum(t, j)
	must(t, j.Close())
	if !done || sum != want || costs > n {
		t.Fatalf("seed %d: %s in %d entries, want %s; %d rounds, %d requests", seed, sum, costs, want, rounds, v.asked)
	}
	t.Logf("seed %d: %d requests, %d faults, %d rounds, %d pending", seed, v.asked, v.faults, rounds, pending)
	if most := 2*n/v.page + forced + 3*v.faults + 3*rounds + pending; v.asked > most {
		t.Errorf("seed %d: %d requests, at most %d", seed, v.asked, most)
	}
}

// TestServerThatDoesNotListWhatFinished is asked one job at a time, as before.
func TestServerThatDoesNotListWhatFinished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, err := journal.OpenMemory()
		must(t, err)
		defer j.Close()
		for status, absent := range map[int]bool{404: true, 403: true, 501: true, 500: false} {
			c := usageClient(t, answers(status))
			r := settlement(t.Context(), c, j)
			if r.Absent != absent || (r.Err != nil) == absent {
				t.Errorf("%d: %+v", status, r)
			}
		}
	})
}

// answers is a server with one answer.
type answers int

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: int(a), Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader(`{"statusCode":` + strconv.Itoa(int(a)) + `}`))}, nil
}
