package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// tellTale answers every request with what it was sent, so that everything could
// leak.
type tellTale struct{ fail error }

func (x tellTale) RoundTrip(r *http.Request) (*http.Response, error) {
	if x.fail != nil {
		return nil, x.fail
	}
	body := fmt.Sprintf(`{"id":"%s","key":"%s","url":"%s"}`, "job-1", r.Header.Get(keyHeader), r.URL)
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// What is remembered of a request holds neither the key nor a signature nor a
// body, wherever they were.
func TestExchangesHoldNoSecret(t *testing.T) {
	const key = "sk-verysecretkeyverysecretkey"
	c, err := New(Config{BaseURL: "https://api.example", Key: NewSecret(key), Transport: tellTale{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	_, _ = c.Generation(ctx, "job-1", GenerationDetails{})
	_, _ = c.Generations(ctx, GenerationQuery{Limit: 7, Cursor: "position-of-somebody", Status: []Status{Completed}}, func([]Generation) {})
	_, _ = c.CreateGeneration(ctx, Paid{IdempotencyKey: "once", Body: []byte(`{"secret":"body"}`)})
	get := func(link string) {
		r, _ := http.NewRequestWithContext(ctx, http.MethodGet, link, http.NoBody)
		if res, err := c.Media().Do(r); err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
		}
	}
	get("https://storage.example/out/job-1.mp4?X-Amz-Signature=deadbeef&token=tokentoken")
	get("https://storage.example/" + key + "/x?" + key + "=1")
	c.media.Transport.(*remembered).next = tellTale{errors.New("dial \x1b[31m" + key + ": no route")}
	get("https://storage.example/gone")
	all := c.Exchanges()
	said := fmt.Sprint(all)
	for _, secret := range []string{key, "deadbeef", "tokentoken", "position-of-somebody", "body", "\x1b"} {
		if strings.Contains(said, secret) {
			t.Errorf("%q is in %s", secret, said)
		}
	}
	for i, want := range []string{
		"GET /v2/generate/job-1 200", "GET /v2/generations?cursor=…&limit=7&status=COMPLETED 200", "POST /v2/generate 200",
		"GET storage.example/out/job-1.mp4?X-Amz-Signature=…&token=… 200",
	} {
		if e := all[min(i, len(all)-1)]; fmt.Sprintf("%s %s %d", e.Method, e.Where, e.Status) != want || e.Bytes == 0 || e.Open {
			t.Errorf("request %d is %+v, want %s", i, e, want)
		}
	}
	if last := all[len(all)-1]; last.Status != 0 || !strings.Contains(string(last.Fault), "no route") {
		t.Errorf("the last one is %+v", last)
	}
}

// The list of requests is bounded, and keeps the newest.
func TestExchangesAreBounded(t *testing.T) {
	var x exchanges
	for range 3 * MostExchanges {
		x.end(x.begin(Exchange{}), "")
	}
	if n := len(x.list); n != MostExchanges || x.list[n-1].ID != 3*MostExchanges {
		t.Errorf("%d are kept, the newest is %d", n, x.list[n-1].ID)
	}
}
