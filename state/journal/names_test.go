package journal

import (
	"slices"
	"testing"

	"dubtop/api"
	"dubtop/state"
)

func TestNamesAndProjectsAreRemembered(t *testing.T) {
	path := journalPath(t)
	old := opened(t, path)
	job := state.NewGeneration(api.Generation{ID: "job", Status: api.Completed, CreatedAt: api.Time{Time: noon}})
	if err := old.SaveGenerations(t.Context(), []state.Generation{job}, noon); err != nil {
		t.Fatal(err)
	}
	downgrade(t, old, 5)
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}

	j := opened(t, path)
	rows, err := j.Generations(t.Context(), 5, state.Generation{})
	if err != nil || len(rows) != 1 || rows[0].ProjectID() != "" {
		t.Fatalf("of version 5: %+v, %v", rows, err)
	}
	grouped := state.NewGeneration(api.Generation{ID: "job", Status: api.Completed, CreatedAt: api.Time{Time: noon}, ProjectID: "p"})
	for range 2 {
		if err := j.SaveGenerations(t.Context(), []state.Generation{grouped}, noon); err != nil {
			t.Fatal(err)
		}
	}
	names := []state.Name{{Kind: "asset", ID: "a", Name: "anna.mp4"}, {Kind: "project", ID: "p", Name: "Spring"}}
	if err := j.SaveNames(t.Context(), []state.Name{{Kind: "asset", ID: "a", Name: "old.mp4"}}); err != nil {
		t.Fatal(err)
	}
	if err := j.SaveNames(t.Context(), names); err != nil {
		t.Fatal(err)
	}
	got, err := j.KnownNames(t.Context())
	if err != nil || !slices.Equal(got, names) {
		t.Errorf("%+v, %v", got, err)
	}
	rows, err = j.Generations(t.Context(), 5, state.Generation{})
	if err != nil || len(rows) != 1 || rows[0].ProjectID() != "p" {
		t.Errorf("%+v, %v", rows, err)
	}
}
