// Package keymap knows the name, the default keys and the description of every
// action of the dashboard, and applies overrides from the configuration. It
// never knows what an action does, nor on which screens it is available.
package keymap

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
)

// Name is the name of an action in the configuration.
type Name string

// Entry is an action with its keys and its description.
type Entry struct {
	Name  Name
	Keys  []string // in the notation of Bubble Tea: "g", "ctrl+d", "enter"
	Shown string   // the keys as shown in hints
	Words string   // short description in lower case
	Group string   // its heading in the help
}

// Map holds the keys of all actions. The zero Map is empty; use [Default].
type Map struct {
	entries  []Entry
	bindings map[Name]key.Binding // of the entries: every frame asks for dozens
}

// Default returns the default keys, as documented in the help and the README.
func Default() Map { return mapOf(slices.Clone(defaults())) }

func mapOf(entries []Entry) Map {
	m := Map{entries, make(map[Name]key.Binding, len(entries))}
	for _, e := range entries {
		m.bindings[e.Name] = key.NewBinding(key.WithKeys(e.Keys...), key.WithHelp(e.Shown, e.Words))
	}
	return m
}

// Entries returns all actions in the order of the help.
func (m Map) Entries() []Entry { return m.entries }

// Binding returns the keys of an action for matching and for hints. The binding
// of an unknown action never matches.
func (m Map) Binding(n Name) key.Binding {
	if b, ok := m.bindings[n]; ok {
		return b
	}
	return key.NewBinding(key.WithDisabled())
}

// Override replaces the keys of an action by a comma-separated list such as
// "ctrl+x,f5". It fails and changes nothing if the action is unknown, the list
// is empty, a key is reserved, or an action that is available at the same time
// already has the key.
func (m *Map) Override(n Name, keys string) error {
	if now, renamed := formerNames()[n]; renamed {
		n = now
	}
	at := slices.IndexFunc(m.entries, func(e Entry) bool { return e.Name == n })
	if at < 0 {
		return fmt.Errorf("there is no action %q; the help (?) names them all", n)
	}
	list := split(keys)
	if len(list) == 0 {
		return fmt.Errorf("action %q needs at least one key, for instance %q", n, append(m.entries[at].Keys, "f5")[0])
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
	*m = mapOf(entries)
	return nil
}

// owner returns the action that has a key and is available together with the
// action at index except.
func (m *Map) owner(k string, except int) (Name, bool) {
	mine := reach(m.entries[except].Group)
	for i, e := range m.entries {
		if i != except && slices.Contains(e.Keys, k) && reach(e.Group) == mine {
			return e.Name, true
		}
	}
	return "", false
}

// reach returns which actions are available together. A verdict, a form or a
// dialog on top hides the keys of the views below it.
func reach(group string) string {
	switch group {
	case GroupReview, GroupForm, GroupDialog:
		return group
	}
	return "views"
}

// split parses "ctrl+x, F5". Single letters keep their case, because "N" is not
// "n".
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
