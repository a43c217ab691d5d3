package state

import (
	"cmp"
	"strings"
	"time"
	"unique"

	"dubtop/state/draft"
	"dubtop/state/outbox"
	"dubtop/state/table"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/instant"
)

// Generation is what is kept of a job. It is small, because there may be a
// hundred thousand: repeated words are shared, and the raw answer is not kept.
type Generation struct {
	ID      api.ID
	Created time.Time // by the server's clock; zero if it told none
	Status  api.Status
	Model   string
	// Name is the output file name, else the base name of the visual input,
	// else the beginning of the id.
	Name   text.Text
	Length api.Seconds // of the output; 0 is unknown
	// Error and ErrorCode say why the job failed, in the API's words.
	Error, ErrorCode text.Text
	// Started and Ended are when the job was first seen PROCESSING and first
	// seen at an end, by the local clock. They are zero where the change
	// itself was not seen: the API tells neither.
	Started, Ended time.Time
	HasOutput      bool
	Gone           bool // the server no longer knows it
	named          bool // the name is more than a piece of the id
	// Intent is set on a row that stands for a submission without a known
	// job: its id is the submission's, and the server is never asked about it.
	Intent outbox.SubmissionState

	label    unique.Handle[text.Text] // see Label; the zero Handle is none
	haystack string                   // ID and Name share its bytes where they can
}

var _ table.Row[Generation] = (*Generation)(nil)

// NewGeneration thins an answer down to what is kept. It belongs in the
// background, where the answer was decoded: nothing here is worth a frame.
func NewGeneration(g api.Generation) Generation {
	name, named := draft.JobName(g)
	row := Generation{
		ID:        g.ID,
		Created:   instant.Of(g.CreatedAt.Time),
		Status:    api.Status(table.Shared(string(g.Status))),
		Model:     table.Shared(string(g.Model)),
		Name:      name,
		Length:    g.OutputDuration,
		Error:     table.Shared(g.Error),
		ErrorCode: table.Shared(g.ErrorCode),
		HasOutput: !g.Output.IsZero(),
		named:     named,
	}
	row.index()
	return row
}

// Key is the id.
func (g *Generation) Key() string { return string(g.ID) }

// Rank is the time of creation.
func (g *Generation) Rank() int64 { return instant.Rank(g.Created) }

// Label is what we call the job, "" for nothing: the server knows nothing of
// it. Store.SetLabel sets it.
func (g *Generation) Label() text.Text {
	if g.label == (unique.Handle[text.Text]{}) {
		return ""
	}
	return g.label.Value()
}

// setLabel takes the label, and lets it be found.
func (g *Generation) setLabel(label text.Text) {
	g.label = unique.Handle[text.Text]{}
	if label != "" {
		g.label = unique.Make(label)
	}
	g.index()
}

// Class is the coarse state by status.
func (g *Generation) Class() table.Class {
	switch {
	case g.Intent != "":
		return table.ClassOther
	case g.Status == api.Completed:
		return table.ClassDone
	case g.Status.Terminal():
		return table.ClassTroubled
	case g.Gone:
		return table.ClassGone
	case g.Status == api.Pending:
		return table.ClassWaiting
	case g.Status == api.Processing:
		return table.ClassRunning
	}
	return table.ClassStrange
}

// Haystack is the id, name, model, status, error code and label.
func (g *Generation) Haystack() string { return g.haystack }

// FieldValue knows id, name, model, status, label, error (the code and the
// words). A note stands beside the row, in Notes.
func (g *Generation) FieldValue(name string) (string, bool) {
	switch name {
	case "id":
		return strings.ToLower(string(g.ID)), true
	case "name":
		return strings.ToLower(string(g.Name)), true
	case "model":
		return strings.ToLower(g.Model), true
	case "status":
		return g.statusWords(), true
	case "label":
		return strings.ToLower(string(g.Label())), true
	case "code":
		return strings.ToLower(string(g.ErrorCode)), true
	case "error":
		return strings.ToLower(string(g.ErrorCode + " " + g.Error)), true
	case "note":
		return "", true
	}
	return "", false
}

