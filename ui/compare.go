package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/take"
	"dubtop/state/verdict"
	"dubtop/ui/kit"
)

// Comparing two takes and reviewing many jobs are one screen: it shows what
// differs, takes verdicts, and opens the page that plays the videos.

// pair is a job beside the take it is compared with; left is "" for a job alone.
type pair struct{ left, right api.ID }

// ids returns the jobs of a pair.
func (p pair) ids() []api.ID {
	if p.left == "" {
		return []api.ID{p.right}
	}
	return []api.ID{p.left, p.right}
}

// reviewing is the screen.
type reviewing struct {
	kit.Pager
	app    *composer
	pairs  []pair
	at     int
	onLeft bool                       // verdicts are about the left take
	jobs   map[api.ID]*api.Generation // the answers, for inputs and options
	asking bool
	err    error
	page   *reviewPage // nil until it is opened
}

// comparing returns the action that compares two jobs or reviews several.
func (a *composer) comparing(set selection) kit.Action {
	refuse := func() text.Text {
		switch n := set.many(); {
		case n > reviewMost:
			return tooMany(n, reviewMost)
		case n > 1:
			return ""
		case set.one() == nil:
			return set.none()
		}
		if jobs, _ := a.store.Takes(set.one()); len(jobs) == 0 {
			return "there is no other take of this video and sound; mark jobs to compare them"
		}
		return ""
	}
	return a.Does(keymap.Compare, func() tea.Cmd {
		switch jobs := set.chosen(); {
		case set.many() == 2:
			return a.compare(&jobs[0], &jobs[1])
		case set.many() > 2:
			return a.review(jobs)
		}
		g := set.one()
		jobs, at := a.store.Takes(g)
		other, ok := a.store.Generations.Find(string(neighbour(jobs, at).ID))
		if !ok {
			return nil // it has just gone
		}
		return a.compare(g, &other)
	}).Unless(refuse)
}

// compare shows two jobs side by side, the older one left. A verdict is about the
// first at first.
func (a *composer) compare(g, other *state.Generation) tea.Cmd {
	if g.Submission != "" || other.Submission != "" {
		a.Warn("it is not known yet whether this became a job")
		return nil
	}
	p, onLeft := pair{g.ID, other.ID}, true
	if other.Rank() < g.Rank() {
		p, onLeft = pair{other.ID, g.ID}, false
	}
	return a.openReview([]pair{p}, onLeft)
}

// review shows those of some jobs that have made something one by one, each
// beside the take before it.
func (a *composer) review(jobs []state.Generation) tea.Cmd {
	var pairs []pair
	for i := range jobs {
		g := &jobs[i]
		if len(judgeable(jobs[i:i+1])) == 0 {
			continue
		}
		p := pair{right: g.ID}
		if stack, at := a.store.Takes(g); at > 0 {
			p.left = stack[at-1].ID
		}
		pairs = append(pairs, p)
	}
	if len(pairs) == 0 {
		a.Warn("none of them has an output to review")
		return nil
	}
	return a.openReview(pairs, false)
}

func (a *composer) openReview(pairs []pair, onLeft bool) tea.Cmd {
	r := &reviewing{app: a, pairs: pairs, onLeft: onLeft, jobs: map[api.ID]*api.Generation{}}
	r.Pager = kit.Pager{Stage: a.Stage, Content: r.lines}
	a.Push(r)
	return r.fetch()
}

// Title says which of how many jobs is shown.
func (r *reviewing) Title() text.Text {
	if len(r.pairs) == 1 {
		return "compare"
	}
	return text.Sprintf("review %d of %d", r.at+1, len(r.pairs))
}

// Actions returns the verdicts, the ways through the queue, and those of a pager.
func (r *reviewing) Actions() []kit.Action {
	a := r.app
	acts := append(a.verdicts(r.judged), // it goes on once the verdict is given
		a.Does(keymap.ReviewPage, r.watch).Unless(r.unwatchable).Hinted("watch"),
		a.Does(keymap.NextReview, func() tea.Cmd { return r.step(1) }).Unless(r.single),
		a.Does(keymap.LastReview, func() tea.Cmd { return r.step(-1) }).Unless(r.single),
		a.Does(keymap.OtherTake, kit.Plain(func() { r.onLeft = !r.onLeft })).Unless(r.alone),
		a.Does(keymap.Rerun, func() tea.Cmd { return a.runAgain(source{job: *r.job()}, false) }).Unless(r.unrunnable).Called("make the next take").Hinted("next take"),
		a.Does(keymap.CopyID, func() tea.Cmd { return a.copyIDs([]string{string(r.current())}) }),
	)
	for i := range acts[:3] {
		acts[i] = acts[i].Unless(a.unjudgeable)
	}
	if len(r.pairs) > 1 {
		acts[4], acts[5] = acts[4].Hinted("next"), acts[5].Hinted("previous")
	}
	if r.pairs[r.at].left != "" {
		acts[6] = acts[6].Hinted("other take")
	}
	return append(acts, r.Pager.Actions()...)
}

