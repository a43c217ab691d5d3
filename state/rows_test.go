package state

import (
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/table"
)

func TestNamesOfGenerations(t *testing.T) {
	video := []api.Input{
		{Type: "audio", URL: api.ParseURL("https://cdn.example.com/voice.mp3")},
		{Type: "video", URL: api.ParseURL("https://cdn.example.com/takes/Intro%20Take.mp4?token=secret")},
	}
	for _, test := range []struct {
		why  string
		in   api.Generation
		want string
	}{
		{"the output file name", api.Generation{ID: jobID(1), OutputFileName: "promo_de", Input: video}, "promo_de"},
		{"the visual input", api.Generation{ID: jobID(1), Input: video}, string(video[1].URL.Base())},
		{"the id", api.Generation{ID: jobID(1)}, "00000001"},
		{"a short id", api.Generation{ID: "x"}, "x"},
	} {
		if got := NewGeneration(test.in).Name; string(got) != test.want {
			t.Errorf("%s: %q, want %q", test.why, got, test.want)
		}
	}
}

func TestClassesOfGenerations(t *testing.T) {
	for status, want := range map[api.Status]table.Class{
		api.Pending:    table.ClassWaiting,
		api.Processing: table.ClassRunning,
		api.Completed:  table.ClassDone,
		api.Failed:     table.ClassTroubled,
		api.Rejected:   table.ClassTroubled,
		"CANCELED":     table.ClassTroubled,
		"DREAMING":     table.ClassStrange,
		"":             table.ClassStrange,
	} {
		g := row(1, status)
		if got := g.Class(); got != want {
			t.Errorf("%q is of class %d, want %d", status, got, want)
		}
	}
}

func TestObservedTimesStay(t *testing.T) {
	var c table.Collection[Generation]
	at := func(seconds int) time.Time { return start().Add(time.Duration(seconds) * time.Second) }
	own := job(1, api.Pending)
	own.OutputFileName, own.OutputDuration = "Promo", 28
	c.Put(NewGeneration(own), at(0))
	c.Merge(c.Ask(at(0)), []Generation{row(1, api.Pending)}, at(4))
	c.Merge(c.Ask(at(4)), []Generation{row(1, api.Processing)}, at(8))
	c.Merge(c.Ask(at(8)), []Generation{row(1, api.Processing)}, at(12))
	c.Merge(c.Ask(at(12)), []Generation{row(1, api.Completed)}, at(16))

	g, _ := c.Find(string(jobID(1)))
	if !g.Started.Equal(at(8)) || !g.Ended.Equal(at(16)) {
		t.Errorf("started %v, ended %v", g.Started, g.Ended)
	}
	if g.Name != "Promo" || g.Length != 28 {
		t.Errorf("what we knew of our own job is lost: %q, %v s", g.Name, g.Length)
	}
	f := filter("promo status:completed")
	if !f.Match(&g) {
		t.Errorf("the job is not found by what it is now: %q", g.Haystack())
	}
}

func TestUnseenChangesHaveNoTime(t *testing.T) {
	c := filled([]Generation{row(1, api.Processing), row(2, api.Completed)})
	c.Merge(c.Ask(start()), []Generation{row(1, api.Processing)}, start())
	for _, n := range []int{1, 2} {
		if g, _ := c.Find(string(jobID(n))); !g.Started.IsZero() || !g.Ended.IsZero() {
			t.Errorf("job %d: started %v, ended %v", n, g.Started, g.Ended)
		}
	}
}

func TestGoneJobStaysInTheList(t *testing.T) {
	s := NewStore()
	s.Observe([]Generation{row(1, api.Processing)}, start())
	s.MarkGone(jobID(1), start())
	s.MarkGone("nobody", start())
	g, ok := s.Generations.Find(string(jobID(1)))
	if !ok || !g.Gone || s.Counts().Running != 0 {
		t.Errorf("kept %v, gone %v, running %d", ok, g.Gone, s.Counts().Running)
	}
	s.Observe([]Generation{row(1, api.Processing)}, start())
	if s.Counts().Running != 1 {
		t.Error("the server knows it again, but we do not")
	}
}

