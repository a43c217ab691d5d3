package journal

import (
	"testing"

	"dubtop/state/draft"
)

func TestPresetsAreSavedReplacedAndDropped(t *testing.T) {
	j, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	save := func(name, label string) {
		t.Helper()
		d := draft.Draft{ID: "one", Model: "sync-3", Label: label, Options: map[string]string{"sync_mode": "loop"}}
		if err := j.SavePreset(t.Context(), draft.NewPreset(name, d)); err != nil {
			t.Fatal(err)
		}
	}
	save("b", "first")
	save("a %_", "acme")
	save("b", "second")
	all, err := j.Presets(t.Context())
	if err != nil || len(all) != 2 || all[0].Name != "a %_" || all[1].Draft.Label != "second" || all[1].Draft.ID != "" {
		t.Fatalf("%+v, %v", all, err)
	}
	if err := j.DropPreset(t.Context(), "a %_"); err != nil {
		t.Fatal(err)
	}
	if all, err := j.Presets(t.Context()); err != nil || len(all) != 1 || all[0].Name != "b" {
		t.Errorf("%+v, %v", all, err)
	}
}
