package account

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"dubtop/api"
	"dubtop/api/media"
	"dubtop/state"
)

const (
	// looksAtHost is how many files of one host are looked at at once, and
	// looksAtAll how many in all.
	looksAtHost = 6
	looksAtAll  = 24
)

// Link is an input of a batch that is behind a link.
type Link struct {
	Kind string // video, audio or image
	URL  string
}

// LookAtAll measures files behind links, several at once and each for as long as
// its host sends something. Hosts do not wait for each other. Where a file stalls
// and none of the others of its host came meanwhile, the rest is not tried. Each is
// called after every look, from any goroutine.
func LookAtAll(ctx context.Context, c *api.Client, links []Link, each func()) map[Link]state.Finding {
	hosts := make(map[string]*hostLooks)
	for _, l := range links {
		name := hostOf(l.URL)
		if hosts[name] == nil {
			hosts[name] = &hostLooks{name: name}
		}
		hosts[name].links = append(hosts[name].links, l)
	}
	all := looks{client: c, each: each, slots: make(chan struct{}, looksAtAll), found: make(map[Link]state.Finding)}
	var wait sync.WaitGroup
	for _, h := range hosts {
		for range min(looksAtHost, len(h.links)) {
			wait.Go(func() { all.work(ctx, h) })
		}
	}
	wait.Wait()
	return all.found
}

func hostOf(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	return u.Host
}

// looks are all looks at one batch.
type looks struct {
	client *api.Client
	each   func()
	slots  chan struct{}

	mu    sync.Mutex
	found map[Link]state.Finding
}

// hostLooks are those at the files of one host, guarded by looks.mu.
type hostLooks struct {
	name    string
	links   []Link
	stalled time.Duration // how long a file was waited for, 0 if all came so far
	sent    bool          // one has come
}

// work looks at one file of a host after the other until none is left.
func (l *looks) work(ctx context.Context, h *hostLooks) {
	for ctx.Err() == nil {
		select {
		case l.slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		more := l.next(ctx, h)
		<-l.slots
		if !more {
			return
		}
	}
}

// next looks at the next file of a host, if there is one.
func (l *looks) next(ctx context.Context, h *hostLooks) bool {
	l.mu.Lock()
	if len(h.links) == 0 {
		l.mu.Unlock()
		return false
	}
	link := h.links[0]
	h.links = h.links[1:]
	hopeless := h.stalled > 0 && !h.sent
	f := state.Finding{Warn: fmt.Sprintf("%s sent nothing for %s of other files: this one was not tried", h.name, Seconds(h.stalled.Seconds()))}
	l.mu.Unlock()
	if !hopeless {
		want := Wanted(link.Kind)
		info, err := media.Remote(ctx, l.client.Media(), link.URL, want)
		f = Found(want, info, err)
		l.note(h, err)
	}
	l.mu.Lock()
	l.found[link] = f
	l.mu.Unlock()
	l.each()
	return true
}

func (l *looks) note(h *hostLooks, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if stall, ok := errors.AsType[*media.StallError](err); ok {
		h.stalled = stall.After
		return
	}
	h.sent = true
}
