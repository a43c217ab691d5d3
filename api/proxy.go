package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"dubtop/api/text"
)

// proxyError is the error of a request that got no farther than the proxy. It
// never holds the user and the password that the proxy's address may have.
type proxyError struct {
	addr   string // host and port, "" where the setting holds no address
	status int    // what the proxy answered, 0 without an answer
	host   string // of the request
	err    error  // why there was no answer
}

func (p *proxyError) Error() string {
	name := "the proxy " + p.addr
	switch {
	case p.addr == "":
		return "HTTPS_PROXY, or ALL_PROXY, holds no address of a proxy"
	case p.status == http.StatusProxyAuthRequired:
		return name + " wants a user name and a password, or others than it got (407)"
	case p.status != 0:
		return fmt.Sprintf("%s would not connect to %s (%d)", name, p.host, p.status)
	case errors.As(p.err, new(*net.DNSError)):
		return "the name of " + name + " could not be found (DNS)"
	}
	return reasonFor(p.err, name)
}

// Unwrap gives the cause below.
func (p *proxyError) Unwrap() error { return p.err }

// proxyFunc says which proxy a request goes through, nil for none.
type proxyFunc func(*http.Request) (*url.URL, error)

// careful is a proxyFunc whose errors quote no password.
func (f proxyFunc) careful(r *http.Request) (*url.URL, error) {
	u, err := f(r)
	if err != nil {
		return nil, &proxyError{}
	}
	return u, nil
}

// addr is the proxy of a request, "" for none.
func (f proxyFunc) addr(r *http.Request) string {
	if f == nil {
		return ""
	}
	u, err := f(r)
	if err != nil || u == nil {
		return ""
	}
	return proxyAddr(u)
}

// proxyAddr is a proxy's host and port, without user and password.
func proxyAddr(u *url.URL) string {
	ports := map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}
	addr := net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), ports[u.Scheme]))
	return string(text.Clean(addr, maxID))
}

// viaProxy is a transport that names the proxy where the proxy is at fault: to
// net/http it is one more host that could not be reached.
type viaProxy struct {
	*http.Transport
	proxy proxyFunc
}

// newProxied makes a transport go through the proxies of proxy.
func newProxied(t *http.Transport, proxy proxyFunc) *viaProxy {
	t.Proxy = proxy.careful
	t.OnProxyConnectResponse = func(_ context.Context, u *url.URL, asked *http.Request, res *http.Response) error {
		if res.StatusCode == http.StatusOK {
			return nil
		}
		return &proxyError{addr: proxyAddr(u), status: res.StatusCode, host: asked.Host}
	}
	return &viaProxy{t, proxy}
}

func (v *viaProxy) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := v.Transport.RoundTrip(r)
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "proxyconnect" {
		return nil, &proxyError{addr: v.proxy.addr(r), host: r.URL.Host, err: op.Err}
	}
	return res, err
}
