package kit

import tea "charm.land/bubbletea/v2"

// Habit is how a user has arranged a list. It is kept from one start to the
// next. The zero Habit is a list as it comes.
type Habit struct {
	Columns []string         `json:"columns,omitempty"` // titles in order; a minus before those that are hidden
	Pane    string           `json:"pane,omitempty"`    // beside, below, full or off; "" for what fits
	Orders  map[string]Order `json:"orders,omitempty"`  // by the name of a view; "" for the whole list
	Views   []View           `json:"views,omitempty"`   // added here
}

// Order is the column that a list is sorted by.
type Order struct {
	Column  string `json:"column"`
	Reverse bool   `json:"reverse,omitempty"`
}

// View is a filter under a name.
type View struct {
	Name   string `json:"name"`
	Filter string `json:"filter"`
}

// Habits are those of all lists by name, and what keeps them. The zero Habits
// forgets them at the end.
type Habits struct {
	Lists map[string]Habit
	Views map[string][]View // from the configuration, by list
	Keep  func(list string, h Habit) tea.Cmd
}
