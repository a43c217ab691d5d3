package inputs

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"time"

	"dubtop/api"
	"dubtop/api/media"
	"dubtop/api/text"
	"dubtop/state/draft"
)

const (
	// LooksAtHost limits the files of one host that are inspected concurrently,
	// and looksAtAll all of them.
	LooksAtHost = 6
	looksAtAll  = 48
	// hostsAtOnce limits the hosts whose links wait for their turn.
	hostsAtOnce = 512
	// pricesAtOnce limits the requests priced concurrently, after their links
	// are measured.
	pricesAtOnce = 4
	// hopelessFor is how long to skip a host that sends nothing. It is shorter
	// than the minute after which the queue tries again.
	hopelessFor = 45 * time.Second
)

// Link is an input given as a link.
type Link struct {
	Kind string // wanted as video, audio or image
	URL  string
}

// Looks measures files behind links, several at once, each for as long as its
// host keeps sending. Hosts do not wait for each other. If a file stalls and no
// other file of its host came lately, the host is skipped for a while. Drafts
// priced together share one Looks. Its methods may be called from any
// goroutine.
type Looks struct {
	client  *api.Client
	slots   chan struct{}
	pricing chan struct{}

	mu    sync.Mutex
	hosts map[string]*hostLooks
}

// hostLooks tracks one host. All fields but slots are guarded by Looks.mu.
type hostLooks struct {
	slots   chan struct{}
	stall   *media.StallError // the last stall, or nil
	stalled time.Time         // when that happened
	sent    time.Time         // when a file last arrived
}

// NewLooks returns a Looks that knows no hosts yet.
func NewLooks(c *api.Client) *Looks {
	return &Looks{
		client: c, hosts: make(map[string]*hostLooks),
		slots: make(chan struct{}, looksAtAll), pricing: make(chan struct{}, pricesAtOnce),
	}
}

// All inspects every link. It calls each after every link, from any goroutine;
// each may be nil.
func (l *Looks) All(ctx context.Context, links []Link, each func()) map[Link]draft.Finding {
	found := make(map[Link]draft.Finding, len(links))
	var mu sync.Mutex
	l.Each(ctx, links, func(link Link, f draft.Finding) {
		mu.Lock()
		found[link] = f
		mu.Unlock()
		if each != nil {
			each()
		}
	})
	return found
}

// Each inspects every link and calls each with the finding, from any goroutine.
// However many links there are, it uses a few goroutines for each host.
func (l *Looks) Each(ctx context.Context, links []Link, each func(Link, draft.Finding)) {
	var hosts []string
	at := make(map[string][]Link)
	for _, link := range links {
		host := hostOf(link.URL)
		if at[host] == nil {
			hosts = append(hosts, host)
		}
		at[host] = append(at[host], link)
	}
	open := make(chan struct{}, hostsAtOnce)
	var wait sync.WaitGroup
	for _, host := range hosts {
		if !enter(ctx, open) {
			break
		}
		queue := make(chan Link, len(at[host]))
		for _, link := range at[host] {
			queue <- link
		}
		close(queue)
		wait.Go(func() {
			defer func() { <-open }()
			var workers sync.WaitGroup
			for range min(LooksAtHost, len(at[host])) {
				workers.Go(func() {
					for link := range queue {
						f := l.at(ctx, link)
						if ctx.Err() != nil {
							return
						}
						each(link, f)
					}
				})
			}
			workers.Wait()
		})
	}
	wait.Wait()
}

// at inspects one link when its turn comes. Ignore its result once ctx has
// ended.
func (l *Looks) at(ctx context.Context, link Link) draft.Finding {
	h := l.host(link.URL)
	for _, slots := range []chan struct{}{h.slots, l.slots} { // waiting for a host must not take up a slot of the others
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

// enter takes a slot; it returns false if ctx ended first.
func enter(ctx context.Context, slots chan struct{}) bool {
	select {
	case slots <- struct{}{}:
		if ctx.Err() == nil {
			return true
		}
		<-slots
	case <-ctx.Done():
	}
	return false
}

// hostOf returns the host of a link, "" if it has none.
func hostOf(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	return u.Host
}

func (l *Looks) host(link string) *hostLooks {
	name := hostOf(link)
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.hosts[name]
	if h == nil {
		h = &hostLooks{slots: make(chan struct{}, LooksAtHost)}
		l.hosts[name] = h
	}
	return h
}

// hopeless reports whether a host is skipped for now, and why.
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
