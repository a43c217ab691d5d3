package api

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

const (
	testKey = "sk-canary.0123456789"
	idOne   = "6f1c0f52-7b0a-4b60-9a55-0a4f6a9f2f11"
)

// seen is a request received by the fake.
type seen struct {
	Method, Host, Path, Query, Body string
	Header                          http.Header
	Length                          int64
}

// fake is a transport that calls a handler. Without sockets it also works in
// virtual time. It records its requests.
type fake struct {
	serve http.HandlerFunc
	mu    sync.Mutex
	log   []seen
}

func (f *fake) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
	}
	f.mu.Lock()
	f.log = append(f.log, seen{r.Method, r.URL.Host, r.URL.Path, r.URL.RawQuery, string(body), r.Header.Clone(), r.ContentLength})
	f.mu.Unlock()
	in := r.Clone(r.Context())
	in.Body = io.NopCloser(bytes.NewReader(body))
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	f.serve(w, in)
	if w.err != nil {
		return nil, w.err
	}
	return &http.Response{
		StatusCode: w.status, Header: w.header, ContentLength: -1, Request: r,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: io.NopCloser(io.MultiReader(&w.body, w.rest(r.Context()))),
	}, nil
}

func (f *fake) requests() []seen {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.log)
}

// recorder collects an answer. A handler sets err to break the exchange, or
// stall to never end its body.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
	err    error
	stall  bool
}

func (w *recorder) Header() http.Header         { return w.header }
func (w *recorder) WriteHeader(status int)      { w.status = status }
func (w *recorder) Write(p []byte) (int, error) { return w.body.Write(p) }

func (w *recorder) rest(ctx context.Context) io.Reader {
	if !w.stall {
		return strings.NewReader("")
	}
	return readFunc(func([]byte) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	})
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// newFake returns a client that talks to a handler.
func newFake(t testing.TB, serve http.HandlerFunc) (*Client, *fake) {
	t.Helper()
	f := &fake{serve: serve}
	c, err := New(Config{Key: NewSecret(testKey), Version: "1.2.3", Transport: f})
	if err != nil {
		t.Fatal(err)
	}
	return c, f
}

// says returns a handler that always gives the same answer.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}
