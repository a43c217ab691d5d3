package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dubtop/api/text"
)

// jobs returns a list of n generations, numbered from first.
func jobs(first, n int) string {
	var b strings.Builder
	b.WriteByte('[')
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(job(first + i))
	}
	b.WriteByte(']')
	return b.String()
}

func job(i int) string {
	return fmt.Sprintf(`{"id":"job-%06d","createdAt":"2026-06-02T08:15:30.412Z","status":"COMPLETED","model":"lipsync-2",`+
		`"input":[{"type":"video","url":"https://cdn.example.com/talk.mp4"},{"type":"audio","url":"https://cdn.example.com/line.wav"}],`+
		`"options":{"sync_mode":"cut_off"},"webhookUrl":null,"outputUrl":"https://api.sync.so/v2/generations/%d/result?token=9b2f6a10","outputDuration":12.48,"error":null}`, i, i)
}

func TestStatuses(t *testing.T) {
	for s, want := range map[Status][3]bool{ // running, terminal, troubled
		Pending: {true, false, false}, Processing: {true, false, false}, Completed: {false, true, false},
		Failed: {false, true, true}, Rejected: {false, true, true}, "CANCELED": {false, true, true},
		"CANCELLED": {false, true, true}, "TIMED_OUT": {false, false, false}, "": {false, false, false},
	} {
		if got := [3]bool{s.Running(), s.Terminal(), s.Troubled()}; got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func TestGenerationsInEveryShape(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want func(Generation) bool
	}{
		"new spellings win": {
			`{"id":"a","errorCode":"new","error_code":"old","outputMediaUrl":"https://h/new","outputUrl":"https://h/old"}`,
			func(g Generation) bool { return g.ErrorCode == "new" && g.Output == ParseURL("https://h/new") },
		},
		"empty is absent": {
			`{"id":"a","errorCode":"","error_code":"old","outputMediaUrl":"","outputUrl":"https://h/old","progress_percent":null}`,
			func(g Generation) bool {
				return g.ErrorCode == "old" && g.Output == ParseURL("https://h/old") && g.Progress == -1
			},
		},
		"null everywhere": {
			`{"id":"a","createdAt":null,"status":null,"model":null,"input":null,"options":null,"outputDuration":null,"error":null}`,
			func(g Generation) bool {
				return g.Status == "" && g.Input == nil && g.Options == nil && g.OutputDuration == 0 && g.CreatedAt.IsZero()
			},
		},
		"the wrong type everywhere": {
			`{"id":"a","createdAt":7,"status":{},"model":[],"input":"x","options":3,"segments":true,"webhookUrl":{},"outputUrl":[],` +
				`"outputDuration":"long","outputFileName":{},"error":{"message":"deep"},"projectId":{},"progress_percent":"most"}`,
			func(g Generation) bool {
				return g.ID == "a" && g.Error == "deep" && g.Output.IsZero() && g.Progress == -1 && g.Input == nil && g.Options == nil
			},
		},
		"unknown words are kept": {
			`{"id":"a","status":"TIMED_OUT","model":"sync-9","future":{"x":1}}`,
			func(g Generation) bool {
				return g.Status == "TIMED_OUT" && !g.Status.Terminal() && !g.Status.Running() && g.Model == "sync-9"
			},
		},
		"hostile words": {
			`{"id":"../x","status":"\u001b[2JPENDING","model":"\u202ea","error":"x\r\ny","outputFileName":"\u009b2J\u0000"}`,
			func(g Generation) bool {
				return !g.ID.Valid() && g.Status == "PENDING" && g.Model == "a" && g.Error == "x y" && g.OutputFileName == "\uFFFD"
			},
		},
		"numbers as strings": {
			`{"id":"a","outputDuration":"12.5","progress_percent":"42.7"}`,
			func(g Generation) bool { return g.OutputDuration == 12.5 && g.Progress == 42 },
		},
		"absurd numbers": {
			`{"id":"a","outputDuration":-3,"progress_percent":4200}`,
			func(g Generation) bool { return g.OutputDuration == 0 && g.Progress == 100 },
		},
		"odd inputs": {
			`{"id":"a","input":[null,7,{"type":"text","provider":{"name":"elevenlabs","voiceId":"v","script":"hi","stability":0.5}},{"provider":"x"},{"url":5}]}`,
			func(g Generation) bool {
				return len(g.Input) == 3 && g.Input[0].Provider.Script == "hi" && g.Input[2].URL.IsZero()
			},
		},
		"a megabyte": {
			`{"id":"a","error":"` + strings.Repeat("x", 1<<20) + `"}`,
			func(g Generation) bool { return len(g.Error) == text.Max },
		},
	} {
		var g Generation
		if err := json.Unmarshal([]byte(c.in), &g); err != nil || !c.want(g) {
			t.Errorf("%s: %+v, %v", name, g, err)
		}
	}
}

func TestListQueriesAreAsDocumented(t *testing.T) {
	c, f := newFake(t, says(200, "[]"))
	q := GenerationQuery{Status: []Status{Pending, Processing}, IDs: []ID{"a", "b"}, Limit: 100, Cursor: "c-1"}
	if _, err := c.Generations(t.Context(), q, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Generations(t.Context(), GenerationQuery{Status: []Status{Pending}}, nil); err != nil {
		t.Fatal(err)
	}
	got, _ := url.ParseQuery(f.requests()[0].Query)
	want := url.Values{"status": {"PENDING,PROCESSING"}, "ids": {"a,b"}, "limit": {"100"}, "cursor": {"c-1"}}
	if fmt.Sprint(got) != fmt.Sprint(want) || f.requests()[1].Query != "status=PENDING" {
		t.Errorf("%v, then %s", got, f.requests()[1].Query)
	}
	_, err := c.Generations(t.Context(), GenerationQuery{IDs: []ID{"../x"}}, nil)
	wantKind(t, err, KindInvalid)
	_, err = c.Generation(t.Context(), "../models", GenerationDetails{})
	wantKind(t, err, KindInvalid)
	if n := len(f.requests()); n != 2 {
		t.Errorf("a request was made for an id that is none")
	}
}

func TestPages(t *testing.T) {
	for _, c := range []struct {
		sent        int
		more, whole bool
	}{{0, false, false}, {99, false, false}, {100, true, false}, {101, false, true}, {1234, false, true}} {
		client, _ := newFake(t, says(200, jobs(0, c.sent)))
		var chunks []int
		var all []Generation
		page, err := client.Generations(t.Context(), GenerationQuery{Limit: 100}, func(g []Generation) {
			chunks = append(chunks, len(g))
			all = append(all, g...)
		})
		if err != nil || page.More != c.more || page.Whole != c.whole {
			t.Errorf("%d sent: more %v, whole %v, %v", c.sent, page.More, page.Whole, err)
		}
		if c.whole != (page.Items == nil && len(all) == c.sent) && c.sent > 0 {
			t.Errorf("%d sent: %d in the page, %d handed on", c.sent, len(page.Items), len(all))
		}
		if c.whole && slices.Max(chunks) > 100 {
			t.Errorf("%d at a time", slices.Max(chunks))
		}
		for i, g := range append(all, page.Items...) {
			if want := ID(fmt.Sprintf("job-%06d", i)); g.ID != want || g.Raw != nil {
				t.Fatalf("item %d is %s", i, g.ID)
			}
		}
	}
}

func TestWholeHistoryWithoutAHandler(t *testing.T) {
	c, _ := newFake(t, says(200, jobs(0, 321)))
	page, err := c.Generations(t.Context(), GenerationQuery{Limit: 100}, nil)
	if err != nil || !page.Whole || len(page.Items) != 321 || page.Items[320].ID != "job-000320" {
		t.Errorf("%v %v", len(page.Items), err)
	}
}

func TestTruncatedHistoryIsAnError(t *testing.T) {
	whole := jobs(0, 500)
	for name, body := range map[string]string{
		"cut in an element":  whole[:len(whole)-200],
		"cut between":        strings.TrimSuffix(whole, "]"),
		"followed by more":   whole + "[]",
		"closed otherwise":   strings.TrimSuffix(whole, "]") + "}",
		"a missing comma":    strings.Replace(whole, "},{\"id\":\"job-000300", "} {\"id\":\"job-000300", 1),
		"an endless element": strings.TrimSuffix(whole, "]") + `,{"id":"` + strings.Repeat("x", 9<<20) + `"}]`,
	} {
		c, f := newFake(t, says(200, body))
		if _, err := c.Generations(t.Context(), GenerationQuery{Limit: 100}, func([]Generation) {}); err == nil {
			t.Errorf("%s: no error", name)
		}
		if n := len(f.requests()); n != 1 {
			t.Errorf("%s: asked %d times, though rows were handed on", name, n)
		}
	}
}

func TestServerWithoutLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Has("limit") {
				says(400, `{"message":"property limit should not exist","statusCode":400}`)(w, r)
				return
			}
			says(200, jobs(0, 5))(w, r)
		})
		for range 2 {
			page, err := c.Generations(t.Context(), GenerationQuery{Limit: 100}, nil)
			if err != nil || !page.Whole || len(page.Items) != 5 || page.More {
				t.Errorf("%+v, %v", page, err)
			}
		}
		if n := len(f.requests()); n != 3 {
			t.Errorf("%d requests: the lack was not remembered", n)
		}
		if _, err := c.Generations(t.Context(), GenerationQuery{Limit: 100, Cursor: "a"}, nil); !errors.Is(err, ErrUnsupported) {
			t.Errorf("a cursor: %v", err)
		}
		time.Sleep(rememberFor)
		if _, err := c.Generations(t.Context(), GenerationQuery{Limit: 100}, nil); err != nil || len(f.requests()) != 5 {
			t.Errorf("after a while the server is asked again: %d requests, %v", len(f.requests()), err)
		}
	})
}

