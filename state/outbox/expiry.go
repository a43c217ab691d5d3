package outbox

import (
	"bytes"
	"encoding/json"
	"time"

	"dubtop/state/draft"

	"dubtop/api"
)

// LinkEnd is the end of the link in the request that ends first.
func (s *Submission) LinkEnd() (first draft.LinkEnd) {
	if bytes.IndexByte(s.Body, '=') < 0 {
		return draft.LinkEnd{} // nothing is signed without
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

// Expired is an [*ExpiredError] if a link of the request has ended at a time by
// the server's clock, else nil.
func (s *Submission) Expired(at time.Time) error {
	if end := s.LinkEnd(); end.Over(at) {
		return &draft.ExpiredError{LinkEnd: end}
	}
	return nil
}

// Expire notes which items have a link that has ended at a time by the server's
// clock: they are not sent and not priced. It gives those that it was not known
// of, and whether anything changed: a clock that is put right can bring an item
// back.
func (q *Queue) Expire(at time.Time) (news []Submission, changed bool) {
	for _, i := range q.items {
		over := !i.leaving && i.End.Over(at)
		if over && !i.Expired {
			news = append(news, i.Submission)
		}
		changed = changed || over != i.Expired
		i.Expired = over
	}
	return news, changed
}

// Expire notes whose links have ended; see Queue.Expire. Due does not ask the
// clock for it: whoever shows the queue wants to know also while nothing leaves.
func (o *Outbox) Expire(now time.Time) (news []Submission) {
	news, changed := o.Queue.Expire(o.ServerTime(now))
	if changed {
		o.clock++
	}
	return news
}

// ServerTime is the time by the server's clock, as far as it is known.
func (o *Outbox) ServerTime(now time.Time) time.Time { return now.Add(o.Reconciler.Skew) }
