package state

import (
	"cmp"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/instant"
	"dubtop/state/outbox"
	"dubtop/state/table"
)

// Batch is the row of a batch.
type Batch struct {
	ID      api.ID
	Created time.Time
	Status  api.BatchStatus
	Total   int
	// Succeeded and Failed count the items that have ended.
	Succeeded, Failed int
	HasOutput         bool // the results file is ready
	// Submission is set if the row stands for a submission without a known batch.
	// The id is then the submission's, and is never sent to the server.
	Submission outbox.SubmissionState
	Name       text.Text // of its file or set, if it was sent from here
	Reason     text.Text // words about the state; submissions only

	haystack string
}

var _ table.Row[Batch] = (*Batch)(nil)

// NewBatch converts an API batch to a row.
func NewBatch(b api.Batch) Batch {
	row := Batch{
		ID:        b.ID,
		Created:   instant.Of(b.CreatedAt.Time),
		Status:    api.BatchStatus(table.Shared(string(b.Status))),
		Total:     b.Total,
		Succeeded: b.Succeeded,
		Failed:    b.Failed,
		HasOutput: !b.Output.IsZero(),
	}
	row.index()
	return row
}

// index builds the searchable text.
func (b *Batch) index() {
	b.haystack = strings.ToLower(string(b.ID)) + "\n" + b.statusWords()
	if b.Name != "" {
		b.haystack += "\n" + strings.ToLower(string(b.Name))
	}
}

// Expect gives a batch of ours the name of its file or set, which the server does
// not know.
func (b *Batch) Expect(name text.Text) {
	if b.Name == "" && name != "" {
		b.Name = name
		b.index()
	}
}

// Fraction is the share of items that have ended, from 0 to 1.
func (b *Batch) Fraction() float64 {
	if b.Total <= 0 {
		return 0
	}
	return min(1, max(0, float64(b.Succeeded+b.Failed)/float64(b.Total)))
}

// Key is the id.
func (b *Batch) Key() string { return string(b.ID) }

// Rank is the time of creation.
func (b *Batch) Rank() int64 { return instant.Rank(b.Created) }

// Class is the coarse state. A completed batch with failed items is troubled,
// because COMPLETED only means that every item has ended.
func (b *Batch) Class() table.Class {
	if b.Submission != "" {
		return table.ClassOther
	}
	switch b.Status {
	case api.BatchPending, api.BatchJobsCreated:
		return table.ClassWaiting
	case api.BatchProcessing:
		return table.ClassRunning
	case api.BatchFailed:
		return table.ClassTroubled
	case api.BatchCompleted:
		if b.Failed > 0 {
			return table.ClassTroubled
		}
		return table.ClassDone
	}
	return table.ClassStrange
}

// Haystack joins the id and the status for searching.
func (b *Batch) Haystack() string { return b.haystack }

// FieldValue supports id, name and status. [Hidden] overrides hidden.
func (b *Batch) FieldValue(name string) (string, bool) {
	switch name {
	case "id":
		return strings.ToLower(string(b.ID)), true
	case "name":
		return strings.ToLower(string(b.Name)), true
	case "status":
		return b.statusWords(), true
	case "hidden":
		return "no", true
	}
	return "", false
}

// Vocabulary lists the fields and statuses of batches.
func (b *Batch) Vocabulary() table.Vocabulary {
	return table.Vocabulary{
		Fields: []string{"id", "name", "status", "hidden"},
		Words: map[string][]string{
			"status": {"pending", "created", "jobs_created", "running", "processing", "completed", "failed", "sending", "unknown"},
			"hidden": {"yes", "no"},
		},
		Quantities: []table.Quantity{{Field: "age", Kind: table.Age}},
	}
}

// Measure supports age.
func (b *Batch) Measure(string) (value float64, known bool) { return table.Moment(b.Created) }

// statusWords is the searchable status, in the words of the API and of the
// screen.
func (b *Batch) statusWords() string {
	switch {
	case b.Submission == outbox.SubmissionUnknown:
		return "unknown"
	case b.Submission != "":
		return "sending"
	case b.Status == api.BatchProcessing:
		return "processing running"
	case b.Status == api.BatchJobsCreated:
		return "jobs_created created"
	case b.Status == api.BatchCompleted && b.Failed > 0:
		return "completed some failed"
	}
	return strings.ToLower(string(b.Status))
}

