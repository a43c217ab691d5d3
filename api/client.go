// Package api is a client for the Sync Labs HTTP API.
//
// It knows the API's words, its limits and where it departs from its
// documentation. It turns every answer into types that are safe to draw and to
// act on, sends the key to the base origin only, and never sends a paid request
// twice. It knows nothing of terminals, Bubble Tea or files of ours.
package api

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// DefaultBaseURL is the vendor's production server.
// https://sync.so/docs/api-reference
const DefaultBaseURL = "https://api.sync.so"

// Config configures a [Client].
type Config struct {
	BaseURL   string            // https, or http on loopback; DefaultBaseURL if empty
	Key       Secret            // if empty, only calls that need no key succeed
	Version   string            // for the User-Agent
	Transport http.RoundTripper // nil for our own transport with safe limits
}

// Client calls the API. It is safe for concurrent use.
type Client struct {
	base *url.URL
	key  Secret

	reads   *http.Client // sends the key to the base origin; no redirects
	paid    *http.Client // like reads, but with a new connection each time
	keyless *http.Client // no key, no redirects
	media   *http.Client // no key, a few redirects
	storage *http.Client // no key, no redirects; for large files
	files   *http.Client // no key, a few redirects; for large files

	generate, other *limiter
	tickets         *limiter // for uploads; they also count as other requests
	memory          memory
	exchanges       exchanges
	uploads         atomic.Bool                   // the server is known to take uploads
	skew            atomic.Pointer[time.Duration] // server's clock minus the local one
	slots           atomic.Int64                  // concurrency of the plan; 0 if unknown
	closeIdle       func()
	proxy           proxyFunc // nil with a transport from [Config]
}

// New returns a client for a valid configuration. Its error explains the fault
// in the base URL or the key, and never contains the key.
func New(c Config) (*Client, error) {
	base, err := parseBase(cmp.Or(c.BaseURL, DefaultBaseURL))
	if err != nil {
		return nil, err
	}
	if err := c.Key.check(); err != nil {
		return nil, err
	}
	client := &Client{
		base: base, key: c.Key,
		generate: newLimiter(generating), other: newLimiter(other), tickets: newLimiter(ticketing),
	}
	client.connect(c)
	return client, nil
}

// parseBase parses a base URL. It ignores a trailing slash and a trailing /v2,
// because the vendor's pages show both.
func parseBase(s string) (*url.URL, error) {
	s = strings.TrimSpace(s)
	if !drawnAsIs(s) {
		return nil, errors.New("the base URL contains blanks, quotes or control characters")
	}
	u, err := url.Parse(s)
	if err != nil {
		return nil, errors.New("the base URL cannot be read; it should look like " + DefaultBaseURL)
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("the base URL must begin with https://")
	case u.Hostname() == "":
		return nil, errors.New("the base URL has no host; it should look like " + DefaultBaseURL)
	case u.Scheme == "http" && !IsLoopback(u.Hostname()):
		return nil, errors.New("the base URL must be https: http would send the key unprotected (it is allowed on this machine only)")
	case u.User != nil:
		return nil, errors.New("the base URL must not contain a user name or a password")
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return nil, errors.New("the base URL must not contain a query or a fragment")
	}
	path := strings.TrimRight(u.Path, "/")
	path = strings.TrimRight(strings.TrimSuffix(path, "/v2"), "/")
	return &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host), Path: path}, nil
}

// Base returns the base URL for display.
func (c *Client) Base() string { return c.base.String() }

// Usage is the number of requests in the last minute and the limits they count
// against.
type Usage struct {
	Generate, GenerateLimit int // POST /v2/generate and /v2/batch
	Other, OtherLimit       int

	Slots int // concurrency of the plan according to the last answer; 0 if unknown

	// GenerateHeld and OtherHeld are the times until which the server asked to
	// send no more of a class, zero if it did not.
	GenerateHeld, OtherHeld time.Time
}

// Usage returns the requests of the last 60 seconds and the published limits
// (60 and 600).
// https://sync.so/docs/api-reference
func (c *Client) Usage() Usage {
	now := time.Now()
	u := Usage{GenerateLimit: generateLimit, OtherLimit: otherLimit, Slots: int(c.slots.Load())}
	u.Generate, u.GenerateHeld = c.generate.used(now)
	u.Other, u.OtherHeld = c.other.used(now)
	return u
}

// ServerTime estimates the server's clock, to the second, from the Date of the
// last answer. ok is false before the first one.
func (c *Client) ServerTime(now time.Time) (t time.Time, ok bool) {
	skew := c.skew.Load()
	if skew == nil {
		return time.Time{}, false
	}
	return now.Add(*skew), true
}

// noteDate remembers the difference to the server's clock.
func (c *Client) noteDate(h http.Header) {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		skew := time.Until(date)
		c.skew.Store(&skew)
	}
}

// noteSlots remembers the plan's concurrency if the answer tells it.
// https://sync.so/docs/product/troubleshooting
func (c *Client) noteSlots(h http.Header) {
	const most = 100_000 // more than any plan has
	if n, err := strconv.Atoi(h.Get("X-Sync-Concurrency-Limit")); err == nil && n > 0 && n < most {
		c.slots.Store(int64(n))
	}
}

// CloseIdle closes idle connections, for use after sleep or a network failure.
func (c *Client) CloseIdle() { c.closeIdle() }

// Media returns an HTTP client without the key, for links that the API handed
// out. It follows at most five redirects, to https or to this machine, and
// refuses private addresses unless the API itself runs on this machine. It has
// no total timeout, so give its requests a context.
func (c *Client) Media() *http.Client { return c.media }

// Files returns an HTTP client like that of [Client.Media], for whole files of
// any size. Nothing in it limits how long an answer takes.
func (c *Client) Files() *http.Client { return c.files }

// limiter returns the limiter of a class.
func (c *Client) limiter(k class) *limiter {
	if k == generating {
		return c.generate
	}
	return c.other
}
