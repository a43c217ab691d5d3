package ui

import (
	"cmp"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/outbox"
	"dubtop/state/table"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// newQueue returns the view of confirmed submissions that are not jobs yet.
func newQueue(a *composer) *kit.ListView[outbox.QueueRow] {
	v := &kit.ListView[outbox.QueueRow]{Heading: "queue", List: a.queueList(), Pane: a.queuePane, Above: a.setLines}
	none := v.None
	waits := func() text.Text {
		switch r := v.Selected(); {
		case r == nil:
			return none()
		case r.Place == 0:
			return text.Of("it is not waiting in line: it is " + r.State.Word())
		}
		return ""
	}
	ends := func() text.Text {
		if r := v.Selected(); r != nil {
			return a.untouchable(r)
		}
		return none()
	}
	jobless := func() text.Text {
		if r := v.Selected(); r == nil || r.Job == "" {
			return cmp.Or(none(), "this is not a job yet")
		}
		return ""
	}
	one := func() *outbox.QueueRow { return cmp.Or(v.SoleMark(), v.Selected()) }
	edit := func() text.Text {
		if n := v.MarkCount(); n > 1 {
			return text.Sprintf("only one can be edited at a time; %d are marked", n)
		}
		return a.uneditable(one())
	}
	return v.With(append([]kit.Action{
		a.Does(keymap.Details, func() tea.Cmd { return a.openQueued(v.Selected()) }).Unless(none).Hinted("details"),
		a.Does(keymap.MoveUp, func() tea.Cmd { return a.moveQueued(v.Chosen(), -1) }).Unless(unmarked(v, waits)).Hinted("sooner"),
		a.Does(keymap.MoveDown, func() tea.Cmd { return a.moveQueued(v.Chosen(), 1) }).Unless(unmarked(v, waits)).Hinted("later"),
		a.Does(keymap.PauseItem, func() tea.Cmd { return a.pauseQueued(v.Chosen()) }).Unless(unmarked(v, waits)).Hinted("pause"),
		a.Does(keymap.PauseQueue, a.pauseQueue).Hinted("pause all"),
		a.Does(keymap.Edit, func() tea.Cmd { return a.editQueued(one().ID) }).Unless(edit).Hinted("edit"),
		a.Does(keymap.Drop, func() tea.Cmd { return a.dropQueued(v.Chosen()) }).Unless(unmarked(v, ends)).Hinted("drop"),
		exporting(a.desk, &v.List, "queue", exportedQueue()),
		a.Does(keymap.Slots, a.askSlots).Unless(a.unspendable).Hinted("slots"),
		a.watchAction(func() (rows []watchee) {
			for _, r := range v.Chosen() {
				rows = append(rows, watchee{named{r.ID, r.Name}, r.State == outbox.QueueRefused})
			}
			return rows
		}, none),
		a.planning(idOf(one)),
		a.Does(keymap.CopyID, func() tea.Cmd { return a.copyIDs(jobsOf(v.Chosen())) }).Unless(unmarked(v, jobless)),
		a.Does(keymap.Failures, kit.Plain(v.OnlyFailures)),
	}, v.Marking()...)...)
}

// jobsOf returns the ids of the jobs that rows became.
func jobsOf(rows []*outbox.QueueRow) (ids []string) {
	for _, r := range rows {
		if r.Job != "" {
			ids = append(ids, string(r.Job))
		}
	}
	return ids
}

// queueList returns the list of the queue.
func (a *composer) queueList() kit.List[outbox.QueueRow] {
	return kit.List[outbox.QueueRow]{
		Stage: a.Stage, Rows: &a.store.Queue, Extent: a.extent(&a.store.Queue), Marks: &kit.Marks[outbox.QueueRow]{},
		Sorts: []table.Sort{table.SortAge, table.SortStatus, table.SortModel, table.SortName, table.SortLabel, table.SortSet, table.SortLang, table.SortLength, table.SortCost},
		Columns: []kit.Column[outbox.QueueRow]{
			{Title: "no", Width: 4, Right: true, Drop: 3, Sort: table.SortAge, Cell: func(r *outbox.QueueRow) paint.Piece { return placeCell(r) }},
			{Title: "status", Width: 11, Sort: table.SortStatus, Cell: func(r *outbox.QueueRow) paint.Piece { return a.watchSign(r.ID, a.queueStatus(r)) }},
			{Title: "model", Width: 13, Drop: 5, Sort: table.SortModel, Cell: func(r *outbox.QueueRow) paint.Piece { return paint.Muted.Of(text.Of(r.Model)) }},
			{Title: "name", Width: 12, Want: 20, Grow: 3, Inner: true, Sort: table.SortName, Cell: func(r *outbox.QueueRow) paint.Piece { return paint.Normal.Of(r.Name) }},
			{Title: "label", Width: 8, Grow: 1, Inner: true, Drop: 4, Spare: true, When: func() bool { return a.store.Queue.Len() > 0 }, Sort: table.SortLabel, Cell: func(r *outbox.QueueRow) paint.Piece { return paint.Normal.Of(r.Label) }},
			{Title: "set", Width: 8, Grow: 1, Inner: true, Drop: 8, Spare: true, When: a.store.Sets.Any, Sort: table.SortSet, Cell: func(r *outbox.QueueRow) paint.Piece { return paint.Muted.Of(r.Set) }},
			{Title: "lang", Width: 5, Drop: 9, Spare: true, When: a.store.Sets.Any, Sort: table.SortLang, Cell: func(r *outbox.QueueRow) paint.Piece { return paint.Muted.Of(r.Lang) }},
			{Title: "length", Width: 6, Right: true, Drop: 7, Falls: true, Sort: table.SortLength, Cell: func(r *outbox.QueueRow) paint.Piece { return paint.Muted.Of(length(r.Length)) }},
			{Title: "price", Width: 8, Right: true, Drop: 1, Falls: true, Sort: table.SortCost, Cell: queuePrice},
			{Title: "age", Width: 4, Right: true, Drop: 6, Sort: table.SortNone, Cell: func(r *outbox.QueueRow) paint.Piece { return paint.Muted.Of(age(r.Since, a.Aged)) }},
			{Title: "details", Width: 14, Want: 18, Grow: 2, Drop: 2, Spare: true, Sort: table.SortNone, Cell: a.queueWords},
		},
		Empty: func() []text.Text {
			return []text.Text{
				"The queue is empty. Jobs you confirm while all slots are taken wait here and are sent as slots become free.",
				a.KeyFor(keymap.NewGeneration) + "  create a job",
			}
		},
	}
}

// unmarked limits a check to the row under the cursor; marked rows are checked
// one by one when the action runs.
func unmarked(v *kit.ListView[outbox.QueueRow], why func() text.Text) func() text.Text {
	return func() text.Text {
		if v.MarkCount() > 0 {
			return ""
		}
		return why()
	}
}

// untouchable returns why nothing can be done to a row now, or "".
func (a *composer) untouchable(r *outbox.QueueRow) text.Text {
	switch {
	case r.State == outbox.QueueSending:
		return "it is being sent: wait for the answer"
	case a.outbox.AnswerUnsaved(r.ID):
		return "its answer is not saved yet: wait until it is"
	}
	return ""
}

// uneditable returns why a row cannot be edited in the form, or "".
func (a *composer) uneditable(r *outbox.QueueRow) text.Text {
	switch {
	case r == nil:
		return "there is no row to act on"
	case a.untouchable(r) != "":
		return a.untouchable(r)
	case !a.draft.Empty():
		return "the form holds another unsent job: send it or clear the form first (" + a.KeyFor(keymap.NewGeneration) + ")"
	case r.State == outbox.QueueUnknown:
		return "it may have been accepted, so it can't be edited; " + a.KeyFor(keymap.Details) + " shows your options"
	}
	return a.unspendable()
}

// queuePane describes the queue as a whole, and then the row.
func (a *composer) queuePane(r *outbox.QueueRow, width int) []paint.Styled {
	t := a.Theme
	lines := append(append(a.queueLines(width), ""), a.called(r.Name, width)...)
	status := a.queueStatus(r)
	lines = append(lines, "", t.Fact("status", status.Text, status.Tone), t.Fact("model", text.Of(r.Model), paint.Normal),
		t.Fact("length", length(r.Length), paint.Normal), t.Fact("price", exactPrice(r), queuePrice(r).Tone))
	lines = append(lines, a.advice(width, "label", r.Label, paint.Normal)...)
	lines = append(lines, a.setFacts(r.ID, width)...)
	if r.State == outbox.QueueUploading {
		lines = append(lines, a.advice(width, "upload", a.uploadingWords(r).Text, paint.Running)...)
	}
	return append(lines, a.advice(width, "because", r.Reason+a.retryWords(r), paint.Normal)...)
}

// queueLines describes the state of the whole queue.
func (a *composer) queueLines(width int) []paint.Styled {
	t := a.Theme
	waiting := a.outbox.Queue.Len()
	title := text.Count(waiting, "job waits", "jobs wait")
	if held := a.heldWords(); held != "" {
		title += ": " + held
	}
	lines := []paint.Styled{t.Text(paint.Title, title)}
	why, paused := a.outbox.Queue.Paused()
	if end := a.outbox.end; !end.IsZero() && !paused {
		lines = append(lines, t.Fact("done", "in about "+roughly(end.Sub(a.Now))+", at "+endClock(end, a.Now), paint.Normal))
	}
	lines = append(lines, a.advice(width, "slots", a.slotWords(), paint.Normal)...)
	if words := a.opensWords(); words != "" {
		lines = append(lines, a.advice(width, "begins", words+"; "+a.KeyFor(keymap.PauseQueue)+" begins now", paint.Normal)...)
	}
	if a.outbox.Queue.Sharing.Fair {
		lines = append(lines, a.advice(width, "turns", "the labels take turns", paint.Muted)...)
	}
	if paused {
		resumes := a.KeyFor(keymap.PauseQueue) + " resumes it"
		if a.session.Held() {
			resumes = takesOver
		}
		lines = append(lines, a.advice(width, "paused", text.Of(why+"; ")+resumes, paint.Warn)...)
	}
	if !a.outbox.Sender {
		lines = append(lines, a.advice(width, "sent by", text.Of(a.sender()), paint.Normal)...)
	}
	return lines
}

// openQueued opens the details of a row: the dialog if its price went up, the
// screen for unknown outcomes, or else the request.
func (a *composer) openQueued(r *outbox.QueueRow) tea.Cmd {
	sub, ok := a.outbox.Find(r.ID)
	switch {
	case r.State == outbox.QueueUnsaved:
		return a.openUnsaved(r.ID)
	case !ok:
		return nil
	case r.State == outbox.QueueUnknown:
		return a.openUnknown(r.ID)
	case r.State == outbox.QueueReprice && sub.Price.Fresh(time.Now()):
		return a.confirmSpending(&spending{submission: sub})
	case r.State == outbox.QueueReprice:
		return a.wantPrice(r.ID)
	}
	a.Push(&kit.Pager{Stage: a.Stage, Heading: "waiting", Content: func(width int) []paint.Styled { return a.queuedLines(r.ID, width-2) }})
	return nil
}

// repricedWaiting asks about the new price, unless the user has moved on.
func (a *composer) repricedWaiting(d *outbox.TaskResult) tea.Cmd {
	if d.Submission.ID != a.outbox.wanted {
		return nil
	}
	a.outbox.wanted = ""
	a.Calm()
	switch {
	case d.Err != nil:
		a.Complain(d.Submission.Reason)
	case len(a.Stack) == 1:
		return a.confirmSpending(&spending{submission: d.Submission})
	}
	return nil
}

// queuedLines describes a queued submission in full.
func (a *composer) queuedLines(id string, width int) []paint.Styled {
	sub, ok := a.outbox.Find(id)
	row, listed := a.store.Queue.Find(id)
	if !ok || !listed {
		return []paint.Styled{"", "  " + a.Theme.Text(paint.Normal, "It has left the queue."), "", "  " + a.Theme.Text(paint.Key, a.KeyFor(keymap.Back)) + a.Theme.Text(paint.Muted, "  back")}
	}
	t := a.Theme
	lines := append([]paint.Styled{""}, a.queuePane(&row, width)...)
	lines = append(lines, a.advice(width, "agreed", happened(sub.ConfirmedAt, a.Aged), paint.Normal)...)
	lines = append(lines, a.advice(width, "based on", text.Of(sub.Price.Basis), paint.Muted)...)
	lines = append(lines, a.fileLines(&sub, width)...)
	left := text.Text("estimated again before it is sent")
	if sub.Price.Fresh(a.Now) {
		left = "valid for another " + span(outbox.PriceValid-a.Now.Sub(sub.Price.At))
	}
	lines = append(lines, t.Fact("price", left, paint.Muted), "", t.Text(paint.Title, "Request"))
	return indented(append(lines, a.rawLines(api.JSON(sub.Body), width)...))
}

// queuePiece draws the length of the queue and its expected end, for the
// header.
func (a *composer) queuePiece() (paint.Piece, bool) {
	n := a.outbox.Queue.Len()
	if n == 0 {
		return paint.Piece{}, false
	}
	words := text.Sprintf("queue %d", n)
	if _, paused := a.outbox.Queue.Paused(); paused {
		return paint.Warn.Of(words + " paused  "), true
	}
	if at, _ := a.outbox.Queue.Opens(a.Now); !at.IsZero() {
		words += " from " + endClock(at, a.Now)
	}
	if held := a.heldWords(); held != "" {
		words += " (" + held + ")"
	}
	if end := a.outbox.end; !end.IsZero() {
		words += " ~" + endClock(end, a.Now)
	}
	return paint.Normal.Of(words + "  "), true
}

// opensWords says when the first jobs that wait for a time of day are sent, and how
// many they are; "" if there are none.
func (a *desk) opensWords() text.Text {
	at, n := a.outbox.Queue.Opens(a.Now)
	if at.IsZero() {
		return ""
	}
	return text.Sprintf("at %s with %s", endClock(at, a.Now), text.Count(n, "job", "jobs"))
}

// heldWords says how many of the queued jobs wait for the user, or "".
func (a *desk) heldWords() text.Text {
	switch idle := a.outbox.Queue.Idle(); {
	case idle.Paused > 0 && idle.Others > 0:
		return text.Sprintf("%d paused, %d need you", idle.Paused, idle.Others)
	case idle.Paused > 0:
		return text.Sprintf("%d paused", idle.Paused)
	case idle.Others > 0:
		return text.Sprintf("%d need you", idle.Others)
	}
	return ""
}
