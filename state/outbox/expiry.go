package outbox

import (
	"time"
)

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
