package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"dubtop/api/exact"
)

// maxHistory is the most bytes read of a whole history, which has no other
// bound.
const maxHistory = 2 << 30

// chunk is how many generations of a whole history are passed on at a time.
const chunk = 100

// list requests one list of generations. asked is the limit that the caller
// wanted, even if the query leaves it out.
func (c *Client) list(ctx context.Context, q GenerationQuery, asked int, each func([]Generation)) (GenerationPage, error) {
	k := call{path: "/v2/generations", query: q.query()}
	var page GenerationPage
	err := c.retry(ctx, k, func(ctx context.Context, dog *watchdog) error {
		res, err := c.send(ctx, dog, k)
		if err != nil {
			return err
		}
		defer func() { _ = res.Body.Close() }()
		body := &capped{r: res.Body, left: maxList}
		h := &history{
			client: c, body: body, dec: json.NewDecoder(body), each: each,
			limit: asked, dog: dog,
			whole: len(q.Status) == 0 && len(q.IDs) == 0 && q.Limit == 0,
		}
		if page, err = h.read(); err == nil {
			return nil
		}
		if isHTML(res.Header, body.head) {
			return c.notAPI("HTML")
		}
		e := c.listError(ctx, res.Request.URL.Host, err)
		e.again = e.again && h.handed == 0
		return e
	})
	if err != nil {
		return GenerationPage{}, err
	}
	return page, nil
}

// history reads a list of generations that may turn out to be the whole
// history.
type history struct {
	client *Client
	body   *capped
	dec    *json.Decoder
	dog    *watchdog
	each   func([]Generation)
	limit  int  // of a page; 0 if none was requested
	whole  bool // everything was requested, or came anyway

	raw     json.RawMessage // one element; the buffer is reused
	wire    wireGeneration  // reused as well
	members []exact.Member  // fields of wire

	items  []Generation
	seen   int // elements read
	named  int // of these, elements with an id
	handed int // of these, elements passed on
}

// The ways in which a list can be malformed.
var (
	errShape   = errors.New("an answer of an unknown shape")
	errTooLong = errors.New("an answer that is far too long")
)

// read reads the list to its last byte, since nothing in a broken list counts.
func (h *history) read() (GenerationPage, error) {
	if t, err := h.dec.Token(); err != nil {
		return GenerationPage{}, brokenOff(err)
	} else if t != json.Delim('[') {
		return GenerationPage{}, errShape
	}
	h.widen()
	for h.dec.More() {
		if err := h.element(); err != nil {
			return GenerationPage{}, err
		}
	}
	if _, err := h.dec.Token(); err != nil {
		return GenerationPage{}, brokenOff(err)
	}
	if _, err := h.dec.Token(); err == nil {
		return GenerationPage{}, errShape
	} else if !errors.Is(err, io.EOF) {
		return GenerationPage{}, err
	}
	if h.seen > 0 && h.named == 0 {
		return GenerationPage{}, errShape
	}
	h.hand(1)
	return GenerationPage{
		Items: h.items, Whole: h.whole,
		More: !h.whole && h.limit > 0 && h.seen >= h.limit, Skipped: h.seen - h.named,
	}, nil
}

// element reads one generation. Without an id it could not be told from
// another, so it is left out.
func (h *history) element() error {
	if err := h.dec.Decode(&h.raw); err != nil {
		return brokenOff(err)
	}
	if h.seen++; h.limit > 0 && h.seen > h.limit {
		h.whole = true
	}
	h.widen()
	h.wire = wireGeneration{}
	if h.members == nil {
		h.members = h.wire.members()
	}
	// An element that is no object or contradicts itself is left out alone.
	if err := exact.Decode(h.client.key.redact(h.raw), h.members); err == nil && h.wire.ID != "" {
		h.named++
		h.items = append(h.items, h.wire.generation())
	}
	h.hand(chunk)
	return nil
}

// widen lifts the limits on the size and duration of the answer for a whole
// history. An element may still be no longer than a page, and the answer may
// not stall.
func (h *history) widen() {
	if h.whole {
		h.body.left = min(maxList, maxHistory-h.body.read)
		h.dog.unlimited()
	}
}

// hand passes the jobs of a whole history to the caller once there are at least
// n.
func (h *history) hand(n int) {
	if !h.whole || h.each == nil {
		return
	}
	for len(h.items) >= n {
		m := min(chunk, len(h.items))
		h.handed += m
		h.each(h.items[:m:m])
		h.items = h.items[m:]
	}
	if len(h.items) == 0 {
		h.items = nil // the slice belongs to the caller now
	}
}

// brokenOff replaces the end of input in the middle of a list with an error
// that says so.
func brokenOff(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// listError classifies errors while a list is read.
func (c *Client) listError(ctx context.Context, host string, err error) *Error {
	if errors.Is(err, errShape) || errors.Is(err, errTooLong) {
		return c.notAPI(err.Error())
	}
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		e := c.notAPI("an answer that is incomplete or not JSON")
		e.again, e.Suggestion = true, "Try again in a moment."
		return e
	}
	return c.broken(ctx, host, err)
}

// capped reads up to left more bytes and remembers how an answer began.
type capped struct {
	r    io.Reader
	left int64
	read int64
	head []byte
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errTooLong
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	c.read += int64(n)
	if len(c.head) < 64 {
		c.head = append(c.head, p[:min(n, 64)]...)
	}
	return n, err
}
