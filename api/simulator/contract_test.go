package simulator

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// TestContract calls every route in every profile and checks each answer
// against the OpenAPI description.
func TestContract(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromFile("testdata/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	doc.Servers = openapi3.Servers{{URL: New(Options{}).BaseURL()}}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, profile := range []Profile{Seed, Strict, Current} {
		t.Run(string(profile), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := contract{account: open(t, Options{Profile: profile, Plan: Scale, Generations: 150, Speed: 100}), router: router}
				c.walk()
			})
		})
	}
}

// contract is an account that checks every answer.
type contract struct {
	*account
	router routers.Router
}

// expect checks the status and the schema of an answer.
func (c contract) expect(status int, got *reply, method, target string) *reply {
	c.t.Helper()
	if err := c.check(got.is(status), method, target); err != nil {
		c.t.Errorf("%s %s: %v", method, target, err)
	}
	return got
}

// check compares an answer with the description.
func (c contract) check(got *reply, method, target string) error {
	u, err := url.Parse(c.BaseURL() + target)
	if err != nil {
		return err
	}
	req := &http.Request{Method: method, URL: u, Host: u.Host}
	route, params, err := c.router.FindRoute(req)
	if err != nil {
		return err
	}
	return openapi3filter.ValidateResponse(c.t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route},
		Status:                 got.status, Header: got.header, Body: io.NopCloser(bytes.NewReader(got.body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	})
}

func (c contract) reads(status int, target string) *reply {
	c.t.Helper()
	return c.expect(status, c.get(target), http.MethodGet, target)
}

func (c contract) writes(status int, target, body string) *reply {
	c.t.Helper()
	return c.expect(status, c.post(target, body), http.MethodPost, target)
}

// later returns the status of something added after June 2026.
func (c contract) later() int {
	if c.opts.Profile == Strict {
		return http.StatusNotFound
	}
	return http.StatusOK
}

// autumn returns the status of something that only the current API has.
func (c contract) autumn() int {
	if c.opts.Profile == Current {
		return http.StatusOK
	}
	return http.StatusNotFound
}

func (c contract) walk() {
	c.walkGenerations()
	c.walkPrices()
	c.walkBatches()
	c.walkLibrary()
	c.walkRefusals()
}

func (c contract) walkGenerations() {
	spoiled := &reply{status: 200, header: http.Header{"Content-Type": {"application/json"}}, body: []byte(`{"id":7}`)}
	if c.check(spoiled, http.MethodGet, "/v2/generate/x") == nil {
		c.t.Error("the check lets everything pass")
	}
	id := c.writes(201, "/v2/generate", talk()).id()
	c.reads(200, "/v2/generate/"+id)
	c.reads(200, "/v2/generate/"+id+"?include=progress")
	c.reads(200, "/v2/generations?status=PENDING,PROCESSING")
	c.reads(c.later(), "/v2/generate/"+id+"/costs")
	time.Sleep(time.Minute)
	c.reads(200, "/v2/generate/"+id)
	c.reads(c.later(), "/v2/generate/"+id+"/costs")
	c.reads(200, "/v2/generations?limit=10")
	c.reads(200, "/v2/generations")
	if c.opts.Profile == Strict {
		c.get("/v2/generations/count").is(404)
	} else {
		c.reads(200, "/v2/generations/count")
	}
	done := c.Add(Job{Status: completed, Seconds: 8})
	if c.opts.Profile != Strict {
		c.reads(200, "/v2/generations/"+done+"/download")
	}
	link := c.outputOf(done)
	c.expect(302, c.get(link), http.MethodGet, strings.TrimPrefix(link, c.BaseURL()))
	c.reads(c.autumn(), "/v2/generations/"+done)
	c.expect(c.autumn(), c.do(http.MethodDelete, "/v2/generations/"+done, nil, nil), http.MethodDelete, "/v2/generations/"+done)
	c.Add(Job{Status: failed, ErrorCode: "generation_input_audio_invalid"})
	c.Add(Job{Status: rejected})
	c.reads(200, "/v2/generations?status=FAILED,REJECTED")
}

func (c contract) walkPrices() {
	c.writes(200, "/v2/generations/estimate", talk())
	c.writes(200, "/v2/analyze/cost", talk())
	byLength := `{"model":"sync-3","duration":28,"fps":25}`
	if c.opts.Profile == Strict {
		c.writes(400, "/v2/generations/estimate", byLength)
		c.post("/v2/generate/estimate-cost", byLength).is(404)
		return
	}
	c.writes(200, "/v2/generations/estimate", byLength)
	c.writes(200, "/v2/generate/estimate-cost", byLength)
	c.writes(422, "/v2/generations/estimate", `{"model":"sync-3","duration":28,"workflow":"translate-and-dub"}`)
}

