package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
)

// golden is a documented request with its answer.
type golden struct {
	ID, Name string
	Request  struct{ Method, Path string }
	Response struct {
		Status   int
		Headers  map[string]string
		Body     json.RawMessage
		BodyText string
	}
	Lines   []json.RawMessage
	RawBody string
}

func (g golden) serve(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	for name, value := range g.Response.Headers {
		w.Header().Set(name, value)
	}
	w.WriteHeader(g.Response.Status)
	if g.Response.Body != nil {
		_, _ = w.Write(g.Response.Body)
		return
	}
	_, _ = io.WriteString(w, g.Response.BodyText)
}

// TestDocumentedAnswers decodes every documented answer with the call that
// requests it, and compares the result.
func TestDocumentedAnswers(t *testing.T) {
	b, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []golden
	if err := json.Unmarshal(b, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) != 63 {
		t.Errorf("%d cases", len(cases))
	}
	for _, g := range cases {
		t.Run(g.ID+" "+g.Name, func(t *testing.T) {
			got, err := g.ask(t)
			if g.Response.Status >= 300 || err != nil {
				g.checkError(t, err)
				return
			}
			g.check(t, got)
		})
	}
}

// ask makes the call of a case and returns the decoded answer.
func (g golden) ask(t *testing.T) (any, error) {
	c, _ := newFake(t, g.serve)
	ctx := Background(t.Context())
	path, query, _ := strings.Cut(g.Request.Path, "?")
	q, _ := url.ParseQuery(query)
	id := func(prefix, suffix string) ID {
		return ID(strings.TrimSuffix(strings.TrimPrefix(path, prefix), suffix))
	}
	switch {
	case g.Lines != nil:
		return c.results(slices.Concat(joined(g.Lines)...))
	case g.RawBody != "":
		return g.webhook()
	case g.Request.Method == "DELETE" || path == "/v2/health":
		_, err := c.object(ctx, call{path: path}, new(raw))
		return nil, err
	case path == "/v2/generate":
		return c.CreateGeneration(ctx, Paid{IdempotencyKey: "dash-0001", Body: []byte("{}")})
	case path == "/v2/batch" && g.Request.Method == "POST":
		if strings.Contains(g.Name, "dry run") {
			return nil, c.ValidateBatch(ctx, []byte("{}"))
		}
		return c.CreateBatch(ctx, Paid{IdempotencyKey: "dash-0001", Body: []byte("{}")})
	case path == "/v2/batch":
		return c.Batches(ctx)
	case strings.HasPrefix(path, "/v2/batches/"):
		_, err := c.object(ctx, call{path: path}, new(raw))
		return nil, err
	case strings.HasPrefix(path, "/v2/batch/"):
		return c.Batch(ctx, id("/v2/batch/", ""))
	case path == "/v2/models":
		return c.Models(ctx)
	case path == "/v2/errors":
		return c.ErrorCatalogue(ctx)
	case path == "/v2/assets":
		return c.Assets(ctx, AssetQuery{Limit: 1, Cursor: Cursor(q.Get("cursor"))})
	case strings.HasPrefix(path, "/v2/assets/"):
		return c.Asset(ctx, id("/v2/assets/", ""))
	case path == "/v2/generations/estimate":
		return c.Estimate(ctx, EstimateRequest{Model: "lipsync-2", Duration: 10})
	case path == "/v2/analyze/cost":
		return c.Estimate(ctx, EstimateRequest{Create: []byte("{}")})
	}
	return g.askGenerations(ctx, c, path, q, id)
}

func (g golden) askGenerations(ctx context.Context, c *Client, path string, q url.Values, id func(string, string) ID) (any, error) {
	switch {
	case path == "/v2/generations/count":
		return c.CountGenerations(ctx, Pending, Processing)
	case path == "/v2/generations":
		limit := 0
		if q.Has("limit") {
			limit = 2
		}
		return c.Generations(ctx, GenerationQuery{Limit: limit, Cursor: ID(q.Get("cursor"))}, nil)
	case strings.HasSuffix(path, "/costs"):
		return c.Costs(ctx, id("/v2/generate/", "/costs"))
	case strings.HasSuffix(path, "/download"):
		return c.Download(ctx, id("/v2/generations/", "/download"))
	case strings.HasSuffix(path, "/result"):
		_, err := c.object(ctx, call{path: path}, new(raw))
		return nil, err
	}
	return c.Generation(ctx, id("/v2/generate/", ""), GenerationDetails{Progress: q.Has("include")})
}

