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

// QueueItemAt is a submission as an item of the queue at a server time.
func QueueItemAt(s Submission, paused bool, at time.Time) QueueItem {
	end := s.LinkEnd()
	return QueueItem{Submission: s, Paused: paused, End: end, Expired: end.Over(at)}
}

// Expire marks the items whose links have expired at the given server time;
// they are neither sent nor priced. It returns the newly expired ones, and
// whether any mark changed: a corrected clock can bring an item back.
func (q *Queue) Expire(at time.Time) (news []Submission, changed bool) {
	for _, i := range q.shortlist().linked {
		over := !i.leaving && i.End.Over(at)
		if over && !i.Expired {
			news = append(news, i.Submission)
		}
		changed = changed || over != i.Expired
		i.Expired = over
	}
	q.few.old = q.few.old || changed
	return news, changed
}

// Expire marks the items whose links have expired; see Queue.Expire. Due does
// not do it, because the screen shows expired items even while nothing is sent.
func (o *Outbox) Expire(now time.Time) (news []Submission) {
	news, changed := o.Queue.Expire(o.ServerTime(now))
	if changed {
		o.clock++
	}
	return news
}

// ServerTime converts a local time to the server's clock, as far as the skew is
// known.
func (o *Outbox) ServerTime(now time.Time) time.Time { return now.Add(o.Reconciler.Skew) }
