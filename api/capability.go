package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// capability is a call or parameter that not every server supports.
type capability string

const (
	paging        capability = "limit and cursor"
	limits        capability = "limit"
	counting      capability = "count"
	costing       capability = "costs"
	downloading   capability = "download"
	progress      capability = "include=progress"
	catalogue     capability = "errors"
	priceDuration capability = "estimate by duration"
	priceAlias    capability = "estimate by duration at the older path"
	priceCreate   capability = "estimate of a create body"
	priceAnalyze  capability = "estimate at the oldest path"
	uploading     capability = "uploads"
)

// rememberFor is how long the client remembers that a server lacks something:
// long enough to save requests, short enough to notice an upgrade the same day.
const rememberFor = 10 * time.Minute

// memory remembers missing capabilities of the server.
type memory struct {
	mu    sync.Mutex
	until map[capability]time.Time
}

// lacks reports whether the server was recently found to lack a capability.
func (m *memory) lacks(c capability) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return time.Now().Before(m.until[c])
}

// Missing lists the capabilities that the server was recently found to lack, in
// words.
func (c *Client) Missing() (words []string) {
	c.memory.mu.Lock()
	defer c.memory.mu.Unlock()
	for what, until := range c.memory.until {
		if time.Now().Before(until) {
			words = append(words, string(what))
		}
	}
	slices.Sort(words)
	return words
}

// missing notes that the server lacks a capability.
func (m *memory) missing(c capability) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.until == nil {
		m.until = make(map[capability]time.Time)
	}
	m.until[c] = time.Now().Add(rememberFor)
}

// optional requests an object that not every server offers. While it remembers
// that the server lacks the call, it returns [ErrUnsupported] without a
// request.
func (c *Client) optional(ctx context.Context, what capability, k call, v json.Unmarshaler) error {
	if c.memory.lacks(what) {
		return ErrUnsupported
	}
	_, err := c.object(ctx, k, v)
	return c.optionalError(what, err)
}

// optionalError tells "no such call" from "no such object" and remembers the
// former.
func (c *Client) optionalError(what capability, err error) error {
	if !isMissingRoute(err) {
		return err
	}
	c.memory.missing(what)
	return ErrUnsupported
}

// isMissingRoute reports whether err means that the call does not exist. A 404
// about the object has a code or names the missing object.
func isMissingRoute(err error) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return false
	}
	switch e.Status {
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return true
	case http.StatusBadRequest:
		return e.Code == ""
	case http.StatusNotFound:
		named := strings.HasSuffix(strings.ToLower(string(e.Message)), " not found") &&
			!strings.HasPrefix(string(e.Message), "404")
		return e.Code == "" && !named
	}
	return false
}

// hasStatus reports whether err is a response with this status.
func hasStatus(err error, status int) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == status
}

// TooLarge reports whether the request was refused because of its size.
func (e *Error) TooLarge() bool { return e.Status == http.StatusRequestEntityTooLarge }
