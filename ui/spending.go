package ui

import (
	"errors"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/uuid"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/purchase"
	"dubtop/state/tasks"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// spending is a priced submission waiting for confirmation. After a yes,
// exactly the bytes that were priced are sent.
type spending struct {
	submission outbox.Submission
	inputs     []inputs.Input
	sent       []outbox.SentFile // for a batch: earlier batches of the same file
	warnings   []text.Text       // for a batch: besides those of the inputs
	end        draft.LinkEnd     // of the links in the request
	hosts      []draft.Host      // non-ASCII hosts in the request
	form       *generationForm   // to reopen after a refusal; nil for batches
	batch      *batchForm
	keep       bool     // the form stays open for the next job
	group      jobGroup // the group it is the first job of; nil if none
	from       string   // the job under the cursor when it was confirmed
}

// jobGroup is the screen of several jobs that are confirmed together.
type jobGroup interface {
	kit.Screen
	queued()                  // called once the journal holds the jobs
	unqueued(words text.Text) // called if it can't hold them
}

// confirmSpending asks the user to agree to a price.
func (a *composer) confirmSpending(s *spending) tea.Cmd {
	if !a.store.Ledger.Known() {
		a.Warn("the ledger is still being read: price it again in a moment")
		return nil
	}
	s.end, s.hosts = s.submission.LinkEnd(), s.submission.Hosts()
	c := &kit.Confirm{
		Heading: "Send this job?",
		Yes:     "send it", No: "no, go back",
		Quote:   purchase.QuoteOf(s.submission.Price),
		Warning: func() []paint.Item { return a.spendingWarnings(s) },
		Body:    func() []paint.Item { return a.spendingLines(s) },
		Answer:  func(yes bool) tea.Cmd { return a.answerSpending(s, yes) },
	}
	if s.form != nil {
		c.Again, c.AgainDo = "send, keep the form", func() { s.keep = true }
	}
	if s.submission.Kind == outbox.SubmitBatch {
		c.Heading = text.Sprintf("Send this batch of %d jobs?", s.submission.BatchLines)
	}
	return a.askToSpend(c, []outbox.Submission{s.submission}, s.submission.Price.Known(), func(words text.Text) { a.spendingFailed(s, errors.New(string(words))) })
}

// askToSpend asks a question about money if the budgets allow it. A hard budget
// refuses; a soft budget requires the amount to be typed, and an unknown price
// requires a word.
func (a *composer) askToSpend(c *kit.Confirm, subs []outbox.Submission, priced bool, refuse func(words text.Text)) tea.Cmd {
	if a.cfg.Guard.Unnamed(subs, &a.store.Ledger) && !a.store.Projects.Known() && !a.store.NoProjects {
		a.poller.Need(state.Projects, false)
		refuse("The budget of a project can't be checked until the projects are read: price it again in a moment")
		return nil
	}
	v := a.weigh(subs)
	answer := c.Answer
	c.Answer = func(yes bool) tea.Cmd {
		// Other jobs may have been confirmed since the question appeared.
		if now := a.weigh(subs); yes && now.Level > v.Level {
			refuse(text.Of("No longer within the budget: " + now.Words[0]))
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
		c.Warning = func() (said []paint.Item) {
			if warning != nil {
				said = warning()
			}
			for _, w := range v.Words {
				said = append(said, paint.Item{Label: "budget", Words: text.Of(w), Tone: paint.Warn})
			}
			return said
		}
	case !priced:
		c.Word = outbox.UnpricedWord
	}
	a.tellBalance(c, ledger.ChargeFor(subs))
	return a.Ask(c)
}

// spendingWarnings returns the warnings that must be read before a yes.
func (a *composer) spendingWarnings(s *spending) []paint.Item {
	but := func(words text.Text) paint.Item { return paint.Item{Label: "but", Words: words, Tone: paint.Warn} }
	said := append(sentBefore(s.sent, a.Now), but(text.Of(s.submission.Draft.Unknown)))
	for _, words := range slices.Concat(text.All(inputs.Warnings(s.inputs)), s.warnings) {
		said = append(said, but(words))
	}
	said = append(said, hostLines(s.hosts)...)
	if s.submission.Kind == outbox.SubmitBatch {
		return said // their lines carry the warnings
	}
	return append(said, but(text.Of(s.end.Short(a.outbox.ServerTime(a.Now)))))
}

// sentBefore lists the last batches of the same file and counts the earlier
// ones.
func sentBefore(sent []outbox.SentFile, now time.Time) (said []paint.Item) {
	const most = 3
	for _, f := range sent[:min(most, len(sent))] {
		said = append(said, paint.Item{Label: "again", Words: f.Words(now), Tone: paint.Bad})
	}
	if n := len(sent) - most; n > 0 {
		said = append(said, paint.Item{Label: "again", Words: "and " + text.Count(n, "earlier time", "earlier times"), Tone: paint.Bad})
	}
	return said
}

// spendingLines lists what a price is based on.
func (a *composer) spendingLines(s *spending) []paint.Item {
	sub := &s.submission
	var said []paint.Item
	if s.form != nil && s.form.origin != nil {
		said = s.form.origin.comparison(sub, a.store.Cost(&s.form.origin.job))
	}
	said = append(said, paint.Item{})
	fact := func(label, words text.Text, n paint.Tone) {
		said = append(said, paint.Item{Label: label, Words: words, Tone: n})
	}
	model := sub.Model
	if model == "" {
		model = "several models"
	}
	said = append(said, paint.Item{Label: "model", Words: text.Of(model), Short: true})
	for _, in := range s.inputs {
		words := in.Name
		if in.Seconds > 0 {
			words += ", " + in.Length()
		}
		said = append(said, paint.Item{Label: text.Of(in.Kind), Words: words, Short: true})
	}
	said = append(said, a.leavingItems([]outbox.Submission{*sub})...)
	if sub.Price.Frames > 0 {
		fact("frames", text.Sprintf("%d at %d frames a second (fps: %d)", sub.Price.Frames, outbox.FramesPerSecond, outbox.FramesPerSecond), paint.Normal)
	}
	if sub.Price.Seconds > 0 {
		fact("length", inputs.Seconds(sub.Price.Seconds)+" of output", paint.Normal)
	}
	fact("based on", text.Of(sub.Price.Basis), paint.Muted)
	if today := a.spentToday(); today.Jobs > 0 {
		fact("today", a.todayWords(&today), paint.Muted)
	}
	return append(said, a.validity(sub.Price.At))
}

// answerSpending acts on a yes: a job is queued, and sent at once if a slot is
// free; a batch needs no slot and is sent at once. Nothing else in the program
// starts to spend.
func (a *composer) answerSpending(s *spending, yes bool) tea.Cmd {
	if !yes {
		return nil
	}
	sub := s.submission
	if err := sub.Expired(a.outbox.ServerTime(time.Now())); err != nil {
		a.spendingFailed(s, err)
		return nil
	}
	agreed, err := purchase.Agree([]outbox.Submission{sub}, time.Now())
	if err != nil {
		a.spendingFailed(s, err)
		return nil
	}
	sub = agreed[0]
	s.submission, s.from = sub, a.host.jobs().At()
	a.attend(s)
	if s.form != nil {
		a.Remove(s.form)
		s.form.release() // the draft is now this submission
		if s.keep {
			a.keepForm(s.form)
		}
	}
	if s.batch != nil {
		a.Remove(s.batch)
	}
	a.Busy("sending" + a.Theme.Glyphs.More)
	if _, waits := a.outbox.Queue.Item(sub.ID); waits || sub.Kind == outbox.SubmitGeneration {
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
		s.batch.show(tasks.BatchProblems{Words: []text.Text{text.Of(words)}})
	}
	a.Complain(text.Of(words))
}

// answeredSending shows the result of a paid request. The journal already holds
// it.
func (a *composer) answeredSending(d *outbox.TaskResult) tea.Cmd {
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
			return nil // the unknown outcome is on screen already, and dubtop handles it
		}
		return a.unclear(&sub)
	}
	return a.notSent(d)
}

