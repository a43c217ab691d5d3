package draft

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/state/instant"
)

// The server fetches inputs when a job is created, and again when a worker
// starts on it. A link must stay valid until then. A batch can take a day.
// https://sync.so/docs/api-reference/guides/batch-processing
const (
	linkMargin      = time.Hour
	batchLinkMargin = 24 * time.Hour
)

// LinkEnd is when an input's link expires. The zero LinkEnd means never.
type LinkEnd struct {
	At    time.Time // server's clock
	Input string    // video, image or audio
	Line  int       // of a batch, from 1; 0 for a job
}

// Over reports whether the link has expired at the given server time.
func (e LinkEnd) Over(at time.Time) bool { return !e.At.IsZero() && !at.Before(e.At) }

// subject names the link, as the subject of a sentence.
func (e LinkEnd) subject() string {
	words := "the signed link of the " + e.Input
	if e.Line > 0 {
		words = fmt.Sprintf("line %d: %s", e.Line, words)
	}
	return words
}

// ExpiredError means that a link has expired, so the request must not be sent.
type ExpiredError struct{ LinkEnd }

// Error names the link and the remedy.
func (e *ExpiredError) Error() string { return e.subject() + " has expired; make a new one" }

// First returns the earlier of e and the expiry of the inputs' links; line
// counts from 1 in a batch and is 0 for a job.
func (e LinkEnd) First(inputs []api.CreateInput, line int) LinkEnd {
	for _, in := range inputs {
		if at, ok := LinkExpiry(in.URL); ok && (e.At.IsZero() || at.Before(e.At)) {
			e = LinkEnd{At: at, Input: in.Type, Line: line}
		}
	}
	return e
}

// Short returns a warning if the link may expire before the workers fetch it,
// given the server time when the request is sent; else "".
func (e LinkEnd) Short(at time.Time) string {
	margin := linkMargin
	if e.Line > 0 {
		margin = batchLinkMargin
	}
	left := e.At.Sub(at)
	if e.At.IsZero() || left >= margin {
		return ""
	}
	return e.subject() + " " + endsIn(left) + "; " + fetchedLater(e.Line > 0)
}

// checkExpiry reports a link that has expired, or may expire before its job
// fetches it.
func checkExpiry(link string, at time.Time, batch bool) (Severity, string) {
	end, ok := LinkExpiry(link)
	if !ok || at.IsZero() {
		return SeverityNone, ""
	}
	margin := linkMargin
	if batch {
		margin = batchLinkMargin
	}
	switch left := end.Sub(at); {
	case left <= 0:
		return SeverityError, "this signed link has expired: make a new one"
	case left < margin:
		return SeverityWarning, "this signed link " + endsIn(left) + "; " + fetchedLater(batch)
	}
	return SeverityNone, ""
}

func fetchedLater(batch bool) string {
	if batch {
		return "a batch may take a day to fetch it"
	}
	return "the job may start later and fetches it then"
}

func endsIn(left time.Duration) string {
	switch {
	case left <= 0:
		return "has expired"
	case left < time.Minute:
		return "expires in less than a minute"
	case left < 2*time.Hour:
		return fmt.Sprintf("expires in %d min", int(left.Minutes()))
	}
	return fmt.Sprintf("expires in %d h", int(left.Hours()))
}

// LinkExpiry returns the time when a signed link expires, in the formats of
// object stores and content delivery networks; ok is false if the link has
// none.
func LinkExpiry(raw string) (t time.Time, ok bool) {
	if !strings.Contains(raw, "=") {
		return time.Time{}, false
	}
	u, err := url.Parse(raw)
	if err != nil {
		return time.Time{}, false
	}
	q := make(map[string]string)
	for k, v := range u.Query() {
		q[strings.ToLower(k)] = v[0]
	}
	for _, find := range []func(map[string]string) (time.Time, bool){
		signedExpiry, azureExpiry, policyExpiry, namedExpiry, tencentExpiry, hexExpiry, tokenExpiry,
	} {
		if t, ok := find(q); ok {
			return t, true
		}
	}
	if found := pathPattern.FindStringSubmatch(u.Path); found != nil {
		return unixInstant(found[1], 10)
	}
	return time.Time{}, false
}

