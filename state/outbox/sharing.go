package outbox

import (
	"fmt"
	"time"

	"dubtop/state/instant"
)

// Sharing says between whom the sending is shared.
type Sharing struct {
	Fair  bool                     // between the labels
	Label func(*Submission) string // of a submission as it is now; nil: that of its draft
	Plans map[string]Plan          // of job sets
}

// Share changes between whom the sending is shared.
func (q *Queue) Share(s Sharing) { q.Sharing, q.few.old = s, true }

// turnOf is whose turn a submission counts as. A set with a priority has turns of
// its own.
func (q *Queue) turnOf(s *Submission) Turn {
	t := Turn{Weight: 1}
	if q.Sharing.Fair {
		t.Whose = s.Draft.Label
		if q.Sharing.Label != nil {
			t.Whose = q.Sharing.Label(s)
		}
	}
	set := s.Draft.Set
	if len(s.Lines) > 0 {
		set = s.Lines[0].Draft.Set
	}
	if p := q.Sharing.Plans[set]; p.Priority != PriorityNormal && set != "" {
		t.Whose, t.Weight = t.Whose+"\x00"+set, p.Priority.weight()
	}
	return t
}

// share returns the items in the order in which they get their turn, or nil if that
// is the order of the queue. Items that wait for the user take no turn.
func (q *Queue) share() []*queued {
	if !q.Sharing.Fair && len(q.Sharing.Plans) == 0 {
		return nil
	}
	waiting, turns, whose := make([]*queued, 0, len(q.items)), make([]Turn, 0, len(q.items)), map[string]bool{}
	var idle []*queued
	for _, item := range q.items {
		if item.Idle() {
			idle = append(idle, item)
			continue
		}
		t := q.turnOf(&item.Submission)
		waiting, turns, whose[t.Whose] = append(waiting, item), append(turns, t), true
	}
	if len(whose) < 2 {
		return nil
	}
	order := make([]*queued, 0, len(q.items))
	for _, at := range q.turns.Order(turns) {
		order = append(order, waiting[at])
	}
	return append(order, idle...)
}

// inTurn returns the items in the order in which they are sent.
func (q *Queue) inTurn() []*queued {
	if order := q.shortlist().order; order != nil {
		return order
	}
	return q.items
}

// Start is the time of day from which jobs are sent that were confirmed earlier on
// that day. The rest of them follow afterwards, at any time. The zero Start is none.
type Start struct{ minute int } // of the day, from 1

// ParseStart reads a time of day such as 22:00; "" is none.
func ParseStart(typed string) (Start, error) {
	if typed == "" {
		return Start{}, nil
	}
	at, err := time.Parse("15:04", typed)
	if err != nil {
		return Start{}, fmt.Errorf("a time of day such as 22:00, not %q", typed)
	}
	return Start{at.Hour()*60 + at.Minute() + 1}, nil
}

// String is the time of day.
func (s Start) String() string {
	if s == (Start{}) {
		return ""
	}
	return fmt.Sprintf("%02d:%02d", (s.minute-1)/60, (s.minute-1)%60)
}

// opens is when a job may be sent that was confirmed at some time; zero: at once.
func (s Start) opens(confirmed time.Time, zone *time.Location) time.Time {
	if s == (Start{}) || confirmed.IsZero() {
		return time.Time{}
	}
	if zone == nil {
		zone = time.UTC
	}
	day := confirmed.In(zone)
	at := time.Date(day.Year(), day.Month(), day.Day(), 0, s.minute-1, 0, 0, zone)
	if !at.After(day) {
		return time.Time{}
	}
	return instant.Of(at)
}

// Opens returns when the first item that waits for Start may be sent, and the number
// of those items; zero if none waits for it.
func (q *Queue) Opens(now time.Time) (at time.Time, waiting int) {
	if q.Start == (Start{}) {
		return at, 0
	}
	for _, item := range q.items {
		if !item.leaving && !item.Idle() && q.shut(item, now) {
			at, waiting = instant.Earlier(at, item.opens), waiting+1
		}
	}
	return at, waiting
}

// OpensItem returns when an item may be sent that waits for Start; zero for others.
func (q *Queue) OpensItem(id string, now time.Time) time.Time {
	if item, ok := q.byID[id]; ok && q.shut(item, now) {
		return item.opens
	}
	return time.Time{}
}

// shut reports whether an item waits for Start.
func (q *Queue) shut(i *queued, now time.Time) bool {
	return now.Before(i.opens) && q.early.Before(i.Submission.ConfirmedAt)
}

// StartNow lets everything go that has been confirmed, without waiting for Start.
func (q *Queue) StartNow(now time.Time) { q.early = instant.Of(now) }
