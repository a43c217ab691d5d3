// Package remote reads parts of a file behind an http or https link with range
// requests, and caches them.
//
// It knows servers: those without ranges, redirects, expired signatures and
// stalls. It knows no media format, never reads more than its [Allowance], never
// sends the API key (the client it is given has none), and never puts the link,
// which may be a secret, into an error.
package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"dubtop/api/media/file"
)

const (
	// Most is the usual limit on the bytes read of one file.
	Most = 1 << 20
	// ChunkSize is how many bytes a request fetches unless the format knows
	// better, so that the many small reads of a header cost one request.
	ChunkSize = 64 << 10
	// patience is how long a server may be silent.
	patience = 15 * time.Second
	// longest is how long one file may take in all, however steadily it
	// trickles in.
	longest = 10 * time.Minute
)

// Allowance limits how much of a remote file is read, in bytes.
type Allowance struct {
	Page  int64 // unit of requests
	Chunk int64 // size of a request unless the format knows better
	Most  int64 // in all
}

// StatusError reports that a server refused to hand out the file.
type StatusError struct {
	Host    string
	Code    int  // the HTTP status
	Expired bool // the answer says that the link's signature has expired
}

// Error explains the status in terms of the link.
func (e *StatusError) Error() string {
	said := fmt.Sprintf("%s answers %d %s", e.Host, e.Code, http.StatusText(e.Code))
	switch {
	case e.Expired:
		return said + ": the signed link has expired; make a new one"
	case e.Code == http.StatusUnauthorized || e.Code == http.StatusForbidden:
		return said + "; the link is private or has expired: make a new one"
	case e.Code == http.StatusNotFound || e.Code == http.StatusGone:
		return said + "; check the link"
	case e.Code >= 500 || e.Code == http.StatusTooManyRequests:
		return said + "; try again later"
	}
	return said + "; the link cannot be read like this"
}

// StallError reports a server that stopped sending, or never began.
type StallError struct {
	Host  string
	After time.Duration // how long it was given
	Slow  bool          // it kept sending, but not enough in that time
}

// Error names the host and the time waited.
func (e *StallError) Error() string {
	if e.Slow {
		return fmt.Sprintf("%s is too slow: not measured within %s; use a local copy or an asset", e.Host, inWords(e.After))
	}
	return fmt.Sprintf("%s sent nothing for %s; try again later, or use a local copy or an asset", e.Host, inWords(e.After))
}

// inWords formats a short duration for a sentence.
func inWords(d time.Duration) string {
	if d >= time.Minute {
		return fmt.Sprintf("%d minutes", int(d.Minutes()))
	}
	return fmt.Sprintf("%d s", int(d.Seconds()))
}

// Open asks for the first bytes of the file behind an http or https link.
// The client must not add the API key.
func Open(ctx context.Context, client *http.Client, link string, a Allowance) (*File, error) {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, errors.New("this is not a link to a file; it should begin with https://")
	}
	r := &File{link: link, host: u.Host, allowed: a, ahead: a.Chunk, left: a.Most, pages: map[int64][]byte{}}
	r.watch(ctx)
	r.client = r.discreet(client)
	if err := r.open(); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// Context returns a context that ends with the one given to [Open], and with a
// [*StallError] as its cause when the server sends nothing for too long.
func (r *File) Context() context.Context { return r.ctx }

// Total returns the size of the whole file in bytes, -1 if the server does not
// say.
func (r *File) Total() int64 { return r.size }

// discreet returns a client that hides the link from hosts it redirects to. Go
// would send the whole link, secrets included, as the Referer.
func (r *File) discreet(client *http.Client) *http.Client {
	quiet := *client
	quiet.CheckRedirect = func(request *http.Request, via []*http.Request) error {
		request.Header.Del("Referer")
		r.fed()
		if request.URL != nil && request.URL.Host != "" {
			r.host = request.URL.Host // this host is waited for now
		}
		if client.CheckRedirect != nil {
			return client.CheckRedirect(request, via)
		}
		if len(via) >= 10 {
			return errors.New("it redirects in a loop")
		}
		return nil
	}
	return &quiet
}

// File is a file on a server, read in pages and cached. It holds the context
// because [io.ReaderAt] takes none.
type File struct {
	allowed Allowance
	ctx     context.Context
	cancel  context.CancelCauseFunc
	stall   *time.Timer // ends the wait for a server that sends nothing
	limit   *time.Timer // ends a body that trickles in

	client *http.Client
	link   string
	host   string
	size   int64 // bytes of the whole file; -1 if the server does not say
	left   int64 // bytes that may still be read
	ahead  int64 // bytes the next request fetches, if more than needed

	pages  map[int64][]byte // by number, if the server supports ranges
	body   io.ReadCloser    // the single answer, if it does not
	prefix []byte           // the part of body read so far
	ended  bool             // body was read to its end
}

