package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dubtop/api/text"
)

// masks returns the texts that may stand for the middle of a key.
func masks() []string {
	return []string{"*", "****", "…", "...", "••••", "xxxx", "XXXXX", "####", "____", " … ", "●●"}
}

// escapes returns the ways in which a character may be escaped.
func escapes() map[string]func(byte) string {
	return map[string]func(byte) string{
		"as itself":     func(c byte) string { return string(rune(c)) },
		"as JSON":       func(c byte) string { return fmt.Sprintf(`\u%04x`, c) },
		"as JSON twice": func(c byte) string { return fmt.Sprintf(`\\u%04X`, c) },
		"in a link":     func(c byte) string { return fmt.Sprintf("%%%02x", c) },
		"twice":         func(c byte) string { return fmt.Sprintf("%%25%02X", c) },
		"and nothing":   func(c byte) string { return string(rune(c)) + `\u200b` },
		"and a colour":  func(c byte) string { return string(rune(c)) + `\u001b[1m` },
	}
}

// secretShows reports whether a text shows more of the key than allowed, next
// to a mask or alone.
func secretShows(s string) bool {
	for i := 0; i+maxShown < len(testKey); i++ {
		if strings.Contains(s, testKey[i:i+maxShown+1]) {
			return true
		}
	}
	return false
}

func TestKeyIsFoundInEveryEncoding(t *testing.T) {
	for name, escape := range escapes() {
		for at := range len(testKey) {
			said := testKey[:at] + escape(testKey[at]) + testKey[at+1:]
			body := `{"id":"a","error":"refused: ` + said + ` is unknown","` + said + `":["` + said + `"]}`
			b := NewSecret(testKey).redact([]byte(body))
			if !json.Valid(b) {
				t.Fatalf("%s: %s is no JSON any more: %s", name, body, b)
			}
			var g Generation
			if err := g.UnmarshalJSON(b); err != nil || g.ID != "a" {
				t.Fatalf("%s: %v", b, err)
			}
			shown := string(g.Error) + fmt.Sprint(JSON(b).Lines(0))
			for range 3 {
				shown += string(text.Clean(NewSecret(testKey).unescape(shown), 1<<20))
			}
			if strings.Contains(shown, testKey) {
				t.Errorf("%s at %d: %s", name, at, shown)
			}
		}
	}
}

func TestMaskedKeysShowFourCharactersAtMost(t *testing.T) {
	key := NewSecret(testKey)
	for _, mask := range masks() {
		for head := range 9 {
			for tail := range 9 {
				said := "the key " + testKey[:head] + mask + testKey[len(testKey)-tail:] + " is bad"
				b := key.redact([]byte(fmt.Sprintf(`{"id":"a","error":%q}`, said)))
				var g Generation
				if err := g.UnmarshalJSON(b); err != nil {
					t.Fatal(err)
				}
				kept := string(g.Error) == said
				if may := head+tail <= maxShown; kept != may {
					t.Errorf("%q is shown as %q", said, g.Error)
				}
			}
		}
	}
	for said, want := range map[string]string{
		"the key beginning with sk-can is bad": "the key beginning with [redacted] is bad",
		"the key ending in 456789.":            "the key ending in [redacted].",
		"the key ending in 6789":               "the key ending in 6789",
		"it is …canary… inside":                "it is [redacted]… inside",
		"an orange canary":                     "an orange canary",
		"wait... loading":                      "wait... loading",
	} {
		if got := key.hide(said); got != want {
			t.Errorf("%q is shown as %q, want %q", said, got, want)
		}
	}
}

func TestOrdinaryAnswersAreUnchanged(t *testing.T) {
	key := NewSecret(testKey)
	for _, body := range []string{
		job(7), jobs(0, 3),
		`{"id":"a","outputUrl":"https://h/a%20b/c.mp4?X-Amz-Credential=AKIA%2F20261129%2Fus-east-1&sig=ab__cd..ef"}`,
		`{"error":"naïve \u00e9\n … and \"so\" on","x":1234567}`, "not JSON … at all", "",
	} {
		if got := string(key.redact([]byte(body))); got != body {
			t.Errorf("%s\nbecame %s", body, got)
		}
	}
	if got := string(NewSecret("1234567").redact([]byte(`{"n":1234567.5,"s":"a1234567"}`))); got != `{"n":"[redacted]","s":"a[redacted]"}` {
		t.Error(got)
	}
	if got := string(NewSecret("short").redact([]byte(`"short"`))); got != `"short"` {
		t.Error(got)
	}
}

