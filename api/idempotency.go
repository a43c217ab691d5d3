package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
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
