package ui

import (
	"errors"
	"slices"
	"time"

	"dubtop/state/draft"
	"dubtop/state/ledger"
	"dubtop/state/outbox"

	tea "charm.land/bubbletea/v2"
	"github.com/google/uuid"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/account"
)

// spending is a priced submission that waits for a yes: what is sent after it
// is byte for byte what was priced.
type spending struct {
	submission outbox.Submission
	inputs     []account.Input
	sent       []outbox.SentFile // of a batch: what was made of its file before
	warnings   []text.Text       // of a batch, beside those of the inputs
	end        draft.LinkEnd     // of the links in the request
	hosts      []draft.Host      // of them, in other letters
	form       *generationForm   // where a refusal leads back to; nil for batches
	batch      *batchForm
	group      *group // that it is the first of
}

// confirmSpending asks whether a price is agreed to.
func (a *App) confirmSpending(s *spending) tea.Cmd {
	if !a.store.Ledger.Known() {
		a.warn("the ledger is still being read: price it again in a moment")
		return nil
	}
	s.end, s.hosts = s.submission.LinkEnd(), s.submission.Hosts()
	c := &confirm{
		title: "Send this job?",
		yes:   "send it", no: "no, go back",
		quote:   quoteOf(s.submission.Price),
		warning: func() []told { return a.spendingWarnings(s) },
		body:    func() []told { return a.spendingLines(s) },
		answer:  func(yes bool) tea.Cmd { return a.answerSpending(s, yes) },
	}
	if s.submission.Kind == outbox.SubmitBatch {
		c.title = text.Sprintf("Send this batch of %d jobs?", s.submission.BatchLines)
	}
	charge := ledger.ChargeOf(s.submission.Price)
	if s.submission.Kind == outbox.SubmitBatch {
		charge = ledger.ChargeOfBatch(s.submission.Price, s.submission.BatchLines)
	}
	return a.askToSpend(c, charge, s.submission.Price.Known(), func(words text.Text) { a.spendingFailed(s, errors.New(string(words))) })
}

// askToSpend puts a question about money up, if the budgets allow it: a hard one
// refuses, a soft one has the amount typed, and so does a price that nobody
// knows.
func (a *App) askToSpend(c *confirm, charge ledger.Charge, priced bool, refuse func(words text.Text)) tea.Cmd {
	v := a.weigh(charge)
	answer := c.answer
	c.answer = func(yes bool) tea.Cmd {
		// Much may have been agreed to elsewhere since the question was put up.
		if now := a.weigh(charge); yes && now.Level > v.Level {
			refuse(text.Of("Not within the budget any more: " + now.Words[0]))
			return nil
		}
		return answer(yes)
	}
	switch {
	case v.Level == ledger.BudgetHard:
		refuse(text.Of("Not within the budget: " + v.Words[0]))
		return nil
	case v.Level == ledger.BudgetSoft:
		c.word, c.accepts = v.Word(), v.Accepts
		warning := c.warning
		c.warning = func() (said []told) {
			if warning != nil {
				said = warning()
			}
			for _, w := range v.Words {
				said = append(said, told{label: "budget", words: text.Of(w), tone: toneWarn})
			}
			return said
		}
	case !priced:
		c.word = outbox.UnpricedWord
	}
	return a.ask(c)
}

// weigh holds a charge against the budgets, with all that waits or is in doubt counted as
// spent.
func (a *App) weigh(charge ledger.Charge) ledger.Verdict {
	return a.cfg.Guard.Check(charge, &a.store.Ledger, a.outbox.Pending(), a.now, time.Local)
}

// spendingWarnings are what has to be read before a yes to a price.
func (a *App) spendingWarnings(s *spending) []told {
	but := func(words text.Text) told { return told{label: "but", words: words, tone: toneWarn} }
	said := append(sentBefore(s.sent, a.now), but(text.Of(s.submission.Draft.Doubt)))
	for _, words := range slices.Concat(text.All(account.Warnings(s.inputs)), s.warnings) {
		said = append(said, but(words))
	}
	said = append(said, hostLines(s.hosts)...)
	if s.submission.Kind == outbox.SubmitBatch {
		return said // they are told on their lines
	}
	return append(said, but(text.Of(s.end.Short(a.outbox.ServerTime(a.now)))))
}