// Compare supports status, id (for name), and number of items (for length and
// size).
func (b *Batch) Compare(o *Batch, by table.Sort) int {
	switch by {
	case table.SortStatus:
		return cmp.Or(cmp.Compare(b.Class(), o.Class()), cmp.Compare(b.Status, o.Status))
	case table.SortName:
		return cmp.Compare(b.ID, o.ID)
	case table.SortLength, table.SortSize:
		return cmp.Compare(o.Total, b.Total)
	}
	return 0
}

// Same reports whether the rows are equal.
func (b *Batch) Same(o *Batch) bool { return *b == *o }

// Absorb keeps a final status and the name.
func (b *Batch) Absorb(old *Batch, _ time.Time) {
	b.Expect(old.Name)
	if old.Status.Terminal() && !b.Status.Terminal() {
		*b = *old
	}
}

// End forecasts when the batch will end, from how far it is. now is the server's
// time. The result is zero while nothing of it has ended, because jobs may wait
// for hours.
func (b *Batch) End(now time.Time) time.Time {
	ended, passed := b.Succeeded+b.Failed, now.Sub(b.Created)
	if ended == 0 || ended >= b.Total || passed <= 0 || b.Status.Terminal() {
		return time.Time{}
	}
	return b.Created.Add(time.Duration(float64(passed) * float64(b.Total) / float64(ended)))
}

// BatchItem is a line of a batch's results. RequestID is the key.
type BatchItem struct {
	Line       int // in the file, from 1
	RequestID  api.ID
	Generation Generation // zero if there is only an error
	Error      text.Text
}

var _ table.Row[BatchItem] = (*BatchItem)(nil)

// NewBatchItem converts a line of results to a row; line counts from 1.
func NewBatchItem(line int, r api.BatchResult) BatchItem {
	return BatchItem{
		Line:       line,
		RequestID:  r.RequestID,
		Generation: NewGeneration(r.Generation),
		Error:      cmp.Or(r.Error, r.Generation.Error),
	}
}

// BatchItems converts the lines of a batch's results to rows.
func BatchItems(lines []api.BatchResult) []BatchItem {
	items := make([]BatchItem, len(lines))
	for i, line := range lines {
		items[i] = NewBatchItem(i+1, line)
	}
	return items
}

// Key is the request id.
func (b *BatchItem) Key() string { return string(b.RequestID) }

// Rank is the order of the lines.
func (b *BatchItem) Rank() int64 { return -int64(b.Line) }

// Class is the job's class, or ClassTroubled if there is no job.
func (b *BatchItem) Class() table.Class {
	if b.Generation.ID == "" {
		return table.ClassTroubled
	}
	return b.Generation.Class()
}

// Haystack joins the request id, the error and the job's haystack.
func (b *BatchItem) Haystack() string {
	return strings.ToLower(string(b.RequestID)+"\n"+string(b.Error)+"\n") + b.Generation.Haystack()
}

// FieldValue supports request, error, and the fields of generations.
func (b *BatchItem) FieldValue(name string) (string, bool) {
	switch name {
	case "request":
		return strings.ToLower(string(b.RequestID)), true
	case "error":
		return strings.ToLower(string(b.Error)), true
	}
	return b.Generation.FieldValue(name)
}

// Vocabulary adds request to the fields of generations.
func (b *BatchItem) Vocabulary() table.Vocabulary {
	v := b.Generation.Vocabulary()
	v.Fields = append(v.Fields, "request")
	return v
}

// Measure is as for generations.
func (b *BatchItem) Measure(field string) (value float64, known bool) {
	return b.Generation.Measure(field)
}

// Compare is as for generations, except for status and name (the request id).
func (b *BatchItem) Compare(o *BatchItem, by table.Sort) int {
	switch by {
	case table.SortStatus:
		return cmp.Compare(b.Class(), o.Class())
	case table.SortName:
		return cmp.Compare(b.RequestID, o.RequestID)
	}
	return b.Generation.Compare(&o.Generation, by)
}

// Same reports whether the rows are equal.
func (b *BatchItem) Same(o *BatchItem) bool { return *b == *o }

// Absorb does nothing: results never change.
func (b *BatchItem) Absorb(*BatchItem, time.Time) {}
