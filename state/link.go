package state

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
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
	u, err := url.Parse(raw)
	switch {
	case err != nil:
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

// LinkExpiry finds the instant at which a signed link stops working, as the
// usual object stores write it into the query. It is false for links that
// carry none.
func LinkExpiry(raw string) (t time.Time, ok bool) {
	u, err := url.Parse(raw)
	if err != nil || u.RawQuery == "" {
		return time.Time{}, false
	}
	q := make(map[string]string)
	for k, v := range u.Query() {
		q[strings.ToLower(k)] = v[0]
	}
	for _, find := range []func(map[string]string) (time.Time, bool){
		expiryAfter("x-amz-date", "x-amz-expires"),
		expiryAfter("x-goog-date", "x-goog-expires"),
		azureExpiry,
		policyExpiry,
		unixExpiry,
		discordExpiry,
	} {
		if t, ok := find(q); ok {
			return t, true
		}
	}
	return time.Time{}, false
}

// expiryAfter reads a date of signing and a number of seconds after it.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
func expiryAfter(date, seconds string) func(map[string]string) (time.Time, bool) {
	return func(q map[string]string) (time.Time, bool) {
		t, err := time.Parse("20060102T150405Z", q[date])
		if err != nil {
			return time.Time{}, false
		}
		n, err := strconv.ParseInt(q[seconds], 10, 32)
		return t.Add(time.Duration(n) * time.Second), err == nil
	}
}

// azureExpiry reads the end of a shared access signature.
// https://learn.microsoft.com/rest/api/storageservices/create-service-sas
func azureExpiry(q map[string]string) (time.Time, bool) {
	if q["sig"] == "" {
		return time.Time{}, false
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z", time.DateOnly} {
		if t, err := time.Parse(layout, q["se"]); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// policyExpiry reads CloudFront's custom policy.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-custom-policy.html
func policyExpiry(q map[string]string) (time.Time, bool) {
	text := strings.NewReplacer("-", "+", "_", "=", "~", "/").Replace(q["policy"])
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return time.Time{}, false
	}
	var policy struct {
		Statement []struct {
			Condition struct {
				DateLessThan map[string]int64
			}
		}
	}
	if json.Unmarshal(raw, &policy) != nil || len(policy.Statement) == 0 {
		return time.Time{}, false
	}
	return unixInstant(policy.Statement[0].Condition.DateLessThan["AWS:EpochTime"])
}

func unixExpiry(q map[string]string) (time.Time, bool) {
	n, err := strconv.ParseInt(q["expires"], 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	return unixInstant(n)
}

// discordExpiry reads the hexadecimal end of the links of Discord's CDN.
// https://discord.com/developers/docs/reference#signed-attachment-cdn-urls
func discordExpiry(q map[string]string) (time.Time, bool) {
	if q["hm"] == "" {
		return time.Time{}, false
	}
	n, err := strconv.ParseInt(q["ex"], 16, 64)
	if err != nil {
		return time.Time{}, false
	}
	return unixInstant(n)
}

// unixInstant takes a number for a date only if it can be one: other services
// use the same names for a number of seconds.
func unixInstant(n int64) (time.Time, bool) {
	const year2001, year2286 = 1_000_000_000, 10_000_000_000
	if n < year2001 || n > year2286 {
		return time.Time{}, false
	}
	return time.Unix(n, 0), true
}
