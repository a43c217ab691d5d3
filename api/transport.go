package api

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// keyHeader carries the key.
// https://sync.so/docs/api-reference/guides/authentication
const keyHeader = "x-api-key"

const maxRedirects = 5

// errPrivate refuses a link into a private network.
const errPrivate = linkError("the link leads into a private network")

// connect creates the HTTP clients. They differ in whether they carry the key,
// whether they follow redirects, and where they may go.
func (c *Client) connect(cfg Config) {
	agent := "dubtop/" + strings.TrimSpace(cfg.Version)
	reads, paid, media, storage := cfg.Transport, cfg.Transport, cfg.Transport, cfg.Transport
	c.closeIdle = func() {}
	if cfg.Transport == nil {
		if c.proxy == nil {
			c.proxy = http.ProxyFromEnvironment
		}
		kept, fresh := newProxied(newTransport(), c.proxy), newProxied(newTransport(), c.proxy)
		// If a kept connection dies during a paid request, the outcome is
		// unknown. A new connection takes a moment longer and fails before
		// anything is sent.
		fresh.DisableKeepAlives = true
		links := newLinkTransport(IsLoopback(c.base.Hostname()), c.proxy)
		files := newLinkTransport(IsLoopback(c.base.Hostname()), c.proxy).forFiles()
		reads, paid, media, storage = kept, fresh, links, files
		c.closeIdle = func() { kept.CloseIdleConnections(); links.closeIdle(); files.closeIdle() }
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	kept := func(t http.RoundTripper) http.RoundTripper { return &remembered{t, c} }
	c.reads = &http.Client{Transport: kept(&keyed{reads, c.base, c.key, agent}), CheckRedirect: stay}
	c.paid = &http.Client{Transport: kept(&keyed{paid, c.base, c.key, agent}), CheckRedirect: stay}
	c.keyless = &http.Client{Transport: kept(&keyed{reads, c.base, Secret{}, agent}), CheckRedirect: stay}
	c.media = &http.Client{Transport: kept(&linked{media, agent}), CheckRedirect: checkRedirect}
	c.storage = &http.Client{Transport: kept(&linked{storage, agent}), CheckRedirect: stay}
	c.files = &http.Client{Transport: &linked{storage, agent}, CheckRedirect: checkRedirect}
}

// keyed adds the key to requests for the base origin. Go keeps headers like
// this one when a redirect leads to another host, so the transport adds it,
// which sees where a request really goes.
type keyed struct {
	next  http.RoundTripper
	base  *url.URL
	key   Secret
	agent string
}

func (k *keyed) RoundTrip(r *http.Request) (*http.Response, error) {
	r = copyRequest(r, k.agent)
	if !k.key.IsZero() && sameOrigin(r.URL, k.base) {
		r.Header.Set(keyHeader, k.key.reveal())
	}
	return k.next.RoundTrip(r)
}

// linked fetches links without the key, and only where links may lead.
type linked struct {
	next  http.RoundTripper
	agent string
}

func (l *linked) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := checkLink(r.URL); err != nil {
		return nil, err
	}
	return l.next.RoundTrip(copyRequest(r, l.agent))
}

// copyRequest copies a request, because a transport must not change the one it
// is given. The copy has our user agent and never the key.
func copyRequest(r *http.Request, agent string) *http.Request {
	c := *r
	c.Header = r.Header.Clone()
	if c.Header == nil {
		c.Header = make(http.Header)
	}
	c.Header.Del(keyHeader)
	c.Header.Set("User-Agent", agent)
	return &c
}

// sameOrigin compares scheme, host and port.
func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// checkRedirect allows a few redirects and hides the signed URL from the next
// host.
func checkRedirect(r *http.Request, via []*http.Request) error {
	r.Header.Del("Referer")
	if len(via) > maxRedirects {
		return linkError(fmt.Sprintf("the link was redirected more than %d times", maxRedirects))
	}
	return checkLink(r.URL)
}

// newTransport returns a transport that limits what a server can cost us. It
// uses no proxy.
func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        90 * time.Second,
		ForceAttemptHTTP2:      true,
		// A connection that died during sleep or behind a NAT is detected by a
		// ping.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second},
	}
}

// linkTransport fetches from hosts that only a link names. It checks the
// addresses that it dials; behind a proxy, that is up to the proxy.
type linkTransport struct {
	direct  *http.Transport
	proxied *viaProxy
}

// newLinkTransport returns a transport for links. private allows private
// addresses.
func newLinkTransport(private bool, proxy proxyFunc) *linkTransport {
	l := &linkTransport{direct: newTransport(), proxied: newProxied(newTransport(), proxy)}
	for _, t := range []*http.Transport{l.direct, l.proxied.Transport} {
		t.ResponseHeaderTimeout = 15 * time.Second
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, ControlContext: refusePrivate}
	if private {
		dialer.ControlContext = refuseLinkLocal
	}
	l.direct.DialContext = dialer.DialContext
	return l
}

// putBuffer is how much of a file is written at once.
const putBuffer = 256 << 10

// forFiles prepares the transport for large files: over HTTP/1, whose connection
// is not shared and needs no window from the other side, and with as long for
// the answer as the watchdog allows.
func (l *linkTransport) forFiles() *linkTransport {
	for _, t := range []*http.Transport{l.direct, l.proxied.Transport} {
		t.ResponseHeaderTimeout, t.WriteBufferSize = 0, putBuffer
		t.ForceAttemptHTTP2, t.HTTP2 = false, nil
		t.Protocols = new(http.Protocols)
		t.Protocols.SetHTTP1(true)
	}
	return l
}

func (l *linkTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if proxy, err := l.proxied.proxy(r); err != nil || proxy != nil {
		return l.proxied.RoundTrip(r)
	}
	return l.direct.RoundTrip(r)
}

func (l *linkTransport) closeIdle() {
	l.direct.CloseIdleConnections()
	l.proxied.CloseIdleConnections()
}

// refusePrivate checks the resolved address, so that a name cannot change its
// meaning between the check and the connection.
func refusePrivate(_ context.Context, _, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil || IsPrivate(a.Addr().Unmap()) {
		return errPrivate
	}
	return nil
}

// refuseLinkLocal refuses the addresses at which clouds tell their machines
// secrets.
func refuseLinkLocal(_ context.Context, _, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil || a.Addr().Unmap().IsLinkLocalUnicast() {
		return errPrivate
	}
	return nil
}

// IsPrivate reports whether an address is not that of a public host.
func IsPrivate(a netip.Addr) bool {
	// 100.64.0.0/10 is used by carriers and by overlay networks.
	shared := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10)
	return a.IsPrivate() || !a.IsGlobalUnicast() || shared.Contains(a)
}
