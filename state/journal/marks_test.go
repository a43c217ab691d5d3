package journal

import (
	"errors"
	"reflect"
	"testing"
)

func TestLabelsAndNotesAreKept(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	err := errors.Join(
		j.SetLabels(t.Context(), "g1", []string{"zebra", "ape", "zebra"}),
		j.SetLabels(t.Context(), "g2", []string{"gone"}),
		j.SetLabels(t.Context(), "g2", nil),
		j.SetLabels(t.Context(), "g1", []string{"zebra", "ape"}),
		j.SetNote(t.Context(), "g1", "first"),
		j.SetNote(t.Context(), "g1", "ask Ana\nabout it"),
		j.SetNote(t.Context(), "g2", "gone"),
		j.SetNote(t.Context(), "g2", ""),
	)
	if err != nil {
		t.Fatal(err)
	}
	_ = j.Close()
	j = opened(t, path)
	if got, err := j.Labels(t.Context()); err != nil || !reflect.DeepEqual(got, map[string][]string{"g1": {"zebra", "ape"}}) {
		t.Errorf("labels = %v, %v", got, err)
	}
	if got, err := j.Notes(t.Context()); err != nil || !reflect.DeepEqual(got, map[string]string{"g1": "ask Ana\nabout it"}) {
		t.Errorf("notes = %v, %v", got, err)
	}
}