// sentBefore tells of the last batches of the same file, and counts the others.
func sentBefore(sent []outbox.SentFile, now time.Time) (said []told) {
	const most = 3
	for _, f := range sent[:min(most, len(sent))] {
		said = append(said, told{label: "again", words: f.Words(now), tone: toneBad})
	}
	if n := len(sent) - most; n > 0 {
		said = append(said, told{label: "again", words: "and " + text.Count(n, "earlier time", "earlier times"), tone: toneBad})
	}
	return said
}

// spendingLines state all that a price rests on.
func (a *App) spendingLines(s *spending) []told {
	sub := &s.submission
	said := append(a.comparison(s), told{})
	fact := func(label, words text.Text, n tone) { said = append(said, told{label: label, words: words, tone: n}) }
	model := sub.Model
	if model == "" {
		model = "several models"
	}
	said = append(said, told{label: "model", words: text.Of(model), short: true})
	for _, in := range s.inputs {
		words := in.Name
		if in.Seconds > 0 {
			words += ", " + in.Length()
		}
		said = append(said, told{label: text.Of(in.Kind), words: words, short: true})
	}
	if sub.Price.Frames > 0 {
		fact("frames", text.Sprintf("%d at %d frames a second (fps: %d)", sub.Price.Frames, account.BilledFPS, account.BilledFPS), toneText)
	}
	if sub.Price.Seconds > 0 {
		fact("length", account.Seconds(sub.Price.Seconds)+" of output", toneText)
	}
	fact("known by", text.Of(sub.Price.Basis), toneMuted)
	if today := a.store.Ledger.Period(ledger.ByDay, a.now, time.Local); today.Jobs > 0 {
		fact("today", a.sumWords(&today)+" so far", toneMuted)
	}
	return append(said, a.validity(sub.Price.At))
}

// answerSpending takes the yes: a job goes into the queue, and leaves at once if
// a slot is free; a batch, which needs none, leaves by itself. Nothing else in
// the program begins to spend.
func (a *App) answerSpending(s *spending, yes bool) tea.Cmd {
	if !yes {
		return nil
	}
	sub := s.submission
	if err := sub.Expired(a.outbox.ServerTime(time.Now())); err != nil {
		a.spendingFailed(s, err)
		return nil
	}
	sub.Unpriced = !sub.Price.Known()
	if err := sub.Confirm(time.Now(), uuid.NewString()); err != nil {
		a.spendingFailed(s, err)
		return nil
	}
	s.submission = sub
	a.outbox.attend(s)
	if s.form != nil {
		a.remove(s.form)
		s.form.release() // it has become this submission
	}
	if s.batch != nil {
		a.remove(s.batch)
	}
	a.busy("sending" + a.theme.glyphs.more)
	if sub.Kind == outbox.SubmitGeneration {
		return a.inTurn(func() tea.Cmd {
			if s.form != nil {
				sub.Draft.Base = s.form.draft.Base
			}
			return a.enqueue([]outbox.Submission{sub}, false)
		})
	}
	w, err := a.session.SendNow(sub, time.Now())
	if err != nil {
		a.spendingFailed(s, err)
		return nil
	}
	return a.do(w)
}

func (a *App) spendingFailed(s *spending, err error) {
	words := err.Error()
	switch {
	case s.form != nil:
		s.form.reason = text.Of(words)
	case s.batch != nil:
		s.batch.show(batchProblems{words: []text.Text{text.Of(words)}})
	}
	a.complain(text.Of(words))
}

// answeredSending shows what became of a paid request, which the journal holds
// already.
func (a *App) answeredSending(d *outbox.Done) tea.Cmd {
	sub := d.Submission
	a.calm()
	a.answered()
	if d.Elsewhere {
		delete(a.outbox.attended, sub.ID)
		return nil
	}
	switch sub.State {
	case outbox.SubmissionSent:
		return a.sent(d)
	case outbox.SubmissionUnknown:
		if d.Step.Kind == outbox.StepResend {
			return nil // the doubt that it was is on the screen, and dubtop goes on by itself
		}
		return a.unclear(&sub)
	}
	return a.notSent(d)
}

