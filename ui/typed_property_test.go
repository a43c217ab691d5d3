package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/journal"
	"dubtop/state/outbox"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// desks are several windows on one journal. Each may be slow to save to it and
// slow to read from it.
type desks struct {
	*rapid.T
	tb      testing.TB
	j       *journal.Journal
	windows []*pane
	words   int // typed so far

	held    map[string]string // the journal's version, by draft id, or sentMark
	intents map[string]int    // how often each version was confirmed
	unknown map[string]int    // how often that ended with an unknown outcome
	gone    map[string]bool   // words that somebody deleted, or that were lost unsaved
	typed   map[string]bool   // all other words
}

const sentMark = "sent"

// pane is one window: its commands under way, and the answers not applied yet.
type pane struct {
	a       *App
	under   []tea.Cmd
	arrived []tea.Msg
	asked   *spending                  // what the dialog is about; nil if there is none
	seen    map[string]map[string]bool // versions that it wrote or read, by draft id
	unkept  map[string]bool            // words that are not in the journal yet
}

func (d *desks) open() *pane {
	w := &pane{a: newDesk(d.tb, 0), seen: map[string]map[string]bool{}, unkept: map[string]bool{}}
	w.a.session.Journal = d.j
	w.a.session.Halt() // lose decides what happens to the queue
	all, err := d.j.Drafts(d.tb.Context())
	d.must(err)
	for _, opening := range w.a.session.Due(time.Now()) {
		resultMsg{opening.Run(d.tb.Context())}.apply(w.a.desk)
	}
	for _, x := range all {
		w.sees(x.ID, x.Version())
	}
	return w
}

func (d *desks) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (w *pane) sees(id, version string) {
	if w.seen[id] == nil {
		w.seen[id] = map[string]bool{}
	}
	w.seen[id][version] = true
}

// form returns the top form, nil if there is none.
func (w *pane) form() *generationForm {
	f, _ := w.a.Top().(*generationForm)
	return f
}

func (w *pane) begin(cmd tea.Cmd) {
	if cmd != nil {
		w.under = append(w.under, cmd)
	}
}

// types adds a word to the form, or opens it.
func (d *desks) types(w *pane) {
	f := w.form()
	if f == nil {
		if w.asked == nil {
			w.a.newGeneration(nil)
		}
		return
	}
	word := fmt.Sprintf("w%d.", d.words)
	d.words++
	d.typed[word], w.unkept[word] = true, true
	f.Put(draft.FieldOutputName, f.draft.OutputFileName+word)
}

func (d *desks) leave(w *pane) {
	if w.form() != nil {
		w.begin(w.a.Pop())
	}
}

func (d *desks) clear(w *pane) {
	if f := w.form(); f != nil {
		for word := range strings.SplitAfterSeq(f.draft.OutputFileName, ".") {
			d.gone[word] = true
		}
		f.clear()
	}
}

func (d *desks) turnOver(w *pane) {
	if f := w.form(); f != nil && f.noOther() == "" {
		w.begin(f.other())
	}
}

// beat saves what was typed, and reads the changes of others.
func (d *desks) beat(w *pane) {
	w.begin(w.a.keepDraft())
	_, n, err := d.j.Revisions(d.tb.Context())
	d.must(err)
	w.begin(w.a.heedDrafts(n))
}

// price opens the dialog as if the price had arrived.
func (d *desks) price(w *pane) {
	f := w.form()
	if f == nil || f.draft.Empty() || f.draft.Over() && f.draft.Unknown == "" {
		return
	}
	w.begin(w.a.keepDraft())
	sub := outbox.Submission{
		ID: uuid.NewString(), Kind: outbox.SubmitGeneration, State: outbox.SubmissionDraft, Draft: f.draft.Clone(), Body: []byte("{}"), Created: time.Now(),
	}
	d.must(sub.Estimate(outbox.Price{Cost: new(api.Micros(1))}, time.Now()))
	w.asked = &spending{submission: sub, form: f}
	w.a.Push(&kit.Pager{Stage: w.a.Stage, Heading: "dialog", Content: func(int) []paint.Styled { return nil }})
}

