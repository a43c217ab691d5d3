package api

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var errDisk = errors.New("input/output error")

func paid() Paid {
	return Paid{IdempotencyKey: "dash-0001", Body: []byte(`{"model":"lipsync-2",  "input":[]}`)}
}

func TestPaidRequestIsSentUnchanged(t *testing.T) {
	c, f := newFake(t, says(201, job(7)))
	g, err := c.CreateGeneration(t.Context(), paid())
	if err != nil || g.ID != "job-000007" || string(g.Raw) != job(7) {
		t.Fatalf("%+v, %v", g, err)
	}
	r := f.requests()[0]
	if r.Method != "POST" || r.Path != "/v2/generate" || r.Body != string(paid().Body) || r.Length != int64(len(r.Body)) {
		t.Errorf("%+v", r)
	}
	for name, want := range map[string]string{
		"Idempotency-Key": "dash-0001", "Content-Type": "application/json", "X-Api-Key": testKey,
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestInvalidPaidRequestsAreNotSent(t *testing.T) {
	c, f := newFake(t, says(201, job(7)))
	for name, p := range map[string]Paid{
		"no key":      {Body: []byte("{}")},
		"key":         {IdempotencyKey: "has space", Body: []byte("{}")},
		"long key":    {IdempotencyKey: strings.Repeat("k", 129), Body: []byte("{}")},
		"no body":     {IdempotencyKey: "k"},
		"big file":    {IdempotencyKey: "k", Body: []byte("{}"), Files: []FilePart{{Name: "a.mp4", Size: MaxUpload + 1}}},
		"lost file":   {IdempotencyKey: "k", Body: []byte("{}"), Files: []FilePart{{Name: "a.mp4", Open: func() (io.ReadCloser, error) { return nil, fs.ErrNotExist }}}},
		"other file":  {IdempotencyKey: "k", Body: []byte("{}"), Files: []FilePart{file("video", "a.mp4", "abc", 4)}},
		"no object":   {IdempotencyKey: "k", Body: []byte("[]"), Files: []FilePart{file("video", "a.mp4", "abc", 3)}},
		"odd inputs":  {IdempotencyKey: "k", Body: []byte(`{"input":{}}`), Files: []FilePart{file("video", "a.mp4", "abc", 3)}},
		"odd inputs2": {IdempotencyKey: "k", Body: []byte(`{"input":[1]}`), Files: []FilePart{file("video", "a.mp4", "abc", 3)}},
	} {
		_, err := c.CreateGeneration(t.Context(), p)
		wantKind(t, err, KindInvalid)
		if OutcomeOf(err) != NotSent {
			t.Errorf("%s: outcome %v", name, OutcomeOf(err))
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.CreateGeneration(ctx, paid()); OutcomeOf(err) != NotSent || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if n := len(f.requests()); n != 0 {
		t.Errorf("%d requests left", n)
	}
}

// fakeFile is a file in memory that reports a size.
type fakeFile struct {
	io.Reader
	size   int64
	closed bool
}

func (f *fakeFile) Close() error               { f.closed = true; return nil }
func (f *fakeFile) Stat() (fs.FileInfo, error) { return fileInfo{size: f.size}, nil }

type fileInfo struct {
	fs.FileInfo
	size int64
}

func (i fileInfo) Size() int64 { return i.size }

// file returns a part whose content may differ in size from the announced one.
func file(field, name, content string, size int64) FilePart {
	return FilePart{Field: field, Name: name, Size: size, Open: func() (io.ReadCloser, error) {
		return &fakeFile{Reader: strings.NewReader(content), size: int64(len(content))}, nil
	}}
}

func TestFilesAreSentBesideTheBody(t *testing.T) {
	c, f := newFake(t, says(201, job(7)))
	video := &fakeFile{Reader: strings.NewReader("VIDEO"), size: 5}
	p := Paid{
		IdempotencyKey: "dash-0001",
		Body: []byte(`{"model":"lipsync-2","input":[{"type":"video"},{"type":"audio","url":"https://h/a.wav"},{"type":"text","provider":{"name":"elevenlabs","voiceId":"v","script":"\"hi\""}}],` +
			`"options":{"sync_mode":"loop"},"webhookUrl":"https://h/hook","outputFileName":"cut_1"}`),
		Files: []FilePart{{Field: "video", Name: `ta"lk.mp4`, Size: 5, Open: func() (io.ReadCloser, error) { return video, nil }}},
	}
	if _, err := c.CreateGeneration(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	r := f.requests()[0]
	if r.Length != int64(len(r.Body)) {
		t.Errorf("announced %d bytes, sent %d", r.Length, len(r.Body))
	}
	_, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	got, err := multipart.NewReader(strings.NewReader(r.Body), params["boundary"]).ReadForm(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{
		"model": {"lipsync-2"}, "options": {`{"sync_mode":"loop"}`}, "webhookUrl": {"https://h/hook"}, "outputFileName": {"cut_1"},
		"input": {`{"type":"audio","url":"https://h/a.wav"}`, `{"type":"text","provider":{"name":"elevenlabs","voiceId":"v","script":"\"hi\""}}`},
	}
	if fmt.Sprint(got.Value) != fmt.Sprint(want) {
		t.Errorf("fields %q\nwant   %q", got.Value, want)
	}
	h := got.File["video"][0]
	if h.Filename != `ta"lk.mp4` || h.Size != 5 || h.Header.Get("Content-Type") != "video/mp4" || !video.closed {
		t.Errorf("%+v, closed %v", h, video.closed)
	}
	video.Reader = strings.NewReader("VIDEO")
	if _, err := c.CreateGeneration(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if again := f.requests()[1]; again.Body != r.Body || again.Header.Get("Content-Type") != r.Header.Get("Content-Type") {
		t.Error("the same request has other bytes the second time")
	}
}

func TestFileThatFailsWhileSent(t *testing.T) {
	c, _ := newFake(t, says(201, job(7)))
	for name, r := range map[string]io.Reader{
		"shorter": strings.NewReader("VI"),
		"broken":  io.MultiReader(strings.NewReader("VI"), readFunc(func([]byte) (int, error) { return 0, errDisk })),
	} {
		_, err := c.CreateGeneration(t.Context(), Paid{
			IdempotencyKey: "k", Body: []byte("{}"),
			Files: []FilePart{{Field: "video", Name: "a.mp4", Size: 5, Open: func() (io.ReadCloser, error) { return io.NopCloser(r), nil }}},
		})
		if OutcomeOf(err) != Unknown {
			t.Errorf("%s: %v is %v", name, err, OutcomeOf(err))
		}
	}
}

func TestNothingPaidIsSentWhileLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newFake(t, says(429, `{"message":"slow down","retryAfterSeconds":20}`))
		_, err := c.CreateGeneration(t.Context(), paid())
		wantKind(t, err, KindRateLimited)
		time.Sleep(5 * time.Second)
		_, err = c.CreateGeneration(t.Context(), paid())
		var e *Error
		if !errors.As(err, &e) || e.Sent || e.RetryAfter != 15*time.Second || OutcomeOf(err) != Limited {
			t.Errorf("%+v", e)
		}
		if want := "too many requests: the server asked to wait; nothing was sent. Try again in 15s."; err.Error() != want {
			t.Error(err)
		}
		if n := len(f.requests()); n != 1 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestSilentServerLeavesAnUnknownOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			w.(*recorder).err = r.Context().Err()
		})
		began := time.Now()
		_, err := c.CreateGeneration(t.Context(), paid())
		wantKind(t, err, KindNetwork)
		if OutcomeOf(err) != Unknown || time.Since(began) != 90*time.Second || len(f.requests()) != 1 {
			t.Errorf("%v after %s and %d requests", OutcomeOf(err), time.Since(began), len(f.requests()))
		}
	})
}

func TestLeadIsReturned(t *testing.T) {
	c, _ := newFake(t, says(503, `{"errorCode":"IDEMPOTENCY_OUTCOME_UNKNOWN","message":"not known yet","generationId":"`+idOne+`"}`))
	_, err := c.CreateGeneration(t.Context(), paid())
	var e *Error
	if !errors.As(err, &e) || e.Generation != idOne || OutcomeOf(err) != Unknown {
		t.Errorf("%+v", e)
	}
}

// rawServer accepts connections on this machine and leaves the protocol to
// serve.
func rawServer(t *testing.T, serve func(n int32, conn net.Conn, in *bufio.Reader)) *Client {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	var n atomic.Int32
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				serve(n.Add(1), conn, bufio.NewReader(conn))
			}()
		}
	}()
	c, err := New(Config{BaseURL: "http://" + l.Addr().String(), Key: NewSecret(testKey)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdle)
	return c
}

