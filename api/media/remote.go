package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	// MaxRemote is the most that [Remote] reads of a file, in bytes.
	MaxRemote = 1 << 20
	// chunkSize is what one request asks for at least, so that the many small
	// reads of a header cost one request.
	chunkSize = 64 << 10
)

// allowance is how much is read of a remote file.
type allowance struct {
	chunk int64 // bytes that one request asks for at least
	most  int64 // bytes in all
}

// StatusError is the answer of a server that does not hand out the file.
type StatusError struct {
	Host string
	Code int // the HTTP status
}

// Error says what the answer means for the link.
func (e *StatusError) Error() string {
	said := fmt.Sprintf("%s answers %d %s", e.Host, e.Code, http.StatusText(e.Code))
	switch {
	case e.Code == http.StatusUnauthorized || e.Code == http.StatusForbidden:
		return said + "; the link is private or has expired: make a new one"
	case e.Code == http.StatusNotFound || e.Code == http.StatusGone:
		return said + "; check the link"
	case e.Code >= 500 || e.Code == http.StatusTooManyRequests:
		return said + "; try again later"
	}
	return said + "; the link cannot be read like this"
}

// Remote measures the file behind an http or https link as [Probe] does, with a
// few range requests through client, which must not add the API key. It reads at most
// [MaxRemote] bytes in all, also from a server that ignores ranges, and ends
// when ctx does. Errors never contain the link, which may be a secret, but the
// host alone.
func Remote(ctx context.Context, client *http.Client, link string, want Kind) (Info, error) {
	return remoteWith(ctx, client, link, want, allowance{chunk: chunkSize, most: MaxRemote})
}

// remoteWith is [Remote] with another allowance.
func remoteWith(ctx context.Context, client *http.Client, link string, want Kind, a allowance) (Info, error) {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return Info{}, errors.New("this is not a link to a file; it should begin with https://")
	}
	r := &remote{ctx: ctx, client: discreet(client), link: link, host: u.Host, allowance: a, left: a.most, chunks: map[int64][]byte{}}
	defer r.close()
	if err := r.open(); err != nil {
		return Info{}, err
	}
	return Probe(ctx, r, r.size, want)
}

// discreet returns a client that does not tell where a redirect leads which link
// it came from: Go would send the whole link, secrets included, as the Referer.
func discreet(client *http.Client) *http.Client {
	quiet := *client
	quiet.CheckRedirect = func(request *http.Request, via []*http.Request) error {
		request.Header.Del("Referer")
		if client.CheckRedirect != nil {
			return client.CheckRedirect(request, via)
		}
		if len(via) >= 10 {
			return errors.New("it redirects in circles")
		}
		return nil
	}
	return &quiet
}

// remote is a file on a server, read in chunks and remembered. It carries the
// context because [io.ReaderAt] takes none.
type remote struct {
	ctx    context.Context
	client *http.Client
	link   string
	host   string
	size   int64 // of the whole file; -1 when the server does not say
	left   int64 // bytes that may still be read
	allowance

	chunks map[int64][]byte // by number, when the server knows ranges
	body   io.ReadCloser    // the one answer, when it does not
	prefix []byte           // what was read of body
}

// open asks for the first chunk, and learns from the answer whether the server
// knows ranges.
func (r *remote) open() error {
	response, err := r.get(0, r.chunk)
	if err != nil {
		return err
	}
	if response.StatusCode == http.StatusOK {
		r.size, r.body = response.ContentLength, response.Body
		return nil
	}
	defer response.Body.Close()
	total, err := contentRange(response, 0)
	if err != nil {
		return r.refused(err)
	}
	r.size = total
	return r.keep(0, r.chunk, response.Body)
}

// get asks for a part of the file. Its answer is 200 or 206; everything else is
// an error in words.
func (r *remote) get(from, length int64) (*http.Response, error) {
	request, err := http.NewRequestWithContext(r.ctx, http.MethodGet, r.link, nil)
	if err != nil {
		return nil, r.unreachable(err)
	}
	request.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", from, from+length-1))
	request.Header.Set("Accept-Encoding", "identity") // ranges count the bytes of the file itself
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
	response.Body.Close()
	if response.StatusCode == http.StatusRequestedRangeNotSatisfiable {
		if from == 0 {
			return nil, ErrEmpty
		}
		return nil, io.ErrUnexpectedEOF // the file is shorter than the server said
	}
	return nil, &StatusError{r.host, response.StatusCode}
}