// unclear keeps a request on the screen that may have been accepted. What the
// user just typed is in the form again, with a warning.
func (a *App) unclear(sub *outbox.Submission) tea.Cmd {
	if a.outbox.attended[sub.ID] != nil && sub.Kind == outbox.SubmitGeneration && a.draft.Empty() {
		a.draft = inDoubt(sub)
	}
	delete(a.outbox.attended, sub.ID)
	a.complain("no clear answer: it may have been charged. dubtop looks for it; nothing is sent a second time on a guess")
	return nil
}

// doubtful warns of sending once more what may have been accepted.
func doubtful(sub *outbox.Submission) text.Text {
	return text.Of("This was sent at " + sub.SentAt.Local().Format("15:04") + ", and nobody knows whether it was accepted: sending it again may pay for it twice.")
}

// sent says that a job or batch was accepted, and leaves the form empty.
func (a *App) sent(d *outbox.Done) tea.Cmd {
	sub := d.Submission
	attended := a.outbox.attended[sub.ID] != nil
	delete(a.outbox.attended, sub.ID)
	a.outbox.flies(sub.ID, sub.GenerationID)
	a.forgetDoubt(&sub)
	if d.Batch != nil {
		a.say(text.Sprintf("batch accepted: %s", d.Batch.ID))
		if len(a.stack) > 1 || !attended {
			return nil // somebody is at work on another screen
		}
		return a.show(1)
	}
	a.say("accepted: " + sub.Name)
	return nil
}

// forgetDoubt empties the form of what turned out to have been accepted.
func (a *App) forgetDoubt(sub *outbox.Submission) {
	if a.draft.Doubt != "" && a.draft.UpdatedAt.Equal(sub.Draft.UpdatedAt) {
		a.draft = draft.Draft{Model: sub.Model}
	}
}

// notSent says why nothing was created. What the user just said yes to comes
// back to be mended where that helps; what only has to wait stays in the queue.
func (a *App) notSent(d *outbox.Done) tea.Cmd {
	sub := d.Submission
	s := a.outbox.attended[sub.ID]
	delete(a.outbox.attended, sub.ID)
	words := map[outbox.SubmissionState]text.Text{
		outbox.SubmissionRejected:  "Refused, nothing was charged: ",
		outbox.SubmissionQueued:    "Not taken now, nothing was charged: ",
		outbox.SubmissionConfirmed: "Not sent, nothing was charged: ",
	}[sub.State] + sub.Reason
	switch {
	case sub.Kind == outbox.SubmitBatch:
		a.complain(words)
		f := a.batchForm()
		f.problems, f.came = batchProblems{words: []text.Text{words}}, time.Now()
		a.bring(f)
		return nil
	case d.Unrecorded != nil: // it stands in the queue until that is saved
	case s != nil && (sub.State == outbox.SubmissionRejected || d.Unfit):
		return a.giveBack(s, &sub, words)
	case sub.State == outbox.SubmissionRejected || d.Unfit:
		a.complain(sub.Name + ": " + words)
	case s != nil:
		a.warn("it waits in the queue (" + a.keyFor(keymap.View5) + "): " + sub.Reason)
	}
	return nil
}

// giveBack takes a submission that was not sent out of the queue and brings its
// form back with the reason.
func (a *App) giveBack(s *spending, sub *outbox.Submission, words text.Text) tea.Cmd {
	a.complain(words)
	draft := sub.Draft.Clone()
	if s.form != nil {
		draft.Base = s.form.draft.Base
	}
	ownDraft(&draft)
	f := a.generationForm(draft)
	f.reason, f.came, f.aside = words, time.Now(), !a.draft.Empty()
	if s.form != nil {
		f.origin = s.form.origin
	}
	f.hold()
	a.bring(f)
	return tea.Batch(a.takeOut(sub, f), f.look())
}

// bring shows a screen that nobody called for. Where somebody is typing or
// asked something it waits below, so that no key reaches what it was not meant
// for.
func (a *App) bring(s screen) {
	switch a.top().(type) {
	case typing, overlay:
		a.stack = slices.Insert(a.stack, max(1, len(a.stack)-1), s)
		a.layout()
	default:
		a.push(s)
	}
}
