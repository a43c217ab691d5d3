package ui

import (
	"cmp"
	"time"

	"dubtop/state/draft"
	"dubtop/state/outbox"
	"dubtop/state/table"

	tea "charm.land/bubbletea/v2"
	"github.com/google/uuid"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
)

// newQueue is view 5: what was agreed to and is not a job yet.
func newQueue(a *App) *view[outbox.QueueRow] {
	v := &view[outbox.QueueRow]{title: "queue", list: list[outbox.QueueRow]{
		stage: a.stage, rows: &a.store.Queue, extent: a.extent(&a.store.Queue), marks: &marks[outbox.QueueRow]{},
		sorts: []table.Sort{table.SortAge, table.SortStatus, table.SortModel, table.SortName, table.SortLabel, table.SortLength, table.SortCost},
		columns: []column[outbox.QueueRow]{
			{title: "no", width: 4, right: true, drop: 3, sort: table.SortAge, cell: func(r *outbox.QueueRow) piece { return placeCell(r) }},
			{title: "status", width: 11, sort: table.SortStatus, cell: func(r *outbox.QueueRow) piece { return a.queueStatus(r) }},
			{title: "model", width: 13, drop: 5, sort: table.SortModel, cell: func(r *outbox.QueueRow) piece { return toneMuted.of(text.Of(r.Model)) }},
			{title: "name", width: 12, want: 20, grow: 3, inner: true, sort: table.SortName, cell: func(r *outbox.QueueRow) piece { return toneText.of(r.Name) }},
			{title: "label", width: 8, grow: 1, inner: true, drop: 4, spare: true, when: func() bool { return a.store.Queue.Len() > 0 }, sort: table.SortLabel, cell: func(r *outbox.QueueRow) piece { return toneText.of(r.Label) }},
			{title: "length", width: 6, right: true, drop: 7, falls: true, sort: table.SortLength, cell: func(r *outbox.QueueRow) piece { return toneMuted.of(length(r.Length)) }},
			{title: "price", width: 8, right: true, drop: 1, falls: true, sort: table.SortCost, cell: queuePrice},
			{title: "age", width: 4, right: true, drop: 6, sort: table.SortNone, cell: func(r *outbox.QueueRow) piece { return toneMuted.of(age(r.Since, a.now)) }},
			{title: "what", width: 14, want: 18, grow: 2, drop: 2, spare: true, sort: table.SortNone, cell: a.queueWords},
		},
		empty: func() []text.Text {
			return []text.Text{
				"Nothing waits. What you agree to while all slots are taken waits here, and is sent as they come free.",
				a.keyFor(keymap.NewGeneration) + "  make a job",
			}
		},
	}}
	v.pane = a.queuePane
	none := v.none
	waits := func() text.Text {
		switch r := v.selected(); {
		case r == nil:
			return none()
		case r.Place == 0:
			return text.Of("it does not stand in line: it is " + r.State.Word())
		}
		return ""
	}
	ends := func() text.Text {
		if r := v.selected(); r != nil {
			return a.untouchable(r)
		}
		return none()
	}
	jobless := func() text.Text {
		if r := v.selected(); r == nil || r.Job == "" {
			return first(none(), "it is no job yet")
		}
		return ""
	}
	one := func() *outbox.QueueRow { return cmp.Or(v.soleMark(), v.selected()) }
	edit := func() text.Text {
		if n := v.markCount(); n > 1 {
			return text.Sprintf("one is edited at a time, and %d are marked", n)
		}
		return a.uneditable(one())
	}
	copyIDs := func() tea.Cmd {
		var ids []string
		for _, r := range v.chosen() {
			if r.Job != "" {
				ids = append(ids, string(r.Job))
			}
		}
		return a.copyIDs(ids)
	}
	return v.with(append([]action{
		a.does(keymap.Details, func() tea.Cmd { return a.openQueued(v.selected()) }).unless(none).hinted("details"),
		a.does(keymap.MoveUp, func() tea.Cmd { return a.moveQueued(v.chosen(), -1) }).unless(unmarked(v, waits)).hinted("sooner"),
		a.does(keymap.MoveDown, func() tea.Cmd { return a.moveQueued(v.chosen(), 1) }).unless(unmarked(v, waits)).hinted("later"),
		a.does(keymap.PauseItem, func() tea.Cmd { return a.pauseQueued(v.chosen()) }).unless(unmarked(v, waits)).hinted("hold"),
		a.does(keymap.PauseQueue, a.pauseQueue).hinted("hold all"),
		a.does(keymap.Edit, func() tea.Cmd { return a.editQueued(one().ID) }).unless(edit).hinted("edit"),
		a.does(keymap.Drop, func() tea.Cmd { return a.dropQueued(v.chosen()) }).unless(unmarked(v, ends)).hinted("drop"),
		a.does(keymap.Slots, a.askSlots).unless(a.unspendable).hinted("slots"),
		a.does(keymap.CopyID, copyIDs).unless(unmarked(v, jobless)),
		a.does(keymap.Failures, plain(func() { v.query.Failures = !v.query.Failures; v.refresh() })),
	}, v.following(v.marking())...)...)
}

