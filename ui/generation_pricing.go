package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/outbox"
)

// price prices the draft and then asks whether to send it.
func (f *generationForm) price() tea.Cmd {
	if why := f.app.unspendable(); why != "" {
		f.app.Complain(why)
		return nil
	}
	if f.draft.Over() && f.draft.Unknown == "" {
		f.app.Warn("this was already sent; change it to send another")
		return nil
	}
	f.TouchAll()
	for _, p := range f.draft.Problems(f.env()) {
		if p.Blocks() {
			f.app.Warn(text.Of(p.Words))
			return nil
		}
	}
	var ctx context.Context
	ctx, f.cancel = context.WithCancel(context.Background())
	f.step, f.reason = "measuring the inputs", ""
	f.run++
	// Save the draft now, not at the next beat: it is about to be paid for.
	p := inputs.Pricing{Draft: f.draft.Clone(), Env: f.env(), Assets: f.app.assetFacts(f.draft), Contents: f.app.session.Contents()}
	return tea.Batch(f.keep(), priceCmd(ctx, f, f.run, p))
}

// priceCmd measures the inputs and asks the server for the price.
func priceCmd(ctx context.Context, f *generationForm, run int, p inputs.Pricing) tea.Cmd {
	client := f.app.session.Client
	return func() tea.Msg {
		sub, inputs, err := p.Price(ctx, client)
		return pricedMsg{f, run, sub, inputs, err}
	}
}

// stop stops the current pricing, if any.
func (f *generationForm) stop() {
	if f.cancel != nil {
		f.cancel()
		f.cancel = nil
	}
}

// pricedMsg is a priced draft, ready for the question.
type pricedMsg struct {
	form       *generationForm
	run        int
	submission outbox.Submission
	inputs     []inputs.Input
	err        error
}

func (m pricedMsg) apply(a *composer) tea.Cmd {
	f := m.form
	if f.cancel == nil || f.run != m.run || !a.Shown(f) {
		return nil // stopped, closed or restarted since
	}
	f.stop()
	if m.err != nil {
		a.notePage(m.err)
		f.reason = errorText(m.err)
		a.note(f.reason)
		return nil
	}
	a.learnPrice(&m.submission)
	return a.confirmSpending(&spending{submission: m.submission, inputs: m.inputs, form: f})
}

// keepForm opens the form again for the next language of a job that was just
// confirmed, as a draft of its own without the sound and the name.
func (a *composer) keepForm(sent *generationForm) {
	f := a.generationForm(sent.draft.Another())
	f.aside = sent.aside
	f.remember()
	a.Push(f)
	f.JumpTo(draft.FieldAudio)
}
