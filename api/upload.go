package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"dubtop/api/exact"
	"dubtop/api/text"
)

// MaxAsset is the largest file that can be uploaded as an asset, in bytes.
// https://sync.so/docs/api-reference
const MaxAsset = 5 << 30

// Ticket is where to put one file, and the link to register afterwards.
// https://sync.so/docs/api-reference/api/assets-api/upload
type Ticket struct {
	Put URL // signed: it carries the right to write the file
	URL URL
	// Valid is how long Put can be used, 0 if the server does not say.
	Valid time.Duration
}

// NewFile describes a file for which a ticket is wanted.
type NewFile struct {
	Name string `json:"fileName"`
	Type string `json:"contentType"` // such as video/mp4; see [MediaType]
	Size int64  `json:"size"`        // bytes
}

// NewAsset is an uploaded file to be registered as an asset.
// https://sync.so/docs/api-reference/api/assets-api/create
type NewAsset struct {
	URL        string `json:"url"`
	Type       string `json:"type"` // VIDEO, AUDIO, IMAGE
	Name       string `json:"name,omitempty"`
	Visibility string `json:"visibility,omitempty"` // USER, ORGANIZATION
	ProjectID  string `json:"projectId,omitempty"`
}

// Support says whether the server offers something that not every server does.
type Support int

// The degrees of support.
const (
	SupportUnknown Support = iota
	Supported
	Unsupported
)

// wireTicket is a ticket as sent by the server.
type wireTicket struct {
	Put   URL
	URL   URL
	Valid Seconds
}

func (w *wireTicket) members() []exact.Member {
	return []exact.Member{
		{Name: "uploadUrl", Into: &w.Put, Once: true},
		{Name: "url", Into: &w.URL, Once: true},
		{Name: "expiresIn", Into: &w.Valid},
	}
}

// UnmarshalJSON reads a ticket.
func (t *Ticket) UnmarshalJSON(b []byte) error {
	var w wireTicket
	if err := exact.Decode(b, w.members()); err != nil {
		return err
	}
	*t = Ticket{Put: w.Put, URL: w.URL, Valid: time.Duration(float64(w.Valid) * float64(time.Second))}
	return nil
}

const uploadPath = "/v2/assets/upload"

// Uploads returns whether the server takes uploads, as far as its answers have
// told. It sends nothing.
func (c *Client) Uploads() Support {
	switch {
	case c.memory.lacks(uploading):
		return Unsupported
	case c.uploads.Load():
		return Supported
	}
	return SupportUnknown
}

// AskUploads finds out whether the server takes uploads, unless that is known.
// It asks for a ticket without naming a file: nothing is created, and nothing is
// told about the user's files. A server that has the call refuses the request
// for its content.
func (c *Client) AskUploads(ctx context.Context) (Support, error) {
	if known := c.Uploads(); known != SupportUnknown {
		return known, nil
	}
	var t Ticket
	_, err := c.object(ctx, call{method: http.MethodPost, path: uploadPath, body: []byte("{}"), tries: 1}, &t)
	err = c.uploadError(err)
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == KindInvalid && !e.foreign {
		c.uploads.Store(true)
		err = nil
	}
	if errors.Is(err, ErrUnsupported) {
		err = nil
	}
	return c.Uploads(), err
}

// uploadError learns from an answer whether the server takes uploads. A server
// that does not answers like for any other path that it lacks; a 404 with a code
// is about the file.
func (c *Client) uploadError(err error) error {
	e, ok := errors.AsType[*Error](err)
	switch {
	case err == nil:
		c.uploads.Store(true)
	case ok && e.Status == http.StatusBadRequest: // for a body, it is no sign of a missing call
	case isMissingRoute(err):
		c.uploads.Store(false)
		c.memory.missing(uploading)
		return ErrUnsupported
	}
	return err
}

// CreateUpload returns a ticket for a file. It returns [ErrUnsupported] if the
// server takes no uploads.
func (c *Client) CreateUpload(ctx context.Context, f NewFile) (Ticket, error) {
	if c.memory.lacks(uploading) {
		return Ticket{}, ErrUnsupported
	}
	body, err := json.Marshal(f)
	if err != nil {
		return Ticket{}, c.invalid("the file's name cannot be sent")
	}
	if err := c.tickets.wait(ctx); err != nil {
		return Ticket{}, c.unsent(err)
	}
	var t Ticket
	_, err = c.object(ctx, call{method: http.MethodPost, path: uploadPath, body: body}, &t)
	if err := c.uploadError(err); err != nil {
		return Ticket{}, err
	}
	for _, u := range []URL{t.Put, t.URL} {
		if _, err := u.Link(); err != nil {
			return Ticket{}, c.notAPI("a ticket whose link can't be used (" + err.Error() + ")")
		}
	}
	return t, nil
}

