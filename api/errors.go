package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dubtop/api/exact"
	"dubtop/api/text"
)

// Kind sorts errors by what a person or the program can do about them.
type Kind int

// The kinds of errors.
const (
	KindUnknown     Kind = iota
	KindAuth             // 401, 403: the key is missing, wrong or revoked
	KindPayment          // 402, 403: plan, quota or an unpaid invoice
	KindNotFound         // 404
	KindInvalid          // 400, 413, 422 …: the request is at fault; see Field
	KindConflict         // 409
	KindRateLimited      // 429: too many requests; see RetryAfter
	KindConcurrency      // 429: all slots of the plan are taken; see Slots
	KindServer           // 5xx
	KindNetwork          // no answer, or a broken one
	KindNotAPI           // an answer that is not the API's (a portal's HTML, …)
)

// Error is every error of a Client. All its texts are safe to draw.
// https://sync.so/docs/product/troubleshooting
type Error struct {
	Kind       Kind
	Status     int       // HTTP status, 0 without an answer
	Code       text.Text // the API's errorCode or error_code
	Message    text.Text // the API's words, else ours
	Suggestion text.Text
	Field      text.Text
	RequestID  ID
	Generation ID // a lead that may accompany an unknown idempotent outcome
	RetryAfter time.Duration
	Active     int // jobs in flight, with KindConcurrency
	Slots      int // the plan's concurrency, with KindConcurrency
	// Sent reports whether any byte of the request may have reached a server.
	Sent bool

	cause   error
	again   bool // a repetition may succeed
	foreign bool // the body was not the API's
	spent   bool // the request may have been accepted, and charged
	plan    int  // the plan's concurrency, as far as any answer told it, 0 unknown
}

// Error says what went wrong, and what to do about it, in one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.headline())
	if e.Status != 0 {
		fmt.Fprintf(&b, " (%d)", e.Status)
	}
	if e.Message != "" {
		b.WriteString(": " + string(e.Message))
	}
	if advice := e.advice(); advice != "" {
		if !strings.HasSuffix(b.String(), ".") {
			b.WriteByte('.')
		}
		b.WriteString(" " + advice)
	}
	return b.String()
}

// Unwrap gives the cause below, for errors.Is on context errors.
func (e *Error) Unwrap() error { return e.cause }

func (e *Error) headline() string {
	switch e.Kind {
	case KindAuth:
		return "the API key was refused"
	case KindPayment:
		return "the plan does not cover this"
	case KindNotFound:
		return "not found"
	case KindInvalid:
		return "rejected"
	case KindConflict:
		return "in conflict with something else"
	case KindRateLimited:
		return "too many requests"
	case KindConcurrency:
		return "all slots are taken"
	case KindServer:
		return "the server failed"
	case KindNetwork:
		return "no answer"
	case KindNotAPI:
		return "not the API"
	}
	return "failed"
}

// advice is the server's suggestion, else what we would do.
func (e *Error) advice() string {
	switch {
	case e.spent: // whatever the server suggests: "try again" could cost twice
		return "It may have been accepted, and charged: look before sending it again."
	case e.planAdvice() != "":
		return e.planAdvice() // the server's "Upgrade the plan." says less
	case e.Suggestion != "":
		return string(e.Suggestion)
	}
	switch e.Kind {
	case KindAuth:
		return "Check the key, or make a new one at sync.so/settings/api-keys."
	case KindPayment, KindRateLimited, KindConcurrency:
		return e.limitAdvice()
	case KindServer:
		return "Try again in a minute; sync's state is at status.sync.so."
	case KindNetwork:
		switch {
		case errors.Is(e.cause, context.Canceled):
		case errors.As(e.cause, new(*proxyError)):
			return "Check HTTPS_PROXY and the proxy, then try again."
		default:
			return "Check the network, then try again."
		}
	case KindNotAPI:
		return "Check the base URL, and whether this network wants a login."
	}
	return ""
}

// ErrUnsupported says that this server has no such call or parameter. It is
// remembered, and not asked again for a while.
var ErrUnsupported = errors.New("the server does not offer this")

// ErrUnpriced says that the server names no price for a request.
var ErrUnpriced = errors.New("the server names no price for this request")

