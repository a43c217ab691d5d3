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
	Generation Generation // zero where the line has an error only
	Error      text.Text
}

// maxResults is the most bytes of a result file: 500 lines of a generation.
const maxResults = 32 << 20

// BatchResults fetches the result file of a batch, without the key beyond the
// API's own origin. https://sync.so/docs/api-reference/guides/batch-processing
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

// download fetches a link without the key. Where the API's own origin wants
// the key for it, it gets the key, and the link that it then names is fetched
// without again.
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

// staleLink makes a refusal of a link what it is: not one of the key.
func staleLink(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == KindAuth {
		e.Kind, e.Message = KindNotFound, "the link is no longer good"
		e.Suggestion = "Refresh to get a new one."
	}
	return err
}

// unlock asks the base origin with the key, and follows where it leads
// without.
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

// wireResult is one line of a result file. Response is a generation, or an
// HTTP answer that holds one.
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

// wireResponse is an HTTP answer as a result file has it.
type wireResponse struct {
	Body    raw
	Message reason
}

func (w *wireResponse) members() []exact.Member {
	return []exact.Member{{Name: "body", Into: &w.Body, Once: true}, {Name: "message", Into: &w.Message}}
}

// results reads a result file. A line that cannot be read spoils the file: a
// job must not be lost in silence.
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

// says is what a line tells at all, empty for a line of something else.
func (r *BatchResult) says() text.Text {
	return cmp.Or(text.Of(string(r.RequestID)), text.Of(string(r.Generation.ID)), r.Error)
}

// errTold is the error of a line that names a job, its state or its output
// twice: which is meant nobody can tell.
const errTold = "the result file says twice what became of this request"

// UnmarshalJSON reads one line of a result file in any of its shapes.
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
		r.Generation, r.Error = Generation{}, errTold
	}
	return nil
}

// response reads a generation, or an HTTP answer that holds one.
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