// PutError is a refusal by the storage, which is not the API: its status is all
// that can be relied on.
type PutError struct {
	Status  int
	Message text.Text
}

// Error returns the answer of the storage.
func (e *PutError) Error() string { return string(e.Message) }

// Expired reports whether a new ticket may help.
func (e *PutError) Expired() bool {
	switch e.Status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone, http.StatusPreconditionFailed:
		return true
	}
	return false
}

// Put sends a file of exactly size bytes to a ticket's link, once and without
// the key, and follows no redirect. It calls sent with the number of bytes read
// from the file so far, from another goroutine; sent may be nil. After an error
// the storage may have the whole file only if all of it was read.
func (c *Client) Put(ctx context.Context, to URL, contentType string, file io.Reader, size int64, sent func(int64)) error {
	link, err := to.Link()
	if err != nil {
		return c.invalid("the ticket's link can't be used: " + err.Error())
	}
	within, dog := watch(ctx, putPatience())
	defer dog.release()
	body := &putBody{r: file, left: size, dog: dog, sent: sent}
	r, err := http.NewRequestWithContext(within, http.MethodPut, link, io.NopCloser(body))
	if err != nil {
		return c.invalid("the ticket's link cannot be read")
	}
	r.GetBody = nil // the transport would otherwise send it again by itself
	r.ContentLength = size
	r.Header.Set("Content-Type", contentType)
	res, err := c.storage.Do(r)
	if err == nil {
		defer func() { _ = res.Body.Close() }()
		answer, _ := io.ReadAll(io.LimitReader(res.Body, maxError)) // only for its words
		if res.StatusCode >= 200 && res.StatusCode < 300 {
			return nil
		}
		return c.putRefused(res, answer)
	}
	if failed := body.failure(); failed != nil {
		return failed
	}
	return c.broken(within, r.URL.Host, err)
}

// putRefused explains an answer of the storage.
func (c *Client) putRefused(res *http.Response, answer []byte) error {
	words := "the storage " + res.Request.URL.Host + " refused the file"
	if res.StatusCode < 400 {
		words = "the storage sent a redirect"
	}
	words += " (" + strings.ToLower(cmp.Or(http.StatusText(res.StatusCode), "unknown status")) + ")"
	if reason := between(string(answer), "<Message>", "</Message>"); reason != "" { // as object stores answer
		words += ": " + reason
	}
	return &PutError{Status: res.StatusCode, Message: c.say(words)}
}

// between returns the text between two others, "" if they are not there.
func between(s, before, after string) string {
	_, s, found := strings.Cut(s, before)
	s, _, closed := strings.Cut(s, after)
	if !found || !closed {
		return ""
	}
	return s
}

// CreateAsset registers an uploaded file, once: an attempt whose answer is lost
// may have created the asset, so look for it with [Client.FindAsset] before the
// next.
func (c *Client) CreateAsset(ctx context.Context, n NewAsset) (Asset, error) {
	body, err := json.Marshal(n)
	if err != nil {
		return Asset{}, c.invalid("the asset's name cannot be sent")
	}
	var a Asset
	raw, err := c.object(ctx, call{method: http.MethodPost, path: "/v2/assets", body: body, tries: 1}, &a)
	if err != nil {
		return Asset{}, err
	}
	if !a.ID.Valid() {
		return Asset{}, c.notAPI("an asset without an id")
	}
	a.Raw = raw
	return a, nil
}

// findPages is how many pages of new assets a search reads.
const findPages = 10

// FindAsset looks for the asset of an uploaded file by its link, among those of
// that name and then among the newest.
func (c *Client) FindAsset(ctx context.Context, name string, at URL) (found Asset, ok bool, err error) {
	for _, q := range []AssetQuery{{Search: name}, {}} {
		q.Limit, q.SortBy = 100, "dateDesc"
		for range findPages {
			page, err := c.Assets(ctx, q)
			if err != nil {
				return Asset{}, false, err
			}
			for i := range page.Items {
				if page.Items[i].URL == at {
					return page.Items[i], true, nil
				}
			}
			if q.Cursor = page.Next; q.Cursor == "" || q.Search == "" {
				break
			}
		}
	}
	return Asset{}, false, nil
}
