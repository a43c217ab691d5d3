package api

import (
	"net/url"
	"path"
	"strings"

	"dubtop/api/text"
)

// URL is a link from the API, kept byte for byte. It can only be used through
// [URL.Link], which checks it, and shown through [URL.Shown].
type URL struct{ raw string }

// ParseURL returns a URL for a string of ours, such as one typed by the user.
// It checks nothing; [URL.Link] does.
func ParseURL(s string) URL {
	// One byte too many is enough for Link to refuse it.
	return URL{raw: s[:min(len(s), MaxLink+1)]}
}

// UnmarshalJSON reads a string; anything else is no link. It never fails.
func (u *URL) UnmarshalJSON(b []byte) error {
	*u = URL{}
	if len(b) > 0 && b[0] == '"' {
		*u = ParseURL(text.Loose(b))
	}
	return nil
}

// IsZero reports whether there is no link.
func (u URL) IsZero() bool { return u.raw == "" }

// String returns Shown, so that printing a link by accident is safe.
func (u URL) String() string { return string(u.Shown()) }

// Link returns the exact bytes of a link that is safe to fetch and to open:
// https, or http on this machine; with a host, without a user name, blanks or
// control characters, up to 8 KiB. Otherwise the error explains why not.
func (u URL) Link() (string, error) {
	if err := FaultOf(u.raw).err(); err != nil {
		return "", err
	}
	return u.raw, nil
}

// Shown returns the link for display: without user name and fragment, and with
// the values of its query hidden, because they sign it. A host in another
// script is shown in ASCII, as the network knows it; see [URL.Reads].
func (u URL) Shown() text.Text {
	s, _, _ := strings.Cut(u.raw, "#")
	s, query, signed := strings.Cut(s, "?")
	if scheme, rest, ok := strings.Cut(s, "://"); ok {
		authority, path, slash := strings.Cut(rest, "/")
		s = scheme + "://" + u.authority(authority)
		if slash {
			s += "/" + path
		}
	}
	if !signed {
		return text.Clean(s, text.Max)
	}
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		if name, _, ok := strings.Cut(pair, "="); ok {
			pairs[i] = name + "=" + "…"
		} else if pair != "" {
			pairs[i] = "…"
		}
	}
	return text.Clean(s+"?"+strings.Join(pairs, "&"), text.Max)
}

// authority returns host and port for display.
func (u URL) authority(raw string) string {
	if wire, read := HostForms(u.raw); read != "" {
		port := ""
		if at := strings.LastIndex(raw, ":"); at > strings.LastIndex(raw, "@") {
			port = raw[at:]
		}
		return string(wire) + port
	}
	return raw[strings.LastIndex(raw, "@")+1:]
}

// Reads returns the host as it reads if it is written in another script, else
// "". It may look like a well-known host, so never show it without the ASCII
// form.
func (u URL) Reads() text.Text {
	_, read := HostForms(u.raw)
	return read
}

// Base returns the last element of the link's path, empty if there is none.
func (u URL) Base() text.Text {
	s, _, _ := strings.Cut(u.raw, "#")
	s, _, _ = strings.Cut(s, "?")
	if p, err := url.Parse(s); err == nil {
		s = p.Path
	}
	if base := path.Base(s); base != "." && base != "/" {
		return text.Clean(base, text.Max)
	}
	return ""
}
