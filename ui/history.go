package ui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/journal"
)

// The journal remembers the lists. At the start its newest rows stand on the
// screen before the first answer, with their age; the older ones follow page by
// page. What the polls bring is written to it beside the screens.

const (
	// firstPage is how many jobs come back with the journal itself: more than
	// any window shows.
	firstPage = 200
	// nextPage is how many follow at once: landing them takes less than a
	// frame.
	nextPage = 1000
	// saveEvery is the pace of saving: what is lost in a crash the server
	// tells again.
	saveEvery = 5 * time.Second
	// ageEvery is how far the age of a list that does not change may fall
	// behind in the journal.
	ageEvery = time.Minute
	// saveAtOnce is how many rows go into one transaction: somebody's money
	// may wait for its end.
	saveAtOnce = 100
	// lastSave is how long leaving may wait for what is not yet saved.
	lastSave = 300 * time.Millisecond
)

// history is how far the lists and the journal know of each other.
type history struct {
	asOf    time.Time        // when the rows that came back were true; zero without any
	oldest  state.Generation // the last one that came back
	more    bool             // older ones are left in the journal
	reading bool             // a page of them is on its way
	saving  bool
	bulk    bool      // a long history is being saved, page by page
	tried   time.Time // the last saving
	saved   time.Time // the age that was last saved
	told    bool      // that saving fails
}

// past is what comes back with the journal itself.
type past struct {
	generations []state.Generation
	batches     []state.Batch
	seen        time.Time
	err         error
}

// recallPast reads what is shown before the first answer. A journal that
// begins with this run has nothing to tell.
func recallPast(ctx context.Context, j *journal.Journal) (p past) {
	if j.Path() == "" {
		return p
	}
	if p.generations, p.err = j.Generations(ctx, firstPage, state.Generation{}); p.err != nil {
		return p
	}
	if p.batches, p.err = j.Batches(ctx); p.err != nil {
		return p
	}
	p.seen, _, p.err = j.Seen(ctx)
	return p
}

// bringBack shows what the journal knew. The rest follows from the next beat
// on, so that the first frames and the first answers go before.
func (a *App) bringBack(p past) {
	if p.err != nil {
		a.complain("the journal's lists could not be read: " + errorText(p.err))
	}
	a.store.Batches.Recall(p.batches)
	a.history = history{asOf: p.seen, tried: a.now, saved: p.seen}
	a.backTo(p.generations, firstPage)
}

// backTo takes a page in; one that is not full is the last.
func (a *App) backTo(page []state.Generation, full int) {
	a.history.more = len(page) == full
	if len(page) > 0 {
		a.history.oldest = page[len(page)-1]
		a.store.RecallGenerations(page)
	}
}

// tendHistory is called with every beat: it reads on and saves what is new.
func (a *App) tendHistory() tea.Cmd { return tea.Batch(a.readOn(), a.saveSeen()) }

// readOn asks for the next older page.
func (a *App) readOn() tea.Cmd {
	if a.session == nil || !a.history.more || a.history.reading {
		return nil
	}
	a.history.reading = true
	return pastPageCmd(a.session, a.history.oldest)
}

func pastPageCmd(s *Session, after state.Generation) tea.Cmd {
	return func() tea.Msg {
		page, err := s.Journal.Generations(context.Background(), nextPage, after)
		return pastPageMsg{s, page, err}
	}
}

// pastPageMsg is a page of older jobs from the journal.
type pastPageMsg struct {
	session *Session
	page    []state.Generation
	err     error
}

func (m pastPageMsg) land(a *App) tea.Cmd {
	if m.session != a.session {
		return nil
	}
	a.history.reading = false
	if m.err != nil {
		a.history.more = false
		a.complain("the journal's older jobs could not be read: " + errorText(m.err))
		return nil
	}
	a.backTo(m.page, nextPage)
	if !a.history.more {
		return releaseCmd
	}
	return a.readOn()
}

