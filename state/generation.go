package state

import (
	"cmp"
	"strings"
	"time"
	"unique"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/instant"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/table"
	"dubtop/state/take"
)

// Generation is the row of a job. It is kept small, because there may be a
// hundred thousand: repeated words are shared, and the API's answer is dropped.
type Generation struct {
	ID      api.ID
	Created time.Time // server's clock; zero if unknown
	Status  api.Status
	Model   string
	// Name is the output file name, else the base name of the visual input, else
	// the start of the id.
	Name   text.Text
	Length api.Seconds // of the output; 0 if unknown
	// Error and ErrorCode say why the job failed, in the API's words.
	Error, ErrorCode text.Text
	// Started and Ended are when the job was first seen PROCESSING and first
	// seen ended, by the local clock. They are zero if the change itself was not
	// seen; the API provides neither.
	Started, Ended time.Time
	MadeFrom       take.Key // equal for takes of the same video and sound
	HasOutput      bool
	Gone           bool // no longer known to the server
	named          bool // Name is more than the start of the id
	// Submission is set if the row stands for a submission without a known job. The
	// id is then the submission's, and is never sent to the server.
	Submission outbox.SubmissionState

	tags     unique.Handle[tags] // see Label, Set and Project; zero for none
	haystack string              // ID and Name share its memory where possible
}

var _ table.Row[Generation] = (*Generation)(nil)

// NewGeneration converts an API generation to a row. Call it in the background,
// where the answer was decoded, because it is too slow for a frame.
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
		MadeFrom:  take.KeyOf(&g),
		HasOutput: !g.Output.IsZero(),
		named:     named,
	}
	row.setTags(tags{origin: origin{project: g.ProjectID, asset: assetShown(g.Input)}})
	return row
}

// Key is the id.
func (g *Generation) Key() string { return string(g.ID) }

// Rank is the time of creation.
func (g *Generation) Rank() int64 { return instant.Rank(g.Created) }

// Class is the coarse state for the status.
func (g *Generation) Class() table.Class {
	switch {
	case g.Submission != "":
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

// Haystack joins the id, name, model, status, error code, label, set and project
// for searching.
func (g *Generation) Haystack() string { return g.haystack }

// FieldValue supports id, name, model, status, label, set, lang, verdict, project,
// code, and error (code and words). Remarks supply note, saved, hidden and billed.
func (g *Generation) FieldValue(name string) (string, bool) {
	switch name {
	case "status":
		return g.statusWords(), true
	case "verdict":
		return g.Verdict().Shown(), true
	}
	if value, ok := g.field(name); ok {
		return strings.ToLower(string(value)), true
	}
	return unremarked(name)
}

// unremarked returns the value of a field that remarks supply, without one.
func unremarked(name string) (value string, ok bool) {
	switch name {
	case "note":
		return "", true
	case "saved", "hidden":
		return "no", true
	case "billed":
		return "", true
	}
	return "", false
}

// field is FieldValue as it is written.
func (g *Generation) field(name string) (value text.Text, ok bool) {
	switch name {
	case "id":
		value = text.Of(string(g.ID))
	case "name":
		value = g.Name
	case "model":
		value = text.Of(g.Model)
	case "label":
		value = g.Label()
	case "set":
		value = g.Set()
	case "lang":
		value = g.Lang()
	case "project":
		value = g.Project() + " " + text.Of(string(g.ProjectID()))
	case "code":
		value = g.ErrorCode
	case "error":
		value = g.ErrorCode + " " + g.Error
	default:
		return "", false
	}
	return value, true
}

// Vocabulary lists the fields and statuses of jobs.
func (g *Generation) Vocabulary() table.Vocabulary {
	return table.Vocabulary{
		Fields: []string{"id", "name", "model", "status", "label", "set", "lang", "verdict", "project", "note", "saved", "hidden", "billed", "code", "error"},
		Names:  []string{"set"},
		Quantities: []table.Quantity{
			{Field: "cost", Kind: table.Money}, {Field: "age", Kind: table.Age}, {Field: "len", Kind: table.Span}, {Field: "took", Kind: table.Span},
		},
		Words: map[string][]string{
			"status":  {"pending", "running", "processing", "completed", "failed", "rejected", "partial", "sending", "unknown", "gone"},
			"saved":   {"yes", "no"},
			"hidden":  {"yes", "no"},
			"billed":  ledger.BilledWords()[:1],
			"verdict": {"approved", "retake", "none"},
		},
	}
}

// Completion completes projects by their names, without their ids.
func (g *Generation) Completion(field string) (words string, ok bool) {
	return strings.ToLower(string(g.Project())), field == "project"
}

// Measure supports age, len and took; Figures knows the cost, and more
// about took.
func (g *Generation) Measure(field string) (value float64, known bool) {
	switch field {
	case "age":
		return table.Moment(g.Created)
	case "len":
		return float64(g.Length), g.Length > 0
	case "took":
		took, ok := g.Took()
		return took.Seconds(), ok
	}
	return 0, false
}

// Compare orders states by urgency, words from a to z, and amounts from the
// largest. For costs see Figures.Rank.
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
	case table.SortSet:
		return table.EmptyLast(g.Set(), o.Set())
	case table.SortLang:
		return table.EmptyLast(g.Lang(), o.Lang())
	case table.SortVerdict:
		return table.EmptyLast(text.Of(string(g.Verdict())), text.Of(string(o.Verdict())))
	case table.SortLength:
		return cmp.Compare(o.Length, g.Length)
	}
	return 0
}

