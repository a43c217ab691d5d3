package ui

import (
	"errors"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/uuid"

	"dubtop/api"
	"dubtop/state"
)

// spending is a priced submission that waits for a yes: what is sent after it
// is byte for byte what was priced.
type spending struct {
	submission state.Submission
	inputs     []inputFact
	form       *generationForm // where a refusal leads back to; nil for batches
	batch      *batchForm
}

// confirmSpending asks whether a price is agreed to.
func (a *App) confirmSpending(s *spending) tea.Cmd {
	c := &confirm{
		title: "Send this job?",
		yes:   "send it", no: "no, go back",
		body:   func(width int) []string { return a.spendingLines(s, width) },
		answer: func(yes bool) tea.Cmd { return a.answerSpending(s, yes) },
	}
	if s.submission.Kind == state.SubmitBatch {
		c.title = fmt.Sprintf("Send this batch of %d jobs?", s.submission.BatchLines)
	}
	if !s.submission.Price.Known() {
		c.word = state.UnpricedWord
	}
	return a.ask(c)
}

// spendingLines state the price first, and then all it rests on.
func (a *App) spendingLines(s *spending, width int) []string {
	t, sub := a.theme, &s.submission
	lines := []string{t.text(toneMoney, priceWords(sub.Price)), ""}
	model := sub.Model
	if model == "" {
		model = "several models"
	}
	lines = append(lines, t.fact("model", model, toneText))
	for _, in := range s.inputs {
		words := in.name
		if in.seconds > 0 {
			words += ", " + seconds(in.seconds)
		}
		lines = append(lines, t.fact(in.kind, fit(words, min(width-10, textWidth(words)), false, t.glyphs.more), toneText))
	}
	if sub.Price.Frames > 0 {
		lines = append(lines, t.fact("frames", fmt.Sprintf("%d at %d frames a second (fps: %d)", sub.Price.Frames, billedFPS, billedFPS), toneText))
	}
	if sub.Price.Seconds > 0 {
		lines = append(lines, t.fact("length", seconds(sub.Price.Seconds)+" of output", toneText))
	}
	lines = append(lines, a.advice(width, "known by", sub.Price.Basis, toneMuted)...)
	if spent := a.store.Spend.Today(a.now, time.Local); spent > 0 {
		lines = append(lines, t.fact("today", spent.Rounded()+" so far", toneMuted))
	}
	left := state.PriceValid - a.now.Sub(sub.Price.At)
	words, n := fmt.Sprintf("the price holds for %s", span(left)), toneMuted
	if left <= 0 {
		words, n = "the price is too old: go back and price it again", toneWarn
	}
	return append(lines, t.fact("", words, n))
}

// priceWords say a price in the account's currency; a guess is marked ≈.
func priceWords(p state.Price) string {
	about := ""
	if p.Approximate {
		about = "≈ "
	}
	switch {
	case p.Credits != nil && p.Cost != nil:
		return fmt.Sprintf("This will cost %s%g credits (list price %s)", about, *p.Credits, p.Cost)
	case p.Credits != nil:
		return fmt.Sprintf("This will cost %s%g credits", about, *p.Credits)
	case p.Cost != nil:
		return fmt.Sprintf("This will cost %s%s at list price", about, p.Cost)
	}
	return "The price is not known"
}

// answerSpending sends on a yes. Nothing else in the program sends.
func (a *App) answerSpending(s *spending, yes bool) tea.Cmd {
	if !yes {
		return nil
	}
	sub := s.submission
	sub.Unpriced = !sub.Price.Known()
	now := time.Now()
	if err := errors.Join(sub.Confirm(now, uuid.NewString()), nil); err != nil {
		a.spendingFailed(s, err)
		return nil
	}
	if err := sub.Send(now); err != nil {
		a.spendingFailed(s, err)
		return nil
	}
	a.sending[sub.ID] = sub
	a.store.Generations.Put(state.IntentRow(&sub), a.now)
	if s.form != nil {
		a.remove(s.form)
	}
	if s.batch != nil {
		a.remove(s.batch)
	}
	a.busy("sending" + a.theme.glyphs.more)
	return sendCmd(a.session, s, sub)
}

func (a *App) spendingFailed(s *spending, err error) {
	words := err.Error()
	if s.form != nil {
		s.form.reason = words
		return
	}
	a.complain(words)
}

// sentMsg is what became of a paid request, as the journal already holds it.
type sentMsg struct {
	session    *Session
	spending   *spending
	submission state.Submission
	job        *api.Generation
	batch      *api.Batch
	slots      int // the plan's, when the answer told them
	err        error
}

func (m sentMsg) land(a *App) tea.Cmd {
	if m.session != a.session {
		return nil
	}
	sub := m.submission
	delete(a.sending, sub.ID)
	a.calm()
	if m.slots > 0 {
		a.store.Slots = m.slots
	}
	switch sub.State {
	case state.SubmissionSent:
		return a.sent(m)
	case state.SubmissionUnknown:
		a.store.Generations.Put(state.IntentRow(&sub), a.now)
		a.complain("no clear answer: it may have been charged. It is not sent again by itself; watch the list")
		a.poller.Refresh(a.now)
		return a.poll()
	}
	a.store.Generations.Remove(sub.ID)
	return a.notSent(m)
}

// sent puts the new job on the screen, before any poll sees it.
func (a *App) sent(m sentMsg) tea.Cmd {
	sub := m.submission
	a.store.Generations.Remove(sub.ID)
	if m.batch != nil {
		a.store.Batches.Put(state.NewBatch(*m.batch), a.now)
		a.say(fmt.Sprintf("batch accepted: %s", m.batch.ID))
		return a.show(1)
	}
	row := state.NewGeneration(*m.job)
	row.Expect(sub.Name, sub.Price.Seconds)
	a.store.Observe([]state.Generation{row}, a.now)
	if sub.Price.Cost != nil {
		a.store.Own(m.job.ID, sub.Model, *sub.Price.Cost, a.now)
	}
	a.draft = state.Draft{Model: sub.Model}
	a.say("accepted: " + sub.Name)
	return dropDraftCmd(a.session, sub.Draft.ID)
}

// notSent brings the draft back with the reason; nothing was created.
func (a *App) notSent(m sentMsg) tea.Cmd {
	words := map[state.SubmissionState]string{
		state.SubmissionRejected:  "Refused, nothing was charged. ",
		state.SubmissionQueued:    "Not taken now, nothing was charged. ",
		state.SubmissionConfirmed: "Not sent, nothing was charged. ",
	}[m.submission.State] + m.submission.Reason
	a.complain(words)
	if m.submission.Kind == state.SubmitBatch {
		return nil
	}
	draft := m.submission.Draft
	cmd := a.newGeneration(&draft)
	if f, ok := a.top().(*generationForm); ok {
		f.reason = words
	}
	return cmd
}
