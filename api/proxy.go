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

// proxyError is the error of a request that got no further than the proxy. It
// never contains the user and password of the proxy's address.
type proxyError struct {
	addr   string // host and port; "" if the setting has no address
	status int    // the proxy's answer; 0 without one
	host   string // target of the request
	err    error  // why there was no answer
}

func (p *proxyError) Error() string {
	name := "the proxy " + p.addr
	switch {
	case p.addr == "":
		return "HTTPS_PROXY or ALL_PROXY does not contain the address of a proxy"
	case p.status == http.StatusProxyAuthRequired:
		return name + " needs a user name and a password, or refused the ones given (407)"
	case p.status != 0:
		return fmt.Sprintf("%s would not connect to %s (%d)", name, p.host, p.status)
	case errors.As(p.err, new(*net.DNSError)):
		return "the name of " + name + " could not be found (DNS)"
	}
	return reasonFor(p.err, name)
}

// Unwrap returns the cause.
func (p *proxyError) Unwrap() error { return p.err }

// proxyFunc returns the proxy for a request, nil for none.
type proxyFunc func(*http.Request) (*url.URL, error)

// careful calls f and removes passwords from its errors.
func (f proxyFunc) careful(r *http.Request) (*url.URL, error) {
	u, err := f(r)
	if err != nil {
		return nil, &proxyError{}
	}
	return u, nil
}

// addr returns the address of a request's proxy, "" for none.
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

// proxyAddr returns a proxy's host and port without user and password.
func proxyAddr(u *url.URL) string {
	ports := map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}
	addr := net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), ports[u.Scheme]))
	return string(text.Clean(addr, maxID))
}

// viaProxy is a transport whose errors name the proxy if it is at fault. To
// net/http a proxy is just another host that cannot be reached.
type viaProxy struct {
	*http.Transport
	proxy proxyFunc
}

// newProxied sends the requests of a transport through the proxies chosen by
// proxy.
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
