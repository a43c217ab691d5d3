package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dubtop/api/exact"
)

// The most bytes read of an answer, after decompression.
const (
	maxList   = 8 << 20
	maxObject = 1 << 20
	maxError  = 64 << 10
)

// call is a request that may be repeated: a read or an estimate.
type call struct {
	method string // GET if empty
	path   string // from /v2 on
	query  url.Values
	body   []byte // JSON
	limit  int64  // most bytes of the answer
	tries  int    // attempts if the user is waiting; 0 means 3. Background calls have one
	public bool   // sent without the key

	hold time.Duration // how long the server may take on purpose
}

// patience is how long an attempt may take.
func (k *call) patience() patience {
	p := shortPatience()
	p.idle, p.total = p.idle+k.hold, p.total+k.hold
	return p
}

// answer is a complete 2xx response.
type answer struct {
	header http.Header
	body   []byte
}

// object requests a JSON object and decodes it into v.
func (c *Client) object(ctx context.Context, k call, v json.Unmarshaler) (JSON, error) {
	return c.value(ctx, k, exact.IsObject, v)
}

// array requests a JSON list and decodes it into v.
func (c *Client) array(ctx context.Context, k call, v json.Unmarshaler) error {
	k.limit = maxList
	_, err := c.value(ctx, k, exact.IsList, v)
	return err
}

func (c *Client) value(ctx context.Context, k call, shape func([]byte) bool, v json.Unmarshaler) (raw JSON, err error) {
	err = c.retry(ctx, k, func(ctx context.Context, dog *watchdog) error {
		a, err := c.exchange(ctx, dog, k)
		if err != nil {
			return err
		}
		if err := c.checkJSON(a, shape); err != nil {
			return err
		}
		raw = a.body
		switch err := v.UnmarshalJSON(a.body); {
		case errors.Is(err, exact.ErrTwice):
			return c.notAPI("an answer that contradicts itself")
		case err != nil:
			return c.notAPI("an answer of an unknown shape")
		}
		return nil
	})
	return raw, err
}

// listOrObject is the shape of an answer that may be either.
func listOrObject(b []byte) bool { return exact.IsList(b) || exact.IsObject(b) }

// decodeObject decodes an answer that must be one complete object.
func decodeObject(b []byte, v json.Unmarshaler) error {
	if !json.Valid(b) || !exact.IsObject(b) {
		return errShape
	}
	return v.UnmarshalJSON(b)
}

// checkJSON checks that an answer is complete JSON of the expected shape.
func (c *Client) checkJSON(a answer, shape func([]byte) bool) error {
	switch {
	case isHTML(a.header, a.body):
		return c.notAPI("HTML")
	case len(a.body) == 0:
		return c.notAPI("an empty answer")
	case !json.Valid(a.body):
		e := c.notAPI("an answer that is incomplete or not JSON")
		e.again, e.Suggestion = true, "Try again in a moment."
		return e
	case !shape(a.body):
		return c.notAPI("an answer of an unknown shape")
	}
	return nil
}

// retry runs an exchange until it succeeds, cannot succeed, or has been tried
// often enough. A background call is tried once, since it will be repeated
// anyway.
func (c *Client) retry(ctx context.Context, k call, try func(context.Context, *watchdog) error) error {
	tries := k.tries
	if tries == 0 {
		tries = 3
	}
	if isBackground(ctx) {
		tries = 1
	}
	for n := 1; ; n++ {
		if err := c.limiter(other).wait(ctx); err != nil {
			return c.unsent(err)
		}
		within, dog := watch(ctx, k.patience())
		err := try(within, dog)
		dog.release()
		var e *Error
		if err == nil || n >= tries || !errors.As(err, &e) || !e.again || ctx.Err() != nil {
			return err
		}
		// Full jitter on half a second doubled each time, at most 8 s.
		most := min(time.Second/2<<n, 8*time.Second)
		if sleep(ctx, rand.N(most)) != nil {
			return err
		}
	}
}

// exchange sends a call once and reads the whole answer.
func (c *Client) exchange(ctx context.Context, dog *watchdog, k call) (answer, error) {
	res, err := c.send(ctx, dog, k)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := c.readAll(ctx, res, k.limit)
	return answer{res.Header, body}, err
}

// send sends a call once. A response other than 2xx is an error.
func (c *Client) send(ctx context.Context, dog *watchdog, k call) (*http.Response, error) {
	u := c.base.JoinPath(k.path)
	u.RawQuery = k.query.Encode()
	method, body := http.MethodGet, io.Reader(http.NoBody)
	if k.method != "" {
		method, body = k.method, strings.NewReader(string(k.body))
	}
	r, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, c.unsent(err)
	}
	if k.body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	client := c.reads
	if k.public {
		client = c.keyless
	}
	return c.do(ctx, dog, client, r, other)
}

// do sends a prepared request and checks the head of the answer.
func (c *Client) do(ctx context.Context, dog *watchdog, client *http.Client, r *http.Request, k class) (*http.Response, error) {
	res, err := client.Do(r)
	if err != nil {
		e := c.broken(ctx, r.URL.Host, err)
		if addr := c.proxy.addr(r); addr != "" && e.Kind == KindNetwork && !errors.As(e, new(*proxyError)) {
			e.Message = c.say(string(e.Message) + ", through the proxy " + addr)
		}
		return nil, e
	}
	return c.judge(dog, res, r, k)
}

// judge checks the head of a response. If it is not a 2xx, judge returns an
// error and closes the body.
func (c *Client) judge(dog *watchdog, res *http.Response, r *http.Request, k class) (*http.Response, error) {
	dog.fed()
	res.Body, res.Request = &watchedBody{res.Body, dog}, cmp.Or(res.Request, r)
	ours := sameOrigin(res.Request.URL, c.base)
	if ours {
		c.noteDate(res.Header)
		if !strings.Contains(r.URL.Path, "/v2/batch") { // batches have a limit of their own
			c.noteSlots(res.Header)
		}
	}
	if res.StatusCode >= 200 && res.StatusCode < 300 {
		c.limiter(k).passed()
		return res, nil
	}
	defer func() { _ = res.Body.Close() }()
	e := c.refused(res)
	if ours && e.Kind == KindRateLimited {
		e.RetryAfter = c.limiter(k).hold(e.RetryAfter, time.Now())
	}
	return nil, e
}

// readAll reads a body to its end, up to limit bytes.
func (c *Client) readAll(ctx context.Context, res *http.Response, limit int64) ([]byte, error) {
	if limit == 0 {
		limit = maxObject
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	switch {
	case err != nil:
		return nil, c.broken(ctx, res.Request.URL.Host, err)
	case int64(len(b)) > limit:
		return nil, c.notAPI("an answer that is far too long")
	case res.ContentLength > int64(len(b)):
		return nil, c.broken(ctx, res.Request.URL.Host, io.ErrUnexpectedEOF)
	}
	return c.key.redact(b), nil
}

// isHTML reports whether an answer is a web page: from a captive portal, a
// proxy, or the host's own error page.
func isHTML(h http.Header, body []byte) bool {
	if strings.Contains(strings.ToLower(h.Get("Content-Type")), "html") {
		return true
	}
	i := exact.Space(body, 0)
	return i < len(body) && body[i] == '<'
}