// unreachable keeps the link out of the error.
func (r *remote) unreachable(err error) error {
	if ctxErr := r.ctx.Err(); ctxErr != nil {
		return ctxErr
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return fmt.Errorf("%s cannot be reached: %w", r.host, err)
}

func (r *remote) refused(err error) error { return fmt.Errorf("%s: %w", r.host, err) }

// contentRange returns the size of the whole file, or -1, from the header of a
// 206, which must begin where it was asked to.
func contentRange(response *http.Response, from int64) (int64, error) {
	value := response.Header.Get("Content-Range")
	span, total, _ := strings.Cut(strings.TrimPrefix(value, "bytes "), "/")
	first, _, _ := strings.Cut(span, "-")
	if start, err := strconv.ParseInt(first, 10, 64); err != nil || start != from {
		return 0, errors.New("the server sends another part of the file than it was asked for; use a local copy or an asset")
	}
	size, err := strconv.ParseInt(total, 10, 64)
	if err != nil || size < 0 {
		return -1, nil
	}
	return size, nil
}

// keep reads the chunks that an answer carries. What was asked for counts as
// read, so a server that sends little is not asked for ever.
func (r *remote) keep(from, length int64, body io.Reader) error {
	r.left -= length
	data, err := io.ReadAll(io.LimitReader(body, length))
	if err != nil {
		return r.unreachable(err)
	}
	for chunk := range slices.Chunk(data, int(r.chunk)) {
		r.chunks[from/r.chunk] = chunk
		from += r.chunk
	}
	return nil
}

// ReadAt implements [io.ReaderAt] over the chunks. It fails with [ErrTooFar]
// when it would have to read more than is allowed in all.
func (r *remote) ReadAt(p []byte, at int64) (int, error) {
	if r.body != nil {
		return r.readAhead(p, at)
	}
	if r.size >= 0 {
		if at >= r.size {
			return 0, io.EOF
		}
		p = p[:min(int64(len(p)), r.size-at)]
	}
	if err := r.fetch(at/r.chunk, (at+int64(len(p))-1)/r.chunk); err != nil {
		return 0, err
	}
	n := 0
	for n < len(p) {
		chunk := r.chunks[(at+int64(n))/r.chunk]
		inside := (at + int64(n)) % r.chunk
		if inside >= int64(len(chunk)) {
			return n, io.ErrUnexpectedEOF
		}
		n += copy(p[n:], chunk[inside:])
	}
	return n, nil
}

// fetch makes sure of the chunks from first to last, with one request for all
// that are missing.
func (r *remote) fetch(first, last int64) error {
	for first <= last && r.chunks[first] != nil {
		first++
	}
	for last >= first && r.chunks[last] != nil {
		last--
	}
	if first > last {
		return nil
	}
	from, length := first*r.chunk, (last-first+1)*r.chunk
	if r.size >= 0 {
		length = min(length, r.size-from)
	}
	if length > r.left {
		return ErrTooFar
	}
	response, err := r.get(from, length)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusPartialContent {
		return r.refused(errors.New("the server stopped answering with parts of the file; try again"))
	}
	if _, err := contentRange(response, from); err != nil {
		return r.refused(err)
	}
	return r.keep(from, length, response.Body)
}

// readAhead reads the one answer of a server without ranges as far as needed
// and allowed.
func (r *remote) readAhead(p []byte, at int64) (int, error) {
	end := r.most
	if r.size >= 0 {
		end = min(end, r.size)
	}
	wanted := p[:min(int64(len(p)), max(end-at, 0))]
	if err := r.readTo(at + int64(len(wanted))); err != nil {
		return 0, err
	}
	n := copy(wanted, r.prefix[min(at, int64(len(r.prefix))):])
	switch {
	case n == len(p):
		return n, nil
	case n < len(wanted) || at+int64(n) == r.size || (r.size >= 0 && at >= r.size):
		return n, io.EOF
	}
	return n, ErrTooFar
}

// readTo reads the answer up to an offset, or to its end.
func (r *remote) readTo(end int64) error {
	missing := end - int64(len(r.prefix))
	if missing <= 0 || end > r.most {
		return nil
	}
	more := make([]byte, missing)
	n, err := io.ReadFull(r.body, more)
	r.prefix = append(r.prefix, more[:n]...)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return r.unreachable(err)
	}
	return nil
}

func (r *remote) close() {
	if r.body != nil {
		r.body.Close()
	}
}