func (d *desks) answer(w *pane, yes bool) {
	if w.asked == nil {
		return
	}
	w.a.Pop()
	if s := w.asked; yes {
		w.begin(w.a.answerSpending(s, true))
	}
	w.asked = nil
}

// commit lets the oldest command under way reach the journal.
func (d *desks) commit(w *pane) {
	if len(w.under) == 0 {
		return
	}
	cmd := w.under[0]
	w.under = w.under[1:]
	before := d.queued()
	msg := cmd()
	if many, ok := msg.(tea.BatchMsg); ok {
		w.under = slices.Concat(many, w.under)
		return
	}
	if turn, ok := msg.(turnMsg); ok {
		d.witness(w, turn.answer)
	}
	for id, x := range d.queued() {
		if _, had := before[id]; !had {
			d.agreed(w, x)
		}
	}
	w.arrived = append(w.arrived, msg)
}

// queued returns the drafts waiting to be sent, by submission.
func (d *desks) queued() map[string]draft.Draft {
	items, err := d.j.Queue(d.tb.Context())
	d.must(err)
	all := make(map[string]draft.Draft, len(items))
	for i := range items {
		all[items[i].Submission.ID] = items[i].Submission.Draft
	}
	return all
}

// agreed compares a draft that the journal accepted for sending with its
// earlier state.
func (d *desks) agreed(w *pane, x draft.Draft) {
	v := x.Version()
	if d.intents[v]++; d.intents[v] > 1+d.unknown[v] {
		d.Fatalf("%s was agreed to %d times, after %d unknown outcomes", x.OutputFileName, d.intents[v], d.unknown[v])
	}
	if x.Unknown == "" {
		d.known(w, x)
	}
	d.held[x.ID] = sentMark
	w.kept(x)
}

// witness compares what the journal accepted with its earlier state.
func (d *desks) witness(w *pane, answer tea.Msg) {
	m, ok := answer.(draftKeptMsg)
	if !ok {
		return
	}
	d.must(m.err)
	if v := m.draft.Version(); m.saved.Version() == v {
		d.known(w, m.draft)
		d.held[m.draft.ID] = v
		w.sees(m.draft.ID, v)
		w.kept(m.draft)
	}
}

// known fails if a window replaced or sent another window's version of a draft
// without having read it.
func (d *desks) known(w *pane, x draft.Draft) {
	d.Helper()
	if had := d.held[x.ID]; had != "" && had != x.Version() && !w.seen[x.ID][had] {
		d.Fatalf("%s took the place of what another window had made of it", x.OutputFileName)
	}
}

func (w *pane) kept(x draft.Draft) {
	for word := range strings.SplitAfterSeq(x.OutputFileName, ".") {
		delete(w.unkept, word)
	}
}

// hear applies the oldest answer.
func (d *desks) hear(w *pane) {
	if len(w.arrived) == 0 {
		return
	}
	msg := w.arrived[0]
	w.arrived = w.arrived[1:]
	if turn, ok := msg.(turnMsg); ok {
		switch m := turn.answer.(type) {
		case draftKeptMsg:
			w.sees(m.draft.ID, m.saved.Draft.Version())
		case draftsMsg:
			w.sees(m.id, m.saved.Draft.Version())
			for _, x := range m.all {
				w.sees(x.ID, x.Version())
			}
		}
	}
	if cmd, ok := w.a.applied(msg); ok {
		w.begin(cmd)
	}
}

// die kills a window, whatever it is doing, and opens another one.
func (d *desks) die(i int) {
	for word := range d.windows[i].unkept {
		d.gone[word] = true
	}
	d.windows[i] = d.open()
}

