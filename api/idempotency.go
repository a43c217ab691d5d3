package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"
)

// HonoursIdempotency finds out whether this server heeds idempotency keys,
// which older ones ignore without a word. It asks for nothing under a key that
// can't be one: only a server that reads keys refuses it for the key's sake.
// Nothing can come of the request, because its body has no model and no input.
// An error leaves the question open.
// https://sync.so/docs/api-reference/guides/idempotency
func (c *Client) HonoursIdempotency(ctx context.Context) (bool, error) {
	const noKey, noRequest = "not a key: a question", `{}`
	_, err := c.once(ctx, outgoing{
		path: "/v2/generate", key: noKey, contentType: "application/json",
		body: bytes.NewReader([]byte(noRequest)), size: int64(len(noRequest)),
	})
	e, ok := errors.AsType[*Error](err)
	switch {
	case err == nil:
		return false, c.notAPI("a yes to a request for nothing")
	case !ok || e.Kind != KindInvalid || e.foreign:
		return false, err
	}
	return e.Status == http.StatusBadRequest && e.Code == "INVALID_IDEMPOTENCY_KEY", nil
}

// noteSlots remembers the plan's concurrency where an answer tells it.
// https://sync.so/docs/product/troubleshooting
func (c *Client) noteSlots(h http.Header) {
	const most = 100_000 // more than any plan has
	if n, err := strconv.Atoi(h.Get("X-Sync-Concurrency-Limit")); err == nil && n > 0 && n < most {
		c.slots.Store(int64(n))
	}
}
