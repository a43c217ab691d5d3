// Package keymap knows the name, the default keys and the words of every
// action of the dashboard, and takes overrides for them. It never knows what
// an action does, nor on which screen it may be done.
package keymap

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
)

// Name names an action, as it is written in the configuration.
type Name string

// Entry is one action as the keyboard sees it.
type Entry struct {
	Name  Name
	Keys  []string // as Bubble Tea spells them: "g", "ctrl+d", "enter"
	Shown string   // how the keys are drawn in hints
	Words string   // what it does, in a few words, lower case
	Group string   // the heading it stands under in the help
}

// Map holds the keys of all actions. The zero Map has none; use Default.
type Map struct {
	entries []Entry
}

// Default gives the keys that the help and the README name.
func Default() Map { return Map{entries: slices.Clone(defaults())} }

// Entries lists all actions in the order of the help.
func (m Map) Entries() []Entry { return m.entries }

// Binding gives the keys of one action for matching and for hints. An unknown
// name gives a binding that never matches.
func (m Map) Binding(n Name) key.Binding {
	for _, e := range m.entries {
		if e.Name == n {
			return key.NewBinding(key.WithKeys(e.Keys...), key.WithHelp(e.Shown, e.Words))
		}
	}
	return key.NewBinding(key.WithDisabled())
}

// Override gives an action other keys, written with commas: "ctrl+x,f5". An
// unknown action, an empty list, a reserved key or a key that another action
// of the same reach already has is an error, and changes nothing.
func (m *Map) Override(n Name, keys string) error {
	at := slices.IndexFunc(m.entries, func(e Entry) bool { return e.Name == n })
	if at < 0 {
		return fmt.Errorf("there is no action %q; the help (?) names them all", n)
	}
	list := split(keys)
	if len(list) == 0 {
		return fmt.Errorf("action %q needs at least one key, for instance %q", n, m.entries[at].Keys[0])
	}
	for _, k := range list {
		if k == "ctrl+c" && n != Quit {
			return fmt.Errorf("ctrl+c always quits and cannot be given to %q", n)
		}
		if other, taken := m.owner(k, at); taken {
			return fmt.Errorf("key %q already belongs to %q; give that another key first", k, other)
		}
	}
	entries := slices.Clone(m.entries)
	entries[at].Keys, entries[at].Shown = list, strings.Join(list, " ")
	m.entries = entries
	return nil
}

// owner finds the action other than the one at index except that has a key
// and is reached from the same screens.
func (m *Map) owner(k string, except int) (Name, bool) {
	mine := reach(m.entries[except].Group)
	for i, e := range m.entries {
		if i != except && slices.Contains(e.Keys, k) && reach(e.Group) == mine {
			return e.Name, true
		}
	}
	return "", false
}

// reach tells groups apart whose keys are never asked for together: a form
// or a dialog on top hears nothing of the views below it.
func reach(group string) string {
	switch group {
	case GroupForm, GroupDialog:
		return group
	}
	return "views"
}

// split reads "ctrl+x, F5" into keys. A single letter keeps its case, for "N"
// is not "n".
func split(keys string) []string {
	var list []string
	for k := range strings.SplitSeq(keys, ",") {
		k = strings.TrimSpace(k)
		if len(k) > 1 {
			k = strings.ToLower(k)
		}
		if k != "" && !slices.Contains(list, k) {
			list = append(list, k)
		}
	}
	return list
}
