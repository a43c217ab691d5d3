package api

import (
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"dubtop/api/text"
)

// HostForms returns the host of a link in two forms: as the network knows it,
// in ASCII, and as it reads. A name in another script can look like a different
// one, so both are shown before anything is opened. read is empty if the host
// is plain ASCII; both are empty if the link has no host.
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
	if err != nil { // not a valid name, but shown all the same
		if ascii, err = idna.Punycode.ToASCII(host); err != nil {
			if plain {
				return text.Of(host), ""
			}
			return text.Of(host), text.Of(host)
		}
	}
	letters, _ := idna.Punycode.ToUnicode(ascii) // parts that cannot be decoded stay
	if wire, read = text.Of(ascii), text.Of(letters); read == wire {
		return wire, ""
	}
	return wire, read
}
