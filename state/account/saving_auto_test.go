package account

import (
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/outbox"
)

// A filter for automatic saving means what it means in a list: a name typed in
// full is not the beginning of another, and comparisons compare.
func TestAutomaticSavingUnderstandsFiltersAsListsDo(t *testing.T) {
	now := time.Unix(100_000, 0)
	for filter, want := range map[string]string{
		"all": "a b ", "set:acme": "a ", "-set:acme": "b ", "age:<1h": "b ", "age:>1h set:acme-2": "", "label:other": "",
	} {
		client, err := api.New(api.Config{Key: api.NewSecret("sk-test")})
		if err != nil {
			t.Fatal(err)
		}
		a := New(Config{Client: client, Saving: Saving{Automatic: filter}}, now)
		a.Store.Observe([]state.Generation{
			state.NewGeneration(api.Generation{ID: "a", Status: api.Completed, CreatedAt: api.Time{Time: now.Add(-2 * time.Hour)}}),
			state.NewGeneration(api.Generation{ID: "b", Status: api.Completed, CreatedAt: api.Time{Time: now.Add(-time.Minute)}}),
		}, now)
		a.Store.BringSets([]outbox.Set{{Name: "acme", Rows: 1}, {Name: "acme-2", Rows: 1}}, []outbox.Member{{ID: "a", Set: "acme", Row: 1}, {ID: "b", Set: "acme-2", Row: 1}})
		a.bringAutomatic(now)
		got := ""
		for _, id := range []string{"a", "b"} {
			if a.automaticallySaved(id) {
				got += id + " "
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", filter, got, want)
		}
	}
}
