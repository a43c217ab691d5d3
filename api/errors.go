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
	"strconv"
	"strings"
	"time"

	"dubtop/api/codes"
	"dubtop/api/exact"
	"dubtop/api/text"
)

// Kind classifies errors by what a person or the program can do about them.
type Kind int

// The kinds of errors.
const (
	KindUnknown     Kind = iota
	KindAuth             // 401, 403: the key is missing, wrong or revoked
	KindPayment          // 402, 403: plan, quota or unpaid invoice
	KindNotFound         // 404
	KindInvalid          // 400, 413, 422, …: the request is wrong; see Field
	KindConflict         // 409
	KindRateLimited      // 429: too many requests; see RetryAfter
	KindConcurrency      // 429: all slots of the plan are in use; see Slots
	KindServer           // 5xx
	KindNetwork          // no answer, or an incomplete one
	KindNotAPI           // an answer not from the API, such as a captive portal's page
)

// Error is returned by every failed call of a [Client]. All its texts are safe
// to draw.
// https://sync.so/docs/product/troubleshooting
type Error struct {
	Kind       Kind
	Status     int       // HTTP status; 0 without an answer
	Code       text.Text // errorCode or error_code of the API
	Message    text.Text // the API's message, else ours
	Suggestion text.Text
	Field      text.Text
	Line       int       // of a batch file, from 1; 0 if it is not about one
	Section    text.Text // of a dialogue edit
	Page       URL       // where to pay, or to choose a larger plan
	RequestID  ID
	Generation ID // a job that may belong to an unknown outcome
	RetryAfter time.Duration
	Active     int // running jobs, with KindConcurrency
	Slots      int // concurrency of the plan, with KindConcurrency
	// Sent reports whether any byte of the request may have reached the server.
	Sent bool

	cause   error
	again   bool // trying again may succeed
	foreign bool // the body was not from the API
	spent   bool // the request may have been accepted and charged
	plan    int  // concurrency of the plan, if any answer told it; else 0
}

// Error returns one line: what went wrong and what to do about it.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.headline())
	if e.Status != 0 {
		fmt.Fprintf(&b, " (%d)", e.Status)
	}
	if where := e.where(); where != "" {
		b.WriteString(": " + where)
	}
	if words := e.words(); words != "" {
		b.WriteString(": " + words)
	}
	if advice := e.advice(); advice != "" {
		if !strings.HasSuffix(b.String(), ".") {
			b.WriteByte('.')
		}
		b.WriteString(" " + advice)
	}
	return b.String()
}

// Unwrap returns the cause, so that errors.Is finds context errors.
func (e *Error) Unwrap() error { return e.cause }