func joined(lines []json.RawMessage) [][]byte {
	var all [][]byte
	for _, line := range lines {
		var b bytes.Buffer
		_ = json.Compact(&b, line)
		all = append(all, b.Bytes(), []byte("\n"))
	}
	return all
}

// webhook decodes the payload that the API sends, which consists of the same
// objects.
func (g golden) webhook() (any, error) {
	if strings.Contains(g.Name, "batch") {
		var b Batch
		err := json.Unmarshal([]byte(g.RawBody), &b)
		return b, err
	}
	var v Generation
	err := json.Unmarshal([]byte(g.RawBody), &v)
	return v, err
}

// checkError compares an error with the body it came from.
func (g golden) checkError(t *testing.T, err error) {
	t.Helper()
	if g.ID == "G47" {
		if err != ErrUnpriced {
			t.Errorf("%v, want ErrUnpriced", err)
		}
		return
	}
	kinds := map[int]Kind{
		302: KindNotAPI, 400: KindInvalid, 401: KindAuth, 402: KindPayment, 404: KindNotFound,
		409: KindConflict, 413: KindInvalid, 422: KindInvalid, 429: KindRateLimited, 500: KindServer, 503: KindServer,
	}
	want := kinds[g.Response.Status]
	if g.ID == "G18" {
		want = KindConcurrency
	}
	wantKind(t, err, want)
	outcomes := map[Kind]Outcome{
		KindServer: Unknown, KindNotAPI: Unknown, KindConflict: Unknown,
		KindRateLimited: Limited, KindConcurrency: Limited,
	}
	outcome, ok := outcomes[want]
	if !ok {
		outcome = Refused
	}
	if got := OutcomeOf(err); got != outcome {
		t.Errorf("outcome %v, want %v", got, outcome)
	}
	e := err.(*Error)
	var said struct{ ErrorCode, Suggestion, GenerationID, RequestID string }
	_ = json.Unmarshal(g.Response.Body, &said)
	got := []string{string(e.Code), string(e.Suggestion), string(e.Generation), string(e.RequestID)}
	if !slices.Equal(got, []string{said.ErrorCode, said.Suggestion, said.GenerationID, said.RequestID}) {
		t.Errorf("%q from %s", got, g.Response.Body)
	}
	if g.ID == "G08" && !strings.Contains(string(e.Message), "react-1; input must be an array") {
		t.Errorf("two messages became %q", e.Message)
	}
}

// check compares the decoded answer with the body.
func (g golden) check(t *testing.T, got any) {
	t.Helper()
	switch v := got.(type) {
	case Generation:
		checkGeneration(t, cmp.Or(string(g.Response.Body), g.RawBody), v)
	case GenerationPage:
		var sent []json.RawMessage
		_ = json.Unmarshal(g.Response.Body, &sent)
		if len(v.Items) != len(sent) {
			t.Fatalf("%d of %d items", len(v.Items), len(sent))
		}
		for i, item := range sent {
			checkGeneration(t, string(item), v.Items[i])
		}
		whole := g.ID == "G36" || g.ID == "G37" || g.ID == "G38" // these cases cannot be requested by status
		if v.Whole != whole || v.More != (g.ID == "G39") {
			t.Errorf("whole %v, more %v", v.Whole, v.More)
		}
	case Batch:
		checkBatch(t, v, g.ID)
	case List[Batch]:
		checkBatch(t, v.Items[0], g.ID)
	default:
		checkOthers(t, g.ID, got)
	}
}

