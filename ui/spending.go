package ui

import (
	"errors"
	"slices"
	"time"

	"dubtop/ui/kit"
	"dubtop/ui/paint"

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
func (a *composer) confirmSpending(s *spending) tea.Cmd {
	if !a.store.Ledger.Known() {
		a.Warn("the ledger is still being read: price it again in a moment")
		return nil
	}
	s.end, s.hosts = s.submission.LinkEnd(), s.submission.Hosts()
	c := &kit.Confirm{
		Heading: "Send this job?",
		Yes:     "send it", No: "no, go back",
		Quote:   quoteOf(s.submission.Price),
		Warning: func() []paint.Told { return a.spendingWarnings(s) },
		Body:    func() []paint.Told { return a.spendingLines(s) },
		Answer:  func(yes bool) tea.Cmd { return a.answerSpending(s, yes) },
	}
	if s.submission.Kind == outbox.SubmitBatch {
		c.Heading = text.Sprintf("Send this batch of %d jobs?", s.submission.BatchLines)
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
func (a *composer) askToSpend(c *kit.Confirm, charge ledger.Charge, priced bool, refuse func(words text.Text)) tea.Cmd {
	v := a.weigh(charge)
	answer := c.Answer
	c.Answer = func(yes bool) tea.Cmd {
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
		c.Word, c.Accepts = v.Word(), v.Accepts
		warning := c.Warning
		c.Warning = func() (said []paint.Told) {
			if warning != nil {
				said = warning()
			}
			for _, w := range v.Words {
				said = append(said, paint.Told{Label: "budget", Words: text.Of(w), Tone: paint.Warn})
			}
			return said
		}
	case !priced:
		c.Word = outbox.UnpricedWord
	}
	return a.Ask(c)
}

// weigh holds a charge against the budgets, with all that waits or is in doubt counted as
// spent.
func (a *composer) weigh(charge ledger.Charge) ledger.Verdict {
	return a.cfg.Guard.Check(charge, &a.store.Ledger, a.outbox.Pending(), a.Now, time.Local)
}

// spendingWarnings are what has to be read before a yes to a price.
func (a *composer) spendingWarnings(s *spending) []paint.Told {
	but := func(words text.Text) paint.Told { return paint.Told{Label: "but", Words: words, Tone: paint.Warn} }
	said := append(sentBefore(s.sent, a.Now), but(text.Of(s.submission.Draft.Doubt)))
	for _, words := range slices.Concat(text.All(account.Warnings(s.inputs)), s.warnings) {
		said = append(said, but(words))
	}
	said = append(said, hostLines(s.hosts)...)
	if s.submission.Kind == outbox.SubmitBatch {
		return said // they are told on their lines
	}
	return append(said, but(text.Of(s.end.Short(a.outbox.ServerTime(a.Now)))))
}

// sentBefore tells of the last batches of the same file, and counts the others.
func sentBefore(sent []outbox.SentFile, now time.Time) (said []paint.Told) {
	const most = 3
	for _, f := range sent[:min(most, len(sent))] {
		said = append(said, paint.Told{Label: "again", Words: f.Words(now), Tone: paint.Bad})
	}
	if n := len(sent) - most; n > 0 {
		said = append(said, paint.Told{Label: "again", Words: "and " + text.Count(n, "earlier time", "earlier times"), Tone: paint.Bad})
	}
	return said
}

// spendingLines state all that a price rests on.
func (a *composer) spendingLines(s *spending) []paint.Told {
	sub := &s.submission
	said := append(a.comparison(s), paint.Told{})
	fact := func(label, words text.Text, n paint.Tone) {
		said = append(said, paint.Told{Label: label, Words: words, Tone: n})
	}
	model := sub.Model
	if model == "" {
		model = "several models"
	}
	said = append(said, paint.Told{Label: "model", Words: text.Of(model), Short: true})
	for _, in := range s.inputs {
		words := in.Name
		if in.Seconds > 0 {
			words += ", " + in.Length()
		}
		said = append(said, paint.Told{Label: text.Of(in.Kind), Words: words, Short: true})
	}
	if sub.Price.Frames > 0 {
		fact("frames", text.Sprintf("%d at %d frames a second (fps: %d)", sub.Price.Frames, account.BilledFPS, account.BilledFPS), paint.Normal)
	}
	if sub.Price.Seconds > 0 {
		fact("length", account.Seconds(sub.Price.Seconds)+" of output", paint.Normal)
	}
	fact("known by", text.Of(sub.Price.Basis), paint.Muted)
	if today := a.store.Ledger.Period(ledger.ByDay, a.Now, time.Local); today.Jobs > 0 {
		fact("today", a.sumWords(&today)+" so far", paint.Muted)
	}
	return append(said, a.validity(sub.Price.At))
}

// answerSpending takes the yes: a job goes into the queue, and leaves at once if
// a slot is free; a batch, which needs none, leaves by itself. Nothing else in
// the program begins to spend.
func (a *composer) answerSpending(s *spending, yes bool) tea.Cmd {
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
	a.attend(s)
	if s.form != nil {
		a.Remove(s.form)
		s.form.release() // it has become this submission
	}
	if s.batch != nil {
		a.Remove(s.batch)
	}
	a.Busy("sending" + a.Theme.Glyphs.More)
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

func (a *composer) spendingFailed(s *spending, err error) {
	words := err.Error()
	switch {
	case s.form != nil:
		s.form.reason = text.Of(words)
	case s.batch != nil:
		s.batch.show(batchProblems{words: []text.Text{text.Of(words)}})
	}
	a.Complain(text.Of(words))
}

// answeredSending shows what became of a paid request, which the journal holds
// already.
func (a *composer) answeredSending(d *outbox.Done) tea.Cmd {
	sub := d.Submission
	a.Calm()
	a.host.answered()
	if d.Elsewhere {
		delete(a.attended, sub.ID)
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
func (a *composer) unclear(sub *outbox.Submission) tea.Cmd {
	if a.attended[sub.ID] != nil && sub.Kind == outbox.SubmitGeneration && a.draft.Empty() {
		a.draft = inDoubt(sub)
	}
	delete(a.attended, sub.ID)
	a.Complain("no clear answer: it may have been charged. dubtop looks for it; nothing is sent a second time on a guess")
	return nil
}

// doubtful warns of sending once more what may have been accepted.
func doubtful(sub *outbox.Submission) text.Text {
	return text.Of("This was sent at " + sub.SentAt.Local().Format("15:04") + ", and nobody knows whether it was accepted: sending it again may pay for it twice.")
}

// sent says that a job or batch was accepted, and leaves the form empty.
func (a *composer) sent(d *outbox.Done) tea.Cmd {
	sub := d.Submission
	attended := a.attended[sub.ID] != nil
	delete(a.attended, sub.ID)
	a.flies(sub.ID, sub.GenerationID)
	a.forgetDoubt(&sub)
	if d.Batch != nil {
		a.Say(text.Sprintf("batch accepted: %s", d.Batch.ID))
		if len(a.Stack) > 1 || !attended {
			return nil // somebody is at work on another screen
		}
		return a.host.show(1)
	}
	a.Say("accepted: " + sub.Name)
	return nil
}

// forgetDoubt empties the form of what turned out to have been accepted.
func (a *composer) forgetDoubt(sub *outbox.Submission) {
	if a.draft.Doubt != "" && a.draft.UpdatedAt.Equal(sub.Draft.UpdatedAt) {
		a.draft = draft.Draft{Model: sub.Model}
	}
}

// notSent says why nothing was created. What the user just said yes to comes
// back to be mended where that helps; what only has to wait stays in the queue.
func (a *composer) notSent(d *outbox.Done) tea.Cmd {
	sub := d.Submission
	s := a.attended[sub.ID]
	delete(a.attended, sub.ID)
	words := map[outbox.SubmissionState]text.Text{
		outbox.SubmissionRejected:  "Refused, nothing was charged: ",
		outbox.SubmissionQueued:    "Not taken now, nothing was charged: ",
		outbox.SubmissionConfirmed: "Not sent, nothing was charged: ",
	}[sub.State] + sub.Reason
	switch {
	case sub.Kind == outbox.SubmitBatch:
		a.Complain(words)
		f := a.batchForm()
		f.problems, f.Came = batchProblems{words: []text.Text{words}}, time.Now()
		a.bring(f)
		return nil
	case d.Unrecorded != nil: // it stands in the queue until that is saved
	case s != nil && (sub.State == outbox.SubmissionRejected || d.Unfit):
		return a.giveBack(s, &sub, words)
	case sub.State == outbox.SubmissionRejected || d.Unfit:
		a.Complain(sub.Name + ": " + words)
	case s != nil:
		a.Warn("it waits in the queue (" + a.KeyFor(keymap.View5) + "): " + sub.Reason)
	}
	return nil
}

// giveBack takes a submission that was not sent out of the queue and brings its
// form back with the reason.
func (a *composer) giveBack(s *spending, sub *outbox.Submission, words text.Text) tea.Cmd {
	a.Complain(words)
	draft := sub.Draft.Clone()
	if s.form != nil {
		draft.Base = s.form.draft.Base
	}
	ownDraft(&draft)
	f := a.generationForm(draft)
	f.reason, f.Came, f.aside = words, time.Now(), !a.draft.Empty()
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
func (a *composer) bring(s kit.Screen) {
	switch a.Top().(type) {
	case kit.Typing, kit.Overlay:
		a.Stack = slices.Insert(a.Stack, max(1, len(a.Stack)-1), s)
		a.Layout()
	default:
		a.Push(s)
	}
}

// enqueue puts confirmed submissions into the queue, in order. With a pilot all
// but the first are held back until the user lets them go on.
func (a *composer) enqueue(subs []outbox.Submission, pilot bool) tea.Cmd {
	return workCmd(a.session.Enqueue(subs, pilot))
}

// takeOut takes a submission out of the queue that was not sent, and stays a
// draft or refused in the journal. What the form shows of it is kept together
// with that, unless the form is aside.
func (a *composer) takeOut(sub *outbox.Submission, f *generationForm) tea.Cmd {
	var kept *draft.Draft
	if !f.aside {
		d := f.draft.Clone()
		kept = &d
	}
	w, err := a.session.TakeBack(*sub, kept)
	if err != nil {
		a.Complain(text.Of(err.Error()))
		return nil
	}
	return a.inTurn(func() tea.Cmd { return workCmd(w) })
}

// ownDraft makes what was taken out of the queue a draft that can be changed and
// sent. What nobody knows the outcome of keeps its own.
func ownDraft(d *draft.Draft) {
	if d.Doubt != "" {
		d.ID = ""
	}
	d.Touch(time.Now(), uuid.NewString)
}
