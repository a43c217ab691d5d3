package simulator

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"
)

// noon returns the time when every test begins.
func noon() time.Time { return time.Date(2026, 6, 2, 9, 10, 0, 0, time.UTC) }

// account is a Server and a client with its key.
type account struct {
	*Server
	t   *testing.T
	key string
}

// open creates an account. In a synctest bubble its clock is that of the
// bubble, which starts in 2000.
func open(t *testing.T, o Options) *account {
	t.Helper()
	s := New(o)
	return &account{Server: s, t: t, key: s.Key()}
}

// reply is a complete answer.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

// send sends a request and reads the whole answer.
func (a *account) send(method, target string, header map[string]string, body io.Reader) (*reply, error) {
	a.t.Helper()
	return a.sendWith(a.t.Context(), method, target, header, body)
}

// sendFor gets a target and leaves after a time.
func (a *account) sendFor(d time.Duration, target string, header map[string]string) (*reply, error) {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), d)
	defer cancel()
	return a.sendWith(ctx, http.MethodGet, target, header, nil)
}

func (a *account) sendWith(ctx context.Context, method, target string, header map[string]string, body io.Reader) (*reply, error) {
	a.t.Helper()
	if strings.HasPrefix(target, "/") {
		target = a.BaseURL() + target
	}
	req, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		a.t.Fatal(err)
	}
	if a.key != "" {
		req.Header.Set("x-api-key", a.key)
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	resp, err := a.RoundTripper().RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	return &reply{t: a.t, status: resp.StatusCode, header: resp.Header, body: read}, err
}

func (a *account) do(method, target string, header map[string]string, body io.Reader) *reply {
	a.t.Helper()
	r, err := a.send(method, target, header, body)
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, target, err)
	}
	return r
}

func (a *account) get(target string) *reply {
	a.t.Helper()
	return a.do(http.MethodGet, target, nil, nil)
}

func (a *account) post(target, body string) *reply {
	a.t.Helper()
	return a.do(http.MethodPost, target, map[string]string{"Content-Type": "application/json"}, strings.NewReader(body))
}

// keyed posts with an Idempotency-Key.
func (a *account) keyed(key, body string) *reply {
	a.t.Helper()
	header := map[string]string{"Content-Type": "application/json", "Idempotency-Key": key}
	return a.do(http.MethodPost, "/v2/generate", header, strings.NewReader(body))
}

// part is a part of a multipart body, a file if it has a name.
type part struct{ field, file, text string }

func (a *account) form(target string, parts ...part) *reply {
	a.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, p := range parts {
		var err error
		if p.file == "" {
			err = w.WriteField(p.field, p.text)
		} else if file, ferr := w.CreateFormFile(p.field, p.file); ferr == nil {
			_, err = io.WriteString(file, p.text)
		}
		if err != nil {
			a.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		a.t.Fatal(err)
	}
	return a.do(http.MethodPost, target, map[string]string{"Content-Type": w.FormDataContentType()}, &body)
}

// is fails the test unless the status is as expected.
func (r *reply) is(status int) *reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("status %d, want %d: %.300s", r.status, status, r.body)
	}
	return r
}

// says fails the test unless the error has this code.
func (r *reply) says(status int, code string) {
	r.t.Helper()
	if got := r.is(status).object()["errorCode"]; got != code {
		r.t.Fatalf("errorCode %v, want %s: %s", got, code, r.body)
	}
}

func (r *reply) object() map[string]any {
	r.t.Helper()
	var v map[string]any
	if err := json.Unmarshal(r.body, &v); err != nil {
		r.t.Fatalf("not an object: %v: %.200s", err, r.body)
	}
	return v
}

func (r *reply) array() []map[string]any {
	r.t.Helper()
	var v []map[string]any
	if err := json.Unmarshal(r.body, &v); err != nil {
		r.t.Fatalf("not an array: %v: %.200s", err, r.body)
	}
	return v
}

// ids returns the ids in a list.
func (r *reply) ids() []string {
	r.t.Helper()
	var out []string
	for _, item := range r.array() {
		out = append(out, fmt.Sprint(item["id"]))
	}
	return out
}

// id returns the id in an answer.
func (r *reply) id() string {
	r.t.Helper()
	id, _ := r.object()["id"].(string)
	if id == "" {
		r.t.Fatalf("no id: %s", r.body)
	}
	return id
}

// talk returns a body whose output is 10 s long.
func talk() string {
	return `{"model":"lipsync-2","input":[{"type":"video","url":"https://cdn.example.com/talk_12s.mp4"},` +
		`{"type":"audio","url":"https://cdn.example.com/line_10s.wav"}],"options":{"sync_mode":"cut_off"}}`
}

// lines returns a batch file of n lines.
func lines(n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, `{"request_id":"video_%03d","endpoint":"/v2/generate","payload":%s}`+"\n", i+1, talk())
	}
	return out.String()
}