// unmarked is a reason that holds for the row under the cursor alone: what is
// marked is judged one by one.
func unmarked(v *view[outbox.QueueRow], why func() text.Text) func() text.Text {
	return func() text.Text {
		if v.markCount() > 0 {
			return ""
		}
		return why()
	}
}

// untouchable says why nothing can be done to a row just now.
func (a *App) untouchable(r *outbox.QueueRow) text.Text {
	switch {
	case r.State == outbox.QueueSending:
		return "it is on its way: wait for the answer"
	case a.outbox.AnswerUnsaved(r.ID):
		return "its answer is not saved yet: wait until it is"
	}
	return ""
}

// uneditable says why a row can't be taken back into the form.
func (a *App) uneditable(r *outbox.QueueRow) text.Text {
	switch {
	case r == nil:
		return "there is nothing here to do that with"
	case a.untouchable(r) != "":
		return a.untouchable(r)
	case !a.draft.Empty():
		return "something else stands unsent in the form: send it, or empty the form, first (" + a.keyFor(keymap.NewGeneration) + ")"
	case r.State == outbox.QueueDoubt:
		return "it may have been accepted, so it can't be changed any more; " + a.keyFor(keymap.Details) + " shows what can be done"
	}
	return a.unspendable()
}

func placeCell(r *outbox.QueueRow) piece {
	if r.Place == 0 {
		return toneMuted.of(none)
	}
	return toneText.of(text.Sprint(r.Place))
}

// queueStatus says where a submission stands by glyph, word and colour.
func (a *App) queueStatus(r *outbox.QueueRow) piece {
	g, n := a.theme.glyphs, toneText
	glyph := g.pending
	switch r.State {
	case outbox.QueueUnsaved:
		glyph, n = g.alert, toneBad
	case outbox.QueueDoubt:
		glyph, n = g.alert, toneWarn
	case outbox.QueueRefused:
		glyph, n = g.failed, toneBad
	case outbox.QueueExpired, outbox.QueueReprice, outbox.QueueUnpriced:
		glyph, n = g.alert, toneWarn
	case outbox.QueueSending:
		glyph, n = g.running, toneRunning
	case outbox.QueueHeld:
		glyph, n = g.dot, toneMuted
	case outbox.QueueWaiting:
		n = tonePending
	}
	return n.of(glyph + " " + text.Of(r.State.Word()))
}

func queuePrice(r *outbox.QueueRow) piece {
	if r.Priced == outbox.CostUnknown {
		return toneMuted.of(none)
	}
	return amountTone(r.Priced).of(rounded(r.Cost, r.Priced))
}

// exactPrice is a row's price with all its decimals.
func exactPrice(r *outbox.QueueRow) text.Text {
	if r.Priced == outbox.CostUnknown {
		return none
	}
	return exactly(r.Cost, r.Priced)
}

// queueWords says in a few words what a row waits for.
func (a *App) queueWords(r *outbox.QueueRow) piece {
	switch r.State {
	case outbox.QueueDoubt:
		if _, asks := a.outbox.Reconciler.Question(r.ID, a.now); asks {
			return toneWarn.of("maybe charged: you decide")
		}
		return toneWarn.of("maybe charged: being looked for")
	case outbox.QueueReprice:
		if r.Priced == outbox.CostUnknown { // of money, that is
			return toneWarn.of(r.Reason)
		}
		return toneWarn.of("costs more now: agree again")
	case outbox.QueueExpired:
		return toneWarn.of(a.keyFor(keymap.Edit) + " edits it")
	case outbox.QueueSending:
		return toneMuted.of("")
	case outbox.QueueUnsaved, outbox.QueueRefused:
		return toneBad.of(r.Reason)
	case outbox.QueueHeld, outbox.QueueUnpriced:
		return toneWarn.of(r.Reason)
	}
	return a.waitWords(r)
}

// waitWords says why the one that stands in line has not left.
func (a *App) waitWords(r *outbox.QueueRow) piece {
	_, held := a.outbox.Queue.Paused()
	until := a.outbox.Queue.Held(a.now)
	switch {
	case held:
		return toneWarn.of("the queue is held")
	case len(a.outbox.Unsaved()) > 0:
		return toneWarn.of("an answer is not saved yet")
	case !a.outbox.Sender:
		return toneMuted.of(text.Of(a.sender() + " sends"))
	case !until.IsZero() && r.Place == 1:
		return toneMuted.of("tried in " + span(until.Sub(a.now)) + "; " + r.Reason)
	case r.Place > 1:
		return toneMuted.of("")
	}
	return toneMuted.of("next free slot")
}

