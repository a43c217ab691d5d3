package outbox

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/draft"
)

// Set is a job set that was confirmed.
type Set struct {
	Name    string // unique
	Source  string // the file or folder it was made from, or ""
	Rows    int
	Cost    *api.Micros // agreed to for all its jobs, nil if unknown
	Created time.Time
}

// Member is a submission, a job, a batch, or a line of a batch that belongs to
// a set.
type Member struct {
	ID   string
	Set  string
	Row  int    // in the set, from 1; 0 for a whole batch
	Lang string // language tag, or ""
	// Batch is the submission of the batch that the line, or the job made from
	// it, belongs to. For a batch it is its own submission.
	Batch string
	// From is the submission, or the line of a batch, that a job was made from;
	// "" for those themselves.
	From string
}

// BatchLine is one job of a batch that dubtop wrote itself.
type BatchLine struct {
	RequestID string
	Draft     draft.Draft
	Seconds   float64 // of output, 0 if unknown
}

// MemberID is the id of a line of a batch as a member of its set.
func (l *BatchLine) MemberID(batch string) string { return batch + "/" + l.RequestID }

// Members returns the submission as a member of its set, and its lines if it is
// a batch. It returns none if it belongs to no set.
func (s *Submission) Members() []Member {
	if s.Kind == SubmitGeneration {
		if s.Draft.Set == "" {
			return nil
		}
		return []Member{{ID: s.ID, Set: s.Draft.Set, Row: s.Draft.Row, Lang: s.Draft.Lang}}
	}
	if len(s.Lines) == 0 {
		return nil
	}
	all := []Member{{ID: s.ID, Set: s.Lines[0].Draft.Set, Batch: s.ID}}
	for i := range s.Lines {
		d := &s.Lines[i].Draft
		all = append(all, Member{ID: s.Lines[i].MemberID(s.ID), Set: d.Set, Row: d.Row, Lang: d.Lang, Batch: s.ID})
	}
	return all
}

// MaxSetName is the most characters that the name of a set can have.
const MaxSetName = 40

// SetName makes a set's name of typed text or of a file's name: one word, so
// that it can be filtered by. It returns "" if nothing is left.
func SetName(typed string) string {
	word := func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), strings.ContainsRune("_.-", r):
			return r
		}
		return '-'
	}
	name := []rune(strings.Map(word, string(text.Of(strings.TrimSpace(typed)))))
	name = slices.CompactFunc(name, func(a, b rune) bool { return a == '-' && b == '-' })
	return strings.Trim(string(name[:min(len(name), MaxSetName)]), "-.")
}

// FreeSetName returns a name, with a number behind it if it is taken.
func FreeSetName(name string, taken func(string) bool) string {
	name = cmp.Or(SetName(name), "set")
	free := name
	for n := 2; taken(free); n++ {
		end := "-" + strconv.Itoa(n)
		free = strings.TrimRight(string([]rune(name)[:min(len([]rune(name)), MaxSetName-len(end))]), "-.") + end
	}
	return free
}
