package api

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	"dubtop/api/exact"
	"dubtop/api/text"
)

// BatchResult is one line of a batch's result file.
type BatchResult struct {
	RequestID  ID
	Generation Generation // zero if the line has only an error
	Error      text.Text
}

// maxResults is the most bytes read of a result file, which has up to 500
// lines.
const maxResults = 32 << 20

// BatchResults returns the result file of a batch. The key is sent to the API's
// own origin only.
// https://sync.so/docs/api-reference/guides/batch-processing
func (c *Client) BatchResults(ctx context.Context, b Batch) ([]BatchResult, error) {
	link, err := b.Output.Link()
	if err != nil {
		return nil, c.invalid("the batch has no results to fetch: " + err.Error())
	}
	var results []BatchResult
	k := call{path: link, limit: maxResults}
	err = c.retry(ctx, k, func(ctx context.Context, dog *watchdog) error {
		dog.unlimited()
		a, err := c.download(ctx, dog, k)
		if err != nil {
			return err
		}
		if isHTML(a.header, a.body) {
			return c.notAPI("HTML")
		}
		results, err = c.results(a.body)
		return err
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

// download fetches a link without the key. If the API's own origin asks for the
// key, it gets it, and the link that it then names is fetched without.
func (c *Client) download(ctx context.Context, dog *watchdog, k call) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, k.path, http.NoBody)
	if err != nil {
		return answer{}, c.invalid("the link cannot be read")
	}
	own := sameOrigin(r.URL, c.base)
	res, err := c.do(ctx, dog, c.media, r, other)
	if own && (hasStatus(err, http.StatusUnauthorized) || hasStatus(err, http.StatusForbidden)) {
		res, err = c.unlock(ctx, dog, r)
	}
	if err != nil {
		return answer{}, staleLink(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := c.readAll(ctx, res, k.limit)
	return answer{res.Header, body}, err
}

// staleLink turns a refused key into a refused link, since links are fetched
// without the key.
func staleLink(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == KindAuth {
		e.Kind, e.Message = KindNotFound, "the link no longer works"
		e.Suggestion = "Refresh to get a new one."
	}
	return err
}

// unlock asks the base origin with the key and follows its redirect without.
func (c *Client) unlock(ctx context.Context, dog *watchdog, r *http.Request) (*http.Response, error) {
	if err := c.limiter(other).wait(ctx); err != nil {
		return nil, c.unsent(err)
	}
	res, err := c.reads.Do(r.Clone(ctx))
	if err != nil {
		return nil, c.broken(ctx, r.URL.Host, err)
	}
	if res.StatusCode < 300 || res.StatusCode > 399 {
		return c.judge(dog, res, r, other)
	}
	_ = res.Body.Close()
	target, err := r.URL.Parse(res.Header.Get("Location"))
	if err != nil || checkLink(target) != nil {
		return nil, c.notAPI("a redirect to nowhere")
	}
	next, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), http.NoBody)
	if err != nil {
		return nil, c.notAPI("a redirect to nowhere")
	}
	return c.do(ctx, dog, c.media, next, other)
}

// wireResult is one line of a result file. Response is a generation or an HTTP
// response that contains one.
type wireResult struct {
	RequestID  ID
	RequestIDC ID
	Response   raw
	Error      reason
}

func (w *wireResult) members() []exact.Member {
	return []exact.Member{
		{Name: "request_id", Into: &w.RequestID, Once: true},
		{Name: "requestId", Into: &w.RequestIDC, Once: true},
		{Name: "response", Into: &w.Response, Once: true},
		{Name: "error", Into: &w.Error},
	}
}

// wireResponse is an HTTP response as found in a result file.
type wireResponse struct {
	Body    raw
	Message reason
}

func (w *wireResponse) members() []exact.Member {
	return []exact.Member{{Name: "body", Into: &w.Body, Once: true}, {Name: "message", Into: &w.Message}}
}

// results reads a result file. One unreadable line fails the whole file,
// because no job may be lost silently.
func (c *Client) results(file []byte) ([]BatchResult, error) {
	var all []BatchResult
	n := 0
	for line := range bytes.Lines(file) {
		n++
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		var r BatchResult
		if decodeObject(line, &r) != nil || r.says() == "" {
			e := c.notAPI(fmt.Sprintf("a result file whose line %d is broken", n))
			e.again, e.Suggestion = true, "Try again in a moment."
			return nil, e
		}
		all = append(all, r)
	}
	if len(all) == 0 {
		return nil, c.notAPI("an empty result file")
	}
	return all, nil
}

// says returns any text in the line, empty if the line is of another kind.
func (r *BatchResult) says() text.Text {
	return cmp.Or(text.Of(string(r.RequestID)), text.Of(string(r.Generation.ID)), r.Error)
}

// errContradiction is the error for a line that names a job, its status or its
// output twice, so that nobody can tell which is meant.
const errContradiction = "the result file contradicts itself about this request"

// UnmarshalJSON reads a line of a result file in any of its forms.
func (r *BatchResult) UnmarshalJSON(b []byte) error {
	var w wireResult
	err := exact.Decode(b, w.members())
	if err != nil && !errors.Is(err, exact.ErrTwice) {
		return err
	}
	*r = BatchResult{RequestID: cmp.Or(w.RequestID, w.RequestIDC), Error: w.Error.Text}
	if err == nil && exact.IsObject(w.Response) {
		err = r.response(w.Response)
	}
	if err != nil {
		r.Generation, r.Error = Generation{}, errContradiction
	}
	return nil
}

// response reads a generation or an HTTP response that contains one.
func (r *BatchResult) response(inner []byte) error {
	var w wireResponse
	err := exact.Decode(inner, w.members())
	if exact.IsObject(w.Body) {
		inner, w.Message = w.Body, reason{}
		err = errors.Join(err, exact.Decode(inner, w.members()))
	}
	err = errors.Join(err, r.Generation.UnmarshalJSON(inner))
	r.Error = cmp.Or(r.Error, r.Generation.Error, w.Message.Text)
	if r.Generation.ID == "" {
		r.Generation = Generation{}
	}
	return err
}