// watch starts the context that ends when the server is too slow.
func (r *File) watch(ctx context.Context) {
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	r.stall = time.AfterFunc(patience, func() { r.cancel(&StallError{After: patience}) })
	r.limit = time.AfterFunc(longest, func() { r.cancel(&StallError{After: longest, Slow: true}) })
}

// fed notes that the server is alive.
func (r *File) fed() { r.stall.Reset(patience) }

// Close ends the open answer, if any, and stops the timers.
func (r *File) Close() {
	if r.body != nil {
		_ = r.body.Close()
	}
	r.stall.Stop()
	r.limit.Stop()
	r.cancel(nil)
}

// open requests the first bytes and learns from the answer whether the server
// supports ranges.
func (r *File) open() error {
	response, err := r.get(0, r.allowed.Chunk)
	if err != nil {
		return err
	}
	if response.StatusCode == http.StatusOK {
		r.size, r.body = response.ContentLength, response.Body
		return nil
	}
	defer func() { _ = response.Body.Close() }()
	total, err := contentRange(response, 0)
	if err != nil {
		return r.refused(err)
	}
	r.size = total
	return r.keep(0, r.allowed.Chunk, response.Body)
}

// get requests a part of the file. The answer is 200 or 206; anything else
// becomes an error for the user.
func (r *File) get(from, length int64) (*http.Response, error) {
	r.fed()
	request, err := http.NewRequestWithContext(r.ctx, http.MethodGet, r.link, nil)
	if err != nil {
		return nil, r.unreachable(err)
	}
	request.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", from, from+length-1))
	request.Header.Set("Accept-Encoding", "identity") // a range counts bytes of the file itself
	response, err := r.client.Do(request)
	if err != nil {
		return nil, r.unreachable(err)
	}
	if response.Request != nil && response.Request.URL != nil {
		r.host = response.Request.URL.Host // where redirects led
	}
	switch response.StatusCode {
	case http.StatusOK, http.StatusPartialContent:
		return response, nil
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusRequestedRangeNotSatisfiable {
		if from == 0 {
			return nil, file.ErrEmpty
		}
		return nil, io.ErrUnexpectedEOF // the file is shorter than the server said
	}
	return nil, &StatusError{r.host, response.StatusCode, saysExpired(response)}
}

// saysExpired reports whether a refusal is about an expired link, in the words
// of Amazon and its imitators, Google or Azure.
//
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
//
// https://cloud.google.com/storage/docs/xml-api/reference-status
func saysExpired(response *http.Response) bool {
	if response.StatusCode/100 != 4 {
		return false
	}
	const enough = 4 << 10
	body, _ := io.ReadAll(io.LimitReader(response.Body, enough)) // a partial body will do
	words := strings.ToLower(string(body))
	for _, said := range []string{"request has expired", "expiredtoken", "token has expired", "not valid in the specified time frame"} {
		if strings.Contains(words, said) {
			return true
		}
	}
	return false
}

// unreachable turns a failed request into an error without the link. Silence of
// the server becomes a [*StallError].
func (r *File) unreachable(err error) error {
	if stalled := r.impatience(err); stalled != nil {
		return stalled
	}
	if r.ctx.Err() != nil {
		return context.Cause(r.ctx)
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return fmt.Errorf("%s cannot be reached: %w", r.host, err)
}

// impatience returns a [*StallError] if err came from waiting too long, here or
// in the client's own limits, else nil.
func (r *File) impatience(err error) error {
	if stalled, ok := errors.AsType[*StallError](context.Cause(r.ctx)); ok {
		return &StallError{Host: r.host, After: stalled.After, Slow: stalled.Slow}
	}
	var wait interface{ Timeout() bool }
	if r.ctx.Err() == nil && errors.As(err, &wait) && wait.Timeout() {
		return &StallError{Host: r.host, After: patience}
	}
	return nil
}

func (r *File) refused(err error) error { return fmt.Errorf("%s: %w", r.host, err) }

// broken turns the error that ended a body into one for the user.
func (r *File) broken(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) && r.ctx.Err() == nil {
		return r.refused(errors.New("the server stopped in the middle of the file; try again"))
	}
	return r.unreachable(err)
}

// contentRange checks that a 206 answer begins where asked, and returns the
// size of the whole file, -1 if not given.
func contentRange(response *http.Response, from int64) (int64, error) {
	value := response.Header.Get("Content-Range")
	span, total, _ := strings.Cut(strings.TrimPrefix(value, "bytes "), "/")
	first, _, _ := strings.Cut(span, "-")
	if start, err := strconv.ParseInt(first, 10, 64); err != nil || start != from {
		return 0, errors.New("the server sent a different part of the file than requested; use a local copy or an asset")
	}
	size, err := strconv.ParseInt(total, 10, 64)
	if err != nil || size < 0 {
		return -1, nil
	}
	return size, nil
}