// checkGeneration compares the members with an ordinary decoding of the body.
func checkGeneration(t *testing.T, body string, got Generation) {
	t.Helper()
	var want struct {
		ID, Status, Model, OutputURL, OutputMediaURL, Error, ErrorCode, CreatedAt, OutputFileName string
		OldCode                                                                                   string `json:"error_code"`
		OutputDuration                                                                            float64
		Progress                                                                                  *int `json:"progress_percent"`
		Input                                                                                     []struct{ Type, URL, AssetID, RefID string }
	}
	if err := json.Unmarshal([]byte(body), &want); err != nil {
		t.Fatal(err)
	}
	progress := -1
	if want.Progress != nil {
		progress = *want.Progress
	}
	link, _ := got.Output.Link()
	pairs := [][2]any{
		{string(got.ID), want.ID},
		{string(got.Status), want.Status},
		{string(got.Model), want.Model},
		{link, cmp.Or(want.OutputMediaURL, want.OutputURL)},
		{string(got.Error), want.Error},
		{string(got.ErrorCode), cmp.Or(want.ErrorCode, want.OldCode)},
		{string(got.OutputFileName), want.OutputFileName},
		{float64(got.OutputDuration), want.OutputDuration},
		{got.Progress, progress},
		{len(got.Input), len(want.Input)},
		{got.CreatedAt.IsZero(), false},
	}
	for i, p := range pairs {
		if p[0] != p[1] {
			t.Errorf("member %d: %v, want %v", i, p[0], p[1])
		}
	}
	for i, in := range want.Input {
		if g := got.Input[i]; string(g.Type) != in.Type || g.URL.raw != in.URL || string(g.AssetID) != in.AssetID || string(g.RefID) != in.RefID {
			t.Errorf("input %+v, want %+v", g, in)
		}
	}
}

func checkBatch(t *testing.T, b Batch, id string) {
	t.Helper()
	succeeded := map[string]int{"G58": 11, "G59": 19, "G63": 19}[id]
	failed := map[string]int{"G58": 1, "G59": 1, "G63": 1}[id]
	if b.ID != "batch_abc123" || b.Total != 20 || b.Succeeded != succeeded || b.Failed != failed || b.CreatedAt.IsZero() {
		t.Errorf("%+v", b)
	}
	if done := id == "G59" || id == "G63"; b.Status.Terminal() != done || b.Output.IsZero() == done {
		t.Errorf("%+v", b)
	}
}

func checkOthers(t *testing.T, id string, got any) {
	t.Helper()
	ok := true
	switch v := got.(type) {
	case nil:
		ok = id == "G53" || id == "G55"
	case int:
		ok = v == 2
	case Costs:
		ok = v.Availability == "pending" && v.Total == nil && *v.Known == 0 && v.RetryAfter == 15
	case URL:
		link, err := v.Link()
		ok = err == nil && link == "https://storage.example.net/out/launch_cut_1.mp4?sig=abc"
	case Estimate:
		want := map[string]Micros{"G44": 600_000, "G45": 500_000, "G46": 300_000}[id]
		ok = *v.Cost == want && v.Credits == nil && v.Frames > 0
	case AssetPage:
		ok = len(v.Items) == 1 && v.Items[0].ID.Valid() && (v.Next == "c2") == (id == "G48") && (v.Total == 2) == (id == "G48")
		if id == "G48" {
			a := v.Items[0]
			ok = ok && a.Duration == 30.5 && a.Width == 1920 && a.Height == 1080 && a.Size == 10485760 && a.Type == "VIDEO"
		}
	case List[Model]:
		ok = len(v.Items) == 2 && v.Items[1].Name == "react-1" && v.Items[1].Description == "Expressive" && v.Items[0].ID == "m1"
	case []CodeHelp:
		ok = len(v) == 1 && v[0].Code == "rate_limit_exceeded" && v[0].Suggestion != ""
	case []BatchResult:
		ok = len(v) == 2 && v[0].RequestID == "video_001" && v[0].Generation.Status == Completed &&
			v[1].Generation.Status == Failed && v[1].Error != "" && v[1].Generation.ErrorCode != ""
	default:
		t.Fatalf("%s: nothing is known about %T", id, got)
	}
	if !ok {
		t.Errorf("%+v", got)
	}
}
