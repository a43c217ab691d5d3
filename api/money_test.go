package api

import (
	"encoding/json"
	"math"
	"testing"
)

func TestMoneyIsExact(t *testing.T) {
	for in, want := range map[string]Micros{
		"0": 0, "0.50": 500_000, "1.25": 1_250_000, "0.00534": 5_340, "3e-3": 3_000,
		"1E2": 100_000_000, "0.1": 100_000, "12.": 12_000_000, "0.0000005": 1, "0.00000049": 0,
		"0.29999999999999998": 300_000,
	} {
		got, ok := ParseMicros(in)
		if !ok || got != want {
			t.Errorf("%s: %d, %v; want %d", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "-1", "NaN", "Infinity", "1e999", "1/3", "0x10", "1_000", "$1", "1e30", "9007199254740993", "one"} {
		if got, ok := ParseMicros(in); ok {
			t.Errorf("%q is read as %d", in, got)
		}
	}
}

func TestMoneyAsText(t *testing.T) {
	for m, want := range map[Micros][2]string{
		0:             {"$0.00", "$0.00"},
		1:             {"$0.000001", "<$0.01"},
		4_999:         {"$0.004999", "<$0.01"},
		5_000:         {"$0.005", "$0.01"},
		5_340:         {"$0.00534", "$0.01"},
		1_250_000:     {"$1.25", "$1.25"},
		1_255_000:     {"$1.255", "$1.26"},
		20_000_000:    {"$20.00", "$20.00"},
		-1_500_000:    {"-$1.50", "-$1.50"},
		math.MinInt64: {"-$9223372036854.775808", "-$9223372036854.78"},
	} {
		if got := [2]string{m.String(), m.Rounded()}; got != want {
			t.Errorf("%d: %q, want %q", m, got, want)
		}
	}
}

func TestNumbersInEveryShape(t *testing.T) {
	var w struct {
		Cost dollars `json:"cost"`
		N    count   `json:"n"`
		S    Seconds `json:"s"`
	}
	for in, want := range map[string]struct {
		cost string
		n    int
		s    Seconds
	}{
		`{"cost":0.3,"n":90,"s":12.48}`:           {"$0.30", 90, 12.48},
		`{"cost":"0.50","n":"90","s":"12.48"}`:    {"$0.50", 90, 12.48},
		`{"cost":-1,"n":-3,"s":-5}`:               {"", -1, 0},
		`{"cost":"NaN","n":"NaN","s":"Infinity"}`: {"", -1, 0},
		`{"cost":{},"n":[1],"s":true}`:            {"", -1, 0},
		`{"cost":null,"n":12.0,"s":1e300}`:        {"", 12, 0},
		`{"n":1e300,"s":[3]}`:                     {"", -1, 0},
	} {
		w.Cost, w.N, w.S = dollars{}, count{}, 0
		if err := json.Unmarshal([]byte(in), &w); err != nil {
			t.Fatal(err)
		}
		cost := ""
		if w.Cost.Micros != nil {
			cost = w.Cost.String()
		}
		if cost != want.cost || w.N.or(-1) != want.n || w.S != want.s {
			t.Errorf("%s: %q %d %v", in, cost, w.N.or(-1), w.S)
		}
	}
}

func TestTimesInEveryShape(t *testing.T) {
	for in, want := range map[string]string{
		`"2026-06-02T08:15:30.412Z"`:            "2026-06-02T08:15:30.412Z",
		`"2026-06-02T08:15:30Z"`:                "2026-06-02T08:15:30Z",
		`"2026-06-02T10:15:30.123456789+02:00"`: "2026-06-02T08:15:30.123456789Z",
		`"2026-06-02T08:15:30"`:                 "2026-06-02T08:15:30Z",
		`"2026-06-02 08:15:30"`:                 "2026-06-02T08:15:30Z",
		`"yesterday"`:                           "", `null`: "", `""`: "", `{}`: "", `17`: "",
		`"0001-01-01T00:00:00Z"`: "",
		`"9999-12-31T23:59:59Z"`: "",
		`"2026-13-41T08:15:30Z"`: "",
	} {
		var got Time
		if err := json.Unmarshal([]byte(in), &got); err != nil {
			t.Fatal(err)
		}
		s := ""
		if !got.IsZero() {
			s = got.Format("2006-01-02T15:04:05.999999999Z07:00")
		}
		if s != want {
			t.Errorf("%s: %q, want %q", in, s, want)
		}
	}
}
