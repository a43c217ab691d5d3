package simulator

import "testing"

func TestEstimates(t *testing.T) {
	for _, c := range []struct {
		name   string
		opts   Options
		path   string
		body   string
		frames float64
		cost   float64
	}{
		{"default rate", Options{}, "/v2/generations/estimate", `{"model":"lipsync-2","duration":10}`, 300, 0.6},
		{"25 a second", Options{}, "/v2/generations/estimate", `{"model":"lipsync-2","duration":10,"fps":25}`, 250, 0.5},
		{"sync-3", Options{}, "/v2/generate/estimate-cost", `{"model":"sync-3","duration":28,"fps":25}`, 700, 3.738},
		{"list price on any plan", Options{Plan: Scale}, "/v2/generations/estimate", `{"model":"react-1","duration":1,"fps":25}`, 25, 0.16675},
		{"by inputs", Options{Profile: Strict}, "/v2/generations/estimate", talk(), 250, 0.5},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := open(t, c.opts).post(c.path, c.body).is(200).object()
			if got["estimatedFrameCount"] != c.frames || got["estimatedGenerationCost"] != c.cost {
				t.Errorf("%v, want %v frames for $%v", got, c.frames, c.cost)
			}
		})
	}
	a := open(t, Options{Credits: true})
	if got := a.post("/v2/analyze/cost", talk()).is(200).array(); len(got) != 1 || got[0]["estimatedCredits"] != 50.0 {
		t.Errorf("the array is %v", got)
	}
	for _, body := range []string{`{"model":"x","duration":1}`, `{"model":"sync-3","duration":-1}`, `{"model":"sync-3","duration":1,"fps":0}`, `{"model":"sync-3"}`, `7`} {
		a.post("/v2/generations/estimate", body).is(400)
	}
	for amount, want := range map[price]string{0: "0.00", 50000: "0.50", 373800: "3.738", 16675: "0.16675", 1: "0.00001", 123400000: "1234.00"} {
		if got := amount.String(); got != want {
			t.Errorf("%d is %s, want %s", int64(amount), got, want)
		}
	}
}
