package api_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
)

// account returns a client and the server that judges it.
func account(t *testing.T, o simulator.Options) (*api.Client, *simulator.Server) {
	t.Helper()
	s := simulator.New(o)
	c, err := api.New(api.Config{
		BaseURL: s.BaseURL(), Key: api.NewSecret(s.Key()), Version: "test", Transport: s.RoundTripper(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, s
}

func profiles() []simulator.Profile {
	return []simulator.Profile{simulator.Seed, simulator.Strict, simulator.Current}
}

func body(storage string, n int) []byte {
	return fmt.Appendf(nil, `{"model":"lipsync-2","input":[{"type":"video","url":"%s/media/talk_%ds.mp4"},{"type":"audio","url":"%s/media/line_%ds.wav"}],"options":{"sync_mode":"cut_off"}}`, storage, n, storage, n)
}

// TestJobFromEndToEnd prices, sends, watches and fetches a job in every
// profile.
func TestJobFromEndToEnd(t *testing.T) {
	for _, profile := range profiles() {
		t.Run(string(profile), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, s := account(t, simulator.Options{Profile: profile, Plan: simulator.Creator})
				ctx := t.Context()
				models, err := c.Models(ctx)
				if err != nil || len(models.Items) < 5 {
					t.Fatalf("%+v, %v", models, err)
				}
				price, err := c.Estimate(ctx, api.EstimateRequest{Model: "lipsync-2", Duration: 8, FPS: 25, Create: body(s.StorageURL(), 8)})
				if err != nil || price.Cost == nil || *price.Cost != 400_000 || price.Frames != 200 {
					t.Fatalf("%+v, %v", price, err)
				}
				g, err := c.CreateGeneration(ctx, api.Paid{IdempotencyKey: "story-1", Body: body(s.StorageURL(), 8)})
				if err != nil || g.Status != api.Pending {
					t.Fatalf("%+v, %v", g, err)
				}
				if a := s.Accepted(); len(a) != 1 {
					t.Fatalf("%d jobs accepted", len(a))
				}
				running, err := c.Generations(ctx, api.GenerationQuery{Status: []api.Status{api.Pending, api.Processing}}, nil)
				if err != nil || len(running.Items) != 1 || running.Items[0].ID != g.ID || running.Whole {
					t.Fatalf("%+v, %v", running, err)
				}
				s.Finish(string(g.ID), "COMPLETED", "")
				done, err := c.Generation(ctx, g.ID, api.GenerationDetails{Progress: true})
				if err != nil || done.Status != api.Completed || done.OutputDuration != 8 {
					t.Fatalf("%+v, %v", done, err)
				}
				link, err := done.Output.Link()
				if err != nil {
					t.Fatal(err)
				}
				res, err := c.Media().Get(link)
				if err != nil {
					t.Fatal(err)
				}
				film, err := io.ReadAll(res.Body)
				_ = res.Body.Close()
				if err != nil || res.StatusCode != 200 || !strings.Contains(string(film[:16]), "ftyp") {
					t.Errorf("%d, %d bytes, %v", res.StatusCode, len(film), err)
				}
				for _, r := range s.Requests() {
					if r.Origin != "api" && r.Key {
						t.Errorf("the key went to %s%s", r.Origin, r.Path)
					}
				}
			})
		})
	}
}

// TestWholeHistory reads 250 jobs page by page if the server has pages, and
// at once if not.
func TestWholeHistory(t *testing.T) {
	for _, profile := range profiles() {
		t.Run(string(profile), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, _ := account(t, simulator.Options{Profile: profile, Generations: 250})
				found := map[api.ID]bool{}
				keep := func(all []api.Generation) {
					for _, g := range all {
						found[g.ID] = true
					}
				}
				q := api.GenerationQuery{Limit: 100}
				for pages := 1; ; pages++ {
					page, err := c.Generations(t.Context(), q, keep)
					if err != nil {
						t.Fatal(err)
					}
					if page.Whole != (profile == simulator.Strict) {
						t.Errorf("whole: %v", page.Whole)
					}
					keep(page.Items)
					if !page.More {
						break
					}
					q.Cursor = page.Items[len(page.Items)-1].ID
				}
				if len(found) != 250 {
					t.Errorf("%d jobs found", len(found))
				}
			})
		})
	}
}

// TestLaterAdditions uses later additions to the API, or does without them.
func TestLaterAdditions(t *testing.T) {
	for _, profile := range profiles() {
		t.Run(string(profile), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, _ := account(t, simulator.Options{Profile: profile, Generations: 20})
				ctx := t.Context()
				page, err := c.Generations(ctx, api.GenerationQuery{Status: []api.Status{api.Completed}}, nil)
				if err != nil || len(page.Items) == 0 {
					t.Fatal(err)
				}
				id := page.Items[0].ID
				_, countErr := c.CountGenerations(ctx, api.Completed)
				_, costsErr := c.Costs(ctx, id)
				_, downloadErr := c.Download(ctx, id)
				_, codesErr := c.ErrorCatalogue(ctx)
				for name, err := range map[string]error{"count": countErr, "costs": costsErr, "download": downloadErr, "errors": codesErr} {
					if err != nil && !errors.Is(err, api.ErrUnsupported) {
						t.Errorf("%s: %v", name, err)
					}
					if profile == simulator.Current && err != nil {
						t.Errorf("%s: %v", name, err)
					}
					if profile == simulator.Strict && err == nil {
						t.Errorf("%s: June 2026 had no such call", name)
					}
				}
				_, err = c.Generation(ctx, "00000000-0000-4000-8000-000000000000", api.GenerationDetails{})
				var e *api.Error
				if !errors.As(err, &e) || e.Kind != api.KindNotFound {
					t.Errorf("%v", err)
				}
			})
		})
	}
}

