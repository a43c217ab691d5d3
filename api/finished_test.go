package api

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dubtop/api/text"
)

func TestFinishedGenerationsTellTheirCostAndEnd(t *testing.T) {
	c, f := newFake(t, says(200, `{"items":[
		{"generationId":"a","generationStatus":"COMPLETED","currency":"USD","availability":"complete","totalCostUsd":"1.25","knownSubtotalUsd":"1.25",
		 "createdAt":"2026-11-29T10:00:00Z","finishedAt":"2026-11-29T10:02:30.5Z","model":"sync-3","apiKey":{"id":"k1","name":"production"},"billedFrames":700},
		{"generationId":"b","generationStatus":"FAILED","availability":"pending","totalCostUsd":null,"finishedAt":null,"apiKey":null},
		{"generationStatus":"COMPLETED"}],"nextCursor":"n2"}`))
	from := time.Date(2026, 11, 29, 11, 0, 0, 0, time.FixedZone("", 3600))
	page, err := c.Finished(t.Context(), FinishedQuery{From: from, To: from.Add(time.Hour), Cursor: "n1", Limit: 9000})
	if err != nil || len(page.Items) != 2 || page.Skipped != 1 || page.Next != "n2" {
		t.Fatalf("%+v, %v", page, err)
	}
	a, b := page.Items[0], page.Items[1]
	if a.Costs.Total == nil || *a.Costs.Total != 1_250_000 || a.Ended.Sub(a.Created.Time) != 150_500*time.Millisecond || a.Key.Name != "production" || a.Key.Digest == "" {
		t.Errorf("%+v", a)
	}
	if b.Costs.Total != nil || b.Costs.Availability != "pending" || !b.Ended.IsZero() || b.Key != (KeyName{}) {
		t.Errorf("%+v", b)
	}
	if got, want := f.requests()[0].Query, "cursor=n1&endTime=2026-11-29T11%3A00%3A00Z&limit=500&startTime=2026-11-29T10%3A00%3A00Z"; got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
}

func TestServerThatListsNoFinishedGenerations(t *testing.T) {
	c, f := newFake(t, says(404, `{"message":"Cannot GET /v2/usage/generations","error":"Not Found","statusCode":404}`))
	for range 2 {
		if _, err := c.Finished(t.Context(), FinishedQuery{}); !errors.Is(err, ErrUnsupported) {
			t.Error(err)
		}
	}
	if n := len(f.requests()); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// Whatever shape a key has, no more than its last four characters are read.
func TestForeignKeyIsNeverRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.StringMatching(`(sk-[A-Za-z0-9_-]{6,60}|[A-Za-z0-9_.-]{20,80}|[A-Za-z0-9+/]{20,60}=?)`).Draw(t, "key")
		shape := rapid.SampledFrom([]string{
			`"KEY"`, `{"name":"KEY"}`, `{"name":"prod KEY"}`, `{"label":"KEY"}`, `{"masked":"(KEY)"}`, `{"prefix":"KEY","value":"KEY"}`,
			`{"name":"key=KEY"}`, `["KEY"]`, `{"id":"KEY","name":"KEY"}`, `{"id":"k1","masked":"KEY"}`, `{"key":"KEY"}`, `{"name":["KEY"]}`, `{"name":"a,KEY"}`, `{"name":"KEY KEY"}`,
		}).Draw(t, "shape")
		var k KeyName
		if err := k.UnmarshalJSON([]byte(strings.ReplaceAll(shape, "KEY", key))); err != nil {
			t.Fatal(err)
		}
		for i := range len(key) - shownTail {
			if part := key[i : i+shownTail+1]; strings.Contains(string(k.Name), part) || strings.Contains(k.Digest, key) {
				t.Fatalf("%s of %s is named %q", part, key, k.Name)
			}
		}
	})
}

// A masked key shows its end only, and a key keeps its digest when its other
// members change.
func TestKeysAreNamedAndToldApart(t *testing.T) {
	for value, want := range map[string]text.Text{
		`"abcd…efgh"`: "…fgh", `{"masked":"sk-****a1b2c3d4"}`: "…c3d4", `{"prefix":"sk-ab"}`: "…b",
		`{"name":"night shift"}`: "night shift", `{"name":"ci"}`: "ci", `null`: "", `7`: "7",
	} {
		var k KeyName
		if err := k.UnmarshalJSON([]byte(value)); err != nil {
			t.Fatal(err)
		}
		if k.Name != want {
			t.Errorf("%s is named %q, want %q", value, k.Name, want)
		}
	}
	var a, b, c KeyName
	_ = a.UnmarshalJSON([]byte(`{"id":"k1","name":"ci","lastUsedAt":"2026-11-01"}`))
	_ = b.UnmarshalJSON([]byte(`{"id":"k1","name":"ci","lastUsedAt":"2026-11-02"}`))
	_ = c.UnmarshalJSON([]byte(`{"id":"k2","name":"ci"}`))
	if a.Digest != b.Digest || a.Digest == c.Digest {
		t.Errorf("%q, %q, %q", a.Digest, b.Digest, c.Digest)
	}
}
