package api

import (
	"fmt"
	"strings"
	"testing"

	"dubtop/api/text"
)

func TestOnlySafeLinksAreUsed(t *testing.T) {
	good := []string{
		"https://api.sync.so/v2/generations/1/result?token=9b2f6a10",
		"https://cdn.example.com/a%20b.mp4?X-Sig=a%2Fb&c=1#t=3",
		"HTTPS://CDN.example.com/x",
		"https://cdn.example.com:8443/ä.mp4",
		"http://127.0.0.1:8080/x", "http://localhost/x", "http://[::1]:80/x",
	}
	for _, s := range good {
		if got, err := ParseURL(s).Link(); err != nil || got != s {
			t.Errorf("%s: %q, %v", s, got, err)
		}
	}
	bad := []string{
		"", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ssh://host",
		"http://example.com/x", "http://127.0.0.1.example.com/", "https://user:pw@example.com/",
		"https://", "https:///x", "https:opaque", "//example.com/x", "/etc/passwd", "--help",
		" https://example.com", "https://example.com/a b", "https://example.com/\x1b[31m",
		"https://example.com/\u202e", "https://example.com/\n", "https://example.com\\@evil/",
		"https://example.com/`id`", "https://example.com/\xff", "https://[::1", "https://x/%zz",
		"https://example.com/" + strings.Repeat("x", 9<<10),
	}
	for _, s := range bad {
		if got, err := ParseURL(s).Link(); err == nil || got != "" {
			t.Errorf("%q may be opened as %q", s, got)
		}
	}
}

func TestShownLinksHideTheirSignatures(t *testing.T) {
	for in, want := range map[string]text.Text{
		"https://h/p/x.mp4?token=secret&a=b&flag#frag": "https://h/p/x.mp4?token=…&a=…&…",
		"https://user:pw@h/p":                          "https://h/p",
		"https://h/\x1b[31mp":                          "https://h/p",
		"https://u:p@exämple.com:444/a?t=1":            "https://xn--exmple-cua.com:444/a?t=…",
		"https://exämple.com":                          "https://xn--exmple-cua.com",
		"https://ex%C3%A4mple.com/a":                   "https://xn--exmple-cua.com/a",
		"https://a\u202eb.com/x":                       "https://xn--ab-g4t.com/x",
		"":                                             "",
	} {
		if got := ParseURL(in).Shown(); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
	u := ParseURL("https://h/x?token=secret")
	for _, verb := range []string{"%v", "%+v", "%s", "%q"} {
		if got := fmt.Sprintf(verb, u); strings.Contains(got, "secret") {
			t.Errorf("%s prints %s", verb, got)
		}
	}
}

func TestNameInALink(t *testing.T) {
	for in, want := range map[string]text.Text{
		"https://h:1/a/promo_de%20014.mp4?x=/y": "promo_de 014.mp4",
		"https://h/a/":                          "a",
		"https://h":                             "",
		"https://h/%1b%5b31mx":                  "x",
		"":                                      "",
		"https://h/%zz/talk.mp4":                "talk.mp4",
	} {
		if got := ParseURL(in).Base(); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
