package ui

import (
	"encoding/json"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/ui/kit"
)

// accustomed is a screen that the user may have arranged.
type accustomed interface{ Accustom() }

// accustom arranges the lists as the user has left them. Lists that are opened
// later arrange themselves.
func (a *App) accustom(saved map[string]string) {
	a.Habits.Lists = make(map[string]kit.Habit, len(saved))
	for name, text := range saved {
		var h kit.Habit
		if json.Unmarshal([]byte(text), &h) == nil { // else it is as it comes
			a.Habits.Lists[name] = h
		}
	}
	for _, t := range a.tabs {
		if v, ok := t.screen.(accustomed); ok {
			v.Accustom()
		}
	}
	a.Layout()
}

// configuredViews returns the named views of the configuration by list.
func configuredViews(filters map[string]map[string]string) map[string][]kit.View {
	views := make(map[string][]kit.View, len(filters))
	for list, named := range filters {
		views[list] = kit.ViewsOf(named)
	}
	return views
}

// countViews counts the rows of the named views of the tab that is shown.
func (a *App) countViews() tea.Cmd {
	if v, ok := a.Stack[0].(interface{ Count(now time.Time) tea.Cmd }); ok {
		return v.Count(a.Now)
	}
	return nil
}

// keepHabit saves how a list is arranged.
func (a *App) keepHabit(list string, h kit.Habit) tea.Cmd {
	text, err := json.Marshal(h)
	if err != nil || a.session == nil || a.session.Journal == nil {
		return nil
	}
	return workCmd(a.session.KeepList(list, string(text)))
}