// remembers reports whether the lists are to be kept: not by a journal that
// ends with this run, and not by one that can't be written to.
func (a *App) remembers() bool {
	return a.session != nil && a.session.Journal != nil && a.session.JournalErr == nil && a.session.Journal.Path() != ""
}

// saveSeen writes to the journal what changed on the lists since the last
// time, or at least that they were still so.
func (a *App) saveSeen() tea.Cmd {
	h := &a.history
	if !a.remembers() || h.saving || a.now.Sub(h.tried) < saveEvery {
		return nil
	}
	m := a.takeUnsaved()
	if len(m.generations)+len(m.batches) == 0 && m.seen.Sub(h.saved) < ageEvery {
		return nil
	}
	h.saving, h.tried, h.saved = true, a.now, m.seen
	full := len(m.generations) == nextPage
	if full {
		h.tried = time.Time{} // more is left: the next beat goes on
	}
	last := h.bulk && !full
	h.bulk = full
	return func() tea.Msg {
		return savedSeenMsg{m.session, last, m.save(context.Background())}
	}
}

// saveLast saves what is left when the program ends, as far as that is quick.
func (a *App) saveLast() tea.Cmd {
	if !a.remembers() {
		return nil
	}
	m := a.takeUnsaved()
	return func() tea.Msg {
		ctx, stop := context.WithTimeout(context.Background(), lastSave)
		defer stop()
		return savedSeenMsg{m.session, false, m.save(ctx)}
	}
}

func (a *App) takeUnsaved() sightings {
	return sightings{
		session:     a.session,
		generations: a.store.Generations.TakeUnsaved(nextPage), seen: a.store.Generations.AsOf(),
		batches: a.store.Batches.TakeUnsaved(nextPage), batchesSeen: a.store.Batches.AsOf(),
	}
}

// sightings are rows of the lists and when they were true.
type sightings struct {
	session           *Session
	generations       []state.Generation
	batches           []state.Batch
	seen, batchesSeen time.Time
}

func (m sightings) save(ctx context.Context) error {
	j := m.session.Journal
	for page := range slices.Chunk(m.generations, saveAtOnce) {
		if err := j.SaveGenerations(ctx, page, m.seen); err != nil {
			return err
		}
	}
	// Without rows this notes how late they were still true.
	if err := j.SaveGenerations(ctx, nil, m.seen); err != nil || len(m.batches) == 0 {
		return err
	}
	return j.SaveBatches(ctx, m.batches, m.batchesSeen)
}

// savedSeenMsg tells how saving went.
type savedSeenMsg struct {
	session *Session
	last    bool // of a long history
	err     error
}

// land tells once when nothing can be kept. The rows are not tried again: the
// next start asks the server for them.
func (m savedSeenMsg) land(a *App) tea.Cmd {
	if m.session != a.session {
		return nil
	}
	h := &a.history
	h.saving = false
	switch {
	case m.err == nil:
		h.told = false
	case !h.told:
		h.told = true
		a.warn("the lists could not be kept for the next start: " + errorText(m.err))
	}
	if m.last {
		return releaseCmd
	}
	return nil
}

// asOf says how old the list of jobs is: since the last good answer, or, as
// long as there is none, since the journal knew it.
func (a *App) asOf() text.Text {
	if t := a.store.Generations.AsOf(); !t.IsZero() {
		return "as of " + clock(t, a.now)
	}
	if t := a.history.asOf; !t.IsZero() {
		return "from the journal, as of " + recently(t, a.now)
	}
	return ""
}

// recently says an instant of today or yesterday without its date.
func recently(t, now time.Time) text.Text {
	t, now = t.Local(), now.Local()
	yesterday := now.AddDate(0, 0, -1)
	if t.Year() == yesterday.Year() && t.YearDay() == yesterday.YearDay() {
		return text.Of("yesterday " + t.Format("15:04"))
	}
	return clock(t, now)
}
