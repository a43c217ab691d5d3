package journal

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"dubtop/api"
	"dubtop/api/text"
)

// also adds one more label, as in older journals.
func also(t *testing.T, j *Journal, id, label string) {
	t.Helper()
	_, err := j.db.ExecContext(t.Context(), "INSERT INTO labels (id, place, label) SELECT ?1, 1 + coalesce(max(place), -1), ?2 FROM labels WHERE id = ?1", id, label)
	if err != nil {
		t.Fatal(err)
	}
}

func TestLabelsAndNotesAreKept(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	note := func(id, words string) error { return j.NoteAll(t.Context(), []string{id}, words) }
	err := errors.Join(
		j.LabelAll(t.Context(), []string{"g1", "g2"}, "first"),
		j.LabelAll(t.Context(), []string{"g1"}, "zebra"),
		j.LabelAll(t.Context(), []string{"g2"}, ""),
		note("g1", "first"), note("g1", "ask Ana\nabout it"), note("g2", "gone"), note("g2", ""),
	)
	if err != nil {
		t.Fatal(err)
	}
	_ = j.Close()
	j = opened(t, path)
	if got, err := j.Labels(t.Context()); err != nil || !reflect.DeepEqual(got, map[string][]string{"g1": {"zebra"}, "g2": {""}}) {
		t.Errorf("labels = %v, %v", got, err)
	}
	if got, err := j.Notes(t.Context()); err != nil || !reflect.DeepEqual(got, map[string]string{"g1": "ask Ana\nabout it"}) {
		t.Errorf("notes = %v, %v", got, err)
	}
}

// The label in the form is saved with the submission from the first time on,
// unless it was labelled differently since, and booked with the job.
func TestDraftsLabelIsSavedAndBooked(t *testing.T) {
	j := opened(t, journalPath(t))
	for _, c := range []struct{ id, draft, before, after, want string }{
		{"s1", " acme ", "", "", "acme"},
		{"s2", "acme", "first", "", "first"},
		{"s3", "acme", "", "later", "later"},
		{"s4", "", "", "", ""},
	} {
		set := func(label string) {
			if label == "" {
				return
			}
			if err := j.LabelAll(t.Context(), []string{c.id}, label); err != nil {
				t.Fatal(err)
			}
		}
		s := confirmed(c.id)
		s.Draft.Label = c.draft
		set(c.before)
		if err := j.SaveSubmission(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		set(c.after)
		s = sending(t, s)
		if err := j.BeginSending(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if err := j.SaveSubmission(t.Context(), answered(t, s, api.Accepted, api.ID("g-"+c.id))); err != nil {
			t.Fatal(err)
		}
		labels, err := j.Labels(t.Context())
		if got := strings.Join(labels["g-"+c.id], " "); err != nil || got != c.want {
			t.Errorf("%s is labelled %q, want %q (%v)", c.id, got, c.want, err)
		}
		if all := sound(t, j); all[len(all)-1].Label != text.Of(c.want) {
			t.Errorf("%s is booked under %q, want %q", c.id, all[len(all)-1].Label, c.want)
		}
	}
}
