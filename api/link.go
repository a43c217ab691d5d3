package api

import (
	"net/netip"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"dubtop/api/text"
)

// MaxLink is the longest link ever used, in bytes.
const MaxLink = 8 << 10

// LinkFault is the reason why a link is not followed, opened or sent. Each part
// of the program that reports one has its own words for it.
type LinkFault int

// The faults, in the order in which they are checked.
const (
	LinkGood LinkFault = iota
	LinkEmpty
	LinkLong      // longer than MaxLink bytes
	LinkBlank     // contains a blank or a control character
	LinkInvisible // contains an invisible character
	LinkUnreadable
	LinkUser     // contains a user name or a password
	LinkPlain    // http to another machine
	LinkScheme   // neither https nor http
	LinkHostless // without a host
	LinkQuote    // contains a character with a meaning to shells, web pages or Windows
)

// FaultOf returns the fault of a link, byte for byte as it would be used.
func FaultOf(link string) LinkFault {
	switch {
	case link == "":
		return LinkEmpty
	case len(link) > MaxLink:
		return LinkLong
	case strings.ContainsFunc(link, isBlank):
		return LinkBlank
	case strings.ContainsFunc(link, text.Invisible):
		return LinkInvisible
	}
	u, err := url.Parse(link)
	if err != nil || !utf8.ValidString(link) {
		return LinkUnreadable
	}
	if f := faultOf(u); f != LinkGood {
		return f
	}
	if strings.ContainsAny(link, quotes) {
		return LinkQuote
	}
	return LinkGood
}

// faultOf returns the fault of a parsed link.
func faultOf(u *url.URL) LinkFault {
	switch {
	case u.User != nil:
		return LinkUser
	case u.Scheme == "http" && !IsLoopback(u.Hostname()):
		return LinkPlain
	case u.Scheme != "https" && u.Scheme != "http":
		return LinkScheme
	case u.Hostname() == "":
		return LinkHostless
	}
	return LinkGood
}

const quotes = "\"<>\\`"

func isBlank(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// drawnAsIs reports whether every character of a link stands for itself in a
// terminal, in a browser's address bar and on a command line.
func drawnAsIs(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsAny(s, quotes) &&
		!strings.ContainsFunc(s, func(r rune) bool { return isBlank(r) || text.Invisible(r) })
}

// IsLoopback reports whether a host name or address means this machine.
func IsLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

// linkError explains why a link is not followed. Trying again does not help.
type linkError string

func (e linkError) Error() string { return string(e) }

// checkLink explains why a link must not be followed, nil if it may be.
func checkLink(u *url.URL) error { return faultOf(u).err() }

// err returns the fault as an error for somebody who wanted to follow the link.
func (f LinkFault) err() error {
	switch f {
	case LinkEmpty:
		return linkError("there is no link")
	case LinkLong:
		return linkError("the link is longer than 8 KiB")
	case LinkBlank, LinkInvisible, LinkQuote:
		return linkError("the link contains blanks, quotes or control characters")
	case LinkUnreadable:
		return linkError("the link cannot be read")
	case LinkUser:
		return linkError("the link contains a user name or a password")
	case LinkPlain:
		return linkError("the link is not encrypted: only https links are opened")
	case LinkScheme:
		return linkError("the link is not a web link: only https links are opened")
	case LinkHostless:
		return linkError("the link has no host")
	case LinkGood:
	}
	return nil
}
