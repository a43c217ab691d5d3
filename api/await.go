package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// holds are the times for which a server may be asked to hold a request, longest
// first. A server that allows less refuses the longer ones.
func holds() []time.Duration {
	return []time.Duration{30 * time.Second, 10 * time.Second, 5 * time.Second}
}

// heldAtLeast is how long a server that holds requests holds one about a job that
// does not change. A server that answers sooner does not know the parameter.
const heldAtLeast = 4 * time.Second

// holding is the capability of holding a request for some time.
func holding(t time.Duration) capability { return capability("wait for " + t.String()) }

// Await returns a job as soon as it ends, or as it is after some time. was is its
// status as known so far. It returns [ErrUnsupported], sometimes after an answer,
// while the server is known not to hold requests.
// https://sync.so/docs/api-reference/api/generate-api/get
func (c *Client) Await(ctx context.Context, id ID, was Status) (Generation, error) {
	if err := c.checkID(id); err != nil {
		return Generation{}, err
	}
	for _, hold := range holds() {
		if c.memory.lacks(holding(hold)) {
			continue
		}
		g, err := c.held(ctx, id, was, hold)
		if !hasStatus(err, http.StatusBadRequest) {
			return g, c.optionalHold(err)
		}
		c.memory.missing(holding(hold))
	}
	return Generation{}, ErrUnsupported
}

// held requests a job that the server may hold.
func (c *Client) held(ctx context.Context, id ID, was Status, hold time.Duration) (g Generation, err error) {
	k := call{path: "/v2/generate/" + string(id), hold: hold, tries: 1, query: url.Values{
		"wait": {"true"}, "timeout": {strconv.Itoa(int(hold.Seconds()))},
	}}
	began := time.Now()
	raw, err := c.object(ctx, k, &g)
	switch {
	case err != nil:
		return Generation{}, err
	case g.ID != id:
		return Generation{}, c.notAPI("a generation with another id")
	case g.Status == was && !g.Status.Terminal() && time.Since(began) < heldAtLeast:
		c.holdsNothing()
	}
	g.Raw = raw
	return g, nil
}

// optionalHold tells "no such call" from "no such job" and remembers the former.
func (c *Client) optionalHold(err error) error {
	if !isMissingRoute(err) {
		return err
	}
	c.holdsNothing()
	return ErrUnsupported
}

// holdsNothing notes that the server holds no requests.
func (c *Client) holdsNothing() {
	for _, hold := range holds() {
		c.memory.missing(holding(hold))
	}
}
