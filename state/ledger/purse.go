package ledger

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/outbox"
)

// Share is a budget for the jobs of one label, or of one project.
type Share struct {
	Name           string // of the label or project, as the user wrote it
	Daily, Monthly *Limit
}

// purse is a budget for a period, of all jobs or of those of a label or project.
type purse struct {
	by             Grouping
	limit          *Limit
	label, project string // "" for all
	scope          Scope  // whose jobs, if all
}

// purses lists the budgets for periods, those of everything first.
func (g *Guard) purses() (all []purse) {
	add := func(daily, monthly *Limit, label, project string) {
		if daily != nil {
			all = append(all, purse{ByDay, daily, label, project, g.Scope})
		}
		if monthly != nil {
			all = append(all, purse{ByMonth, monthly, label, project, g.Scope})
		}
	}
	add(g.Daily, g.Monthly, "", "")
	for _, s := range g.Labels {
		add(s.Daily, s.Monthly, s.Name, "")
	}
	for _, s := range g.Projects {
		add(s.Daily, s.Monthly, "", s.Name)
	}
	return all
}

// Divides says why jobs with these labels and projects can't go as one batch, or
// "": a batch counts for its own label and project only, so a budget for some of
// its jobs could not count them.
func (g *Guard) Divides(labels, projects []string) text.Text {
	differ := func(all []string, fold func(string) string) bool {
		for _, x := range all {
			if fold(x) != fold(all[0]) {
				return true
			}
		}
		return false
	}
	label := func(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
	switch {
	case g == nil:
	case len(g.Labels) > 0 && differ(labels, label):
		return "the jobs have several labels, and budgets of labels count a batch as one"
	case len(g.Projects) > 0 && differ(projects, strings.TrimSpace):
		return "the jobs are in several projects, and budgets of projects count a batch as one"
	}
	return ""
}

// Unnamed reports whether a submission is in a project whose name is not known, so
// that it can't be told whether a budget counts it.
func (g *Guard) Unnamed(subs []outbox.Submission, l *Ledger) bool {
	for i := range subs {
		id := api.ID(subs[i].Draft.ProjectID)
		named := func(s Share) bool { return s.Name == string(id) }
		if len(g.Projects) > 0 && id != "" && l.ProjectName(id) == "" && !slices.ContainsFunc(g.Projects, named) {
			return true
		}
	}
	return false
}

func (p purse) all() bool { return p.label == "" && p.project == "" }

// has reports whether a label and a project belong to the budget.
func (p purse) has(label text.Text, project api.ID, l *Ledger) bool {
	switch {
	case p.label != "":
		return strings.EqualFold(p.label, string(label))
	case p.project != "":
		return project != "" && (p.project == string(project) || strings.EqualFold(p.project, string(l.ProjectName(project))))
	}
	return true
}

// of returns the submissions that belong to the budget.
func (p purse) of(subs []outbox.Submission, l *Ledger) []outbox.Submission {
	if p.all() {
		return subs
	}
	var out []outbox.Submission
	for i := range subs {
		if p.has(text.Of(strings.TrimSpace(subs[i].Draft.Label)), api.ID(subs[i].Draft.ProjectID), l) {
			out = append(out, subs[i])
		}
	}
	return out
}

// used returns the spending in the period of now, and the amount that waits or may
// have been spent.
func (p purse) used(l *Ledger, pending []outbox.Submission, now time.Time, loc *time.Location) (spent, waits Tally) {
	waits = Waiting(p.of(pending, l), p.by, now, loc)
	if p.all() {
		return l.PeriodOf(p.scope, p.by, now, loc), waits
	}
	from, to := p.by.bounds(now, loc)
	for e := range l.Span(l.place(to), l.place(from)) {
		if p.has(e.Label, e.Project, l) {
			spent.include(e, 1)
		}
	}
	spent.tell()
	return spent, waits
}

// short names the budget: "daily", or "daily, label acme".
func (p purse) short() string {
	if p.all() && p.scope != ScopeOwn {
		return p.period() + ", " + string(p.scope.Counted()) + ","
	}
	return p.period() + cmp.Or(p.part(", label ", p.label), p.part(", project ", p.project))
}

// long names the budget in a sentence.
func (p purse) long() string {
	if p.all() && p.scope != ScopeOwn {
		return "the " + p.period() + " budget of " + string(p.scope.Counted())
	}
	return "the " + p.period() + " budget" + cmp.Or(p.part(" of the label ", p.label), p.part(" of the project ", p.project))
}

func (p purse) period() string {
	if p.by == ByMonth {
		return "monthly"
	}
	return "daily"
}

func (p purse) part(words, name string) string {
	if name == "" {
		return ""
	}
	return words + string(text.Of(name))
}
