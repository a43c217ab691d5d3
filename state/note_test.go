package state

import (
	"testing"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/outbox"
	"dubtop/state/table"
)

func TestNotesAreFoundWithTheirRows(t *testing.T) {
	var c table.Collection[Generation]
	c.Recall([]Generation{row(1, api.Completed), row(2, api.Completed), row(3, api.Failed)})
	notes := NewNotes(map[string]string{string(jobID(2)): "Client wants a Retake"})
	var v table.View[Generation]
	for _, test := range []struct {
		text string
		want int
	}{
		{"", 3},
		{"retake", 1},
		{"note:retake", 1},
		{"note:CLIENT status:completed", 1},
		{"note:failed", 0},
		{"status:retake", 0},
		{"-retake", 2},
		{"-note:retake", 2},
		{"completed retake", 1},
	} {
		v.Update(&c, table.Query{Text: test.text, Notes: &notes})
		if v.Len() != test.want {
			t.Errorf("%q finds %d rows, want %d", test.text, v.Len(), test.want)
		}
	}
}

func TestFilterFollowsChangedNotes(t *testing.T) {
	var c table.Collection[Generation]
	c.Recall([]Generation{row(1, api.Completed), row(2, api.Completed)})
	var notes Notes
	var v table.View[Generation]
	q := table.Query{Text: "retake", Notes: &notes}
	finds := func(want int) {
		t.Helper()
		if v.Update(&c, q); v.Len() != want {
			t.Errorf("%d rows, want %d", v.Len(), want)
		}
	}
	finds(0)
	notes.Set("s1", "a retake")
	notes.HandOver("s1", string(jobID(1)))
	finds(1)
	notes.Set(string(jobID(2)), "Retake, too")
	notes.Set("s2", "something else")
	notes.HandOver("s2", string(jobID(2)))
	finds(2)
	notes.Set(string(jobID(1)), "")
	finds(1)
	if v.Update(&c, q) {
		t.Error("nothing changed, and yet the view did")
	}
	if got := notes.Of(string(jobID(2))); got != "Retake, too" {
		t.Errorf("the note is %q", got)
	}
}

// A label that was removed is no longer that of the draft, for budgets and turns
// alike.
func TestRemovedLabelIsNoLabel(t *testing.T) {
	s := NewStore()
	sub := outbox.Submission{ID: "sub", Draft: draft.Draft{Label: "acme"}}
	if got := s.LabelFor(&sub); got != "acme" {
		t.Errorf("%q, want that of the draft", got)
	}
	s.BringLabels(map[string][]string{"sub": {""}})
	if got := s.LabelFor(&sub); got != "" || s.Labeled([]outbox.Submission{sub})[0].Draft.Label != "" {
		t.Errorf("%q after it was removed", got)
	}
}
