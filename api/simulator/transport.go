package simulator

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync"
	"syscall"
)

// RoundTripper returns a transport that needs no sockets, so it works inside
// testing/synctest. It serves the API's origin and the storage; any other host
// does not exist. It streams both bodies, honours the request's context, calls
// the hooks of httptrace, and turns a cut connection into the error that
// net/http would return.
func (s *Server) RoundTripper() http.RoundTripper { return transport{s} }

type transport struct{ s *Server }

// RoundTrip implements [http.RoundTripper].
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	name, mux, err := t.origin(req.URL)
	if err != nil {
		closeBody(req)
		return nil, err
	}
	if err := req.Context().Err(); err != nil {
		closeBody(req)
		return nil, err
	}
	ctx, cancel := context.WithCancel(req.Context())
	x := newExchange(req, cancel)
	body := &sentBody{ReadCloser: req.Body, want: req.ContentLength}
	arrived := req.Clone(ctx)
	arrived.RequestURI, arrived.RemoteAddr, arrived.Host = req.URL.RequestURI(), "127.0.0.1:1", req.URL.Host
	arrived.Body = http.NoBody
	if req.Body != nil {
		arrived.Body = body
	}
	go x.handle(func() { t.s.serve(x, arrived, name, mux) }, func() { closeBody(req) })
	return x.await(req, body)
}

// origin returns the handler for a URL's host.
func (t transport) origin(u *url.URL) (name string, mux *http.ServeMux, err error) {
	switch origin := u.Scheme + "://" + u.Host; origin {
	case t.s.BaseURL():
		return "api", t.s.api, nil
	case t.s.StorageURL():
		return "storage", t.s.disk, nil
	default:
		lookup := &net.DNSError{Err: "no such host", Name: u.Hostname(), IsNotFound: true}
		return "", nil, &net.OpError{Op: "dial", Net: "tcp", Err: lookup}
	}
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close() // its owner learns of it in another way
	}
}

// sentBody is the body of a request being sent. It must have its announced
// length, as in net/http.
type sentBody struct {
	io.ReadCloser
	want int64

	mu  sync.Mutex
	got int64
	err error
}

func (b *sentBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.got += int64(n)
	wrong := b.want > 0 && (b.got > b.want || errors.Is(err, io.EOF) && b.got < b.want)
	if wrong {
		err = errors.New("http: the body is not as long as its Content-Length says")
	}
	if err != nil && !errors.Is(err, io.EOF) && b.err == nil {
		b.err = err
	}
	return n, err
}

// failure returns why the body could not be sent.
func (b *sentBody) failure() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

// exchange is the ResponseWriter of one request. The head of the answer is
// passed on through ready, the body through a pipe.
type exchange struct {
	header http.Header
	body   *io.PipeWriter
	answer *http.Response
	ready  chan error // receives nil once the head is complete
	told   bool
	mute   bool // a HEAD request has no body
	cancel context.CancelFunc
}

func newExchange(req *http.Request, cancel context.CancelFunc) *exchange {
	reader, writer := io.Pipe()
	return &exchange{
		header: make(http.Header), body: writer, ready: make(chan error, 1), cancel: cancel,
		mute: req.Method == http.MethodHead,
		answer: &http.Response{
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
			Body: &receivedBody{PipeReader: reader, cancel: cancel}, ContentLength: -1,
		},
	}
}

// receivedBody ends the request when it is closed.
type receivedBody struct {
	*io.PipeReader
	cancel context.CancelFunc
	forget func() bool // stops watching the request's context
}

func (b *receivedBody) Close() error {
	if b.forget != nil {
		b.forget()
	}
	b.cancel()
	return b.PipeReader.Close()
}

// Header returns the header of the answer.
func (x *exchange) Header() http.Header { return x.header }

// WriteHeader publishes the head of the answer.
func (x *exchange) WriteHeader(status int) {
	if x.told {
		return
	}
	x.told = true
	x.answer.StatusCode, x.answer.Status = status, strconv.Itoa(status)+" "+http.StatusText(status)
	x.answer.Header = x.header.Clone()
	x.answer.ContentLength = announcedLength(x.header)
	x.ready <- nil
}

func (x *exchange) Write(p []byte) (int, error) {
	x.WriteHeader(http.StatusOK)
	if x.mute {
		return len(p), nil
	}
	return x.body.Write(p)
}

// Flush does nothing: bytes go straight to the reader.
func (x *exchange) Flush() {}

// handle runs the handler and ends the exchange accordingly.
func (x *exchange) handle(handler, done func()) {
	defer done()
	defer func() {
		switch recovered := recover(); recovered {
		case nil:
			x.WriteHeader(http.StatusOK)
			_ = x.body.Close() // never fails
		case errRefused:
			x.fail(&net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED})
		case http.ErrAbortHandler:
			x.fail(io.ErrUnexpectedEOF)
		default:
			panic(recovered)
		}
	}()
	handler()
}

// fail breaks the connection, before the head or within the body.
func (x *exchange) fail(err error) {
	if x.told {
		_ = x.body.CloseWithError(err) // never fails
		return
	}
	x.told = true
	x.ready <- err
}

// await waits for the head of the answer.
func (x *exchange) await(req *http.Request, body *sentBody) (*http.Response, error) {
	ctx := req.Context()
	var err error
	select {
	case err = <-x.ready:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		tellTrace(ctx)
	}
	if sent := body.failure(); sent != nil {
		err = sent
	}
	if err != nil {
		x.cancel()
		_ = x.answer.Body.Close() // never fails
		return nil, err
	}
	received := x.answer.Body.(*receivedBody) // set by newExchange
	received.forget = context.AfterFunc(ctx, func() { _ = x.body.CloseWithError(ctx.Err()) })
	return x.answer, nil
}

// tellTrace calls the httptrace hooks of a request that reached the server.
func tellTrace(ctx context.Context) {
	trace := httptrace.ContextClientTrace(ctx)
	if trace == nil {
		return
	}
	if trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	if trace.WroteHeaders != nil {
		trace.WroteHeaders()
	}
	if trace.WroteRequest != nil {
		trace.WroteRequest(httptrace.WroteRequestInfo{})
	}
}

// announcedLength returns the Content-Length, -1 if there is none.
func announcedLength(h http.Header) int64 {
	n, err := strconv.ParseInt(h.Get("Content-Length"), 10, 64)
	if err != nil {
		return -1
	}
	return n
}
