package api

import (
	"testing"

	"dubtop/api/text"
)

func TestNonASCIIHostsAreShownBothWays(t *testing.T) {
	for link, want := range map[string][2]text.Text{
		"https://example.com/a":          {"example.com", ""},
		"https://EXAMPLE.com:8443/a":     {"example.com", ""},
		"https://[2001:db8::1]/a":        {"2001:db8::1", ""},
		"https://exämple.com/a":          {"xn--exmple-cua.com", "exämple.com"},
		"https://xn--exmple-cua.com/a":   {"xn--exmple-cua.com", "exämple.com"},
		"https://ex%C3%A4mple.com/a":     {"xn--exmple-cua.com", "exämple.com"},
		"https://аррӏе.com/":             {"xn--80ak6aa92e.com", "аррӏе.com"},
		"https://例え.jp:444/x":            {"xn--r8jz45g.jp", "例え.jp"},
		"https://xn--zzzzzzzzzzzz-.com/": {"xn--zzzzzzzzzzzz-.com", ""},
		"https://exa\u202emple.com/":     {"xn--example-276c.com", "example.com"},
		"/no/host":                       {"", ""},
		"://":                            {"", ""},
	} {
		if wire, read := HostForms(link); [2]text.Text{wire, read} != want {
			t.Errorf("%s: %q and %q, want %q", link, wire, read, want)
		}
	}
}
