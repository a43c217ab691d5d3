package outbox

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/instant"
	"dubtop/state/table"
)

// QueueState is the state of a submission as the queue screen shows it.
type QueueState uint8

// The states, most urgent first.
const (
	QueueUnsaved   QueueState = iota // accepted, but not saved in the journal yet
	QueueUnknown                     // unknown whether it was accepted
	QueueRefused                     // the server said no; nothing was charged
	QueueExpired                     // a signed link has expired, so it is not sent
	QueueReprice                     // its price went up and must be confirmed
	QueueSending                     // on its way
	QueueUploading                   // its files are on their way to the storage
	QueuePaused                      // paused by the user, or because it can't be sent as it is
	QueueUnpriced                    // no new price was available
	QueueWaiting                     // in line
)

// Word is the state's name, also used in filters.
func (s QueueState) Word() string {
	return [...]string{"not saved", "unknown", "refused", "expired", "price up", "sending", "uploading", "paused", "no price", "waiting"}[s]
}

// QueueRow is a submission in the outbox as a list row.
type QueueRow struct {
	ID     string
	Place  int // position in the queue, from 1; 0 if it is not in the queue
	State  QueueState
	Batch  bool
	Model  string
	Name   text.Text
	Label  text.Text
	Set    text.Text // the job set it belongs to, or ""
	Lang   text.Text
	Length api.Seconds // of the output, 0 unknown
	Cost   api.Micros
	Priced CostKind  // how Cost is known
	Since  time.Time // when it was confirmed, or sent
	Reason text.Text
	Job    api.ID // set for QueueUnsaved

	order int64 // descending
}

var _ table.Row[QueueRow] = (*QueueRow)(nil)

// Rows lists the outbox: accepted but unsaved submissions, then unknown
// outcomes, then those being sent, then the queue in order, then refused ones.
// It leaves out unknown outcomes that the user dropped.
func (o *Outbox) Rows() []QueueRow {
	unknown, away := o.splitUnresolved()
	waiting := o.Queue.waiting()
	rows := make([]QueueRow, 0, len(o.answers)+len(unknown)+len(away)+len(waiting)+len(o.refused))
	rows = append(rows, o.unsavedRows()...)
	for i := range unknown {
		rows = append(rows, newQueueRow(&unknown[i], QueueUnknown, unknownPlaces-int64(i)))
	}
	for i := range away {
		rows = append(rows, newQueueRow(&away[i], QueueSending, awayPlaces-int64(i)))
	}
	// Waiting items keep their order numbers while others leave or join, so a
	// long list is not sorted again each time.
	first := int64(o.Queue.joined) - int64(len(waiting))
	for i, item := range waiting {
		row := item.Row(i + 1)
		if row.State == QueueWaiting && !o.ready(&item.Submission) {
			row.State = QueueUploading
		}
		row.order = -first - int64(i)
		rows = append(rows, row)
	}
	for i := range o.refused {
		rows = append(rows, newQueueRow(&o.refused[i], QueueRefused, -awayPlaces-int64(i)))
	}
	o.markUnsaved(rows)
	return rows
}

// Row is the row of an item at a place in the queue, from 1, or of a refused
// submission.
func (i *QueueItem) Row(place int) QueueRow {
	if i.Submission.State == SubmissionRejected {
		return newQueueRow(&i.Submission, QueueRefused, 0)
	}
	row := newQueueRow(&i.Submission, i.state(), 0)
	row.Place = place
	if i.Expired {
		row.Reason = text.Of((&draft.ExpiredError{LinkEnd: i.End}).Error())
	}
	return row
}

// The places are the highest order numbers of the groups before the queue.
const (
	awayPlaces    = int64(1) << 40
	unknownPlaces = 2 * awayPlaces
	unsavedPlaces = 3 * awayPlaces
)

