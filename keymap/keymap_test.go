package keymap

import (
	"slices"
	"strings"
	"testing"
)

func TestNoTwoActionsShareAKeyWithinReach(t *testing.T) {
	seen := map[string]Name{}
	for _, e := range Default().Entries() {
		for _, k := range e.Keys {
			at := reach(e.Group) + " " + k
			if other, taken := seen[at]; taken {
				t.Errorf("key %q belongs to %q and to %q", k, other, e.Name)
			}
			seen[at] = e.Name
		}
	}
}

func TestEveryActionSaysWhatItDoes(t *testing.T) {
	for _, e := range Default().Entries() {
		if e.Words == "" || e.Shown == "" || len(e.Keys) == 0 && e.Shown != ":" {
			t.Errorf("%q is not fully described: %+v", e.Name, e)
		}
	}
}

func TestOverride(t *testing.T) {
	for _, c := range []struct {
		name      Name
		keys      string
		want      []string
		complaint string
	}{
		{Refresh, "ctrl+x, F5", []string{"ctrl+x", "f5"}, ""},
		{Open, "Z", []string{"Z"}, ""},
		{Open, "j", nil, `already belongs to "down"`},
		{Open, "", nil, "at least one key"},
		{"opne", "b", nil, "no action"},
		{Open, "ctrl+c", nil, "always quits"},
		{Yes, "j", []string{"j"}, ""}, // dialogs hide the keys of views
	} {
		m := Default()
		err := m.Override(c.name, c.keys)
		if c.complaint != "" {
			if err == nil || !strings.Contains(err.Error(), c.complaint) {
				t.Errorf("Override(%q, %q): %v, want %q", c.name, c.keys, err, c.complaint)
			}
			continue
		}
		if err != nil || !slices.Equal(m.Binding(c.name).Keys(), c.want) {
			t.Errorf("Override(%q, %q) = %v, keys %v, want %v", c.name, c.keys, err, m.Binding(c.name).Keys(), c.want)
		}
	}
}

func TestFormerNamesAreStillAccepted(t *testing.T) {
	for former, name := range formerNames() {
		m := Default()
		if err := m.Override(former, "Z"); err != nil || !slices.Equal(m.Binding(name).Keys(), []string{"Z"}) {
			t.Errorf("%q: %v, %q has %v", former, err, name, m.Binding(name).Keys())
		}
	}
}

func TestOverrideLeavesOtherMapsAlone(t *testing.T) {
	a := Default()
	b := a
	if err := b.Override(Open, "ctrl+b"); err != nil {
		t.Fatal(err)
	}
	if got := a.Binding(Open).Keys(); !slices.Equal(got, []string{"o"}) {
		t.Errorf("the first map changed to %v", got)
	}
}
