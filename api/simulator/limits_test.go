package simulator

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func TestRateLimits(t *testing.T) {
	for _, c := range []struct {
		name    string
		profile Profile
		limit   int
		ask     func(*account) *reply
		code    any
	}{
		{"create in June", Seed, 60, func(a *account) *reply { return a.post("/v2/generate", "{}") }, nil},
		{"create in autumn", Current, 60, func(a *account) *reply { return a.post("/v2/generate", "{}") }, "rate_limit_exceeded"},
		{"the rest", Seed, 600, func(a *account) *reply { return a.get("/v2/models") }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := open(t, Options{Profile: c.profile})
				for range c.limit {
					if c.ask(a).status == http.StatusTooManyRequests {
						t.Fatal("limited too early")
					}
				}
				limited := c.ask(a).is(429).object()
				if limited["errorCode"] != c.code || limited["concurrencyLimit"] != nil {
					t.Errorf("the body is %v", limited)
				}
				time.Sleep(time.Minute - time.Millisecond)
				c.ask(a).is(429)
				time.Sleep(time.Millisecond)
				if c.ask(a).status == http.StatusTooManyRequests {
					t.Error("still limited after a minute")
				}
				if got := a.Traffic(); max(got.Generate, got.Other) != c.limit || got.Refused != 2 {
					t.Errorf("the judge counted %+v", got)
				}
			})
		})
	}
}

// The plan's slots are a different limit: a slot becomes free when a job ends.
func TestConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := open(t, Options{Plan: Creator, Reliable: true})
		first := a.post("/v2/generate", talk()).is(201).id()
		a.post("/v2/generate", talk()).is(201)
		a.post("/v2/generate", talk()).is(201)
		full := a.post("/v2/generate", talk())
		full.says(429, "concurrency_limit_reached")
		if o := full.object(); o["activeGenerations"] != 3.0 || o["concurrencyLimit"] != 3.0 || o["retryAfterSeconds"] != 30.0 {
			t.Errorf("the body is %s", full.body)
		}
		a.Finish(first, completed, "")
		a.post("/v2/generate", talk()).is(201)
		if n := a.Running(); n != 3 {
			t.Errorf("%d running, want 3", n)
		}
	})
}

func TestPlanRules(t *testing.T) {
	long := `{"model":"lipsync-2","input":[{"type":"video","url":"https://cdn.example.com/talk_400s.mp4"},{"type":"audio","url":"https://cdn.example.com/line_400s.wav"}]}`
	react := `{"model":"react-1","input":[{"type":"video","url":"https://cdn.example.com/talk_16s.mp4"},{"type":"audio","url":"https://cdn.example.com/line_16s.wav"}]}`
	file := part{field: "input", file: "jobs.jsonl", text: lines(20)}
	for _, c := range []struct {
		name string
		plan Plan
		ask  func(*account) *reply
		want int
		code string
	}{
		{"too long for Creator", Creator, func(a *account) *reply { return a.post("/v2/generate", long) }, 402, "generation_plan_duration_exceeded"},
		{"not for Growth", Growth, func(a *account) *reply { return a.post("/v2/generate", long) }, 201, ""},
		{"too long for react-1", Scale, func(a *account) *reply { return a.post("/v2/generate", react) }, 422, "generation_model_duration_exceeded"},
		{"batches need Scale", Growth, func(a *account) *reply { return a.form("/v2/batch", file) }, 402, "batch_plan_required"},
		{"Scale has batches", Scale, func(a *account) *reply { return a.form("/v2/batch", file) }, 201, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.ask(open(t, Options{Plan: c.plan}))
			if code, _ := got.is(c.want).object()["errorCode"].(string); code != c.code {
				t.Errorf("errorCode %q, want %q", code, c.code)
			}
		})
	}
}

func TestKeys(t *testing.T) {
	a := open(t, Options{})
	a.get("/v2/models").is(200)
	a.RevokeKey()
	if got := a.get("/v2/models").is(401); string(got.body) != `{"message":"Unauthorized","statusCode":401}` {
		t.Errorf("the body is %s", got.body)
	}
	a.RestoreKey()
	a.get("/v2/models").is(200)
	old := a.Key()
	a.RotateKey("sk-sim-new")
	a.get("/v2/models").is(401)
	a.RotateKey(old)
	a.get("/v2/models").is(200)
	if other := New(Options{Seed: 1}).Key(); other == a.Key() {
		t.Error("another seed has the same key")
	}
}
