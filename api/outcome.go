package api

import (
	"errors"
	"net/http"
	"strings"

	"dubtop/api/text"
)

// Outcome is what an error tells about a paid request.
type Outcome int

// The outcomes of a paid request.
const (
	Accepted Outcome = iota
	Refused          // refused by the API itself: nothing was created
	Limited          // 429: nothing was created; try later
	NotSent          // no byte reached the server
	Unknown          // it may have been accepted and charged
)

// OutcomeOf returns the outcome of a paid request from its error. nil is
// Accepted; errors that prove nothing are Unknown.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return Accepted
	}
	e, ok := errors.AsType[*Error](err)
	switch {
	case !ok:
		return Unknown
	case e.Status == 0 && e.Sent:
		return Unknown
	case e.Kind == KindRateLimited && e.Status == 0:
		return Limited
	case e.Status == 0:
		return NotSent
	case e.Status == http.StatusRequestEntityTooLarge:
		// Proxies refuse large bodies too, and pass nothing on.
		return Refused
	case e.foreign, e.Kind == KindNotAPI:
		return Unknown
	}
	return outcomeOfStatus(e)
}

// outcomeOfStatus judges an answer that comes from the API itself.
func outcomeOfStatus(e *Error) Outcome {
	switch e.Status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusPaymentRequired,
		http.StatusForbidden, http.StatusNotFound, http.StatusUnsupportedMediaType,
		http.StatusUnprocessableEntity:
		return Refused
	case http.StatusTooManyRequests:
		return Limited
	case http.StatusConflict, http.StatusTooEarly:
		if refusesInput(e.Code) {
			return Refused
		}
	}
	return Unknown
}

// refusesInput reports whether an error code proves that nothing was created,
// with any status. Codes about the input do. Codes about idempotency do
// not, because another attempt at the same request may have been accepted.
// https://sync.so/docs/api-reference/guides/idempotency
func refusesInput(code text.Text) bool {
	for _, prefix := range []string{"generation_input_", "voice_", "batch_", "asset_", "project_", "plan_", "account_"} {
		if strings.HasPrefix(string(code), prefix) {
			return true
		}
	}
	return false
}