// answerRaw writes a response with an arbitrary Content-Length.
func answerRaw(w io.Writer, status, body string, length int) {
	_, _ = fmt.Fprintf(w, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", status, length, body)
}

// TestDyingConnectionSendsNothingTwice guards against Go's transport, which
// repeats a POST with an Idempotency-Key when a kept connection dies.
func TestDyingConnectionSendsNothingTwice(t *testing.T) {
	var accepted atomic.Int32
	c := rawServer(t, func(_ int32, conn net.Conn, in *bufio.Reader) {
		for {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, r.Body)
			if r.Method == "POST" {
				accepted.Add(1)
				return
			}
			answerRaw(conn, "200 OK", "[]", 2)
		}
	})
	if _, err := c.Models(t.Context()); err != nil {
		t.Fatal(err) // now there is a kept connection
	}
	for _, create := range []func() error{
		func() error { _, err := c.CreateGeneration(t.Context(), paid()); return err },
		func() error { _, err := c.CreateBatch(t.Context(), paid()); return err },
		func() error { return c.ValidateBatch(t.Context(), []byte("{}")) },
	} {
		accepted.Store(0)
		err := create()
		if OutcomeOf(err) != Unknown || accepted.Load() != 1 {
			t.Errorf("%v: outcome %v, accepted %d times", err, OutcomeOf(err), accepted.Load())
		}
	}
}

