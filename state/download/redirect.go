package download

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"

	"dubtop/api"
	"dubtop/api/text"
)

const maxRedirects = 5

// checkRedirect explains why a redirect is not followed. The client checks
// addresses behind names when it connects; this checks the address as the
// server gives it.
func checkRedirect(first *url.URL, next *http.Request, n int) error {
	next.Header.Del("Referer") // it would be the link, which is a secret
	to := next.URL
	host := string(text.Clean(to.Hostname(), 100))
	switch {
	case n > maxRedirects:
		return because(ErrUnsafe, fmt.Sprintf("%s redirects more than %d times", text.Clean(first.Host, 100), maxRedirects))
	case to.Scheme != first.Scheme:
		return because(ErrUnsafe, fmt.Sprintf("the link is redirected from %s to %s, which is not followed", first.Scheme, text.Clean(to.Scheme, 20)))
	case to.User != nil:
		return because(ErrUnsafe, "the link is redirected to an address with a user name, which is not followed")
	case api.IsLoopback(first.Hostname()):
		if !api.IsLoopback(to.Hostname()) {
			return because(ErrUnsafe, "the link is redirected from this machine to "+host+", which is not followed")
		}
	case isInside(to.Hostname()):
		return because(ErrUnsafe, "the link is redirected into a private network ("+host+"), which is not followed")
	}
	return nil
}

// isInside reports whether a host is written as an address that is not a public
// host's, or as this machine.
func isInside(host string) bool {
	if api.IsLoopback(host) {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && api.IsPrivate(a.Unmap())
}
