package outbox

import (
	"bytes"
	"encoding/json"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
)

// LinkEnd returns the earliest expiry among the request's signed links.
func (s *Submission) LinkEnd() (first draft.LinkEnd) {
	if bytes.IndexByte(s.Body, '=') < 0 {
		return draft.LinkEnd{} // a signed link contains '='
	}
	if s.Kind != SubmitBatch {
		var r api.CreateRequest
		if json.Unmarshal(s.Body, &r) == nil {
			first = first.First(r.Input, 0)
		}
		return first
	}
	number := 0
	for text := range bytes.SplitSeq(s.Body, []byte("\n")) {
		number++
		var line struct{ Payload api.CreateRequest }
		if json.Unmarshal(text, &line) == nil {
			first = first.First(line.Payload.Input, number)
		}
	}
	return first
}

// Expired returns a [*draft.ExpiredError] if a link of the request has expired
// at the given server time, else nil.
func (s *Submission) Expired(at time.Time) error {
	if end := s.LinkEnd(); end.Over(at) {
		return &draft.ExpiredError{LinkEnd: end}
	}
	return nil
}
