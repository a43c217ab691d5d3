// Package jobset makes many jobs from the user's files: a table, JSON lines,
// files paired by name, or every video with every track. It knows rows, their
// origin and their problems. It never reads a file or a clock, and knows nothing
// about prices.
package jobset

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"strconv"
	"strings"
	"time"

	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/jsoncheck"
	"dubtop/state/table"
)

// MaxRows is the most rows a set can have.
const MaxRows = 10_000

// Row is a job that may be sent.
type Row struct {
	Number int    // place in the set, from 1
	Where  string // where it was read, such as "line 12"; "" if its files tell
	ID     string // from the list, to tell the row apart in a run; "" if it has none
	Stem   string // name of the video without its extension, for templates
	Lang   string // language tag such as "de" or "pt-BR"; "" if unknown
	Draft  draft.Draft
	// Trouble says why the row can't become a job, such as a video without
	// audio. Editing the row removes it.
	Trouble string
	// Fault is the result of the form's checks; "" if the row can be sent.
	Fault string
	// Twin says that the row repeats another row or an earlier job.
	Twin string
	// Rival says that another track has the same video and language.
	Rival string
	// Made is the job that has the same content, "" if none is known.
	Made string
	// Measured is the result of inspecting its files.
	Measured Measured
	// Out excludes the row. It starts excluded if there is a doubt.
	Out bool
	// Decided is set once the user has left the row out or put it back.
	Decided bool
}

// Words describes the problem with the row, "" if there is none.
func (r *Row) Words() text.Text {
	return text.Of(cmp.Or(r.Trouble, r.Fault, r.Measured.Fault, r.Doubt(), r.Measured.Note))
}

// Doubt says why the row is left out unless the user puts it back, "" if it
// isn't.
func (r *Row) Doubt() string { return cmp.Or(r.Twin, r.Rival, r.Measured.Doubt) }

// Fit reports whether the row can become a job.
func (r *Row) Fit() bool { return r.Trouble == "" && r.Fault == "" && r.Measured.Fault == "" }

// Chosen reports whether the row will become a job.
func (r *Row) Chosen() bool { return r.Fit() && !r.Out }

// Name is the row's name for the screen.
func (r *Row) Name(home string) text.Text {
	if name := r.Draft.Name(draft.CheckEnv{Home: home}); name != "" && string(name) != r.Draft.Model {
		return name
	}
	return text.Of(cmp.Or(r.Stem, r.Where, "row "+strconv.Itoa(r.Number)))
}

// Key identifies the row by its place.
func (r *Row) Key() string { return strconv.Itoa(r.Number) }

// RunID identifies the row in a run: by its id, or else by its place.
func (r *Row) RunID() string { return cmp.Or(r.ID, r.Key()) }

// Rank sorts the first row first.
func (r *Row) Rank() int64 { return -int64(r.Number) }

// Class is troubled for a row that can't become a job or is left out.
func (r *Row) Class() table.Class {
	if !r.Chosen() {
		return table.ClassTroubled
	}
	return table.ClassOther
}

// Compare orders rows by a column.
func (r *Row) Compare(other *Row, by table.Sort) int {
	switch by {
	case table.SortName:
		return strings.Compare(string(r.Name("")), string(other.Name("")))
	case table.SortModel:
		return strings.Compare(r.Draft.Model, other.Draft.Model)
	case table.SortLabel:
		return table.EmptyLast(text.Of(r.Draft.Label), text.Of(other.Draft.Label))
	case table.SortLang:
		return table.EmptyLast(text.Of(r.Lang), text.Of(other.Lang))
	case table.SortLength:
		return cmp.Compare(other.Measured.Output, r.Measured.Output)
	case table.SortStatus:
		return cmp.Compare(r.standing(), other.standing())
	}
	return 0
}

// standing orders rows by how much they need attention.
func (r *Row) standing() int {
	switch {
	case !r.Fit():
		return 0
	case r.Out:
		return 1
	}
	return 2
}

// Same reports whether two rows look the same.
func (r *Row) Same(other *Row) bool {
	return r.Trouble == other.Trouble && r.Fault == other.Fault && r.Measured == other.Measured && r.Doubt() == other.Doubt() && r.Out == other.Out &&
		r.Lang == other.Lang && r.Draft.OutputFileName == other.Draft.OutputFileName && r.Draft.Label == other.Draft.Label &&
		r.Content() == other.Content()
}

// Absorb does nothing: a row is always replaced as a whole.
func (r *Row) Absorb(*Row, time.Time) {}

// Haystack is the row's searchable text in lower case.
func (r *Row) Haystack() string {
	d := &r.Draft
	return strings.ToLower(strings.Join([]string{
		string(r.Name("")), r.Lang, d.Model, d.Visual, d.Audio, d.Script, d.Label, string(r.Words()),
	}, " "))
}

