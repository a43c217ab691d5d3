package api

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

const resultLines = `{"request_id":"v1","response":{"id":"g1","status":"COMPLETED","outputUrl":"https://h/1"}}

{"requestId":"v2","response":{"status_code":200,"body":{"id":"g2","status":"FAILED","error":"no face"}}}
{"request_id":"v3","response":{"status_code":422,"body":{"message":"The video is gone.","statusCode":422}}}
{"request_id":"v4","response":null,"error":{"message":"timed out"}}
{"request_id":"v5","error":"refused"}`

func TestResultFilesInEveryShape(t *testing.T) {
	c, f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Host == "api.sync.so" {
			http.Redirect(w, r, "https://storage.example.net/batch.jsonl?sig=abc", http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, resultLines)
	})
	got, err := c.BatchResults(t.Context(), Batch{Output: ParseURL("https://api.sync.so/v2/batches/b/result")})
	if err != nil || len(got) != 5 {
		t.Fatalf("%+v, %v", got, err)
	}
	for i, want := range []struct{ id, gen, err string }{
		{"v1", "g1", ""}, {"v2", "g2", "no face"}, {"v3", "", "The video is gone."}, {"v4", "", "timed out"}, {"v5", "", "refused"},
	} {
		if r := got[i]; string(r.RequestID) != want.id || string(r.Generation.ID) != want.gen || string(r.Error) != want.err {
			t.Errorf("line %d: %+v", i, r)
		}
	}
	for _, r := range f.requests() {
		if r.Header.Get("X-Api-Key") != "" {
			t.Errorf("%s was given the key", r.Host)
		}
	}
}

func TestResultsThatNeedTheKey(t *testing.T) {
	c, f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Host != "api.sync.so":
			_, _ = io.WriteString(w, resultLines)
		case r.Header.Get("X-Api-Key") == "":
			says(401, `{"message":"Unauthorized"}`)(w, r)
		default:
			http.Redirect(w, r, "https://storage.example.net/x", http.StatusFound)
		}
	})
	got, err := c.BatchResults(t.Context(), Batch{Output: ParseURL("https://api.sync.so/v2/batches/b/result")})
	if err != nil || len(got) != 5 {
		t.Fatalf("%+v, %v", got, err)
	}
	var told []string
	for _, r := range f.requests() {
		told = append(told, fmt.Sprint(r.Host, r.Header.Get("X-Api-Key") != ""))
	}
	if want := "[api.sync.sofalse api.sync.sotrue storage.example.netfalse]"; fmt.Sprint(told) != want {
		t.Errorf("%v", told)
	}
}

func TestUnavailableResults(t *testing.T) {
	b := func(link string) Batch { return Batch{Output: ParseURL(link)} }
	const elsewhere = "https://storage.example.net/x?sig=secret"
	for name, c := range map[string]struct {
		batch  Batch
		answer http.HandlerFunc
		want   Kind
	}{
		"no link":       {b(""), says(200, ""), KindInvalid},
		"bad link":      {b("file:///etc/passwd"), says(200, ""), KindInvalid},
		"stale link":    {b(elsewhere), says(403, "<html>expired"), KindNotAPI},
		"refused link":  {b(elsewhere), says(403, `{"message":"expired"}`), KindNotFound},
		"refused twice": {b("https://api.sync.so/r"), says(403, `{"message":"expired"}`), KindNotFound},
		"html":          {b(elsewhere), says(200, "<html>"), KindNotAPI},
		"empty":         {b(elsewhere), says(200, "\n"), KindNotAPI},
		"cut":           {b(elsewhere), says(200, resultLines[:len(resultLines)-9]), KindNotAPI},
		"not json":      {b(elsewhere), says(200, "v1,done\n"), KindNotAPI},
		"bad redirect": {b("https://api.sync.so/r"), func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Api-Key") == "" {
				w.WriteHeader(401)
				return
			}
			w.Header().Set("Location", "http://169.254.169.254/x")
			w.WriteHeader(302)
		}, KindNotAPI},
	} {
		client, _ := newFake(t, c.answer)
		_, err := client.BatchResults(Background(t.Context()), c.batch)
		wantKind(t, err, c.want)
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