func (c contract) walkBatches() {
	create := func(parts ...part) *reply {
		return c.expect(201, c.form("/v2/batch", parts...), http.MethodPost, "/v2/batch")
	}
	file := part{field: "input", file: "jobs.jsonl", text: lines(20)}
	create(file, part{field: "dry_run", text: "true"})
	id := create(file, part{field: "webhook_url", text: "https://ops.example.com/hook"}).id()
	c.reads(200, "/v2/batch/"+id)
	c.reads(200, "/v2/batch")
	c.reads(404, "/v2/batches/"+id+"/result")
	time.Sleep(10 * time.Minute)
	c.reads(302, "/v2/batches/"+id+"/result")
	c.reads(404, "/v2/batch/batch_none")
}

func (c contract) walkLibrary() {
	first := c.reads(200, "/v2/assets?limit=5&types=VIDEO,IMAGE&sortBy=nameAsc").object()
	c.reads(200, "/v2/assets?limit=5&types=VIDEO,IMAGE&sortBy=nameAsc&cursor="+first["nextCursor"].(string))
	id := first["items"].([]any)[0].(map[string]any)["id"].(string)
	c.reads(200, "/v2/assets/"+id)
	c.reads(404, "/v2/assets/"+assetA)
	c.walkLater()
	c.reads(400, "/v2/assets?sortBy=colour")
	c.reads(200, "/v2/models")
	c.reads(200, "/v2/health")
	if c.opts.Profile == Strict {
		c.get("/v2/errors").is(404)
		return
	}
	if n := len(c.reads(200, "/v2/errors").array()); n != 62 {
		c.t.Errorf("%d error codes, want 62", n)
	}
}

// walkLater visits what only the current API has. The others must answer 404
// without an error code, by which a client knows.
func (c contract) walkLater() {
	mine := c.AddAsset(Asset{Name: "mine.mp4", Visibility: "USER"})
	shared := c.AddAsset(Asset{Name: "ours.mp4"})
	for _, call := range []struct{ method, path, body string }{
		{http.MethodGet, "/v2/projects", ""},
		{http.MethodGet, "/v2/projects?searchQuery=spring", ""},
		{http.MethodPost, "/v2/assets/batch", `{"ids":["` + mine + `","` + assetA + `"]}`},
		{http.MethodPatch, "/v2/assets/" + mine, `{"name":"other.mp4"}`},
		{http.MethodDelete, "/v2/assets/" + mine, ""},
	} {
		if c.opts.Profile != Current {
			got := c.do(call.method, call.path, nil, strings.NewReader(call.body))
			if code := got.object()["errorCode"]; got.status != 404 || code != nil {
				c.t.Errorf("%s %s: %d, %v", call.method, call.path, got.status, code)
			}
			continue
		}
		c.expect(200, c.do(call.method, call.path, nil, strings.NewReader(call.body)), call.method, call.path)
	}
	if c.opts.Profile != Current {
		return
	}
	c.reads(200, "/v2/assets/count?types=VIDEO")
	if a := c.get("/v2/assets/" + mine); a.status != 404 {
		c.t.Errorf("deleted, and still there: %s", a.body)
	}
	c.expect(403, c.do(http.MethodDelete, "/v2/assets/"+shared, nil, nil), http.MethodDelete, "/v2/assets/"+shared)
	id := c.writes(201, "/v2/projects", `{"name":"Winter"}`).id()
	c.reads(200, "/v2/projects/"+id)
	c.reads(404, "/v2/projects/"+assetA)
	c.writes(400, "/v2/projects", `{}`)
}

func (c contract) walkRefusals() {
	c.writes(400, "/v2/generate", `{"model":"lipsync-9"}`)
	c.writes(422, "/v2/generate", strings.Replace(talk(), "cdn.", "private.", 1))
	long := strings.NewReplacer("_10s", "_3000s", "_12s", "_3000s").Replace(talk())
	c.writes(402, "/v2/generate", long)
	c.SetRunning(Scale.Concurrency())
	c.writes(429, "/v2/generate", talk())
	c.key = "wrong"
	c.reads(401, "/v2/models")
	c.key = ""
	c.reads(401, "/v2/models")
}
