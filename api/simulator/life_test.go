package simulator

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A job waits 5 to 40 s, works about as long as documented, and ends.
func TestLife(t *testing.T) {
	for _, c := range []struct {
		model     string
		low, high time.Duration // for a 30 s clip
	}{
		{"lipsync-1.9.0-beta", 30 * time.Second, time.Minute},
		{"lipsync-2", time.Minute, 3 * time.Minute},
		{"lipsync-2-pro", 2 * time.Minute, 5 * time.Minute},
		{"sync-3", 9 * time.Minute, 16 * time.Minute},
	} {
		for _, speed := range []float64{1, 20} {
			t.Run(fmt.Sprint(c.model, speed), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					a := open(t, Options{Profile: Current, Speed: speed, Reliable: true})
					body := `{"model":"` + c.model + `","input":[{"type":"video","url":"https://a.example/v_30s.mp4"},{"type":"audio","url":"https://a.example/w_30s.wav"}]}`
					waits, works := a.watch(a.post("/v2/generate", body).is(201).id())
					sped := func(d time.Duration) time.Duration { return time.Duration(float64(d) / speed) }
					if waits < sped(5*time.Second) || waits > sped(40*time.Second)+time.Second {
						t.Errorf("it waited %v", waits)
					}
					if works < sped(c.low)-time.Second || works > sped(c.high)+time.Second {
						t.Errorf("it worked %v", works)
					}
				})
			})
		}
	}
}

// watch polls a job until it ends and returns how long it waited and worked.
func (a *account) watch(id string) (waits, works time.Duration) {
	a.t.Helper()
	begun := time.Now()
	last := 0.0
	for time.Since(begun) < time.Hour {
		got := a.get("/v2/generate/" + id + "?include=progress").is(200).object()
		progress := got["progress_percent"].(float64)
		if progress < last || progress > 100 {
			a.t.Fatalf("progress went from %v to %v", last, progress)
		}
		last = progress
		switch got["status"] {
		case pending:
			waits = time.Since(begun)
		case processing:
			works = time.Since(begun) - waits
		default:
			if progress != 100 {
				a.t.Errorf("ended at %v %%", progress)
			}
			return waits, works
		}
		time.Sleep(500 * time.Millisecond)
	}
	a.t.Fatal("it never ended")
	return 0, 0
}

// About 6% of the jobs do not complete, for various reasons, and each gives its
// reason in the profile's form.
func TestFate(t *testing.T) {
	a := open(t, Options{Generations: 2000})
	ends := make(map[any]int)
	codes := make(map[any]bool)
	for _, g := range a.get("/v2/generations").is(200).array() {
		ends[g["status"]]++
		if g["status"] == failed {
			codes[g["error_code"]] = true
			if g["error_code"] != g["errorCode"] || g["error"] == nil || g["outputUrl"] != "" {
				t.Errorf("a failure says %v", g)
			}
		}
	}
	if n := ends[failed] + ends[rejected]; n < 80 || n > 220 || ends[rejected] == 0 || len(codes) < 6 {
		t.Errorf("ends %v, codes %v", ends, codes)
	}
}

func TestLongPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := open(t, Options{Profile: Current})
		id := a.Add(Job{Pending: time.Second, Processing: 9 * time.Second})
		begun := time.Now()
		if got := a.get("/v2/generate/" + id + "?wait=true&timeout=55").object()["status"]; got != completed {
			t.Errorf("status %v after waiting", got)
		}
		if waited := time.Since(begun); waited < 9*time.Second || waited > 11*time.Second {
			t.Errorf("held for %v", waited)
		}
		held := a.Add(Job{Status: processing})
		begun = time.Now()
		if got := a.get("/v2/generate/" + held + "?wait=true&timeout=7").object()["status"]; got != processing || time.Since(begun) != 7*time.Second {
			t.Errorf("status %v after %v", got, time.Since(begun))
		}
		a.get("/v2/generate/" + held + "?wait=true&timeout=56").is(400)
	})
}

