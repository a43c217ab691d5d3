package account

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"time"

	"dubtop/state/draft"

	"dubtop/api"
	"dubtop/api/media"
	"dubtop/api/text"
)

const (
	// looksAtHost is how many files of one host are looked at at once, and
	// looksAtAll how many in all.
	looksAtHost = 6
	looksAtAll  = 48
	// pricesAtOnce is how many requests are priced at once, once their links are
	// measured.
	pricesAtOnce = 4
	// hopelessFor is how long a host counts as one that sends nothing: less than
	// the minute after which the queue asks again.
	hopelessFor = 45 * time.Second
)

// Link is an input that is behind a link.
type Link struct {
	Kind string // what it is wanted for: video, audio or image
	URL  string
}

// Looks measures files behind links, several at once and each for as long as its
// host sends something. Hosts do not wait for each other. Where a file stalls and
// none of the others of its host came lately, the rest is not tried for a while.
// Everything that is priced together shares one. Its methods may be called from
// any goroutine.
type Looks struct {
	client *api.Client
	slots  chan struct{}
	desks  chan struct{}

	mu    sync.Mutex
	hosts map[string]*hostLooks
}

// hostLooks are the looks at the files of one host. All but the slots is guarded by
// Looks.mu.
type hostLooks struct {
	slots   chan struct{}
	stall   *media.StallError // the last one, nil if all came so far
	stalled time.Time         // when that was
	sent    time.Time         // when a file came last
}

// NewLooks makes looks that know nothing of any host yet.
func NewLooks(c *api.Client) *Looks {
	return &Looks{
		client: c, hosts: make(map[string]*hostLooks),
		slots: make(chan struct{}, looksAtAll), desks: make(chan struct{}, pricesAtOnce),
	}
}

// All looks at every link. Each is called after every look, from any goroutine; it
// may be nil.
func (l *Looks) All(ctx context.Context, links []Link, each func()) map[Link]draft.Finding {
	found := make(map[Link]draft.Finding, len(links))
	var mu sync.Mutex
	var wait sync.WaitGroup
	for _, link := range links {
		wait.Go(func() {
			f := l.at(ctx, link)
			mu.Lock()
			found[link] = f
			mu.Unlock()
			if each != nil {
				each()
			}
		})
	}
	wait.Wait()
	return found
}

// at looks at one link when it is its turn. What it finds counts for nothing once
// ctx has ended.
func (l *Looks) at(ctx context.Context, link Link) draft.Finding {
	h := l.host(link.URL)
	for _, slots := range []chan struct{}{h.slots, l.slots} { // whoever waits for a host takes nothing from others
		if !enter(ctx, slots) {
			return draft.Finding{}
		}
		defer func() { <-slots }()
	}
	if f, hopeless := l.hopeless(h); hopeless {
		return f
	}
	want := Wanted(link.Kind)
	info, err := media.Remote(ctx, l.client.Media(), link.URL, want)
	if ctx.Err() == nil {
		l.note(h, err)
	}
	return Found(want, info, err)
}

// enter takes a slot; false if ctx ended before there was one.
func enter(ctx context.Context, slots chan struct{}) bool {
	select {
	case slots <- struct{}{}:
		return ctx.Err() == nil || leave(slots)
	case <-ctx.Done():
		return false
	}
}

func leave(slots chan struct{}) bool {
	<-slots
	return false
}

func (l *Looks) host(link string) *hostLooks {
	name := ""
	if u, err := url.Parse(link); err == nil {
		name = u.Host
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.hosts[name]
	if h == nil {
		h = &hostLooks{slots: make(chan struct{}, looksAtHost)}
		l.hosts[name] = h
	}
	return h
}

// hopeless says why a host is not asked now, where it is not.
func (l *Looks) hopeless(h *hostLooks) (f draft.Finding, yes bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if h.stall == nil || now.Sub(h.stalled) >= hopelessFor || now.Sub(h.sent) < hopelessFor {
		return f, false
	}
	why := text.Sprintf("%s sent nothing for %s of other files", h.stall.Host, Seconds(h.stall.After.Seconds()))
	if h.stall.Slow {
		why = text.Of(h.stall.Host) + " was too slow with other files"
	}
	return draft.Finding{Warn: string(why) + ": this one was not tried", Untried: true}, true
}

func (l *Looks) note(h *hostLooks, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if stall, ok := errors.AsType[*media.StallError](err); ok {
		h.stall, h.stalled = stall, time.Now()
		return
	}
	h.sent = time.Now()
}