// say makes a text of our own and of remote parts safe to draw.
func (c *Client) say(s string) text.Text {
	return text.Clean(c.key.hide(s), text.Max)
}

// notAPI is the error of an answer that cannot be the API's.
func (c *Client) notAPI(what string) *Error {
	return &Error{Kind: KindNotAPI, Message: c.say(what + " from " + c.base.Host), Sent: true, foreign: true}
}

// invalid is the error of a request that is not sent because it is wrong.
func (c *Client) invalid(why string) *Error {
	return &Error{Kind: KindInvalid, Message: c.say(why)}
}

// checkID refuses ids that cannot stand in a path.
func (c *Client) checkID(id ID) error {
	if id.Valid() {
		return nil
	}
	return c.invalid("the id is not one that the API could have made; no request was sent")
}

// unsent is the error of a request that was given up before it left.
func (c *Client) unsent(err error) *Error {
	return &Error{Kind: KindNetwork, Message: c.say(reasonFor(err, c.base.Host)), cause: err}
}

// broken is the error of an exchange that got no answer, or half of one.
func (c *Client) broken(ctx context.Context, host string, err error) *Error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // its text holds the whole address, query included
	}
	again := true
	if ctx.Err() != nil {
		err = ctx.Err()
		if slow, ok := errors.AsType[*tooSlow](context.Cause(ctx)); ok {
			err = slow
		} else {
			again = false
		}
	}
	if bad, ok := errors.AsType[linkError](err); ok {
		return &Error{Kind: KindInvalid, Message: c.say(string(bad)), Sent: true, cause: bad}
	}
	return &Error{
		Kind: KindNetwork, Message: c.say(reasonFor(err, host)),
		Sent: true, cause: err, again: again && !isCertificate(err),
	}
}

// wireError is every member that an error body was seen to have.
type wireError struct {
	Message      reason
	Phrase       reason
	StatusCode   count
	Code         text.Text
	OldCode      text.Text
	Suggestion   text.Text
	Field        text.Text
	RequestID    ID
	GenerationID ID
	Active       count
	Slots        count
	RetryAfter   Seconds
}

func (w *wireError) members() []exact.Member {
	return []exact.Member{
		{Name: "message", Into: &w.Message},
		{Name: "error", Into: &w.Phrase},
		{Name: "statusCode", Into: &w.StatusCode},
		{Name: "errorCode", Into: &w.Code},
		{Name: "error_code", Into: &w.OldCode},
		{Name: "suggestion", Into: &w.Suggestion},
		{Name: "field", Into: &w.Field},
		{Name: "requestId", Into: &w.RequestID},
		{Name: "generationId", Into: &w.GenerationID, Once: true},
		{Name: "activeGenerations", Into: &w.Active},
		{Name: "concurrencyLimit", Into: &w.Slots},
		{Name: "retryAfterSeconds", Into: &w.RetryAfter},
	}
}

// refused makes an error of a response that is not a 2xx.
func (c *Client) refused(res *http.Response) *Error {
	body, _ := io.ReadAll(io.LimitReader(res.Body, maxError))
	body = c.key.redact(body)
	e := &Error{Status: res.StatusCode, Sent: true, RetryAfter: retryAfter(res.Header)}
	if res.StatusCode < 400 {
		e.Kind, e.foreign = KindNotAPI, true
		e.Message = c.say("a redirect from " + res.Request.URL.Host + " to " + redirectHost(res))
		return e
	}
	var w wireError
	if json.Valid(body) {
		if errors.Is(exact.Decode(body, w.members()), exact.ErrTwice) {
			w.GenerationID = "" // a lead to two jobs leads nowhere
		}
	}
	if w.Message.Text == "" && w.Phrase.Text == "" && w.Code == "" && w.OldCode == "" && !w.StatusCode.ok {
		return c.foreignError(e, isHTML(res.Header, body), res.Request.URL.Host)
	}
	w.fill(e)
	e.plan = cmp.Or(e.Slots, int(c.slots.Load()))
	e.Kind = kindOf(e, w.Active.ok || w.Slots.ok)
	e.again = worthRepeating(e)
	for _, t := range []*text.Text{&e.Message, &e.Suggestion, &e.Code, &e.Field} {
		*t = c.say(string(*t)) // an escaped key shows only once decoded
	}
	return e
}

