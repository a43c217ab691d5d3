package ui

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/account"
	"dubtop/state/draft"
	"dubtop/state/jobset"
	"dubtop/state/outbox"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// groupSet is the set that the jobs of a group belong to: a new one, or that of
// jobs which are run again.
type groupSet struct {
	name   string
	source string // the file or folder it is made from, or ""
	again  bool
}

// newSet returns a new set with a free name like the one wanted.
func (a *desk) newSet(name, source string) groupSet {
	return groupSet{name: outbox.FreeSetName(name, a.store.Sets.Has), source: source}
}

// setOf names a set by the sources it was read from.
func (a *desk) setOf(s account.JobSources) groupSet {
	videos, tracks := setPath(s.Videos, a.cfg.Home), setPath(s.Tracks, a.cfg.Home)
	if videos == "" {
		return a.newSet("", "")
	}
	named := videos
	if up := filepath.Dir(videos); tracks != "" && filepath.Dir(tracks) == up && len(up) > 1 {
		named = up
	}
	return a.newSet(strings.TrimSuffix(filepath.Base(named), filepath.Ext(named)), named)
}

// setPath is the first path or link of a source.
func setPath(typed, home string) string {
	entries := jobset.Entries(typed)
	if len(entries) == 0 {
		return ""
	}
	m, err := draft.ParseMedia(entries[0], home)
	switch {
	case err != nil || m.Source == draft.SourceAsset:
		return entries[0]
	case m.Source == draft.SourceURL:
		return string(m.Base())
	}
	return m.Path
}

// rowDraft is the draft of a row that knows its place in the set.
func rowDraft(r *jobset.Row) draft.Draft {
	d := r.Draft.Clone()
	d.Row, d.Lang = r.Number, r.Lang
	return d
}

// remember gives a job that is run again the set it belongs to, where the
// request does not tell.
func (a *desk) remember(x *source) {
	if m, ok := a.store.MemberOf(string(x.job.ID)); ok && x.draft.Set == "" {
		x.draft.Set, x.draft.Row, x.draft.Lang = m.Set, m.Row, m.Lang
	}
}

// settle chooses the set of jobs that are run again: their own if they all
// belong to one, or else a new one.
func (g *group) settle() {
	if g.set || len(g.jobs) == 0 {
		return
	}
	if name := g.jobs[0].draft.Set; name != "" && !slices.ContainsFunc(g.jobs, func(j groupJob) bool { return j.draft.Set != name }) {
		g.in = groupSet{name: name, again: true}
		return
	}
	g.in = g.app.newSet("again", "")
	for i := range g.jobs {
		g.jobs[i].draft.Row = i + 1
	}
}

// setWords names the group's set.
func (g *group) setWords() text.Text {
	words := text.Of(g.in.name)
	if g.in.again {
		words += ", again"
	}
	return words
}

// setLine draws the name of the set, and the key that changes it.
func (g *group) setLine() paint.Styled {
	t := g.app.Theme
	line := t.Fact("set", g.setWords(), paint.Normal)
	if !g.in.again {
		line += "  " + t.Text(paint.Key, g.app.KeyFor(keymap.Edit))
	}
	return line
}

// renameAction asks for another name of a new set.
func (g *group) renameAction() kit.Action {
	a := g.app
	act := a.Does(keymap.Edit, g.rename).Unless(func() text.Text {
		switch {
		case g.in.again:
			return "they stay in their set"
		case g.in.name == "":
			return "the jobs are still being read"
		}
		return ""
	})
	act.Key.SetHelp(act.Key.Help().Key, "name the set")
	return act
}

func (g *group) rename() tea.Cmd {
	return g.app.Prompt("name of the set", g.in.name, outbox.MaxSetName, func(typed text.Text) tea.Cmd {
		if name := outbox.SetName(string(typed)); name != "" && name != g.in.name {
			free := outbox.FreeSetName(name, g.app.store.Sets.Has)
			if g.in.name = free; free != string(typed) {
				g.app.Say("the set is called " + text.Of(free))
			}
		}
		return nil
	})
}

// confirmed returns the set of confirmed submissions with that many rows, and
// puts them into it.
func (g *group) confirmed(subs []outbox.Submission, rows int) outbox.Set {
	var cost api.Micros
	known := true
	intoSet(subs, g.in.name)
	for i := range subs {
		if c := subs[i].Price.Cost; c != nil {
			cost += *c
		} else {
			known = false
		}
	}
	set := outbox.Set{Name: g.in.name, Source: g.in.source, Rows: rows, Created: time.Now()}
	if known {
		set.Cost = &cost
	}
	return set
}