func (r *reviewing) single() text.Text {
	if len(r.pairs) == 1 {
		return "there is nothing else to review"
	}
	return ""
}

func (r *reviewing) alone() text.Text {
	if r.pairs[r.at].left == "" {
		return "there is no other take of this video and sound"
	}
	return ""
}

func (r *reviewing) unrunnable() text.Text {
	if r.job() == nil {
		return "this job is no longer known"
	}
	return r.app.unspendable()
}

// current is the take that a verdict is about.
func (r *reviewing) current() api.ID {
	if p := r.pairs[r.at]; r.onLeft && p.left != "" {
		return p.left
	}
	return r.pairs[r.at].right
}

// job returns the row of that take, or nil.
func (r *reviewing) job() *state.Generation {
	g, ok := r.app.store.Generations.Find(string(r.current()))
	if !ok {
		return nil
	}
	return &g
}

func (r *reviewing) judged() []named {
	id := string(r.current())
	if g := r.job(); g != nil {
		return []named{{id, g.Name}}
	}
	return []named{{id, text.Of(id)}}
}

// step shows the next or the previous job.
func (r *reviewing) step(by int) tea.Cmd {
	n := len(r.pairs)
	r.at, r.onLeft, r.Top = (r.at+by+n)%n, false, 0
	r.Scroll(0)
	return r.fetch()
}

// heard shows verdicts on the page and listens for others from there. After one
// that was given here on the current job of a queue it goes on to the next.
func (r *reviewing) heard(m *judgedMsg) tea.Cmd {
	r.page.show(r)
	if m.page {
		return r.page.listen()
	}
	if _, about := m.given[string(r.current())]; about && r.at < len(r.pairs)-1 {
		return r.step(1)
	}
	return nil
}

// fetch asks for the inputs and options of the current pair.
func (r *reviewing) fetch() tea.Cmd {
	var ids []api.ID
	for _, id := range r.pairs[r.at].ids() {
		if r.jobs[id] == nil {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 || r.asking {
		return nil
	}
	r.asking = true
	s := r.app.session
	return func() tea.Msg {
		found, err := account.FetchJobs(context.Background(), s.Client, ids)
		return comparedMsg{asked{s}, r, r.at, found, err}
	}
}

// comparedMsg carries the answers about some jobs of a review.
type comparedMsg struct {
	asked
	review *reviewing
	at     int // the pair they were asked for
	found  map[api.ID]api.Generation
	err    error
}

func (m comparedMsg) apply(a *desk) tea.Cmd {
	r := m.review
	r.asking, r.err = false, m.err
	for id, g := range m.found {
		r.jobs[id] = &g
	}
	if !a.Shown(r) {
		return nil
	}
	r.page.show(r)
	if m.at != r.at { // the user has gone on
		return r.fetch()
	}
	return nil
}

// facts returns the facts about a job that are compared.
func (a *desk) compared(g *state.Generation) []take.Fact {
	took := text.Text("")
	if t, _, ok := a.store.Took(g); ok {
		took = span(t)
	}
	fact := func(label, value text.Text) take.Fact {
		if value == none {
			value = ""
		}
		return take.Fact{Label: label, Value: value}
	}
	given := a.store.Verdicts.Of(g.Key())
	judged := given.Words()
	if given == (verdict.Given{}) {
		judged = ""
	}
	return []take.Fact{
		fact("verdict", judged), fact("model", text.Of(g.Model)), fact("status", statusWord(g.Status)), fact("length", length(g.Length)),
		fact("cost", costCell(a.store.Cost(g)).Text), fact("took", took), fact("created", happened(a.ours(g.Created), a.Aged)),
		fact("label", g.Label()), fact("note", a.store.Notes.Of(g.Key())),
	}
}

// Leave ends the page: it is only there while it is used.
func (r *reviewing) Leave() tea.Cmd {
	r.stopServing()
	return nil
}

func (r *reviewing) stopServing() {
	r.page.close()
	r.page = nil
}