func TestServerThatIgnoresLimit(t *testing.T) {
	c, f := newFake(t, says(200, jobs(0, 150)))
	if page, err := c.Generations(t.Context(), GenerationQuery{Limit: 100}, nil); err != nil || !page.Whole {
		t.Fatal(err)
	}
	if _, err := c.Generations(t.Context(), GenerationQuery{Limit: 100, Cursor: "job-000099"}, nil); !errors.Is(err, ErrUnsupported) {
		t.Errorf("a cursor: %v", err)
	}
	if n := len(f.requests()); n != 1 {
		t.Errorf("%d requests", n)
	}
	for _, r := range f.requests() {
		if !strings.Contains(r.Query, "limit=100") {
			t.Errorf("asked for %s", r.Query)
		}
	}
}

func TestDeletedCursor(t *testing.T) {
	for status, want := range map[int]Kind{400: KindInvalid, 404: KindNotFound} {
		c, f := newFake(t, says(status, `{"message":"cursor not found"}`))
		_, err := c.Generations(t.Context(), GenerationQuery{Limit: 100, Cursor: "a"}, nil)
		wantKind(t, err, want)
		if n := len(f.requests()); n != 1 {
			t.Errorf("%d requests", n)
		}
	}
}

func TestCallsAddedLater(t *testing.T) {
	ask := map[string]func(c *Client) error{
		"count":    func(c *Client) error { _, err := c.CountGenerations(t.Context(), Pending); return err },
		"costs":    func(c *Client) error { _, err := c.Costs(t.Context(), idOne); return err },
		"download": func(c *Client) error { _, err := c.Download(t.Context(), idOne); return err },
		"errors":   func(c *Client) error { _, err := c.ErrorCatalogue(t.Context()); return err },
	}
	answers := map[string]http.HandlerFunc{
		"nest":   says(404, `{"message":"Cannot GET /v2/generate/x/costs","error":"Not Found","statusCode":404}`),
		"plain":  says(404, "404 page not found"),
		"phrase": says(404, `{"error":"Not Found","statusCode":404,"message":"Not Found"}`),
		"html":   says(404, "<!DOCTYPE html>Cannot GET"),
		"method": says(405, ""),
		"bad":    says(400, `{"message":"Validation failed","statusCode":400}`),
	}
	for call, f := range ask {
		for name, answer := range answers {
			c, fake := newFake(t, answer)
			for range 2 {
				if err := f(c); !errors.Is(err, ErrUnsupported) {
					t.Errorf("%s, %s: %v", call, name, err)
				}
			}
			if n := len(fake.requests()); n != 1 {
				t.Errorf("%s, %s: %d requests", call, name, n)
			}
		}
	}
	for _, call := range []string{"costs", "download"} {
		for _, body := range []string{`{"message":"Generation not found","statusCode":404}`, `{"errorCode":"generation_not_found"}`} {
			c, _ := newFake(t, says(404, body))
			wantKind(t, ask[call](c), KindNotFound)
		}
	}
	c, _ := newFake(t, says(400, `{"message":"x","errorCode":"invalid_generation_id"}`))
	if err := ask["count"](c); !errors.Is(err, ErrUnsupported) {
		t.Errorf("count taken for an id: %v", err)
	}
	c, _ = newFake(t, says(200, `{"status":"ok"}`))
	for _, call := range []string{"count", "costs"} {
		if err := ask[call](c); !errors.Is(err, ErrUnsupported) {
			t.Errorf("%s of a server that says something else: %v", call, err)
		}
	}
}

