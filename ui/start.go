package ui

import (
	"cmp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"dubtop/state"
	"dubtop/ui/kit"
)

// ViewNames returns the names of the views, in order.
func ViewNames() (names []string) {
	for _, v := range views() {
		names = append(names, strings.ToLower(string(v.title)))
	}
	return names
}

// startView shows the view that the dashboard opens with, once.
func (a *App) startView() {
	if list := a.jobs(); list != nil && a.cfg.Place.Filter != "" {
		list.Query.Text = a.cfg.Place.Filter
		list.Refresh()
	}
	n := slices.Index(ViewNames(), a.cfg.Place.View)
	a.cfg.Place.View, a.cfg.Place.Filter = "", ""
	if n < 0 {
		return
	}
	a.tab = n
	a.Stack = []kit.Screen{a.tabs[n].screen}
	a.poller.SetVisible(a.tabs[n].topic)
}

// startJob opens the details that the dashboard opens with, once.
func (a *App) startJob() tea.Cmd {
	id := a.cfg.Place.Job
	if a.cfg.Place.Job = ""; id == "" {
		return nil
	}
	g, known := a.store.Generations.Find(string(id))
	if !known {
		g = state.Generation{ID: id}
	}
	g.ID = cmp.Or(g.ID, id)
	return a.openGeneration(&g)
}