var (
	// fieldPattern matches an expiry among other fields in one value or in a
	// path, as written by Akamai and Bunny.
	fieldPattern = regexp.MustCompile(`(?:^|~)exp=(\d{10})(?:~|$)`)
	pathPattern  = regexp.MustCompile(`[/~&]exp(?:ires)?=(\d{10})(?:[/~&]|$)`)
)

// signedExpiry reads a signing date and a number of seconds after it, as used
// by Amazon, and by Google, Alibaba and others under their own names.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
// https://cloud.google.com/storage/docs/authentication/signatures
func signedExpiry(q map[string]string) (first time.Time, ok bool) {
	for name, date := range q {
		brand, dated := strings.CutSuffix(name, "-date")
		if !dated || !strings.HasPrefix(brand, "x-") {
			continue
		}
		t, err := time.Parse("20060102T150405Z", date)
		n, wrong := strconv.ParseInt(q[brand+"-expires"], 10, 32)
		if err == nil && wrong == nil {
			first, ok = instant.Earlier(first, t.Add(time.Duration(n)*time.Second)), true
		}
	}
	return first, ok
}

// azureExpiry reads the expiry of a shared access signature.
// https://learn.microsoft.com/rest/api/storageservices/create-service-sas
func azureExpiry(q map[string]string) (time.Time, bool) {
	if q["sig"] == "" {
		return time.Time{}, false
	}
	return dateInstant(q["se"])
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
				DateLessThan map[string]json.Number
			}
		}
	}
	if json.Unmarshal(raw, &policy) != nil || len(policy.Statement) == 0 {
		return time.Time{}, false
	}
	return unixInstant(policy.Statement[0].Condition.DateLessThan["AWS:EpochTime"].String(), 10)
}

// namedExpiry reads an expiry in a parameter of its own: Amazon's and Google's
// older signatures, CloudFront's canned policy, and many others.
func namedExpiry(q map[string]string) (time.Time, bool) {
	for _, name := range []string{
		"expires", "expire", "exp", "expiry", "expiration", "expires_at", "expires-at", "expiresat", "x-expires",
	} {
		if t, ok := unixInstant(q[name], 10); ok {
			return t, true
		}
		if t, ok := dateInstant(q[name]); ok {
			return t, true
		}
	}
	return time.Time{}, false
}

// tencentExpiry reads the second of two times.
// https://cloud.tencent.com/document/product/436/7778
func tencentExpiry(q map[string]string) (time.Time, bool) {
	_, end, _ := strings.Cut(q["q-sign-time"], ";")
	return unixInstant(end, 10)
}

// hexExpiry reads the hexadecimal expiry of Discord's and Meta's links.
// https://discord.com/developers/docs/reference#signed-attachment-cdn-urls
func hexExpiry(q map[string]string) (time.Time, bool) {
	switch {
	case q["hm"] != "":
		return unixInstant(q["ex"], 16)
	case q["oh"] != "":
		return unixInstant(q["oe"], 16)
	}
	return time.Time{}, false
}

// tokenExpiry reads the expiry in a token: a JSON Web Token or Akamai's fields.
// https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4
func tokenExpiry(q map[string]string) (first time.Time, ok bool) {
	for _, value := range q {
		end := webTokenEnd(value)
		if found := fieldPattern.FindStringSubmatch(value); found != nil {
			end = found[1]
		}
		if t, is := unixInstant(end, 10); is {
			first, ok = instant.Earlier(first, t), true
		}
	}
	return first, ok
}

// webTokenEnd returns the expiry claim of a JSON Web Token, "" for other text.
func webTokenEnd(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || !strings.HasPrefix(token, "eyJ") {
		return ""
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	var claims struct {
		Exp json.Number `json:"exp"`
	}
	if err != nil || json.Unmarshal(raw, &claims) != nil {
		return ""
	}
	return claims.Exp.String()
}

func dateInstant(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// unixInstant parses a time in seconds or milliseconds. It rejects numbers that
// can't be a date, because some services use the same names for a duration.
func unixInstant(text string, base int) (time.Time, bool) {
	const year2001, year2286 = 1_000_000_000, 10_000_000_000
	text, _, _ = strings.Cut(text, ".")
	n, err := strconv.ParseInt(text, base, 64)
	if err == nil && n >= year2286 {
		n /= 1000
	}
	if err != nil || n < year2001 || n >= year2286 {
		return time.Time{}, false
	}
	return time.Unix(n, 0), true
}