func TestProgressIsRequestedIfSupported(t *testing.T) {
	c, f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("include") {
			w.WriteHeader(400)
			_, _ = io.WriteString(w, `{"message":"property include should not exist"}`)
			return
		}
		_, _ = io.WriteString(w, job(1))
	})
	for range 2 {
		g, err := c.Generation(t.Context(), idOne, GenerationDetails{Progress: true})
		if err != nil || g.Progress != -1 || string(g.Raw) != job(1) {
			t.Errorf("%+v, %v", g, err)
		}
	}
	if n := len(f.requests()); n != 3 {
		t.Errorf("%d requests", n)
	}
}

// row returns a minimal generation.
func row(i int) string { return fmt.Sprintf(`{"id":"job-%06d","status":"FAILED"}`, i) }

// lazy is a list of n generations that is generated as it is read.
type lazy struct {
	n, i int
	rest string
}

func (l *lazy) Read(p []byte) (int, error) {
	if l.rest == "" {
		switch {
		case l.i > l.n:
			return 0, io.EOF
		case l.i == l.n:
			l.rest = "]"
		case l.i == 0:
			l.rest = "[" + row(0)
		default:
			l.rest = "," + row(l.i)
		}
		l.i++
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestHistoryOfAnySizeFitsInMemory(t *testing.T) {
	c, err := New(Config{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, ContentLength: -1, Body: io.NopCloser(&lazy{n: 100_000})}, nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	rows, peak := 0, uint64(0)
	var m runtime.MemStats
	page, err := c.Generations(t.Context(), GenerationQuery{Limit: 100}, func(g []Generation) {
		if rows += len(g); rows%20_000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
		}
	})
	if err != nil || !page.Whole || rows != 100_000 {
		t.Errorf("%d rows, %+v, %v", rows, page, err)
	}
	if peak > 32<<20 {
		t.Errorf("%d MB in use while reading", peak>>20)
	}
}

func FuzzGeneration(f *testing.F) {
	for _, s := range []string{job(1), `{}`, `{"input":[{}]}`, `{"id":1,"error":["a"]}`, `{"options":{"a":"\u009b"}}`, `[`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var g Generation
		if json.Unmarshal(b, &g) != nil {
			return
		}
		texts := []text.Text{text.Text(g.ID), text.Text(g.Status), g.Model, g.Error, g.ErrorCode, g.OutputFileName, g.Output.Shown(), g.Output.Base()}
		for _, in := range g.Input {
			texts = append(texts, in.Type, in.URL.Shown(), text.Text(in.AssetID), in.RefID)
		}
		for _, s := range append(texts, g.Options.Lines(50)...) {
			if unsafeRune(string(s)) {
				t.Errorf("%q of %s", s, b)
			}
		}
	})
}

func BenchmarkPageOf100(b *testing.B) {
	body := jobs(0, 100)
	b.SetBytes(int64(len(body)))
	c, _ := newFake(b, nil)
	for b.Loop() {
		body := &capped{r: strings.NewReader(body), left: maxList}
		h := &history{client: c, body: body, dec: json.NewDecoder(body), limit: 100}
		if page, err := h.read(); err != nil || len(page.Items) != 100 {
			b.Fatal(err)
		}
	}
}