func TestCosts(t *testing.T) {
	for _, c := range []struct {
		plan   Plan
		status string
		want   any
	}{
		{Creator, completed, "0.50"},
		{Growth, completed, "0.475"},
		{Scale, completed, "0.40"},
		{Creator, failed, "0.00"},
		{Creator, processing, nil},
	} {
		a := open(t, Options{Plan: c.plan})
		id := a.Add(Job{Model: "lipsync-2", Seconds: 10, Status: c.status})
		if got := a.get("/v2/generate/" + id + "/costs").is(200).object(); got["totalCostUsd"] != c.want {
			t.Errorf("%s %s costs %v, want %v", c.plan, c.status, got["totalCostUsd"], c.want)
		}
	}
}

// The same seed and clock give the same answers, byte for byte.
func TestDeterminism(t *testing.T) {
	tell := func(seed uint64) []byte {
		now := noon()
		a := open(t, Options{Seed: seed, Demo: true, Now: func() time.Time { return now }})
		var out []byte
		for range 20 {
			for _, path := range []string{"/v2/generations?limit=100", "/v2/generations?status=PENDING,PROCESSING", "/v2/batch", "/v2/assets?limit=100"} {
				out = append(out, a.get(path).is(200).body...)
			}
			out = append(out, a.post("/v2/generate", talk()).body...)
			now = now.Add(13 * time.Second)
		}
		return append(out, a.Key()...)
	}
	first := tell(7)
	if !slices.Equal(first, tell(7)) {
		t.Error("two tellings differ")
	}
	if slices.Equal(first, tell(8)) {
		t.Error("another seed tells the same")
	}
}

// Within a minute a newcomer to the demo sees something happen.
func TestDemo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := open(t, Options{Demo: true})
		before := a.get("/v2/generations?limit=100").is(200)
		if n := a.Running(); n < 3 || n > 4 {
			t.Errorf("%d running at the start", n)
		}
		batches := a.get("/v2/batch").array()
		if len(batches) != 3 || batches[0]["status"] != processing || batches[1]["status"] != failed || batches[2]["status"] != completed {
			t.Errorf("the batches are %v", batches)
		}
		if total := a.get("/v2/assets").object()["totalCount"]; total != 57.0 {
			t.Errorf("%v assets, want 57", total)
		}
		ended := make(map[any]int)
		for range 60 {
			time.Sleep(time.Second)
			for _, g := range a.get("/v2/generations?limit=12").array() {
				ended[fmt.Sprint(g["id"], g["status"])]++
			}
			if n := a.Running(); n > 4 {
				t.Fatalf("%d running: no slot is left for the newcomer", n)
			}
		}
		if len(ended) < 12+5 { // the initial rows, and what happened to them
			t.Errorf("only %d states seen in a minute", len(ended))
		}
		after := a.get("/v2/generations?limit=100")
		if fresh := len(newIDs(before.ids(), after.ids())); fresh < 1 {
			t.Error("the colleague sent nothing")
		}
		time.Sleep(24 * time.Hour)
		if n := a.get("/v2/generations/count").object()["count"].(float64); n < 1000 {
			t.Errorf("%v generations after a day", n)
		}
	})
}

// Everything sent to the demo completes within its promise, for every seed and
// model.
func TestJobsSentToTheDemoComplete(t *testing.T) {
	for seed := range uint64(20) {
		now := noon()
		a := open(t, Options{Seed: seed, Demo: true, Slots: 40, Now: func() time.Time { return now }})
		var sent []string
		for _, model := range modelNames() {
			for range 4 {
				sent = append(sent, a.post("/v2/generate", strings.Replace(talk(), "lipsync-2", model, 1)).is(201).id())
			}
		}
		now = now.Add(20 * time.Second)
		for _, id := range sent {
			if g := a.get("/v2/generate/" + id).object(); g["status"] != completed {
				t.Errorf("seed %d: a job of %s is %s (%v)", seed, g["model"], g["status"], g["errorCode"])
			}
		}
	}
}

func newIDs(before, after []string) []string {
	return slices.DeleteFunc(after, func(id string) bool { return slices.Contains(before, id) })
}