func TestErrorsThatProveNothingWasSent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + l.Addr().String()
	_ = l.Close()
	for _, base := range []string{closed, "https" + strings.TrimPrefix(rawServer(t, func(_ int32, conn net.Conn, _ *bufio.Reader) {
		_, _ = conn.Write([]byte("no TLS here\r\n"))
	}).Base(), "http")} {
		c, err := New(Config{BaseURL: base})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.CreateGeneration(t.Context(), paid())
		wantKind(t, err, KindNetwork)
		if OutcomeOf(err) != NotSent {
			t.Errorf("%v is %v", err, OutcomeOf(err))
		}
	}
}

func TestTruncatedAnswers(t *testing.T) {
	whole := jobs(0, 3)
	c := rawServer(t, func(_ int32, conn net.Conn, in *bufio.Reader) {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		if r.Method == "POST" {
			answerRaw(conn, "201 Created", job(1), len(job(1))+1)
			return
		}
		// The JSON is complete, the body is not.
		answerRaw(conn, "200 OK", whole, len(whole)+10)
	})
	ctx := Background(t.Context())
	_, err := c.Generations(ctx, GenerationQuery{Limit: 100}, nil)
	wantKind(t, err, KindNetwork)
	_, err = c.Batches(ctx)
	wantKind(t, err, KindNetwork)
	_, err = c.CreateGeneration(ctx, paid())
	if OutcomeOf(err) != Unknown {
		t.Errorf("%v is %v", err, OutcomeOf(err))
	}
}

func TestHeadersAreCapped(t *testing.T) {
	c := rawServer(t, func(_ int32, conn net.Conn, in *bufio.Reader) {
		if _, err := http.ReadRequest(in); err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n")
		for i := range 2000 {
			if _, err := io.WriteString(conn, "X-"+strconv.Itoa(i)+": "+strings.Repeat("x", 100)+"\r\n"); err != nil {
				return
			}
		}
		_, _ = io.WriteString(conn, "\r\n[]")
	})
	if _, err := c.Models(Background(t.Context())); err == nil {
		t.Error("200 KB of headers were read")
	}
}

func TestSameRequestIsTheSameBytes(t *testing.T) {
	a, b := newForm("one"), newForm("one")
	for _, f := range []*form{a, b} {
		f.file("input", "x.jsonl", MediaType("x.JSONL"), strings.NewReader("abc"), 3)
		f.field("k", "v")
	}
	x, _ := io.ReadAll(a.request("/", "").body)
	y, _ := io.ReadAll(b.request("/", "").body)
	if !bytes.Equal(x, y) || !bytes.Contains(x, []byte("application/octet-stream")) {
		t.Errorf("%s\n%s", x, y)
	}
}

func TestMediaTypes(t *testing.T) {
	var types []string
	for _, ext := range []string{"mp4", "MOV", "webm", "avi", "wav", "mp3", "m4a", "aac", "ogg", "flac", "png", "jpg", "jpeg", "webp"} {
		typ := MediaType("a." + ext)
		if family, _, ok := strings.Cut(typ, "/"); !ok || family == "application" {
			t.Errorf("%s is %s", ext, typ)
		}
		types = append(types, typ)
	}
	slices.Sort(types)
	if n := len(slices.Compact(types)); n != 13 {
		t.Errorf("%d types", n)
	}
}
