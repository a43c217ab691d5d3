package api_test

import (
	"net/http"
	"testing"

	"dubtop/api"
	"dubtop/api/simulator"
)

func TestIdempotencyNeedsAProof(t *testing.T) {
	for _, c := range []struct {
		profile simulator.Profile
		fault   simulator.Fault
		honours bool
		open    bool // the question stays open
	}{
		{profile: simulator.Current, honours: true},
		{profile: simulator.Seed, honours: true},
		{profile: simulator.Strict},
		{profile: simulator.Current, fault: simulator.Fault{Status: 400, Body: `{"statusCode":400,"message":"model should not be empty"}`}},
		{profile: simulator.Current, fault: simulator.Fault{Status: 422, Body: `{"statusCode":422,"errorCode":"INVALID_IDEMPOTENCY_KEY"}`}},
		{profile: simulator.Current, fault: simulator.Fault{Status: 500, Body: `{"statusCode":500,"message":"oh"}`}, open: true},
		{profile: simulator.Current, fault: simulator.Fault{Status: 201, Body: `{"id":"6f1c0f52-7b0a-4b60-9a55-0a4f6a9f2f11"}`}, open: true},
		{profile: simulator.Current, fault: simulator.Fault{HTML: true}, open: true},
		{profile: simulator.Current, fault: simulator.Fault{RateLimited: true}, open: true},
		{profile: simulator.Current, fault: simulator.Fault{DropAfter: true}, open: true},
	} {
		s := simulator.New(simulator.Options{Profile: c.profile})
		if c.fault.Status != 0 || c.fault.HTML || c.fault.RateLimited || c.fault.DropAfter {
			s.Fault("POST /v2/generate", c.fault)
		}
		client, err := api.New(api.Config{BaseURL: s.BaseURL(), Key: api.NewSecret(s.Key()), Transport: s.RoundTripper()})
		if err != nil {
			t.Fatal(err)
		}
		honours, err := client.HonoursIdempotency(t.Context())
		if honours != c.honours || (err != nil) != c.open {
			t.Errorf("%s, %+v: %t, %v", c.profile, c.fault, honours, err)
		}
		if n := len(s.Accepted()); n != 0 {
			t.Errorf("%s: the question made %d jobs", c.profile, n)
		}
	}
}

func TestSlotsFromHeaders(t *testing.T) {
	for profile, want := range map[simulator.Profile]int{simulator.Current: 3, simulator.Seed: 0} {
		s := simulator.New(simulator.Options{Profile: profile})
		client, err := api.New(api.Config{BaseURL: s.BaseURL(), Key: api.NewSecret(s.Key()), Transport: s.RoundTripper()})
		if err != nil {
			t.Fatal(err)
		}
		body := []byte(`{"model":"lipsync-2","input":[{"type":"video","url":"https://example.com/a.mp4"},{"type":"audio","url":"https://example.com/a.wav"}]}`)
		if _, err := client.CreateGeneration(t.Context(), api.Paid{IdempotencyKey: "k", Body: body}); err != nil {
			t.Fatal(err)
		}
		if got := client.Usage().Slots; got != want {
			t.Errorf("%s: %d slots, want %d", profile, got, want)
		}
	}
}

// tellsSlots adds the number of slots to each answer.
type tellsSlots struct{ next http.RoundTripper }

func (t tellsSlots) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := t.next.RoundTrip(r)
	if err == nil {
		res.Header.Set("X-Sync-Concurrency-Limit", "5")
	}
	return res, err
}

func TestBatchLimitIsNotTheNumberOfSlots(t *testing.T) {
	s := simulator.New(simulator.Options{Plan: simulator.Scale})
	client, err := api.New(api.Config{BaseURL: s.BaseURL(), Key: api.NewSecret(s.Key()), Transport: tellsSlots{s.RoundTripper()}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Batches(t.Context()); err != nil || client.Usage().Slots != 0 {
		t.Errorf("batches: %d slots, %v", client.Usage().Slots, err)
	}
	if _, err := client.Models(t.Context()); err != nil || client.Usage().Slots != 5 {
		t.Errorf("models: %d slots, %v", client.Usage().Slots, err)
	}
}