// lose sends what waits, and loses the answer.
func (d *desks) lose(*pane) {
	items, err := d.j.Queue(d.tb.Context())
	d.must(err)
	for _, item := range items {
		sub := item.Submission
		d.must(sub.Send(time.Now()))
		d.must(d.j.BeginSending(context.Background(), sub))
		d.must(sub.Answer(api.OutcomeOf(errors.New("lost")), "", "lost", time.Now()))
		d.must(d.j.SaveSubmission(context.Background(), sub))
		if sub.State == outbox.SubmissionUnknown {
			d.unknown[sub.Draft.Version()]++
		}
	}
}

func (d *desks) step() {
	i := rapid.IntRange(0, len(d.windows)-1).Draw(d.T, "window")
	steps := []func(*pane){
		d.types, d.types, d.types, d.beat, d.beat, d.beat, d.commit, d.commit, d.commit, d.hear, d.hear, d.hear, d.price, d.price,
		func(w *pane) { d.answer(w, true) }, func(w *pane) { d.answer(w, true) }, func(w *pane) { d.answer(w, false) },
		d.leave, d.clear, d.turnOver, d.lose, func(*pane) { d.die(i) },
	}
	steps[rapid.IntRange(0, len(steps)-1).Draw(d.T, "step")](d.windows[i])
}

// settle lets everything come to its end.
func (d *desks) settle() {
	for range 3 {
		for _, w := range d.windows {
			d.answer(w, false)
			for d.beat(w); len(w.under)+len(w.arrived) > 0; {
				d.commit(w)
				d.hear(w)
			}
		}
	}
}

// nothingLost looks for every word that was typed.
func (d *desks) nothingLost() {
	all, err := d.j.Drafts(d.tb.Context())
	d.must(err)
	for id := range d.held {
		h, err := d.j.SavedDraft(d.tb.Context(), id)
		d.must(err)
		all = append(all, h.Draft)
	}
	var text strings.Builder
	for _, x := range all {
		text.WriteString(x.OutputFileName)
	}
	for word := range d.typed {
		if !d.gone[word] && !strings.Contains(text.String(), word) {
			d.Fatalf("%s is nowhere: %s", word, text.String())
		}
	}
}

// freshJournal closes a journal, if there is one, and opens an empty one.
func freshJournal(tb testing.TB, old *journal.Journal) *journal.Journal {
	tb.Helper()
	if old != nil {
		_ = old.Close()
	}
	j, err := journal.OpenMemory()
	if err != nil {
		tb.Fatal(err)
	}
	return j
}

// TestWindowsOnOneDraft checks three laws for two or three windows that type,
// send, die, close and return in any order and with any delays. Each version of
// a draft is confirmed once, unless the user was told that its outcome is
// unknown. No window replaces or sends what another one changed without having
// read it. No saved word is lost. Each number of windows is tried 100 times;
// -rapid.checks asks for more.
func TestWindowsOnOneDraft(t *testing.T) {
	t.Parallel()
	for _, n := range []int{2, 3} {
		t.Run(fmt.Sprint(n), func(tt *testing.T) {
			var j *journal.Journal
			tt.Cleanup(func() { _ = j.Close() })
			sequences := 0
			rapid.Check(tt, func(t *rapid.T) {
				if sequences%500 == 0 { // otherwise each would read all that were sent before it
					j = freshJournal(tt, j)
				}
				sequences++
				d := &desks{
					T: t, tb: tt, j: j, held: map[string]string{}, intents: map[string]int{}, unknown: map[string]int{},
					gone: map[string]bool{}, typed: map[string]bool{},
				}
				left, err := j.Drafts(tt.Context())
				d.must(err)
				for _, x := range left { // of the previous sequence
					_, err := j.KeepDraft(tt.Context(), draft.Draft{ID: x.ID, Base: x.Version()})
					d.must(err)
				}
				for range n {
					d.windows = append(d.windows, d.open())
				}
				for range rapid.IntRange(1, 60).Draw(t, "steps") {
					d.step()
				}
				d.settle()
				d.nothingLost()
			})
		})
	}
}