func (e *Error) headline() string {
	switch e.Kind {
	case KindAuth:
		return "the API key was refused"
	case KindPayment:
		return "the plan does not include this"
	case KindNotFound:
		return "not found"
	case KindInvalid:
		return "rejected"
	case KindConflict:
		return "conflict with another request"
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

// where names the place in the request, unless the message does.
func (e *Error) where() string {
	line := "line " + strconv.Itoa(e.Line)
	switch {
	case e.Line > 0 && !strings.Contains(strings.ToLower(string(e.Message)), line):
		return line
	case e.Section != "" && !strings.Contains(string(e.Message), string(e.Section)):
		return "section " + string(e.Section)
	}
	return ""
}

// words returns the API's message, else the cause that its code tells.
func (e *Error) words() string {
	if e.Message != "" {
		return string(e.Message)
	}
	h, _ := codes.Find(string(e.Code))
	return strings.TrimSuffix(h.Why, ".")
}

// advice returns ours for a known code, else the server's suggestion.
func (e *Error) advice() string {
	switch {
	case e.spent: // the server's "try again" could cost twice
		return "It may have been accepted and charged: check before sending it again."
	case e.codeAdvice() != "":
		return e.codeAdvice() // the server's "Upgrade the plan." is less precise
	case e.Suggestion != "":
		return string(e.Suggestion)
	}
	switch e.Kind {
	case KindAuth:
		return "Check the key, or make a new one at sync.so/settings/api-keys."
	case KindPayment, KindRateLimited, KindConcurrency:
		return e.limitAdvice()
	case KindServer:
		return "Try again in a minute; status.sync.so reports outages."
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

// ErrUnsupported means that the server lacks a call or parameter. The client
// remembers this and does not ask again for a while.
var ErrUnsupported = errors.New("the server does not offer this")

// ErrUnpriced means that the server has no price for a request.
var ErrUnpriced = errors.New("the server has no price for this request")

// say turns a message, partly remote, into text that is safe to draw.
func (c *Client) say(s string) text.Text {
	return text.Clean(c.key.hide(s), text.Max)
}

// notAPI is the error for an answer that cannot come from the API.
func (c *Client) notAPI(what string) *Error {
	return &Error{Kind: KindNotAPI, Message: c.say(what + " from " + c.base.Host), Sent: true, foreign: true}
}

// invalid is the error for a request that is wrong and was not sent.
func (c *Client) invalid(why string) *Error {
	return &Error{Kind: KindInvalid, Message: c.say(why)}
}

// checkID refuses ids that cannot be part of a path.
func (c *Client) checkID(id ID) error {
	if id.Valid() {
		return nil
	}
	return c.invalid("this cannot be an id of the API; no request was sent")
}

// unsent is the error for a request that was given up before it was sent.
func (c *Client) unsent(err error) *Error {
	return &Error{Kind: KindNetwork, Message: c.say(reasonFor(err, c.base.Host)), cause: err}
}

// broken is the error for an exchange that got no answer, or an incomplete one.
func (c *Client) broken(ctx context.Context, host string, err error) *Error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // its text contains the whole URL with the query
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

// wireError has every field seen in error bodies.
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
	Line         count
	Section      text.Text
	Upgrade      URL
	Billing      URL
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
		{Name: "lineNumber", Into: &w.Line},
		{Name: "dialogueEditSection", Into: &w.Section},
		{Name: "upgradeUrl", Into: &w.Upgrade},
		{Name: "billingUrl", Into: &w.Billing},
	}
}

// refused turns a response other than 2xx into an error.
func (c *Client) refused(res *http.Response) *Error {
	body, _ := io.ReadAll(io.LimitReader(res.Body, maxError))
	body = c.key.redact(body)
	e := &Error{Status: res.StatusCode, Sent: true, RetryAfter: RetryAfter(res.Header)}
	if res.StatusCode < 400 {
		e.Kind, e.foreign = KindNotAPI, true
		e.Message = c.say("a redirect from " + res.Request.URL.Host + " to " + redirectHost(res))
		return e
	}
	var w wireError
	if json.Valid(body) {
		if errors.Is(exact.Decode(body, w.members()), exact.ErrTwice) {
			w.GenerationID = "" // an ambiguous id is worthless
		}
	}
	if w.Message.Text == "" && w.Phrase.Text == "" && w.Code == "" && w.OldCode == "" && !w.StatusCode.ok {
		return c.foreignError(e, isHTML(res.Header, body), res.Request.URL.Host)
	}
	w.fill(e)
	e.plan = cmp.Or(e.Slots, int(c.slots.Load()))
	e.Kind = kindOf(e, w.Active.ok || w.Slots.ok)
	e.again = worthRepeating(e)
	for _, t := range []*text.Text{&e.Message, &e.Suggestion, &e.Code, &e.Field, &e.Section} {
		*t = c.say(string(*t)) // an escaped key becomes visible only after decoding
	}
	return e
}

// fill copies the error body into e.
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
	e.Line, e.Section = w.Line.or(0), w.Section
	if e.Page = w.Billing; e.Page.IsZero() {
		e.Page = w.Upgrade
	}
	e.RetryAfter = max(e.RetryAfter, time.Duration(float64(w.RetryAfter)*float64(time.Second)))
}

// foreignError completes the error for a body that is not from the API but from
// a proxy or a portal, or empty.
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
		return KindInvalid // a smaller job may be accepted
	}
	return KindPayment
}

// kindOf classifies a response by its status, and by its code where the status
// is ambiguous.
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
			return KindPayment // waiting a minute does not help
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

// kindOfDenial tells a bad key, which stops everything, from a refusal of this
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

// worthRepeating reports whether the same request may soon succeed.
func worthRepeating(e *Error) bool {
	return e.Kind == KindServer && e.RetryAfter <= 8*time.Second
}

// IsCode reports whether err is an answer of the API with this error code.
func IsCode(err error, code text.Text) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == code
}
