package api

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
)

// behind returns a client whose requests go through a proxy, on real sockets.
func behind(t *testing.T, proxy string, fail error) *Client {
	t.Helper()
	u, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{BaseURL: "https://api.example.invalid", Key: NewSecret(testKey), Version: "1.2.3"}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	c.proxy = func(*http.Request) (*url.URL, error) { return u, fail }
	c.connect(cfg)
	t.Cleanup(c.CloseIdle)
	return c
}

// closedPort returns an address of this machine where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestFailingProxyIsNamed(t *testing.T) {
	refusing := func(status int) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(s.Close)
		return s.Listener.Addr().String()
	}
	dead := closedPort(t)
	wanting, unwilling := refusing(407), refusing(403)
	for _, c := range []struct {
		proxy, want string
		fail        error
	}{
		{"http://user:hunter2@" + dead, "no answer: the proxy " + dead + " refused the connection. Check HTTPS_PROXY and the proxy, then try again.", nil},
		{"https://user:hunter2@" + dead, "no answer: the proxy " + dead + " refused the connection. Check HTTPS_PROXY and the proxy, then try again.", nil},
		{"socks5://user:hunter2@" + dead, "no answer: the proxy " + dead + " refused the connection. Check HTTPS_PROXY and the proxy, then try again.", nil},
		{"http://user:hunter2@" + wanting, "the proxy " + wanting + " needs a user name and a password, or refused the ones given (407)", nil},
		{"http://user:hunter2@" + unwilling, "the proxy " + unwilling + " would not connect to api.example.invalid:443 (403)", nil},
		{"", "HTTPS_PROXY or ALL_PROXY does not contain the address of a proxy", errors.New("invalid proxy address user:hunter2@:::")},
	} {
		client := behind(t, c.proxy, c.fail)
		_, read := client.Models(Background(t.Context()))
		_, paid := client.CreateGeneration(t.Context(), Paid{IdempotencyKey: "k", Body: []byte("{}")})
		_, fetched := client.Media().Get("https://cdn.example.invalid/a.mp4") //nolint:bodyclose // there is none
		_, results := client.BatchResults(Background(t.Context()), Batch{Output: ParseURL("https://cdn.example.invalid/r")})
		for what, err := range map[string]error{"a list": read, "a paid request": paid, "a link": fetched, "results": results} {
			said := fmt.Sprint(err)
			if err == nil || strings.Contains(said, "hunter2") || strings.Contains(said, "user") && !strings.Contains(said, "user name") {
				t.Fatalf("%s through %s: %v", what, c.proxy, err)
			}
			words := strings.Replace(c.want, "api.example", "cdn.example", 1)
			if what == "a list" || what == "a paid request" {
				words = c.want
				wantKind(t, err, KindNetwork)
				if strings.Contains(said, "api.example.invalid refused") {
					t.Errorf("%s", said)
				}
			}
			if what == "a link" { // reported by package media, in the same words
				words = strings.TrimSuffix(strings.TrimPrefix(words, "no answer: "), ". Check HTTPS_PROXY and the proxy, then try again.")
			}
			if !strings.Contains(said, words) {
				t.Errorf("%s through %s\n got %s\nwant %s", what, c.proxy, said, words)
			}
		}
		if got := OutcomeOf(paid); got != NotSent {
			t.Errorf("a paid request that stopped at %s: %v", c.proxy, got)
		}
	}
}

// Failures on the way to a proxy are reported as the proxy's.
func TestErrorsOnTheWayToAProxy(t *testing.T) {
	for want, err := range map[string]error{
		"the name of the proxy p:80 could not be found (DNS)":                      &net.DNSError{Err: "no such host", Name: "p"},
		"the proxy p:80 cannot be reached from this network":                       &net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH},
		"the certificate is not one for the proxy p:80; a proxy may be in between": x509.HostnameError{Certificate: &x509.Certificate{}, Host: "p"},
	} {
		v := newProxied(&http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, err }},
			func(*http.Request) (*url.URL, error) { return url.Parse("http://u:hunter2@p") })
		r := httptest.NewRequest(http.MethodGet, "https://api.example.invalid/", nil)
		if _, err := v.RoundTrip(r); err == nil || err.Error() != want { //nolint:bodyclose // there is none
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// If a server behind a proxy does not answer, the error names both.
func TestServerBehindAProxyIsNamedWithIt(t *testing.T) {
	c, _ := newFake(t, func(w http.ResponseWriter, _ *http.Request) { w.(*recorder).err = net.ErrClosed })
	c.proxy = func(*http.Request) (*url.URL, error) { return url.Parse("http://u:hunter2@proxy.example:3128") }
	_, err := c.Models(Background(t.Context()))
	if said := fmt.Sprint(err); !strings.Contains(said, "through the proxy proxy.example:3128") || strings.Contains(said, "hunter2") {
		t.Error(said)
	}
}
