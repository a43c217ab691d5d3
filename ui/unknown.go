package ui

import (
	"errors"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/outbox"
	"dubtop/state/purchase"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// unknown is the screen of a submission of unknown outcome: its history, the
// search for its job, the findings, and the decisions left to the user.
type unknown struct {
	kit.Pager
	app *composer
	id  string
	at  int // the selected candidate
}

// openUnknown shows a submission of unknown outcome.
func (a *composer) openUnknown(id string) tea.Cmd {
	d := &unknown{app: a, id: id}
	d.Pager = kit.Pager{Stage: a.Stage, Heading: "unknown outcome", Content: d.lines}
	step := func(by int) func() tea.Cmd {
		return kit.Plain(func() {
			n := len(d.question().Candidates)
			d.at = max(0, min(n-1, d.at+by))
			if n < 2 {
				d.Scroll(by)
			}
		})
	}
	d.Extra = []kit.Action{
		a.Does(keymap.Details, d.link).Unless(d.unlinkable).Hinted("this is the job"),
		a.Does(keymap.Resend, d.resend).Unless(d.unsendable).Hinted("send again"),
		a.Does(keymap.Drop, d.drop).Unless(d.undecidable).Hinted("drop"),
		a.Does(keymap.Down, step(1)),
		a.Does(keymap.Up, step(-1)),
		a.Does(keymap.CopyID, func() tea.Cmd { return a.copyText("id", string(d.candidate().ID)) }).Unless(d.unlinkable),
	}
	a.Push(d)
	return nil
}

// question returns the choices open to the user; zero while there are none.
func (d *unknown) question() outbox.Question {
	q, _ := d.app.outbox.Reconciler.Question(d.id, d.app.Now)
	return q
}

func (d *unknown) candidate() outbox.Candidate {
	c := d.question().Candidates
	if len(c) == 0 {
		return outbox.Candidate{}
	}
	return c[max(0, min(d.at, len(c)-1))]
}

// undecidable returns why there is nothing to decide yet, or "".
func (d *unknown) undecidable() text.Text {
	a := d.app
	if _, ok := a.outbox.Find(d.id); !ok {
		return "its outcome is known by now"
	}
	if _, asks := a.outbox.Reconciler.Question(d.id, a.Now); asks {
		return ""
	}
	if !a.outbox.Sender {
		return text.Of(a.sender() + " is finding out what happened; decide there")
	}
	o, _ := a.outbox.Reconciler.Plan(d.id, a.Now)
	if o.LastLook.IsZero() {
		return "dubtop will look for it first, at " + clock(o.FirstLook, a.Now)
	}
	return "dubtop is still looking for it"
}

func (d *unknown) unlinkable() text.Text {
	if why := d.undecidable(); why != "" {
		return why
	}
	if d.candidate().ID == "" {
		return "no matching job was found"
	}
	return ""
}

func (d *unknown) unsendable() text.Text {
	if why := d.undecidable(); why != "" {
		return why
	}
	if !slices.Contains(d.choices(), outbox.ChoiceResend) {
		return "a batch is never sent again: servers do not recognize a repeated batch"
	}
	return d.app.unspendable()
}

func (d *unknown) choices() []outbox.Choice {
	q := d.question()
	return q.Choices()
}

func (d *unknown) link() tea.Cmd {
	c := d.candidate()
	return d.choose(outbox.ChoiceLink, c.ID, "Is this the job?", "yes, this is it", "not sure")
}

func (d *unknown) resend() tea.Cmd {
	return d.choose(outbox.ChoiceResend, "", "Send it again?", "send again", "no, wait")
}

func (d *unknown) drop() tea.Cmd {
	return d.choose(outbox.ChoiceDrop, "", "Drop it?", "drop", "keep looking")
}

// choose asks the user to confirm a choice and states its risk.
func (d *unknown) choose(c outbox.Choice, id api.ID, title, yes, no text.Text) tea.Cmd {
	a, q := d.app, d.question()
	question := &kit.Confirm{
		Heading: title, Yes: yes, No: no,
		Warning: func() []paint.Item {
			return append([]paint.Item{{Label: "id", Words: text.Of(string(id))}}, paint.Sentence(text.Of(q.Risk(c)))...)
		},
		Answer: func(agreed bool) tea.Cmd {
			if !agreed {
				return nil
			}
			return a.decide(d.id, c, id)
		},
	}
	sub, ok := a.outbox.Find(d.id)
	if !ok || c != outbox.ChoiceResend {
		return a.Ask(question)
	}
	question.Quote = purchase.QuoteAgain(sub.Price)
	// It may be charged twice: the first time counts already.
	return a.askToSpend(question, []outbox.Submission{sub}, sub.Price.Known(), a.Complain)
}

// decide carries out the user's choice. If the price is too old to send under,
// it asks for a new one first.
func (a *composer) decide(submission string, c outbox.Choice, id api.ID) tea.Cmd {
	w, err := a.session.Choose(submission, c, id, time.Now())
	if errors.Is(err, outbox.ErrStale) {
		if w, ok := a.session.Reprice(submission); ok {
			a.Busy("the price is too old; getting a new one" + a.Theme.Glyphs.More)
			return a.do(w)
		}
	}
	if err != nil {
		a.Complain(text.Of(err.Error()))
		return nil
	}
	a.Busy("saving" + a.Theme.Glyphs.More)
	return a.do(w)
}

// repricedUnknown asks again whether to resend, now that the price is current.
func (a *composer) repricedUnknown(d *outbox.TaskResult) tea.Cmd {
	if d.Err != nil {
		a.Complain(d.Submission.Reason)
		return nil
	}
	a.Calm()
	top, ok := a.Top().(*unknown)
	if !ok || top.id != d.Submission.ID {
		return nil // the user has moved on
	}
	return top.resend()
}

// answeredChoice reports how a choice about an unknown outcome went.
func (a *composer) answeredChoice(d *outbox.TaskResult) {
	if d.Unrecorded != nil {
		return
	}
	a.Calm()
	sub := &d.Submission
	if sub.State == outbox.SubmissionDropped {
		a.Say("dropped: " + sub.Name + "; it still counts as maybe spent")
		return
	}
	a.forgetUnknown(sub)
	a.pilots.accepted(sub.ID, sub.GenerationID)
	a.Say("found: " + sub.Name + " is " + text.Of(string(sub.GenerationID+sub.BatchID)))
}

func (d *unknown) lines(width int) []paint.Styled {
	a, t := d.app, d.app.Theme
	sub, ok := a.outbox.Find(d.id)
	if !ok || sub.State != outbox.SubmissionUnknown {
		words := text.Text("It is being sent again.")
		if !ok {
			words = "Its outcome is known now: the job is in the list, or it was dropped."
		}
		return []paint.Styled{"", "  " + t.Text(paint.Normal, words), "", "  " + t.Text(paint.Key, a.KeyFor(keymap.Back)) + t.Text(paint.Muted, "  back")}
	}
	inner := width - 4
	lines := []paint.Styled{"", t.Text(paint.Title, sub.Name), ""}
	lines = append(lines, d.happened(&sub, inner)...)
	lines = append(lines, "", t.Text(paint.Title, "What dubtop does"))
	lines = append(lines, a.advice(inner, "", d.doing(&sub), paint.Normal)...)
	lines = append(lines, "", t.Text(paint.Title, "What was found"))
	lines = append(lines, d.found(inner)...)
	lines = append(lines, "", t.Text(paint.Title, "What you can do"))
	return indented(append(lines, d.options(inner)...))
}

func (d *unknown) happened(sub *outbox.Submission, width int) []paint.Styled {
	a, t := d.app, d.app.Theme
	price := "unknown price"
	if sub.Price.Cost != nil {
		price = sub.Price.Cost.String()
	}
	lines := []paint.Styled{
		t.Fact("sent", happened(sub.SentAt, a.Aged), paint.Normal),
		t.Fact("price", text.Of(price+", maybe charged"), paint.Warn),
		t.Fact("model", text.Of(sub.Model), paint.Normal),
	}
	lines = append(lines, a.advice(width, "because", sub.Reason, paint.Normal)...)
	return append(lines, a.advice(width, "so", "It may or may not have been accepted. Until that is known, it counts as maybe spent.", paint.Normal)...)
}

// doing says what dubtop does by itself, and when.
func (d *unknown) doing(sub *outbox.Submission) text.Text {
	a := d.app
	o, ok := a.outbox.Reconciler.Plan(d.id, a.Now)
	switch {
	case !ok:
		return "Nothing more."
	case !a.outbox.Sender:
		return text.Of(a.sender() + " sends from this journal and is finding out what happened.")
	case o.Found:
		return "The job was found and is being linked."
	case o.Follows:
		return "The server named a job that may be the one; dubtop is checking it."
	case !o.Resend.IsZero():
		return "This server honours idempotency keys, so the same request will be sent again with the same key at " +
			clock(o.Resend, a.Now) + ". If the first one was accepted, the server returns the same job and charges nothing."
	case o.NextLook.IsZero():
		return "dubtop looked for a day and gave up."
	}
	what := "the jobs created since for one with the same model, inputs, options, output file name and webhook"
	if sub.Kind == outbox.SubmitBatch {
		what = "the batches created since for one with as many jobs"
	}
	return text.Sprintf("dubtop searches %s; next at %s, until %s. Nothing is sent again on a guess.", what, clock(o.NextLook, a.Now), clock(o.Until, a.Now))
}

// found lists the candidates, with the selected one marked.
func (d *unknown) found(width int) []paint.Styled {
	a, t := d.app, d.app.Theme
	q, asks := a.outbox.Reconciler.Question(d.id, a.Now)
	if !asks {
		return a.advice(width, "", "Nothing to choose from yet.", paint.Muted)
	}
	lines := a.advice(width, "", text.Of(q.Words()), paint.Normal)
	for i, c := range q.Candidates {
		mark, n := text.Text("  "), paint.Normal
		if i == max(0, min(d.at, len(q.Candidates)-1)) {
			mark, n = t.Glyphs.Cursor+" ", paint.Accent
		}
		lines = append(lines, paint.Blank(8)+t.Text(paint.CursorBar, mark)+t.Text(n, text.Of(string(c.ID)))+
			t.Text(paint.Muted, "  "+clock(a.ours(c.Created), a.Now)+"  "+candidateWords(c)))
	}
	return lines
}

// candidateWords says what speaks for and against a candidate.
func candidateWords(c outbox.Candidate) text.Text {
	switch c.Timing {
	case outbox.TimingEarly:
		return matchWords(c.Match) + ", but created before this was sent"
	case outbox.TimingLate:
		return matchWords(c.Match) + ", but created long after dubtop stopped waiting"
	}
	return matchWords(c.Match)
}

func matchWords(m outbox.Match) text.Text {
	switch m {
	case outbox.MatchExact:
		return "everything known about it matches"
	case outbox.MatchFile:
		return "matches, as far as files can be compared"
	}
	return "similar: you have to judge"
}

// options lists the keys for each choice, with its risk.
func (d *unknown) options(width int) []paint.Styled {
	a := d.app
	if why := d.undecidable(); why != "" {
		return append(a.keyed(width, keymap.Back, "Wait: "+why+".", paint.Normal),
			a.advice(width, "", "It is saved and continues after a restart.", paint.Muted)...)
	}
	q := d.question()
	var lines []paint.Styled
	for _, c := range q.Choices() {
		key, words := a.choiceKey(c)
		lines = append(lines, a.keyed(width, key, words+" "+text.Of(q.Risk(c)), paint.Normal)...)
	}
	return append(lines, a.keyed(width, keymap.Back, "Leave it: dubtop keeps looking until "+clock(q.Until, a.Now)+".", paint.Muted)...)
}

func (a *composer) choiceKey(c outbox.Choice) (key keymap.Name, words text.Text) {
	switch c {
	case outbox.ChoiceLink:
		return keymap.Details, "The selected job is the one."
	case outbox.ChoiceResend:
		return keymap.Resend, "Send it again."
	}
	return keymap.Drop, "Drop it."
}

// keyed is like advice, with a key as the label.
func (a *composer) keyed(width int, n keymap.Name, words text.Text, tn paint.Tone) []paint.Styled {
	lines := a.advice(width, "", words, tn)
	key := paint.Fit(a.KeyFor(n), 10, false, "")
	lines[0] = a.Theme.Text(paint.Key, key) + a.Theme.Text(tn, paint.Wrap(words, width-10)[0])
	return lines
}