// FieldValue returns a field for filters such as lang:de.
func (r *Row) FieldValue(name string) (value string, ok bool) {
	switch name {
	case "name":
		value = string(r.Name(""))
	case "lang":
		value = r.Lang
	case "model":
		value = r.Draft.Model
	case "label":
		value = r.Draft.Label
	default:
		return "", false
	}
	return strings.ToLower(value), true
}

// Content is equal for rows that would make the same video: they have the same
// inputs, model and options, under any name. Links are compared without their
// signatures, which differ each time.
func (r *Row) Content() string { return ContentOf(r.Draft) }

// ContentOf is Row.Content of a draft.
func ContentOf(d draft.Draft) string {
	d = d.Unsigned()
	d.VisualKind = ""
	return d.PriceKey()
}

// SameJob reports whether two rows have the same inputs, model and options, in
// the same words.
func (r *Row) SameJob(other *Row) bool {
	d, o := &r.Draft, &other.Draft
	return d.Visual == o.Visual && d.Audio == o.Audio && d.Script == o.Script && d.Model == o.Model && maps.Equal(d.Options, o.Options) &&
		len(d.Changes(*o)) == 0
}

// Job returns the draft of the job, which knows its place in the set.
func (r *Row) Job() draft.Draft {
	d := r.Draft.Clone()
	d.Row, d.Lang = r.Number, r.Lang
	return d
}

// Copy returns a copy that is independent of later changes.
func (r *Row) Copy() Row {
	c := *r
	c.Draft = r.Draft.Clone()
	return c
}

// Speak sets the language, which may be written in any usual way.
func (r *Row) Speak(lang string) {
	r.Lang = strings.TrimSpace(lang)
	if tag, ok := Language(r.Lang); ok {
		r.Lang = tag
	}
}

// Set is a set of rows.
type Set struct {
	Rows    []Row
	Videos  int             // number of videos found, if files were paired or combined
	Tracks  int             // number of audio files found, likewise
	Left    int             // number of files without a partner, or with several
	Notes   []string        // further facts, such as the columns of a table
	Columns Columns         // of a table
	Before  map[string]Made // jobs sent earlier, by ContentOf
}

// Problem says why a source can't be read at all.
type Problem jsoncheck.Problem

// Error says where the problem is and why.
func (p *Problem) Error() string { return jsoncheck.Problem(*p).String() }

// number gives the rows their places.
func (s *Set) number() {
	for i := range s.Rows {
		s.Rows[i].Number = i + 1
	}
}

// Made is an earlier job.
type Made struct {
	Words string // its fate, for the user
	Job   string // its id, "" if it has none
}

// MarkTwins marks the rows found by [Twins] and leaves them out.
func (s *Set) MarkTwins(before map[string]Made) {
	s.Before = before
	rows := func(yield func(*Row) bool) {
		for i := range s.Rows {
			if !yield(&s.Rows[i]) {
				return
			}
		}
	}
	Twins(rows, before, func(r *Row, twin, made string) { r.Repeat(twin, made) })
}

// Twins finds rows that repeat an earlier one, and rows whose job was sent
// before. before has the earlier jobs by [ContentOf]. It calls mark for every
// row, with a description of the repeated row or job, "" for none, and the id of
// the job made before.
func Twins(rows iter.Seq[*Row], before map[string]Made, mark func(r *Row, twin, made string)) {
	first := map[string]int{}
	for r := range rows {
		if r.Trouble != "" {
			continue
		}
		key := r.Content()
		made := before[key]
		if n, seen := first[key]; seen {
			mark(r, fmt.Sprintf("the same as row %d", n), made.Job)
			continue
		}
		first[key] = r.Number
		mark(r, made.Words, made.Job)
	}
}

// Repeat stores a description of the repeated row or job, and the job with the
// same content. A doubt leaves the row out unless the user has decided about it.
func (r *Row) Repeat(twin, made string) {
	r.Twin, r.Made = twin, made
	r.settle()
}

func (r *Row) settle() {
	if !r.Decided {
		r.Out = r.Doubt() != ""
	}
}

// Totals counts the rows of a set.
type Totals struct {
	Rows, Chosen, Troubled, Out int
	Unmeasured                  int                // chosen rows of unknown length
	Seconds                     map[string]float64 // output of chosen rows by model
	Langs                       map[string]int     // chosen rows by language
}

// Count counts rows.
func Count(rows func(yield func(*Row) bool)) Totals {
	t := Totals{Seconds: map[string]float64{}, Langs: map[string]int{}}
	for r := range rows {
		t.Rows++
		switch {
		case !r.Fit():
			t.Troubled++
		case r.Out:
			t.Out++
		default:
			t.Chosen++
			if t.Seconds[r.Draft.Model] += r.Measured.Output; r.Measured.Output == 0 {
				t.Unmeasured++
			}
			if r.Lang != "" {
				t.Langs[r.Lang]++
			}
		}
	}
	return t
}