// Same reports whether the rows are equal.
func (g *Generation) Same(o *Generation) bool { return *g == *o }

// Absorb keeps observations and a final status: an answer that takes an end
// back is out of date.
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
	if g.MadeFrom == 0 {
		g.MadeFrom = old.MadeFrom
	}
	if !g.named && old.named {
		g.Name, g.named = old.Name, true
	}
	g.absorbTags(old)
	g.ID = old.ID // equal text, so that the new copy can be freed
	if g.reads(old) {
		g.Name, g.haystack = old.Name, old.haystack
		return
	}
	g.index()
}

// observe keeps the times of earlier changes and adds new ones.
func (g *Generation) observe(old *Generation, now time.Time) {
	g.Started, g.Ended = old.Started, old.Ended
	if g.Started.IsZero() && old.Status == api.Pending && g.Status == api.Processing {
		g.Started = instant.Of(now)
	}
	if g.Ended.IsZero() && !old.Status.Terminal() && g.Status.Terminal() {
		g.Ended = instant.Of(now)
	}
}

// reads reports whether the haystack would be the same as old's.
func (g *Generation) reads(old *Generation) bool {
	return g.Status == old.Status && g.Gone == old.Gone && g.Name == old.Name &&
		g.Model == old.Model && g.ErrorCode == old.ErrorCode && g.tags == old.tags
}

// index builds the haystack and makes the id and name share its memory.
func (g *Generation) index() {
	id, name := strings.ToLower(string(g.ID)), strings.ToLower(string(g.Name))
	own := g.own()
	parts := [...]string{
		id, name, strings.ToLower(g.Model), g.statusWords(), strings.ToLower(string(g.ErrorCode)),
		strings.ToLower(string(own.label)), strings.ToLower(string(own.set)), strings.ToLower(string(g.Project())),
	}
	n := len(parts)
	for n > 5 && parts[n-1] == "" {
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

// statusWords is the searchable status, for a submission its state. A gone job
// keeps its last status.
func (g *Generation) statusWords() string {
	switch {
	case g.Submission == outbox.SubmissionUnknown:
		return "unknown"
	case g.Submission != "":
		return "sending"
	case g.Gone:
		return g.Status.Words() + " gone"
	}
	return g.Status.Words()
}

// Took is how long the job was seen working; ok is false if its start or end
// was not seen.
func (g *Generation) Took() (took time.Duration, ok bool) {
	if g.Started.IsZero() || g.Ended.IsZero() {
		return 0, false
	}
	return max(0, g.Ended.Sub(g.Started)), true
}