func TestBatches(t *testing.T) {
	for _, test := range []struct {
		in       api.Batch
		class    table.Class
		fraction float64
	}{
		{api.Batch{Status: api.BatchPending}, table.ClassWaiting, 0},
		{api.Batch{Status: api.BatchJobsCreated, Total: 20}, table.ClassWaiting, 0},
		{api.Batch{Status: api.BatchProcessing, Total: 20, Succeeded: 4, Failed: 1}, table.ClassRunning, 0.25},
		{api.Batch{Status: api.BatchCompleted, Total: 20, Succeeded: 20}, table.ClassDone, 1},
		{api.Batch{Status: api.BatchCompleted, Total: 20, Succeeded: 19, Failed: 1}, table.ClassTroubled, 1},
		{api.Batch{Status: api.BatchFailed, Total: 20}, table.ClassTroubled, 0},
		{api.Batch{Status: "PONDERING", Total: 2, Succeeded: 9}, table.ClassStrange, 1},
		{api.Batch{Status: api.BatchProcessing, Total: 2, Succeeded: -9}, table.ClassRunning, 0},
	} {
		b := NewBatch(test.in)
		if b.Class() != test.class || b.Fraction() != test.fraction {
			t.Errorf("%+v: class %d, %v of it", test.in, b.Class(), b.Fraction())
		}
	}
}

func TestBatchResultsKeepTheOrderOfTheirLines(t *testing.T) {
	var c table.Collection[BatchItem]
	lines := []api.BatchResult{
		{RequestID: "b", Generation: job(1, api.Completed)},
		{RequestID: "a", Error: "the video could not be fetched"},
		{RequestID: "c", Generation: job(2, api.Failed)},
	}
	var items []BatchItem
	for i, r := range lines {
		items = append(items, NewBatchItem(i+1, r))
	}
	c.Answer(c.Ask(start()), items, start())
	if got := keys(&c); got[0] != "b" || got[1] != "a" || got[2] != "c" {
		t.Errorf("order %v", got)
	}
	var v table.View[BatchItem]
	v.Update(&c, table.Query{Failures: true, Text: "fetched"})
	if v.Len() != 1 || v.Key(0) != "a" {
		t.Errorf("%d failures say so", v.Len())
	}
	v.Update(&c, table.Query{Text: "request:c status:failed", Sort: table.SortName})
	if v.Len() != 1 || v.Key(0) != "c" {
		t.Errorf("%d rows by request and status", v.Len())
	}
}

func TestFieldsOfOtherRows(t *testing.T) {
	a := NewAsset(api.Asset{ID: "A1", Type: "VIDEO", Name: "Clip", Format: "mp4", Visibility: "USER"})
	m := NewModel(api.Model{ID: "m1", Name: "sync-3", Type: "lipsync", Version: "3"})
	b := NewBatch(api.Batch{ID: "batch_1", Status: api.BatchPending})
	for _, test := range []struct {
		row  table.Searchable
		text string
		want bool
	}{
		{&a, "type:video format:mp4 name:clip id:a1 visibility:user", true},
		{&a, "type:audio", false},
		{&a, "clip video", true},
		{&m, "model:sync name:sync-3 type:lipsync version:3 id:m1", true},
		{&m, "react", false},
		{&b, "id:batch_1 status:pending", true},
		{&b, "status:failed", false},
	} {
		f := filter(test.text)
		if got := f.Match(test.row); got != test.want {
			t.Errorf("%q matches %T: %v", test.text, test.row, got)
		}
	}
}

// The end of a batch is in proportion to what has ended, and not known before.
func TestBatchEndIsForecast(t *testing.T) {
	b := Batch{ID: "b", Created: noon, Total: 40, Status: api.BatchProcessing}
	if end := b.End(noon.Add(time.Hour)); !end.IsZero() {
		t.Errorf("nothing has ended, and it ends at %v", end)
	}
	b.Succeeded, b.Failed = 8, 2
	if end := b.End(noon.Add(time.Hour)); !end.Equal(noon.Add(4 * time.Hour)) {
		t.Errorf("it ends at %v", end)
	}
	b.Succeeded, b.Status = 38, api.BatchCompleted
	if end := b.End(noon.Add(5 * time.Hour)); !end.IsZero() {
		t.Errorf("it has ended, and it ends at %v", end)
	}
}
