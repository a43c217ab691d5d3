package dispatch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"dubtop/api/media"
)

const (
	// linksAtOnce is how many links are measured at the same time, and
	// linksPerHost how many of them on one host: a host that is slow keeps only
	// its own waiting.
	linksAtOnce, linksPerHost = 64, 3
	// After stallsInARow links that a host left unanswered its others are not
	// tried, for stallMemory.
	stallsInARow, stallMemory = 2, time.Minute
)

// Hosts measures links with regard to where they lead: few of one host at a
// time, and none for a while of a host that does not answer. It may be used from
// several goroutines.
type Hosts struct {
	all   chan struct{}
	mutex sync.Mutex
	known map[string]*host
}

// NewHosts is for the links of one piece of work.
func NewHosts() *Hosts {
	return &Hosts{all: make(chan struct{}, linksAtOnce), known: map[string]*host{}}
}

// host is what is remembered of one.
type host struct {
	slots  chan struct{}
	mutex  sync.Mutex
	stalls int // in a row
	last   error
	at     time.Time
}

// Measure is [media.Remote] when it is the link's turn, or an error at once where
// its host is known not to answer.
func (h *Hosts) Measure(ctx context.Context, client *http.Client, link string, want media.Kind) (media.Info, error) {
	x := h.of(link)
	for _, slots := range []chan struct{}{x.slots, h.all} {
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
		case <-ctx.Done():
			return media.Info{}, ctx.Err()
		}
	}
	if err := x.dead(); err != nil {
		return media.Info{}, err
	}
	info, err := media.Remote(ctx, client, link, want)
	x.note(err)
	return info, err
}

// Full reports whether a link would have to wait for others of its host.
func (h *Hosts) Full(link string) bool {
	x := h.of(link)
	return len(x.slots) == cap(x.slots)
}

func (h *Hosts) of(link string) *host {
	name := hostOf(link)
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.known[name] == nil {
		h.known[name] = &host{slots: make(chan struct{}, linksPerHost)}
	}
	return h.known[name]
}

// hostOf is the host that a link leads to, "" if it can't be read.
func hostOf(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

// dead is why a host need not be asked, nil if it is worth a try.
func (x *host) dead() error {
	x.mutex.Lock()
	defer x.mutex.Unlock()
	if x.stalls < stallsInARow || time.Since(x.at) > stallMemory {
		return nil
	}
	return fmt.Errorf("%w (%d of its links in a row, so this one was not tried)", x.last, x.stalls)
}

// note remembers whether the host answered at all.
func (x *host) note(err error) {
	x.mutex.Lock()
	defer x.mutex.Unlock()
	if stall, ok := errors.AsType[*media.StallError](err); !ok || stall.Slow {
		x.stalls = 0
		return
	}
	x.stalls, x.last, x.at = x.stalls+1, err, time.Now()
}

// Link is a link to be measured, and what its file is wanted for.
type Link struct {
	URL  string
	Want media.Kind
}

// MeasureAll measures links, many at the same time, and hands over each result
// as soon as it is there, one after the other and in no order. Its error is that
// of the context.
func (h *Hosts) MeasureAll(ctx context.Context, client *http.Client, links []Link, note *Progress, each func(Link, media.Info, error)) error {
	note.begin(links)
	var (
		wait  sync.WaitGroup
		mutex sync.Mutex
	)
	for _, link := range links {
		wait.Go(func() {
			info, err := h.Measure(ctx, client, link.URL, link.Want)
			mutex.Lock()
			defer mutex.Unlock()
			each(link, info, err)
			note.done(link)
		})
	}
	wait.Wait()
	return ctx.Err()
}

// Progress is how far [Hosts.MeasureAll] has come, for a screen to look at
// meanwhile.
type Progress struct {
	mutex sync.Mutex
	all   int
	left  map[string]int // by host
}

func (p *Progress) begin(links []Link) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.all, p.left = len(links), map[string]int{}
	for _, link := range links {
		p.left[hostOf(link.URL)]++
	}
}

func (p *Progress) done(link Link) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	name := hostOf(link.URL)
	if p.left[name]--; p.left[name] == 0 {
		delete(p.left, name)
	}
}

// State is how many of the links are measured, how many there are, and the host
// that is still waited for, "" as long as there are several.
func (p *Progress) State() (done, all int, host string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	left := 0
	for name, n := range p.left {
		left += n
		host = name
	}
	if len(p.left) != 1 {
		host = ""
	}
	return p.all - left, p.all, host
}
