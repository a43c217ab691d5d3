package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"regexp"
	"sync/atomic"
	"time"

	"dubtop/api/exact"
)

// CreateRequest is the body of POST /v2/generate in the API's own words.
// Absent members are left out, so that the bytes say only what the user said.
// https://sync.so/docs/api-reference/api/generate-api/create
type CreateRequest struct {
	Model          string         `json:"model"`
	Input          []CreateInput  `json:"input"`
	Options        map[string]any `json:"options,omitempty"`
	WebhookURL     string         `json:"webhookUrl,omitempty"`
	OutputFileName string         `json:"outputFileName,omitempty"`
}

// CreateInput is one input of a new job: a link, an asset, a script, or (with
// none of these) a file sent beside the body.
type CreateInput struct {
	Type     string       `json:"type"`
	URL      string       `json:"url,omitempty"`
	AssetID  string       `json:"assetId,omitempty"`
	Provider *CreateVoice `json:"provider,omitempty"`
}

// CreateVoice is a script to be spoken. Script takes 5000 characters.
type CreateVoice struct {
	Name            string   `json:"name"` // "elevenlabs"
	VoiceID         string   `json:"voiceId"`
	Script          string   `json:"script"`
	Stability       *float64 `json:"stability,omitempty"`
	SimilarityBoost *float64 `json:"similarityBoost,omitempty"`
}

// FilePart is a local file sent beside the body, streamed, at most MaxUpload
// bytes.
type FilePart struct {
	Field string // video, image, audio
	Name  string // the file name told to the server
	Size  int64
	Open  func() (io.ReadCloser, error)
}

// MaxUpload is the most bytes one file of a multipart create may have.
const MaxUpload = 20 << 20

// Paid is a request that costs money, ready to leave: exactly these bytes,
// under exactly this key.
type Paid struct {
	IdempotencyKey string     // 1–128 of [A-Za-z0-9._~-]
	Body           []byte     // the JSON of a CreateRequest, or a batch's JSONL
	Files          []FilePart // with files the body's members become form fields
	WebhookURL     string     // batches only; generations carry it in Body
}

var headerToken = regexp.MustCompile(`^[A-Za-z0-9._~-]{1,128}$`)

// checkPaid refuses what must not leave.
func (c *Client) checkPaid(p Paid) error {
	if !headerToken.MatchString(p.IdempotencyKey) {
		return c.invalid("the idempotency key must be 1 to 128 letters, digits, dots, dashes, _ or ~; nothing was sent")
	}
	if len(p.Body) == 0 {
		return c.invalid("the request is empty; nothing was sent")
	}
	return nil
}

// CreateGeneration sends a paid request once: no retry, no redirect, no
// second try by the transport. On error, OutcomeOf tells what is known. While
// the server asks us to wait, it fails at once with KindRateLimited and
// nothing sent. https://sync.so/docs/api-reference/api/generate-api/create
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

// noID is the error of a request that the server took without naming what it
// made of it, or naming it twice.
func (c *Client) noID(what string, err error) *Error {
	e := c.notAPI("an answer that names no " + what)
	if errors.Is(err, exact.ErrTwice) {
		e = c.notAPI("an answer that says twice which " + what + " it is about, or how it stands,")
	}
	e.spent = true
	return e
}

// cautious marks an error that leaves open whether a paid request was
// accepted, so that it gives no advice that could cost a second time.
func cautious(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && OutcomeOf(e) == Unknown {
		e.spent = true
	}
	return err
}

// outgoing is a request that leaves at most once.
type outgoing struct {
	path        string
	key         string // the idempotency key, "" for none
	contentType string
	body        io.Reader
	size        int64
}

// once sends a request to the class that costs money and reads its answer
// whole. Sent is the truth in every error: false only when it is proved that
// no byte left.
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
	// With an Idempotency-Key and a body that it can read again, Go's
	// transport repeats a POST by itself when a connection dies.
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
