package api

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"dubtop/api/text"
)

// Exchange is a request as the user may see it: where it went and what came
// back, without headers, bodies and possible secrets in a query.
type Exchange struct {
	ID     uint64 // ascending
	At     time.Time
	Method string
	Where  text.Text     // the path of the API, or host and path elsewhere
	Status int           // 0 without an answer
	Fault  text.Text     // why there is none, or why it broke off
	Took   time.Duration // until the answer was read
	Bytes  int64         // of the body sent or received, whichever is larger
	Open   bool          // it is under way; Took and Bytes are not final
}

// MostExchanges is how many exchanges are remembered; the oldest are forgotten.
const MostExchanges = 300

// exchanges remembers the last requests of a client.
type exchanges struct {
	mu   sync.Mutex
	list []*record
	ids  uint64
}

// record is an exchange under way.
type record struct {
	Exchange
	read atomic.Int64
}

// Exchanges returns the last requests, the newest last.
func (c *Client) Exchanges() []Exchange {
	x := &c.exchanges
	x.mu.Lock()
	defer x.mu.Unlock()
	all := make([]Exchange, len(x.list))
	for i, r := range x.list {
		all[i] = r.Exchange
		if all[i].Open {
			all[i].Took = time.Since(r.At)
		}
		all[i].Bytes = max(r.Bytes, r.read.Load())
	}
	return all
}

func (x *exchanges) begin(e Exchange) *record {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ids++
	e.ID, e.Open = x.ids, true
	r := &record{Exchange: e}
	if len(x.list) >= MostExchanges {
		x.list = slices.Delete(x.list, 0, 1)
	}
	x.list = append(x.list, r)
	return r
}

// change changes a record.
func (x *exchanges) change(r *record, do func(*Exchange)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	do(&r.Exchange)
}

// end records that a request is over.
func (x *exchanges) end(r *record, fault text.Text) {
	x.change(r, func(e *Exchange) {
		if e.Open {
			e.Open, e.Took, e.Fault = false, time.Since(e.At), fault
		}
	})
}

// remembered remembers the requests that pass.
type remembered struct {
	next   http.RoundTripper
	client *Client
}

// RoundTrip sends a request once, as it is.
func (m *remembered) RoundTrip(r *http.Request) (*http.Response, error) {
	x := &m.client.exchanges
	rec := x.begin(Exchange{At: time.Now(), Method: r.Method, Where: m.client.where(r.URL), Bytes: max(r.ContentLength, 0)})
	res, err := m.next.RoundTrip(r)
	if err != nil {
		x.end(rec, m.client.say(err.Error()))
		return res, err
	}
	x.change(rec, func(e *Exchange) { e.Status = res.StatusCode })
	res.Body = &rememberedBody{res.Body, m.client, rec}
	return res, nil
}

// rememberedBody is the body of a remembered answer.
type rememberedBody struct {
	io.ReadCloser
	client *Client
	record *record
}

func (b *rememberedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.record.read.Add(int64(n))
	switch {
	case err == nil:
	case errors.Is(err, io.EOF):
		b.client.exchanges.end(b.record, "")
	default:
		b.client.exchanges.end(b.record, b.client.say(err.Error()))
	}
	return n, err
}

func (b *rememberedBody) Close() error {
	err := b.ReadCloser.Close()
	b.client.exchanges.end(b.record, "")
	return err
}

// where names the target of a request for display. Of a query to the API it
// shows the values that the client itself has chosen, of any other only the
// names.
func (c *Client) where(u *url.URL) text.Text {
	const enough = 300
	if !sameOrigin(u, c.base) {
		_, rest, _ := strings.Cut(string(URL{raw: u.String()}.Shown()), "://")
		return text.Clean(string(c.say(rest)), enough)
	}
	shown := strings.TrimPrefix(u.Path, c.base.Path)
	sign := "?"
	for _, pair := range strings.Split(u.RawQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name == "" {
			continue
		}
		if plain, err := url.QueryUnescape(value); err == nil && slices.Contains(harmless(), name) {
			value = plain
		} else {
			value = "…"
		}
		shown, sign = shown+sign+name+"="+value, "&"
	}
	return text.Clean(string(c.say(shown)), enough)
}

// harmless lists the members of queries whose values are no secret.
func harmless() []string {
	return []string{"limit", "status", "ids", "include", "sortBy", "types", "type", "startTime", "endTime", "projectId"}
}
