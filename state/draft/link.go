package draft

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"dubtop/api/text"
)

// maxLink is the longest link, in bytes, that is sent or opened.
const maxLink = 8 << 10

// checkLink says why a link can't be an input: the server must be able to
// fetch it. Plain http is for a server on this machine only.
func checkLink(raw string) error {
	if len(raw) > maxLink {
		return fmt.Errorf("the link is longer than %d characters", maxLink)
	}
	if strings.ContainsFunc(raw, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return errors.New("the link has a space in it: write it as %20")
	}
	if at := strings.IndexFunc(raw, text.Invisible); at >= 0 {
		return fmt.Errorf("character %d of the link can't be seen: type the link, or copy it once more", 1+utf8.RuneCountInString(raw[:at]))
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil, !utf8.ValidString(raw):
		return errors.New("the link can't be read: is it whole?")
	case u.Hostname() == "":
		return errors.New("the link names no server: is it whole?")
	case u.User != nil:
		return errors.New("the link holds a user name: use a link that works without")
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	case u.Scheme == "http":
		return errors.New("the link must begin with https://")
	}
	return fmt.Errorf("the server can't fetch %s:// links: use https://", u.Scheme)
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}