// queuePane says how the queue as a whole stands, and then what the row is.
func (a *App) queuePane(r *outbox.QueueRow, width int) []styled {
	t := a.theme
	lines := append(append(a.queueLines(width), ""), a.called(r.Name, width)...)
	status := a.queueStatus(r)
	lines = append(lines, "", t.fact("status", status.text, status.tone), t.fact("model", text.Of(r.Model), toneText),
		t.fact("length", length(r.Length), toneText), t.fact("price", exactPrice(r), queuePrice(r).tone))
	lines = append(lines, a.advice(width, "label", r.Label, toneText)...)
	return append(lines, a.advice(width, "because", r.Reason, toneText)...)
}

// queueLines are the state of the whole queue.
func (a *App) queueLines(width int) []styled {
	t := a.theme
	waiting := a.outbox.Queue.Len()
	lines := []styled{t.text(toneTitle, text.Count(waiting, "job waits", "jobs wait"))}
	if end := a.outbox.end; !end.IsZero() {
		lines = append(lines, t.fact("done", "in about "+roughly(end.Sub(a.now))+", at "+endClock(end, a.now), toneText))
	}
	lines = append(lines, a.advice(width, "slots", a.slotWords(), toneText)...)
	if why, held := a.outbox.Queue.Paused(); held {
		lines = append(lines, a.advice(width, "held", text.Of(why+"; ")+a.keyFor(keymap.PauseQueue)+" lets it go on", toneWarn)...)
	}
	if !a.outbox.Sender {
		lines = append(lines, a.advice(width, "sent by", text.Of(a.sender()), toneText)...)
	}
	return lines
}

// openQueued shows what stands behind a row: the dialog for a price that went
// up, what is known of a doubt, else all about the request.
func (a *App) openQueued(r *outbox.QueueRow) tea.Cmd {
	sub, ok := a.outbox.Find(r.ID)
	switch {
	case r.State == outbox.QueueUnsaved:
		return a.openUnsaved(r.ID)
	case !ok:
		return nil
	case r.State == outbox.QueueDoubt:
		return a.openDoubt(r.ID)
	case r.State == outbox.QueueReprice && sub.Price.Fresh(time.Now()):
		return a.confirmSpending(&spending{submission: sub})
	case r.State == outbox.QueueReprice:
		return a.wantPrice(r.ID)
	}
	a.push(&pager{stage: a.stage, title: "waiting", content: func(width int) []styled { return a.queuedLines(r.ID, width-2) }})
	return nil
}

// wantPrice asks for the price of what waits for a yes, since the one that it has
// is too old to be agreed to.
func (a *App) wantPrice(id string) tea.Cmd {
	a.busy("its price is too old: asking for it anew" + a.theme.glyphs.more)
	a.outbox.wanted = id
	w, ok := a.session.Reprice(id)
	if !ok {
		return nil // it is being asked for
	}
	return a.do(w)
}

// repricedWaiting asks about a price that somebody waits for, unless they are at work
// elsewhere by now.
func (a *App) repricedWaiting(d *outbox.Done) tea.Cmd {
	if d.Submission.ID != a.outbox.wanted {
		return nil
	}
	a.outbox.wanted = ""
	a.calm()
	switch {
	case d.Err != nil:
		a.complain(d.Submission.Reason)
	case len(a.stack) == 1:
		return a.confirmSpending(&spending{submission: d.Submission})
	}
	return nil
}

// queuedLines tell all about a submission that waits.
func (a *App) queuedLines(id string, width int) []styled {
	sub, ok := a.outbox.Find(id)
	row, listed := a.store.Queue.Find(id)
	if !ok || !listed {
		return []styled{"", "  " + a.theme.text(toneText, "It has left the queue."), "", "  " + a.theme.text(toneKey, a.keyFor(keymap.Back)) + a.theme.text(toneMuted, "  back")}
	}
	t := a.theme
	lines := append([]styled{""}, a.queuePane(&row, width)...)
	lines = append(lines, a.advice(width, "agreed", happened(sub.ConfirmedAt, a.now), toneText)...)
	lines = append(lines, a.advice(width, "known by", text.Of(sub.Price.Basis), toneMuted)...)
	left := text.Text("estimated again before it is sent")
	if sub.Price.Fresh(a.now) {
		left = "holds for " + span(outbox.PriceValid-a.now.Sub(sub.Price.At))
	}
	lines = append(lines, t.fact("price", left, toneMuted), "", t.text(toneTitle, "Request"))
	return indented(append(lines, a.rawLines(api.JSON(sub.Body), width)...))
}

