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

// The server fetches inputs when a job is made and again when a worker takes it
// up: a link should hold until then. A batch may take a day.
// https://sync.so/docs/api-reference/guides/batch-processing
const (
	linkMargin      = time.Hour
	batchLinkMargin = 24 * time.Hour
)

// LinkEnd is when the link of an input ends. The zero LinkEnd is that of a link
// that never does.
type LinkEnd struct {
	At    time.Time // by everybody's clock, which is the server's
	Input string    // video, image or audio
	Line  int       // of a batch, from 1; 0 of a job
}

// Over reports whether the link has ended at a time by the server's clock.
func (e LinkEnd) Over(at time.Time) bool { return !e.At.IsZero() && !at.Before(e.At) }

// subject is the link as the subject of a sentence.
func (e LinkEnd) subject() string {
	words := "the signed link of the " + e.Input
	if e.Line > 0 {
		words = fmt.Sprintf("line %d: %s", e.Line, words)
	}
	return words
}

// ExpiredError says that a link has ended, so that the request must not be sent.
type ExpiredError struct{ LinkEnd }

// Error says which link, and what helps.
func (e *ExpiredError) Error() string { return e.subject() + " has expired; make a new one" }

// First is the earliest of e and the ends of some inputs; line counts from 1 in
// a batch and is 0 in a job.
func (e LinkEnd) First(inputs []api.CreateInput, line int) LinkEnd {
	for _, in := range inputs {
		if at, ok := LinkExpiry(in.URL); ok && (e.At.IsZero() || at.Before(e.At)) {
			e = LinkEnd{At: at, Input: in.Type, Line: line}
		}
	}
	return e
}

// Short warns of a link that may end before the workers fetch it, if the request
// leaves at a time by the server's clock; "" if it does not.
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

// checkExpiry says of a link that it has ended, or ends before its job can be
// counted on to have been done.
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
	return "the job may start later, and fetches it then"
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

// LinkExpiry finds the instant at which a signed link stops working, as object
// stores and networks that deliver media write it into the link. It is false for
// links that carry none.
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
	// fieldPattern is an end among other fields in one value or in a path, as
	// Akamai and Bunny write it.
	fieldPattern = regexp.MustCompile(`(?:^|~)exp=(\d{10})(?:~|$)`)
	pathPattern  = regexp.MustCompile(`[/~&]exp(?:ires)?=(\d{10})(?:[/~&]|$)`)
)

// signedExpiry reads a date of signing and a number of seconds after it, as
// Amazon has it, and Google, Alibaba and others in names of their own.
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

// azureExpiry reads the end of a shared access signature.
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

// namedExpiry reads an end that stands for itself: Amazon's and Google's older
// signatures, CloudFront's canned policy, and many others.
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

// hexExpiry reads the hexadecimal ends of Discord's and Meta's links.
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

// tokenExpiry reads the end in a token: a JSON Web Token, or Akamai's fields.
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

// webTokenEnd is the end that a JSON Web Token claims, "" for any other text.
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

// unixInstant takes a number, of seconds or of milliseconds, for a date only if
// it can be one: other services use the same names for a number of seconds.
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