// Vocabulary is that of jobs.
func (g *Generation) Vocabulary() table.Vocabulary {
	return table.Vocabulary{
		Fields: []string{"id", "name", "model", "status", "label", "note", "code", "error"},
		Words:  map[string][]string{"status": {"pending", "running", "processing", "completed", "failed", "rejected", "sending", "unknown", "gone"}},
	}
}

// Compare orders by what needs attention first, by words from a to z, and by
// amounts from the largest. What a job costs it does not know: see Prices.Rank.
func (g *Generation) Compare(o *Generation, by table.Sort) int {
	switch by {
	case table.SortStatus:
		return cmp.Or(cmp.Compare(g.Class(), o.Class()), cmp.Compare(g.Status, o.Status))
	case table.SortModel:
		return cmp.Compare(g.Model, o.Model)
	case table.SortName:
		return cmp.Compare(g.Name, o.Name)
	case table.SortLabel:
		return table.EmptyLast(g.Label(), o.Label())
	case table.SortLength:
		return cmp.Compare(o.Length, g.Length)
	}
	return 0
}

// Same reports whether nothing differs.
func (g *Generation) Same(o *Generation) bool { return *g == *o }

// Absorb keeps what was observed, and an end once reached: an answer that
// takes it back is older than it looks.
func (g *Generation) Absorb(old *Generation, now time.Time) {
	if old.Status.Terminal() && !g.Status.Terminal() {
		*g = *old
		return
	}
	g.observe(old, now)
	if g.Created.IsZero() {
		g.Created = old.Created
	}
	if g.Length == 0 {
		g.Length = old.Length
	}
	if !g.named && old.named {
		g.Name, g.named = old.Name, true
	}
	g.label = old.label
	g.ID = old.ID // the same text; the newer bytes can then be dropped
	if g.reads(old) {
		g.Name, g.haystack = old.Name, old.haystack
		return
	}
	g.index()
}

// observe keeps the times of changes seen, and takes those seen now.
func (g *Generation) observe(old *Generation, now time.Time) {
	g.Started, g.Ended = old.Started, old.Ended
	if g.Started.IsZero() && old.Status == api.Pending && g.Status == api.Processing {
		g.Started = instant.Of(now)
	}
	if g.Ended.IsZero() && !old.Status.Terminal() && g.Status.Terminal() {
		g.Ended = instant.Of(now)
	}
}

// reads reports whether the haystack would be the same.
func (g *Generation) reads(old *Generation) bool {
	return g.Status == old.Status && g.Gone == old.Gone && g.Name == old.Name &&
		g.Model == old.Model && g.ErrorCode == old.ErrorCode && g.label == old.label
}

// index builds the haystack and lets the id and the name share its bytes.
func (g *Generation) index() {
	id, name := strings.ToLower(string(g.ID)), strings.ToLower(string(g.Name))
	parts := [...]string{
		id, name, strings.ToLower(g.Model), g.statusWords(), strings.ToLower(string(g.ErrorCode)), strings.ToLower(string(g.Label())),
	}
	n := len(parts)
	if g.Label() == "" {
		n--
	}
	g.haystack = strings.Join(parts[:n], "\n")
	if string(g.ID) == id {
		g.ID = api.ID(g.haystack[:len(id)])
	}
	if string(g.Name) == name {
		g.Name = text.Of(g.haystack[len(id)+1:][:len(name)])
	}
}

// statusWords is the status as it is searched for, of a submission how far it
// is. A job that is gone keeps the status it had.
func (g *Generation) statusWords() string {
	switch {
	case g.Intent == outbox.SubmissionUnknown:
		return "unknown"
	case g.Intent != "":
		return "sending"
	case g.Gone:
		return g.Status.Words() + " gone"
	}
	return g.Status.Words()
}

// Took is how long a job was seen working; ok is false when its beginning or
// its end was not seen.
func (g *Generation) Took() (took time.Duration, ok bool) {
	if g.Started.IsZero() || g.Ended.IsZero() {
		return 0, false
	}
	return max(0, g.Ended.Sub(g.Started)), true
}
