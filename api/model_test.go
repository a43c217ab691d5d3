package api

import (
	"slices"
	"testing"
)

func TestModelsByNameOrID(t *testing.T) {
	c, _ := newFake(t, says(200, `[{"id":"m1","name":"lipsync-2","deprecatedAt":"2026-06-02T08:00:00Z"},{"id":"sync-3"},{"name":"react-1"},{}]`))
	models, err := c.Models(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range models.Items {
		names = append(names, string(m.Name))
	}
	if !slices.Equal(names, []string{"lipsync-2", "sync-3", "react-1"}) || models.Items[0].Deprecated.IsZero() {
		t.Errorf("%+v", models)
	}
}