// unclear reports a request that may have been accepted. If it was sent from
// this window, its draft returns to the form with a warning.
func (a *composer) unclear(sub *outbox.Submission) tea.Cmd {
	if a.attended[sub.ID] != nil && sub.Kind == outbox.SubmitGeneration && a.draft.Empty() {
		a.draft = unknownDraft(sub)
	}
	delete(a.attended, sub.ID)
	a.Complain("no clear answer: it may have been charged. dubtop is looking for it; nothing is sent again on a guess")
	return nil
}

// sent reports that a job or batch was accepted.
func (a *composer) sent(d *outbox.TaskResult) tea.Cmd {
	sub := d.Submission
	s := a.attended[sub.ID]
	attended := s != nil
	delete(a.attended, sub.ID)
	a.pilots.accepted(sub.ID, sub.GenerationID)
	a.forgetUnknown(&sub)
	if d.Batch != nil {
		a.Mention(text.Sprintf("batch accepted: %s", d.Batch.ID))
		if len(a.Stack) > 1 || !attended {
			return nil // the user is busy on another screen
		}
		return a.host.show(keymap.ViewBatches)
	}
	a.Mention("accepted: " + sub.Name)
	if jobs := a.host.jobs(); attended && s.group == nil && jobs.At() == s.from {
		jobs.Go(string(sub.GenerationID)) // unless the user has moved on
	}
	return nil
}

