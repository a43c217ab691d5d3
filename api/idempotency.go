package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"
)

// HonoursIdempotency reports whether the server supports idempotency keys,
// which older servers silently ignore. It sends an empty request under an
// invalid key: only a server that reads keys complains about the key. No job
// can result, because the body has no model and no input. After an error the
// answer is open.
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
		return false, c.notAPI("acceptance of an empty request")
	case !ok || e.Kind != KindInvalid || e.foreign:
		return false, err
	}
	return e.Status == http.StatusBadRequest && e.Code == "INVALID_IDEMPOTENCY_KEY", nil
}

// noteSlots remembers the plan's concurrency if the answer tells it.
// https://sync.so/docs/product/troubleshooting
func (c *Client) noteSlots(h http.Header) {
	const most = 100_000 // more than any plan has
	if n, err := strconv.Atoi(h.Get("X-Sync-Concurrency-Limit")); err == nil && n > 0 && n < most {
		c.slots.Store(int64(n))
	}
}
