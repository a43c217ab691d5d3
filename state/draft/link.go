package draft

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"dubtop/api"
	"dubtop/api/text"
)

// checkLink returns an error if the server could not fetch a link. It allows
// plain http only for a server on this machine.
func checkLink(raw string) error {
	switch api.FaultOf(raw) {
	case api.LinkLong:
		return fmt.Errorf("the link is longer than %d characters", api.MaxLink)
	case api.LinkBlank:
		return errors.New("the link has a space in it: write it as %20")
	case api.LinkInvisible:
		at := strings.IndexFunc(raw, text.Invisible)
		return fmt.Errorf("character %d of the link is invisible: type the link, or copy it again", 1+utf8.RuneCountInString(raw[:at]))
	case api.LinkUnreadable:
		return errors.New("the link is malformed: is it complete?")
	case api.LinkEmpty, api.LinkHostless:
		return errors.New("the link names no server: is it complete?")
	case api.LinkUser:
		return errors.New("the link contains a user name: use a link that works without one")
	case api.LinkPlain:
		return errors.New("the link must begin with https://")
	case api.LinkScheme:
		u, err := url.Parse(raw)
		if err != nil || u.Hostname() == "" {
			return errors.New("the link names no server: is it complete?")
		}
		return fmt.Errorf("the server can't fetch %s:// links: use https://", u.Scheme)
	case api.LinkGood, api.LinkQuote: // fine for the server, even if a shell would trip over it
	}
	return nil
}