// splitUnresolved splits the submissions at stake by state, earliest first.
func (o *Outbox) splitUnresolved() (unknown, away []Submission) {
	for _, sub := range o.unresolved {
		switch sub.State {
		case SubmissionUnknown:
			unknown = append(unknown, sub)
		case SubmissionSending:
			away = append(away, sub)
		}
	}
	first := func(a, b Submission) int { return cmp.Or(a.SentAt.Compare(b.SentAt), cmp.Compare(a.ID, b.ID)) }
	slices.SortFunc(unknown, first)
	slices.SortFunc(away, first)
	return unknown, away
}

func (i *QueueItem) state() QueueState {
	switch {
	case i.Expired:
		return QueueExpired
	case i.Waits():
		return QueueReprice
	case i.Paused:
		return QueuePaused
	case strings.HasPrefix(string(i.Submission.Reason), NoPrice):
		return QueueUnpriced
	}
	return QueueWaiting
}

// NoPrice is the prefix of the reason of a submission that could not be priced
// again.
const NoPrice = "no new price: "

func newQueueRow(s *Submission, state QueueState, order int64) QueueRow {
	row := QueueRow{
		order: order, ID: s.ID, State: state, Batch: s.Kind == SubmitBatch, Model: s.Model, Name: s.Name, Label: text.Of(strings.TrimSpace(s.Draft.Label)),
		Set: text.Of(s.Draft.Set), Lang: text.Of(s.Draft.Lang),
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

// Rank is the row's order in the outbox.
func (r *QueueRow) Rank() int64 { return r.order }

// Class is ClassTroubled for refused submissions and ClassOther for all others;
// no poll updates these rows.
func (r *QueueRow) Class() table.Class {
	if r.State == QueueRefused {
		return table.ClassTroubled
	}
	return table.ClassOther
}

// Haystack joins the name, label, set, model, state and reason for searching.
func (r *QueueRow) Haystack() string {
	return strings.ToLower(strings.Join([]string{string(r.Name), string(r.Label), string(r.Set), r.Model, r.State.Word(), string(r.Reason)}, "\n"))
}

// FieldValue supports id, name, label, set, lang, model, status and error.
func (r *QueueRow) FieldValue(name string) (string, bool) {
	value, ok := map[string]string{"id": r.ID, "name": string(r.Name), "label": string(r.Label), "set": string(r.Set), "lang": string(r.Lang), "model": r.Model, "status": r.State.Word(), "error": string(r.Reason)}[name]
	return strings.ToLower(value), ok
}

// Vocabulary lists the queue's fields and status words.
func (r *QueueRow) Vocabulary() table.Vocabulary {
	v := table.Vocabulary{Fields: []string{"id", "name", "label", "set", "lang", "model", "status", "error"}, Names: []string{"set"}, Words: make(map[string][]string)}
	v.Quantities = []table.Quantity{{Field: "cost", Kind: table.Money}, {Field: "age", Kind: table.Age}, {Field: "len", Kind: table.Span}}
	for s := QueueUnsaved; s <= QueueWaiting; s++ {
		v.Words["status"] = append(v.Words["status"], s.Word())
	}
	return v
}

// Measure supports cost, age and len.
func (r *QueueRow) Measure(field string) (value float64, known bool) {
	switch field {
	case "cost":
		return r.Cost.Dollars(), r.Priced != CostUnknown
	case "age":
		return table.Moment(r.Since)
	case "len":
		return float64(r.Length), r.Length > 0
	}
	return 0, false
}

// Compare supports state, model, name, label, set, language, length and price.
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
	case table.SortSet:
		return table.EmptyLast(r.Set, o.Set)
	case table.SortLang:
		return table.EmptyLast(r.Lang, o.Lang)
	case table.SortLength:
		return cmp.Compare(o.Length, r.Length)
	case table.SortCost:
		return cmp.Compare(o.Cost, r.Cost)
	}
	return 0
}

// Same reports whether the rows are equal.
func (r *QueueRow) Same(o *QueueRow) bool { return *r == *o }

// Absorb does nothing: queue rows have nothing to carry over.
func (r *QueueRow) Absorb(*QueueRow, time.Time) {}