// TestKeyNeverGetsThrough hides the key, masked and escaped at random, in random
// answers and looks for it in the result.
func TestKeyNeverGetsThrough(t *testing.T) {
	key := NewSecret(testKey)
	rapid.Check(t, func(t *rapid.T) {
		var said strings.Builder
		for range rapid.IntRange(1, 4).Draw(t, "parts") {
			said.WriteString(rapid.SampledFrom([]string{"", " ", "é", "%", `\`, "key=", "\u202e", "x", "sk-", "\n"}).Draw(t, "between"))
			from := rapid.IntRange(0, len(testKey)).Draw(t, "from")
			to := rapid.IntRange(from, len(testKey)).Draw(t, "to")
			if rapid.Bool().Draw(t, "whole") {
				from, to = 0, len(testKey)
			}
			said.WriteString(testKey[from:to] + rapid.SampledFrom(append(masks(), "")).Draw(t, "mask"))
		}
		token, _ := json.Marshal(said.String())
		b := key.redact([]byte(`{"error":` + string(token) + `}`))
		if !json.Valid(b) {
			t.Fatalf("%s is no JSON any more: %s", token, b)
		}
		if strings.Contains(string(b), testKey) {
			t.Errorf("%s is shown as %s", token, b)
		}
	})
}

func TestKeyIsInNoErrorOrHeader(t *testing.T) {
	const escaped = `\u0073k-canary.0123456789`
	answers := map[string]http.HandlerFunc{
		"an error":      says(400, `{"message":"`+escaped+`","suggestion":"`+escaped+`","field":"sk-canary.***","errorCode":"`+escaped+`","requestId":"`+escaped+`"}`),
		"a refused key": says(401, `{"message":"Incorrect API key provided: sk-ca****6789"}`),
		"a redirect": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://"+testKey+".example/")
			w.WriteHeader(302)
		},
		"a broken answer": func(w http.ResponseWriter, _ *http.Request) {
			w.(*recorder).err = fmt.Errorf("malformed header %q", testKey)
		},
		"a page":     says(200, "<html>"+testKey),
		"a bad list": says(200, `[{"id":"`+escaped+`","id":"`+testKey+`"}]`),
	}
	for name, answer := range answers {
		c, _ := newFake(t, answer)
		ctx := Background(t.Context())
		_, list := c.Generations(ctx, GenerationQuery{Limit: 100}, nil)
		_, batches := c.Batches(ctx)
		_, create := c.CreateGeneration(ctx, Paid{IdempotencyKey: "k", Body: []byte("{}")})
		for _, err := range []error{list, batches, create} {
			if err == nil {
				t.Fatalf("%s is no error", name)
			}
			if all := fmt.Sprintf("%v %+v", err, err); secretShows(all) {
				t.Errorf("%s: %s", name, all)
			}
		}
	}
}

func TestKeyIsInNoResult(t *testing.T) {
	c, _ := newFake(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"request_id":"v1","error":"\u0073k-canary.0123456789"}`+"\n"+
			`{"request_id":"v2","response":{"id":"g","outputUrl":"https://h/%73k-canary.0123456789"}}`)
	})
	got, err := c.BatchResults(t.Context(), Batch{Output: ParseURL("https://storage.example/r")})
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	if all := fmt.Sprintf("%+v %s", got, got[1].Generation.Output.Base()); secretShows(all) {
		t.Error(all)
	}
}

func BenchmarkRedactSignedLinks(b *testing.B) {
	body := []byte(`{"id":"550e8400-e29b-41d4-a716-446655440000","outputUrl":"https://bucket.s3.amazonaws.com/out/a%20b.mp4?X-Amz-Credential=AKIAIOSFODNN7%2F20261129%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=` + strings.Repeat("fedcba9876543210", 4) + `"}`)
	key := NewSecret(testKey)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		key.redact(body)
	}
}