// moveQueued changes the order, here at once and in the journal.
func (a *App) moveQueued(rows []*outbox.QueueRow, by int) tea.Cmd {
	ids := inLine(rows)
	if len(ids) == 0 {
		a.warn("none of them stands in line")
	}
	return a.do(a.session.Move(by, ids...)...)
}

// inLine are the ids of the rows that wait for their turn.
func inLine(rows []*outbox.QueueRow) (ids []string) {
	for _, r := range rows {
		if r.Place > 0 {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// pauseQueued holds rows back, or lets them go on if all of them are held.
func (a *App) pauseQueued(rows []*outbox.QueueRow) tea.Cmd {
	ids, pause := inLine(rows), false
	for _, id := range ids {
		item, _ := a.outbox.Queue.Item(id)
		pause = pause || !item.Paused
	}
	if len(ids) == 0 {
		a.warn("none of them stands in line")
		return nil
	}
	words := "held back: " + text.Count(len(ids), "job", "jobs")
	if !pause {
		words = "may be sent: " + text.Count(len(ids), "job", "jobs")
	}
	return a.do(a.session.PauseItems(ids, pause, string(words)))
}

// pauseQueue holds the whole queue, or lets it go on; the next start finds it
// as it was left.
func (a *App) pauseQueue() tea.Cmd {
	if a.session.Journal == nil {
		return a.afterOpening(a.pauseQueue)
	}
	_, held := a.outbox.Queue.Paused()
	words := "the queue goes on"
	if !held {
		words = "the queue is held; " + string(a.keyFor(keymap.PauseQueue)) + " lets it go on"
	}
	return a.do(a.session.PauseQueue(!held, words))
}

// editQueued takes a submission back into the form, which voids its price.
func (a *App) editQueued(id string) tea.Cmd {
	sub, ok := a.outbox.Find(id)
	if !ok {
		return nil
	}
	if sub.Kind == outbox.SubmitBatch {
		a.warn("a batch is edited in its file")
		return nil
	}
	draft := sub.Draft.Clone()
	draft.From = "from the queue: its price is void"
	ownDraft(&draft)
	a.draft = draft
	f := a.generationForm(draft)
	a.push(f)
	return tea.Batch(a.takeOut(&sub, f), f.look())
}

// takeOut takes a submission out of the queue that was not sent, and stays a
// draft or refused in the journal. What the form shows of it is kept together
// with that, unless the form is aside.
func (a *App) takeOut(sub *outbox.Submission, f *generationForm) tea.Cmd {
	var kept *draft.Draft
	if !f.aside {
		d := f.draft.Clone()
		kept = &d
	}
	w, err := a.session.TakeBack(*sub, kept)
	if err != nil {
		a.complain(text.Of(err.Error()))
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

// dropQueued asks whether to give rows up for good.
func (a *App) dropQueued(rows []*outbox.QueueRow) tea.Cmd {
	var ids, doubts []string
	for _, r := range rows {
		switch {
		case a.untouchable(r) != "":
		case r.State == outbox.QueueDoubt:
			doubts = append(doubts, r.ID)
		default:
			ids = append(ids, r.ID)
		}
	}
	switch {
	case len(ids) == 0 && len(doubts) == 1:
		return a.openDoubt(doubts[0])
	case len(ids) == 0:
		a.warn("what is in doubt is dropped one by one: " + a.keyFor(keymap.Details) + " on it")
		return nil
	}
	return a.ask(&confirm{
		title: "Drop " + text.Count(len(ids), "job", "jobs") + "?",
		body: func() []told {
			return sentence("Nothing of it was sent, and nothing is charged. What was typed for it is gone with it: " +
				a.keyFor(keymap.Edit) + " would keep it in the form.")
		},
		yes: "drop", no: "keep",
		answer: func(yes bool) tea.Cmd {
			if !yes {
				return nil
			}
			return a.do(a.session.Drop(ids, func(n int) string { return string("dropped: " + text.Count(n, "job", "jobs")) }))
		},
	})
}

// endClock says to the minute when something should be done, with the day of the
// week when that is not today.
func endClock(end, now time.Time) text.Text {
	end, now = end.Local(), now.Local()
	if end.YearDay() != now.YearDay() || end.Year() != now.Year() {
		return text.Of(end.Format("Mon 15:04"))
	}
	return text.Of(end.Format("15:04"))
}

// queuePiece says in the header how many wait and until when.
func (a *App) queuePiece() (piece, bool) {
	n := a.outbox.Queue.Len()
	if n == 0 {
		return piece{}, false
	}
	words, tone := text.Sprintf("queue %d", n), toneText
	if _, held := a.outbox.Queue.Paused(); held {
		words, tone = words+" held", toneWarn
	} else if end := a.outbox.end; !end.IsZero() {
		words += " ~" + endClock(end, a.now)
	}
	return tone.of(words + "  "), true
}
