package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
)

func TestEstimatesInEveryShape(t *testing.T) {
	for body, want := range map[string]string{
		`{"estimatedFrameCount":250,"estimatedGenerationCost":0.5,"estimatedCredits":null}`:                                      "250 $0.50 -",
		`[{"estimatedFrameCount":90,"estimatedGenerationCost":0.3}]`:                                                             "90 $0.30 -",
		`[{"estimatedFrameCount":90,"estimatedGenerationCost":0.3},{"estimatedFrameCount":10,"estimatedGenerationCost":"0.05"}]`: "100 $0.35 -",
		`{"totalCost":"1.255"}`:                                              "0 $1.255 -",
		`{"estimatedFrameCount":"250","estimatedCredits":12.5}`:              "250 - 12.5",
		`{"estimatedFrameCount":250.0,"estimatedGenerationCost":0}`:          "250 $0.00 -",
		`{"estimatedFrameCount":250}`:                                        "unpriced",
		`{"estimatedFrameCount":1,"estimatedGenerationCost":-1}`:             "unpriced",
		`[{"estimatedGenerationCost":1},{"estimatedGenerationCost":"oops"}]`: "unpriced",
		`[]`: "not the API", `[7]`: "not the API",
	} {
		c, _ := newFake(t, says(200, body))
		e, err := c.Estimate(t.Context(), EstimateRequest{Model: "m", Duration: 10, FPS: 25})
		cost, credits := "-", "-"
		if e.Cost != nil {
			cost = e.Cost.String()
		}
		if e.Credits != nil {
			credits = fmt.Sprint(*e.Credits)
		}
		got := fmt.Sprintf("%d %s %s", e.Frames, cost, credits)
		switch {
		case errors.Is(err, ErrUnpriced):
			got = "unpriced"
		case err != nil:
			wantKind(t, err, KindNotAPI)
			got = "not the API"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}

// TestHistoricFormsOfAnEstimate runs against servers from several years.
func TestHistoricFormsOfAnEstimate(t *testing.T) {
	type server struct{ duration, alias, create, analyze int }
	both := EstimateRequest{Model: "lipsync-2", Duration: 10, FPS: 25, Create: []byte(`{"model":"lipsync-2","input":[]}`)}
	length := EstimateRequest{Model: "lipsync-2", Duration: 10, FPS: 25}
	for name, c := range map[string]struct {
		has           server
		ask           EstimateRequest
		first, second int // number of requests for the first and the second estimate
		ok            bool
	}{
		"newest":           {server{200, 200, 200, 200}, both, 1, 1, true},
		"alias only":       {server{404, 200, 404, 404}, length, 2, 1, true},
		"create only":      {server{400, 404, 200, 404}, both, 3, 1, true},
		"oldest":           {server{404, 404, 404, 200}, both, 4, 1, true},
		"none":             {server{404, 404, 404, 404}, both, 4, 0, false},
		"length at oldest": {server{404, 404, 404, 200}, length, 2, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			client, f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
				b, _ := io.ReadAll(r.Body)
				var body map[string]any
				_ = json.Unmarshal(b, &body)
				status := c.has.create
				switch {
				case r.URL.Path == "/v2/analyze/cost":
					status = c.has.analyze
				case r.URL.Path == "/v2/generate/estimate-cost":
					status = c.has.alias
				case body["duration"] != nil:
					status = c.has.duration
				}
				if status == 200 {
					says(200, `{"estimatedFrameCount":250,"estimatedGenerationCost":0.5}`)(w, r)
					return
				}
				says(status, `{"message":"Cannot POST","statusCode":400}`)(w, r)
			})
			for _, n := range []int{c.first, c.second} {
				before := len(f.requests())
				e, err := client.Estimate(t.Context(), c.ask)
				if (err == nil) != c.ok || c.ok && *e.Cost != 500_000 {
					t.Errorf("%+v, %v", e, err)
				}
				if !c.ok && !errors.Is(err, ErrUnsupported) {
					t.Errorf("%v", err)
				}
				if got := len(f.requests()) - before; got != n {
					t.Errorf("%d requests, want %d", got, n)
				}
			}
		})
	}
}

func TestRefusedEstimateIsNotAMissingOne(t *testing.T) {
	c, f := newFake(t, says(400, `{"message":["model is unknown"],"statusCode":400}`))
	for range 2 {
		_, err := c.Estimate(t.Context(), EstimateRequest{Model: "nonesuch", Duration: 1, Create: []byte("{}")})
		wantKind(t, err, KindInvalid)
	}
	if n := len(f.requests()); n != 8 {
		t.Errorf("%d requests: a refusal was taken for a lack", n)
	}
	c, _ = newFake(t, says(200, "{}"))
	_, err := c.Estimate(t.Context(), EstimateRequest{Model: "m"})
	wantKind(t, err, KindInvalid)
}

func TestEstimateSendsWhatIsBilled(t *testing.T) {
	c, f := newFake(t, says(200, `{"estimatedGenerationCost":1}`))
	_, _ = c.Estimate(t.Context(), EstimateRequest{Model: "sync-3", Duration: 28.04, FPS: 25})
	if r := f.requests()[0]; r.Body != `{"model":"sync-3","duration":28.04,"fps":25}` || r.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%+v", r)
	}
}

func TestEstimateIsTriedTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newFake(t, says(500, `{"message":"x"}`))
		_, err := c.Estimate(t.Context(), EstimateRequest{Model: "sync-3", Duration: 28})
		wantKind(t, err, KindServer)
		if n := len(f.requests()); n != 2 {
			t.Errorf("%d tries", n)
		}
	})
}