// fill copies what an error body says.
func (w *wireError) fill(e *Error) {
	e.Code, e.Message = w.Code, w.Message.Text
	if e.Code == "" {
		e.Code = w.OldCode
	}
	if e.Message == "" {
		e.Message = w.Phrase.Text
	}
	e.Suggestion, e.Field = w.Suggestion, w.Field
	e.RequestID, e.Generation = w.RequestID, w.GenerationID
	e.Active, e.Slots = w.Active.or(0), w.Slots.or(0)
	e.RetryAfter = max(e.RetryAfter, time.Duration(float64(w.RetryAfter)*float64(time.Second)))
}

// foreignError completes the error of a body that is not the API's: a proxy's,
// a portal's, or none.
func (c *Client) foreignError(e *Error, html bool, host string) *Error {
	e.foreign = true
	e.Kind = kindOf(e, false)
	e.again = worthRepeating(e)
	what := "an answer without a reason"
	if html {
		what = "HTML"
		switch e.Kind {
		case KindServer, KindRateLimited:
		default:
			if e.Status != http.StatusRequestEntityTooLarge {
				e.Kind = KindNotAPI
			}
		}
	}
	e.Message = c.say(what + " from " + host)
	return e
}

// kindOfPayment tells a job that is too large for the plan from a plan that is
// used up.
func kindOfPayment(code text.Text) Kind {
	if strings.HasPrefix(string(code), "generation_") || strings.HasPrefix(string(code), "file_") {
		return KindInvalid // a smaller job may pass
	}
	return KindPayment
}

// kindOf sorts a response by its status, and by its code where the status
// means several things.
func kindOf(e *Error, slots bool) Kind {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return kindOfDenial(e.Code)
	case http.StatusPaymentRequired:
		return kindOfPayment(e.Code)
	case http.StatusNotFound, http.StatusGone:
		return KindNotFound
	case http.StatusConflict:
		return KindConflict
	case http.StatusTooManyRequests:
		if slots || strings.HasSuffix(string(e.Code), "concurrency_limit_reached") {
			return KindConcurrency
		}
		if strings.Contains(string(e.Code), "quota") {
			return KindPayment // no wait of a minute helps
		}
		return KindRateLimited
	case http.StatusRequestTimeout, http.StatusTooEarly:
		return KindServer
	}
	if e.Status >= 500 {
		return KindServer
	}
	return KindInvalid
}

// kindOfDenial tells a bad key, which stops everything, from a denial of this
// one request.
func kindOfDenial(code text.Text) Kind {
	is := func(part string) bool { return strings.Contains(string(code), part) }
	switch {
	case is("account_"), is("plan_"), is("_limit"), is("quota"), is("free_tier"):
		return KindPayment
	case refusesInput(code), is("elevenlabs_"), is("generation_"):
		return KindInvalid
	}
	return KindAuth
}

// worthRepeating reports whether the same request may soon fare better.
func worthRepeating(e *Error) bool {
	return e.Kind == KindServer && e.RetryAfter <= 8*time.Second
}

// retryAfter reads the headers of that name, of which proxies may have added
// some: the longest wait is the one that suits them all.
func retryAfter(h http.Header) (longest time.Duration) {
	for _, v := range h.Values("Retry-After") {
		longest = max(longest, waitUntil(v, h))
		for part := range strings.SplitSeq(v, ",") { // as some join several headers
			longest = max(longest, waitUntil(strings.TrimSpace(part), h))
		}
	}
	return longest
}

// waitUntil reads seconds, or a date by the server's own clock.
func waitUntil(v string, h http.Header) time.Duration {
	if f, ok := looseNumber([]byte(v)); ok && f > 0 {
		return time.Duration(min(f, maxSeconds) * float64(time.Second))
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return max(at.Sub(now), 0)
}

func redirectHost(res *http.Response) string {
	u, err := url.Parse(res.Header.Get("Location"))
	if err != nil || u.Host == "" {
		return "nowhere"
	}
	return u.Host
}

// TooLarge reports whether the request was refused for its size.
func (e *Error) TooLarge() bool { return e.Status == http.StatusRequestEntityTooLarge }
