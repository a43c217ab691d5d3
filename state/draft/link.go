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

// checkLink says why a link can't be an input: the server must be able to
// fetch it. Plain http is for a server on this machine only.
func checkLink(raw string) error {
	switch api.FaultOf(raw) {
	case api.LinkLong:
		return fmt.Errorf("the link is longer than %d characters", api.MaxLink)
	case api.LinkBlank:
		return errors.New("the link has a space in it: write it as %20")
	case api.LinkInvisible:
		at := strings.IndexFunc(raw, text.Invisible)
		return fmt.Errorf("character %d of the link can't be seen: type the link, or copy it once more", 1+utf8.RuneCountInString(raw[:at]))
	case api.LinkUnreadable:
		return errors.New("the link can't be read: is it whole?")
	case api.LinkEmpty, api.LinkHostless:
		return errors.New("the link names no server: is it whole?")
	case api.LinkUser:
		return errors.New("the link holds a user name: use a link that works without")
	case api.LinkPlain:
		return errors.New("the link must begin with https://")
	case api.LinkScheme:
		u, err := url.Parse(raw)
		if err != nil || u.Hostname() == "" {
			return errors.New("the link names no server: is it whole?")
		}
		return fmt.Errorf("the server can't fetch %s:// links: use https://", u.Scheme)
	case api.LinkGood, api.LinkQuote: // the server may take it, whatever a shell would make of it
	}
	return nil
}