// TestBatchFromEndToEnd checks, sends and reads a batch of 24 lines.
func TestBatchFromEndToEnd(t *testing.T) {
	for _, profile := range profiles() {
		t.Run(string(profile), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, s := account(t, simulator.Options{Profile: profile, Plan: simulator.Scale})
				ctx := t.Context()
				var lines strings.Builder
				for i := range 24 {
					fmt.Fprintf(&lines, `{"request_id":"v%02d","endpoint":"/v2/generate","payload":%s}`+"\n", i, body(s.StorageURL(), 5+i%20))
				}
				if err := c.ValidateBatch(ctx, []byte(lines.String())); err != nil {
					t.Fatal(err)
				}
				if err := c.ValidateBatch(ctx, []byte("{}\n")); err == nil || api.OutcomeOf(err) != api.Refused {
					t.Errorf("a batch of one line: %v", err)
				}
				b, err := c.CreateBatch(ctx, api.Paid{IdempotencyKey: "b1", Body: []byte(lines.String())})
				if err != nil || b.Total != 24 || len(s.AcceptedBatches()) != 1 {
					t.Fatalf("%+v, %v", b, err)
				}
				for waited := 0; !b.Status.Terminal(); waited++ {
					if waited > 48 {
						t.Fatalf("still %s after a day", b.Status)
					}
					time.Sleep(30 * time.Minute)
					if b, err = c.Batch(ctx, b.ID); err != nil {
						t.Fatal(err)
					}
				}
				results, err := c.BatchResults(ctx, b)
				if err != nil || len(results) != 24 || b.Succeeded+b.Failed != 24 {
					t.Errorf("%+v, %d results, %v", b, len(results), err)
				}
				all, err := c.Batches(ctx)
				if err != nil || len(all.Items) != 1 || all.Items[0].ID != b.ID {
					t.Errorf("%+v, %v", all, err)
				}
			})
		})
	}
}

// TestPaidRequestsUnderFaults compares the outcome seen by the client with the
// jobs accepted by the server.
func TestPaidRequestsUnderFaults(t *testing.T) {
	for name, c := range map[string]struct {
		fault    simulator.Fault
		outcome  api.Outcome
		accepted int
	}{
		"none":           {simulator.Fault{Header: map[string][]string{"X-Odd": {"1"}}}, api.Accepted, 1},
		"dropped before": {simulator.Fault{DropBefore: true}, api.Unknown, 0},
		"dropped after":  {simulator.Fault{DropAfter: true}, api.Unknown, 1},
		"portal":         {simulator.Fault{HTML: true}, api.Unknown, 0},
		"garbage":        {simulator.Fault{GarbageJSON: true}, api.Unknown, 0},
		"redirect":       {simulator.Fault{Redirect: "https://login.example/"}, api.Unknown, 0},
		"rate limit":     {simulator.Fault{RateLimited: true}, api.Limited, 0},
		"cut answer":     {simulator.Fault{Truncate: 20}, api.Unknown, 1},
		"bad gateway":    {simulator.Fault{Status: 502, Body: "<html>"}, api.Unknown, 0},
		"answered late":  {simulator.Fault{DelayAfter: time.Minute}, api.Accepted, 1},
		"never answered": {simulator.Fault{DelayAfter: time.Hour}, api.Unknown, 1},
		"accepted, 502":  {simulator.Fault{Status: 502, After: true}, api.Unknown, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, s := account(t, simulator.Options{})
				s.Fault("POST /v2/generate", c.fault)
				_, err := client.CreateGeneration(t.Context(), api.Paid{IdempotencyKey: "k", Body: body(s.StorageURL(), 5)})
				if got := api.OutcomeOf(err); got != c.outcome || len(s.Accepted()) != c.accepted {
					t.Errorf("outcome %v (%v), %d accepted", got, err, len(s.Accepted()))
				}
			})
		})
	}
}

// TestRateLimitsAreNeverExceeded sends as many requests as possible for five
// minutes and checks the server's count.
func TestRateLimitsAreNeverExceeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := account(t, simulator.Options{Plan: simulator.Enterprise, Slots: 10_000})
		end := time.Now().Add(5 * time.Minute)
		done := make(chan error, 8)
		for i := range 8 {
			go func() {
				var err error
				for n := 0; err == nil && time.Now().Before(end); n++ {
					if i == 0 {
						_, err = c.CreateGeneration(t.Context(), api.Paid{IdempotencyKey: fmt.Sprint(n), Body: body(s.StorageURL(), 5)})
					} else {
						_, err = c.Models(api.Background(t.Context()))
					}
				}
				done <- err
			}()
		}
		for range 8 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if n := len(s.Accepted()); n < 5*54 || n > 5*60 {
			t.Errorf("%d jobs accepted in five minutes", n)
		}
	})
}
