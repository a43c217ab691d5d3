package api

import (
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"dubtop/api/text"
)

// HostForms is the host of a link as the network knows it, in ASCII, and as it
// reads. A name in other scripts can look like another one, so both stand side
// by side before anything is opened; read is empty where the host is plain
// ASCII, and both are where the link has none.
func HostForms(link string) (wire, read text.Text) {
	u, err := url.Parse(link)
	if err != nil || u.Hostname() == "" {
		return "", ""
	}
	host := strings.ToLower(u.Hostname())
	plain := !strings.ContainsFunc(host, func(r rune) bool { return r > unicode.MaxASCII })
	if plain && !strings.Contains(host, "xn--") {
		return text.Of(host), ""
	}
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil { // no name that could be registered, but it is shown all the same
		if ascii, err = idna.Punycode.ToASCII(host); err != nil {
			if plain {
				return text.Of(host), ""
			}
			return text.Of(host), text.Of(host)
		}
	}
	letters, _ := idna.Punycode.ToUnicode(ascii) // what can't be decoded stays
	if wire, read = text.Of(ascii), text.Of(letters); read == wire {
		return wire, ""
	}
	return wire, read
}
