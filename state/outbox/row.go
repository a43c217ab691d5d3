package outbox

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"dubtop/state/draft"
	"dubtop/state/table"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/instant"
)

// QueueState is where a submission of the outbox stands, for the eye.
type QueueState uint8

// The states, in the order of what wants attention first.
const (
	QueueUnsaved  QueueState = iota // accepted, and the journal does not hold that yet
	QueueDoubt                      // nobody knows whether it was accepted
	QueueRefused                    // the server said no; nothing was charged
	QueueExpired                    // a signed link of it has ended, so it is not sent
	QueueReprice                    // its price went up, and waits for a yes
	QueueSending                    // on its way
	QueueHeld                       // held back by the user, or for being unfit
	QueueUnpriced                   // no new price could be had
	QueueWaiting                    // in line
)

// Word is the state in a word, as it is filtered by.
func (s QueueState) Word() string {
	return [...]string{"not saved", "unknown", "refused", "expired", "price up", "sending", "held", "no price", "waiting"}[s]
}

// QueueRow is a submission of the outbox as a row of a list.
type QueueRow struct {
	ID     string
	Place  int // in line, from 1; 0 where it does not stand in it
	State  QueueState
	Batch  bool
	Model  string
	Name   text.Text
	Label  text.Text
	Length api.Seconds // of the output, 0 unknown
	Cost   api.Micros
	Priced CostKind  // what stands behind Cost
	Since  time.Time // when it was confirmed, or sent
	Reason text.Text
	Job    api.ID // that came of it, of QueueUnsaved

	order int64 // descending
}

var _ table.Row[QueueRow] = (*QueueRow)(nil)

// Rows lists what is in the outbox: what was accepted and is not saved first,
// then what is in doubt, then what is on its way, then the queue in its order, then what was refused. What was dropped
// while in doubt is not listed.
func (o *Outbox) Rows() []QueueRow {
	doubts, away := o.splitStake()
	waiting := o.Queue.waiting()
	rows := make([]QueueRow, 0, len(o.answers)+len(doubts)+len(away)+len(waiting)+len(o.refused))
	rows = append(rows, o.unsavedRows()...)
	for i := range doubts {
		rows = append(rows, newQueueRow(&doubts[i], QueueDoubt, doubtPlaces-int64(i)))
	}
	for i := range away {
		rows = append(rows, newQueueRow(&away[i], QueueSending, awayPlaces-int64(i)))
	}
	// Whoever stands in line keeps its order while others leave or join: a list
	// of many is not sorted anew for each of them.
	first := int64(o.Queue.joined) - int64(len(waiting))
	for i, item := range waiting {
		row := newQueueRow(&item.Submission, item.state(), -first-int64(i))
		row.Place = i + 1
		if item.Expired {
			row.Reason = text.Of((&draft.ExpiredError{LinkEnd: item.End}).Error())
		}
		rows = append(rows, row)
	}
	for i := range o.refused {
		rows = append(rows, newQueueRow(&o.refused[i], QueueRefused, -awayPlaces-int64(i)))
	}
	o.markUnsaved(rows)
	return rows
}

// The places begin the orders of what stands before the queue.
const (
	awayPlaces    = int64(1) << 40
	doubtPlaces   = 2 * awayPlaces
	unsavedPlaces = 3 * awayPlaces
)

// splitStake divides what is at stake, the earliest first.
func (o *Outbox) splitStake() (doubts, away []Submission) {
	for _, sub := range o.stake {
		switch sub.State {
		case SubmissionUnknown:
			doubts = append(doubts, sub)
		case SubmissionSending:
			away = append(away, sub)
		}
	}
	first := func(a, b Submission) int { return cmp.Or(a.SentAt.Compare(b.SentAt), cmp.Compare(a.ID, b.ID)) }
	slices.SortFunc(doubts, first)
	slices.SortFunc(away, first)
	return doubts, away
}

func (i *QueueItem) state() QueueState {
	switch {
	case i.Expired:
		return QueueExpired
	case i.Waits():
		return QueueReprice
	case i.Paused:
		return QueueHeld
	case strings.HasPrefix(string(i.Submission.Reason), NoPrice):
		return QueueUnpriced
	}
	return QueueWaiting
}

// NoPrice begins the reason of a submission that could not be priced again.
const NoPrice = "no new price: "

func newQueueRow(s *Submission, state QueueState, order int64) QueueRow {
	row := QueueRow{
		order: order, ID: s.ID, State: state, Batch: s.Kind == SubmitBatch, Model: s.Model, Name: s.Name, Label: text.Of(strings.TrimSpace(s.Draft.Label)),
		Length: api.Seconds(s.Price.Seconds), Since: instant.Of(s.ConfirmedAt), Reason: s.Reason,
	}
	if s.State.AtStake() || s.State == SubmissionRejected {
		row.Since = instant.Of(s.SentAt)
	}
	if s.Price.Cost != nil {
		row.Cost, row.Priced = *s.Price.Cost, s.Price.Kind()
	}
	return row
}

// Key is the submission's id.
func (r *QueueRow) Key() string { return r.ID }

// Rank is the order of the outbox.
func (r *QueueRow) Rank() int64 { return r.order }

// Class is ClassTroubled for what was refused, ClassOther else: no poll is
// about these rows.
func (r *QueueRow) Class() table.Class {
	if r.State == QueueRefused {
		return table.ClassTroubled
	}
	return table.ClassOther
}

// Haystack is the name, the label, the model, the state and the reason.
func (r *QueueRow) Haystack() string {
	return strings.ToLower(strings.Join([]string{string(r.Name), string(r.Label), r.Model, r.State.Word(), string(r.Reason)}, "\n"))
}

// FieldValue knows id, name, label, model, status and error.
func (r *QueueRow) FieldValue(name string) (string, bool) {
	value, ok := map[string]string{"id": r.ID, "name": string(r.Name), "label": string(r.Label), "model": r.Model, "status": r.State.Word(), "error": string(r.Reason)}[name]
	return strings.ToLower(value), ok
}

// Vocabulary is that of the queue.
func (r *QueueRow) Vocabulary() table.Vocabulary {
	v := table.Vocabulary{Fields: []string{"id", "name", "label", "model", "status", "error"}, Words: make(map[string][]string)}
	for s := QueueUnsaved; s <= QueueWaiting; s++ {
		v.Words["status"] = append(v.Words["status"], s.Word())
	}
	return v
}

// Compare orders by state, model, name, label, length and price.
func (r *QueueRow) Compare(o *QueueRow, by table.Sort) int {
	switch by {
	case table.SortStatus:
		return cmp.Compare(r.State, o.State)
	case table.SortModel:
		return cmp.Compare(r.Model, o.Model)
	case table.SortName:
		return cmp.Compare(r.Name, o.Name)
	case table.SortLabel:
		return table.EmptyLast(r.Label, o.Label)
	case table.SortLength:
		return cmp.Compare(o.Length, r.Length)
	case table.SortCost:
		return cmp.Compare(o.Cost, r.Cost)
	}
	return 0
}

// Same reports whether nothing differs.
func (r *QueueRow) Same(o *QueueRow) bool { return *r == *o }

// Absorb takes nothing over.
func (r *QueueRow) Absorb(*QueueRow, time.Time) {}