// forgetUnknown clears the form if it holds a draft that turned out to be
// accepted.
func (a *composer) forgetUnknown(sub *outbox.Submission) {
	if a.draft.Unknown != "" && a.draft.UpdatedAt.Equal(sub.Draft.UpdatedAt) {
		a.draft = draft.Draft{Model: sub.Model}
	}
}

// notSent says why nothing was created. A submission just confirmed here
// returns to its form if editing can help; if it only has to wait, it stays in
// the queue.
func (a *composer) notSent(d *outbox.TaskResult) tea.Cmd {
	sub := d.Submission
	s := a.attended[sub.ID]
	delete(a.attended, sub.ID)
	words := map[outbox.SubmissionState]text.Text{
		outbox.SubmissionRejected:  "Refused, nothing was charged: ",
		outbox.SubmissionQueued:    "Not accepted yet, nothing was charged: ",
		outbox.SubmissionConfirmed: "Not sent, nothing was charged: ",
	}[sub.State] + sub.Reason
	switch {
	case sub.Kind == outbox.SubmitBatch && sub.Draft.Set != "":
		a.batchWaits(&sub, words, d.Unfit)
	case sub.Kind == outbox.SubmitBatch:
		a.Complain(words)
		f := a.batchForm()
		f.problems, f.Came = tasks.BatchProblems{Words: []text.Text{words}}, time.Now()
		a.bring(f)
		return nil
	case d.Unrecorded != nil: // it stays in the queue until the answer is saved
	case s != nil && (sub.State == outbox.SubmissionRejected || d.Unfit):
		return a.giveBack(s, &sub, words)
	case sub.State == outbox.SubmissionRejected || d.Unfit:
		a.Complain(sub.Name + ": " + words)
	case s != nil:
		a.Warn("it waits in the queue (" + a.KeyFor(keymap.ViewQueue) + "): " + sub.Reason)
	}
	return nil
}

// giveBack removes an unsent submission from the queue and reopens its form
// with the reason.
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
	f.remember()
	a.bring(f)
	return tea.Batch(a.takeOut(sub, f), f.look())
}

// bring shows a screen the user did not ask for. If they are typing or answering a
// question, it opens below the current screen, so that no key reaches it by
// mistake.
func (a *composer) bring(s kit.Screen) {
	switch a.Top().(type) {
	case kit.Typing, kit.Overlay:
		a.Stack = slices.Insert(a.Stack, max(1, len(a.Stack)-1), s)
		a.Layout()
	default:
		a.Push(s)
	}
}

// enqueue queues confirmed submissions in order. With a pilot, all but the
// first are paused until the user resumes them.
func (a *composer) enqueue(subs []outbox.Submission, pilot bool) tea.Cmd {
	return workCmd(a.session.Enqueue(subs, pilot))
}

// takeOut removes an unsent submission from the queue. The draft in the form is
// saved in the same transaction, unless the form is aside.
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

// ownDraft makes a draft taken from the queue editable and sendable. A draft of
// unknown outcome gets a new id, as the old one belongs to the request that was
// sent.
func ownDraft(d *draft.Draft) {
	if d.Unknown != "" {
		d.ID = ""
	}
	d.Touch(time.Now(), uuid.NewString)
}
