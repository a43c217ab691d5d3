package simulator

import (
	"fmt"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// Pages of a history are newest first, without gaps and without repeats.
func TestPaging(t *testing.T) {
	a := open(t, Options{Generations: 1234, Profile: Current})
	seen := make(map[string]bool)
	last := "9999"
	cursor := ""
	for pages := 0; ; pages++ {
		page := a.get("/v2/generations?limit=100" + cursor).is(200).array()
		for _, g := range page {
			id, created := g["id"].(string), g["createdAt"].(string)
			if seen[id] || created > last {
				t.Fatalf("%s of %s comes after %s", id, created, last)
			}
			seen[id], last = true, created
			cursor = "&cursor=" + id
		}
		if len(page) < 100 {
			break
		}
		if pages > 20 {
			t.Fatal("the pages never end")
		}
	}
	if len(seen) != 1234 {
		t.Errorf("%d generations, want 1234", len(seen))
	}
	a.get("/v2/generations?limit=0").is(400)
	a.get("/v2/generations?limit=101").is(400)
	a.get("/v2/generations?cursor=" + assetA).is(400)
	a.get("/v2/generations?limit=5&cursor=" + assetA).is(400)
}

// Without a limit the order is not promised, and June has no limit.
func TestUnpaged(t *testing.T) {
	for _, profile := range []Profile{Seed, Strict} {
		a := open(t, Options{Generations: 400, Profile: profile})
		query := ""
		if profile == Strict {
			query = "?limit=10&cursor=x"
		}
		all := a.get("/v2/generations" + query).is(200).array()
		dates := make([]string, len(all))
		for i, g := range all {
			dates[i] = g["createdAt"].(string)
		}
		if len(all) != 400 || slices.IsSorted(dates) {
			t.Errorf("%s: %d generations, in order: %v", profile, len(all), slices.IsSorted(dates))
		}
	}
}

// A list in a query can be encoded in three ways.
func TestListEncodings(t *testing.T) {
	a := open(t, Options{})
	want := []string{a.Add(Job{Status: pending}), a.Add(Job{Status: processing})}
	a.Add(Job{Status: completed})
	slices.Sort(want)
	ids := strings.Join(append(slices.Clone(want), assetA), ",")
	for _, query := range []string{
		"status=PENDING,PROCESSING",
		"status=pending%2C%20processing",
		"status=PENDING&status=PROCESSING",
		"status=" + url.QueryEscape(`["PENDING","PROCESSING"]`),
		"ids=" + ids,
		"ids=" + url.QueryEscape(fmt.Sprintf(`["%s","%s"]`, want[0], want[1])) + "&status=PENDING&status=PROCESSING",
		"status=PENDING,PROCESSING&limit=2",
	} {
		got := a.get("/v2/generations?" + query).is(200).ids()
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s lists %v, want %v", query, got, want)
		}
	}
	a.get("/v2/generations?status=SLEEPING").is(400)
	a.get("/v2/generations?projectId=mine").is(400)
}

func TestProjects(t *testing.T) {
	a := open(t, Options{})
	id := a.Add(Job{ProjectID: assetA})
	a.Add(Job{})
	if got := a.get("/v2/generations?projectId=" + assetA).ids(); !slices.Equal(got, []string{id}) {
		t.Errorf("the project holds %v", got)
	}
	inside := strings.Replace(talk(), "{", `{"projectId":"`+assetA+`",`, 1)
	if got := a.post("/v2/generate", inside).is(201).object()["projectId"]; got != assetA {
		t.Errorf("projectId %v", got)
	}
}

func TestDelete(t *testing.T) {
	a := open(t, Options{Profile: Current})
	id := a.Add(Job{Status: processing})
	path := "/v2/generations/" + id
	a.do("DELETE", path, nil, nil).says(409, "generation_not_deletable_while_processing")
	a.Finish(id, failed, "generation_pipeline_failed")
	a.do("DELETE", path, nil, nil).is(200)
	a.get(path).says(404, "generation_not_found")
	a.get("/v2/generate/nonsense").says(400, "invalid_generation_id")
}

// Each profile has its own names.
func TestSpelling(t *testing.T) {
	for profile, want := range map[Profile]string{
		Strict:  "outputUrl error_code",
		Seed:    "outputUrl error_code errorCode",
		Current: "outputUrl outputMediaUrl errorCode",
	} {
		a := open(t, Options{Profile: profile})
		done := a.get("/v2/generate/" + a.Add(Job{Status: completed})).object()
		broken := a.get("/v2/generate/" + a.Add(Job{Status: failed, ErrorCode: "generation_unknown_error"})).object()
		var got []string
		for _, name := range []string{"outputUrl", "outputMediaUrl"} {
			if done[name] != nil {
				got = append(got, name)
			}
		}
		for _, name := range []string{"error_code", "errorCode"} {
			if broken[name] == "generation_unknown_error" {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s says %v, want %s", profile, got, want)
		}
	}
}

// A long history is created quickly and takes little memory.
func TestLongHistory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	begun := time.Now()
	a := open(t, Options{Generations: 100_000})
	took := time.Since(begun)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if used := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) >> 20; used > 60 {
		t.Errorf("it takes %d MiB", used)
	}
	if took > 20*time.Second { // an idle machine needs half a second, and less than one with -race
		t.Errorf("it took %v", took)
	}
	if n := a.get("/v2/generations/count").object()["count"]; n != 100_000.0 {
		t.Errorf("it has %v generations", n)
	}
}

// SetRunning makes any account busy.
func TestSetRunning(t *testing.T) {
	a := open(t, Options{})
	for _, n := range []int{500, 20, 0, 3} {
		a.SetRunning(n)
		if got := len(a.get("/v2/generations?status=PENDING,PROCESSING").ids()); got != n {
			t.Errorf("%d running, want %d", got, n)
		}
	}
}

func TestRemove(t *testing.T) {
	a := open(t, Options{Generations: 10})
	id := a.Add(Job{Status: processing})
	if !a.Remove(id) || a.Remove(id) || a.Finish(id, completed, "") {
		t.Error("a removed job is still there")
	}
	a.get("/v2/generate/" + id).is(404)
	if n := a.Running(); n != 0 {
		t.Errorf("%d running", n)
	}
}

func BenchmarkListPage(b *testing.B) {
	s := New(Options{Generations: 100_000})
	now := s.now()
	var cursor *job
	for b.Loop() {
		s.mu.Lock()
		page := s.selected(selection{limit: 100, cursor: cursor}, now)
		for _, j := range page {
			s.shown(j, now)
		}
		s.mu.Unlock()
		if cursor = nil; len(page) == 100 {
			cursor = page[99]
		}
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New(Options{Generations: 100_000})
	}
}
