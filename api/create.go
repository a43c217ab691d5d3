package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"dubtop/api/exact"
)

// FilePart is a local file sent as a form part. It is streamed and may have up
// to [MaxUpload] bytes.
type FilePart struct {
	Field string // video, image, audio
	Name  string // the file name sent to the server
	Size  int64
	Open  func() (io.ReadCloser, error)
}

// MaxUpload is the limit for one uploaded file, in bytes.
const MaxUpload = 20 << 20

// Paid is a request that costs money, ready to be sent: exactly these bytes,
// under exactly this key.
type Paid struct {
	IdempotencyKey string     // 1–128 characters of A-Z a-z 0-9 . _ ~ -
	Body           []byte     // JSON of a CreateRequest, or JSONL of a batch
	Files          []FilePart // with files, the fields of Body become form fields
	WebhookURL     string     // batches only; generations have it in Body
}

// IsIdempotencyKey reports whether a key may be sent: 1 to 128 letters, digits,
// dots, dashes, _ or ~.
func IsIdempotencyKey(key string) bool { return isToken(key, "._~-") }

// checkPaid refuses requests that must not be sent.
func (c *Client) checkPaid(p Paid) error {
	if !IsIdempotencyKey(p.IdempotencyKey) {
		return c.invalid("the idempotency key must be 1 to 128 letters, digits, dots, dashes, _ or ~; nothing was sent")
	}
	if len(p.Body) == 0 {
		return c.invalid("the request is empty; nothing was sent")
	}
	return nil
}

// CreateGeneration sends a paid request once: no retry, no redirect, no second
// attempt by the transport. If it fails, [OutcomeOf] tells whether the job may
// exist. While the server asks clients to wait, it fails at once with
// [KindRateLimited] and sends nothing.
// https://sync.so/docs/api-reference/api/generate-api/create
func (c *Client) CreateGeneration(ctx context.Context, p Paid) (Generation, error) {
	if err := c.checkPaid(p); err != nil {
		return Generation{}, err
	}
	const path = "/v2/generate"
	out := outgoing{
		path: path, key: p.IdempotencyKey, contentType: "application/json",
		body: bytes.NewReader(p.Body), size: int64(len(p.Body)),
	}
	if len(p.Files) > 0 {
		f := newForm(p.IdempotencyKey)
		defer f.close()
		if err := f.generation(p); err != nil {
			return Generation{}, c.invalid(err.Error() + "; nothing was sent")
		}
		out = f.request(path, p.IdempotencyKey)
	}
	body, err := c.once(ctx, out)
	if err != nil {
		return Generation{}, cautious(err)
	}
	var g Generation
	if err := decodeObject(body, &g); err != nil || !g.ID.Valid() {
		return Generation{}, c.noID("generation", err)
	}
	g.Raw = body
	return g, nil
}

// noID is the error for a paid request that was accepted although the answer
// names no job, or names it twice.
func (c *Client) noID(what string, err error) *Error {
	e := c.notAPI("an answer that names no " + what)
	if errors.Is(err, exact.ErrTwice) {
		e = c.notAPI("an answer that contradicts itself about the " + what)
	}
	e.spent = true
	return e
}

// cautious marks an error after which the request may have been accepted, so
// that its advice never suggests paying a second time.
func cautious(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && OutcomeOf(e) == Unknown {
		e.spent = true
	}
	return err
}

// outgoing is a request that is sent at most once.
type outgoing struct {
	path        string
	key         string // idempotency key; "" for none
	contentType string
	body        io.Reader
	size        int64
}

// once sends a request of the class that costs money and reads the whole
// answer. Sent is right in every error: it is false only if no byte can have
// left.
func (c *Client) once(ctx context.Context, o outgoing) (JSON, error) {
	if _, held := c.generate.used(time.Now()); !held.IsZero() {
		return nil, &Error{
			Kind: KindRateLimited, RetryAfter: time.Until(held),
			Message: "the server asked to wait; nothing was sent",
		}
	}
	if err := c.generate.wait(ctx); err != nil {
		return nil, c.unsent(err)
	}
	within, dog := watch(ctx, paidPatience())
	defer dog.release()
	var begun atomic.Bool
	traced := httptrace.WithClientTrace(within, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { begun.Store(true) },
	})
	body := io.NopCloser(&upload{Reader: o.body, dog: dog, read: &begun})
	r, err := http.NewRequestWithContext(traced, http.MethodPost, c.base.JoinPath(o.path).String(), body)
	if err != nil {
		return nil, c.unsent(err)
	}
	// Otherwise Go's transport would repeat the POST by itself when a
	// connection dies, because it has an Idempotency-Key and a body that can be
	// read again.
	r.GetBody = nil
	r.ContentLength = o.size
	r.Header.Set("Content-Type", o.contentType)
	if o.key != "" {
		r.Header.Set("Idempotency-Key", o.key)
	}
	res, err := c.do(within, dog, c.paid, r, generating)
	if err == nil {
		defer func() { _ = res.Body.Close() }()
		var answer []byte
		if answer, err = c.readAll(within, res, maxObject); err == nil {
			return answer, nil
		}
	}
	if e, ok := errors.AsType[*Error](err); ok && e.Status == 0 {
		e.Sent = begun.Load()
	}
	return nil, err
}
