package ui

import (
	"cmp"
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/journal"
)

// The outbox decides what leaves, and when; here its tasks are carried out and
// what came of them is shown. Several windows may be open on one journal: one
// of them sends, and all of them show the same.

// senderEvery is how often a window that does not send asks whether it may.
const senderEvery = 2 * time.Second

// outboxState is what the screens know of the outbox beside what it holds.
type outboxState struct {
	state.Outbox
	holder   journal.Holder       // who sends, when it is not this window
	asked    time.Time            // when that was last asked
	asking   bool                 // it is being asked
	revision int64                // of the journal, as last read
	reading  bool                 // it is being read
	told     bool                 // that it can't be read
	stale    bool                 // it is to be read whatever its revision
	attended map[string]*spending // what the user has just said yes to, by id
	end      time.Time            // when the last one should be done
	pilots   map[string]*pilot    // by submission
	ordering bool                 // the order is being written down
	moved    bool                 // since
	wanted   string               // what somebody waits to see the new price of
	kept     state.Slots          // what the journal was told of them last

	drawn uint64                           // the clock when the rows were last made
	shown map[string]state.SubmissionState // intents that have a row among the jobs or batches
}

func (o *outboxState) attend(s *spending) {
	if o.attended == nil {
		o.attended = make(map[string]*spending)
	}
	o.attended[s.submission.ID] = s
}

// newOutbox makes the outbox of another account.
func (a *App) newOutbox() (o outboxState) {
	store := a.store
	o.Queue.Reserve, o.Slots.Configured = a.cfg.Reserve, a.cfg.Slots
	o.Reconciler.AssetMade = func(id api.ID) (time.Time, bool) {
		x, ok := store.Assets.Find(string(id))
		return x.Created, ok
	}
	return o
}

// desk is where this session's work is carried out.
func (a *App) desk() account.Desk {
	return account.Desk{Client: a.session.Client, Journal: a.session.Journal, Home: a.cfg.Home}
}

// enqueue puts confirmed submissions into the queue, in order: first into the
// journal, then they leave as slots come free. With a pilot all but the first
// are held back until the user lets them go on.
func (a *App) enqueue(subs []state.Submission, pilot bool) tea.Cmd {
	a.outbox.Begin(idsOf(subs)...)
	s, j := a.session, a.session.Journal
	return func() tea.Msg {
		held := func(i int) bool { return pilot && i > 0 }
		return enqueuedMsg{s, subs, pilot, j.EnqueueAll(context.Background(), subs, held, time.Now())}
	}
}

func idsOf(subs []state.Submission) []string {
	ids := make([]string, len(subs))
	for i := range subs {
		ids[i] = subs[i].ID
	}
	return ids
}

// enqueuedMsg says that the journal has the submissions, or why it has none of
// them.
type enqueuedMsg struct {
	session *Session
	subs    []state.Submission
	pilot   bool
	err     error
}

func (m enqueuedMsg) land(a *App) tea.Cmd {
	if m.session != a.session {
		return nil
	}
	a.outbox.End(idsOf(m.subs)...)
	if m.err != nil {
		return a.unqueued(m)
	}
	a.leaveGroup(m.subs[0].ID)
	for i := range m.subs {
		a.outbox.Put(m.subs[i], m.pilot && i > 0)
	}
	if why, held := a.outbox.Queue.Paused(); held && why != byYou {
		a.outbox.Queue.Resume() // a new yes means that it may be tried again
	}
	a.calm()
	if m.pilot && len(m.subs) > 1 {
		a.outbox.awaitPilot(m.subs[0].ID, m.subs[0].Name, len(m.subs)-1)
	}
	if len(m.subs) > 1 {
		a.say(a.groupWords(len(m.subs), m.pilot))
	}
	cmd := a.runOutbox()
	if len(m.subs) == 1 {
		a.tellPlace(&m.subs[0])
	}
	return cmd
}

func (a *App) groupWords(n int, pilot bool) text.Text {
	key := a.keyFor(keymap.View5)
	if pilot {
		return text.Sprintf("the pilot goes first; %d more are held back in the queue (%s) until you let them go on", n-1, key)
	}
	return text.Sprintf("%d jobs are in the queue (%s)", n, key)
}

// tellPlace says where a submission stands that could not leave at once.
func (a *App) tellPlace(sub *state.Submission) {
	row, ok := a.store.Queue.Find(sub.ID)
	switch {
	case !ok:
	case row.State == state.QueueSending:
		a.busy("sending" + a.theme.glyphs.more)
	case !a.outbox.Sender:
		a.say(text.Of("it waits in the queue; " + a.outbox.holder.String() + " sends from it"))
	case row.Place > 0:
		a.say(text.Sprintf("number %d in the queue (%s): %s", row.Place, a.keyFor(keymap.View5), a.waitWords(&row).text))
	}
}

// unqueued brings back what could not be written down. Nothing was sent.
func (a *App) unqueued(m enqueuedMsg) tea.Cmd {
	words := "Not sent, nothing was charged: " + errorText(m.err)
	a.calm()
	s := a.outbox.attended[m.subs[0].ID]
	delete(a.outbox.attended, m.subs[0].ID)
	switch {
	case s != nil && s.form != nil && (errors.Is(m.err, journal.ErrSameDraft) || errors.Is(m.err, journal.ErrDraftChanged)):
		return a.staleForm(s.form, words)
	case errors.Is(m.err, journal.ErrTaken), errors.Is(m.err, journal.ErrBackwards):
		a.outbox.stale = true
		a.complain("another window was faster: the list shows what became of it")
	case s != nil && s.group != nil:
		s.group.trouble = words
		a.complain(words)
		a.bring(s.group)
	case s != nil:
		return a.giveBack(s, &s.submission, words)
	default:
		a.complain(words)
	}
	return nil
}

// runOutbox has everything done that is due, and shows how things stand.
func (a *App) runOutbox() tea.Cmd {
	if a.session == nil || a.session.Journal == nil {
		return nil
	}
	tasks := a.outbox.Notes(time.Now())
	// Before the first answer nobody knows which slots are free, and after a sleep
	// nobody knows that the prices are old, before the next beat.
	now := time.Now()
	a.outbox.Slots.Tell(a.session.Client.Usage().Slots, now)
	if a.store.Generations.Known() && now.Sub(a.now) <= account.SleepGap {
		full := a.outbox.Occupancy(a.store, a.poller.Blind(a.now))
		tasks = append(tasks, a.outbox.Due(now, full)...)
	}
	var cmds []tea.Cmd
	for _, t := range tasks {
		cmds = append(cmds, a.carryOut(t))
	}
	a.showOutbox()
	return tea.Batch(append(cmds, a.keepSlots())...)
}

// carryOut begins a task.
func (a *App) carryOut(t state.Task) tea.Cmd {
	switch t.Kind {
	case state.TaskAsk:
		a.warn(t.Submission.Name + ": only you can tell what became of it. " + a.keyFor(keymap.View5) + " and enter show what was found")
		return nil
	case state.TaskSend, state.TaskResend:
		a.sending[t.Submission.ID] = t.Submission
	}
	s, desk := a.session, a.desk()
	return func() tea.Msg { return doneMsg{s, desk.Do(context.Background(), t)} }
}

// doneMsg is what came of a task; the journal holds it already.
type doneMsg struct {
	session *Session
	done    state.Done
}

func (m doneMsg) land(a *App) tea.Cmd {
	if m.session != a.session {
		return nil
	}
	d := m.done
	a.outbox.Landed(d, time.Now())
	if d.Elsewhere || d.Unrecorded != nil {
		a.outbox.stale = true
	}
	cmd := a.landTask(d)
	if d.Unrecorded != nil && d.Kind != state.TaskNote {
		a.outbox.told = true
		if a.outbox.AnswerUnsaved(d.Submission.ID) {
			a.tellUnsaved(d)
		} else {
			a.complain("not written down: " + errorText(d.Unrecorded))
		}
	}
	return tea.Batch(cmd, a.runOutbox())
}

// landTask shows what came of a task.
func (a *App) landTask(d state.Done) tea.Cmd {
	switch d.Kind {
	case state.TaskSend, state.TaskResend:
		return a.landSending(d)
	case state.TaskLink:
		return a.landChoice(d)
	case state.TaskNote:
		if d.Unrecorded == nil {
			a.tellSaved(&d.Submission)
		}
	case state.TaskPrice:
		switch d.Submission.State {
		case state.SubmissionUnknown:
			return a.landReprice(d)
		case state.SubmissionEstimated:
			return a.landWanted(d)
		}
	}
	return nil
}

// showOutbox brings the rows up to date: the queue's own, and those that stand
// among the jobs for what is on its way or in doubt.
func (a *App) showOutbox() {
	o := &a.outbox
	if o.drawn != o.Clock() {
		o.drawn = o.Clock()
		a.store.Queue.Replace(o.Rows(), a.now)
		a.showIntents()
	}
	o.end = a.queueEnd()
}

func (a *App) showIntents() {
	shown := make(map[string]state.SubmissionState)
	for _, sub := range a.outbox.AtStake() {
		if sub.State == state.SubmissionDropped {
			continue
		}
		shown[sub.ID] = sub.State
		if a.outbox.shown[sub.ID] != sub.State {
			a.intend(&sub)
		}
	}
	for id := range a.outbox.shown {
		if _, still := shown[id]; !still {
			a.store.Generations.Remove(id)
			a.store.Batches.Remove(id)
		}
	}
	a.outbox.shown = shown
	a.yieldIntents()
}

// queueEnd is when the last job of the queue should be done; zero if nothing in
// it is to be sent.
func (a *App) queueEnd() time.Time {
	if a.outbox.Queue.Len() == 0 {
		return time.Time{}
	}
	var left []time.Duration
	for g := range a.store.Generations.Live() {
		left = append(left, a.store.Forecast.Expect(g, a.now).Left)
	}
	slots, _ := a.outbox.Slots.Known(a.now)
	end := a.outbox.Queue.Finish(a.now, left, cmp.Or(slots, a.outbox.Slots.Reached()), &a.store.Forecast)
	if !end.After(a.now) {
		return time.Time{} // all are held
	}
	return end
}

// tendOutbox is called with every beat: it asks who sends, reads what other
// windows did, and has done what is due.
func (a *App) tendOutbox() tea.Cmd {
	if a.session == nil || a.session.Journal == nil {
		return nil
	}
	a.tellPilots()
	a.tellExpired()
	return tea.Batch(a.askSender(), a.readOutbox(), a.runOutbox())
}

// tellExpired tells what is not sent any more because a link of it has ended.
// Before the first answer nobody knows how the server's clock differs.
func (a *App) tellExpired() {
	if !a.store.Generations.Known() {
		return
	}
	switch news := a.outbox.Expire(a.now); len(news) {
	case 0:
	case 1:
		a.warn(news[0].Name + " is not sent: " + text.Of(news[0].Expired(a.outbox.ServerTime(a.now)).Error()) + " (" + a.keyFor(keymap.View5) + ", " + a.keyFor(keymap.Edit) + ")")
	default:
		a.warn(text.Sprintf("%d jobs are not sent: their signed links have expired (%s)", len(news), a.keyFor(keymap.View5)))
	}
}

// askSender asks whether this window may send, until it may.
func (a *App) askSender() tea.Cmd {
	o := &a.outbox
	if o.Sender || o.asking || a.session.JournalErr != nil || a.now.Sub(o.asked) < senderEvery {
		return nil
	}
	o.asking, o.asked = true, a.now
	s := a.session
	return func() tea.Msg {
		mine, holder, err := s.Journal.Sender(time.Now())
		if err == nil && mine {
			_, err = s.Journal.Recover(context.Background(), time.Now()) // what the one before left on its way
		}
		return senderMsg{s, mine, holder, err}
	}
}

// senderMsg says who sends from the queue.
type senderMsg struct {
	session *Session
	mine    bool
	holder  journal.Holder
	err     error
}

func (m senderMsg) land(a *App) tea.Cmd {
	if m.session != a.session {
		return nil
	}
	o := &a.outbox
	o.asking = false
	if m.err != nil {
		return nil // asked again soon; a journal that can't be written is told elsewhere
	}
	o.holder = m.holder
	if m.mine {
		o.Sender, o.stale = true, true // once it is read, it may leave
		if o.revision != 0 {
			a.say("this window sends from the queue now")
		}
	}
	return a.readOutbox()
}

// readOutbox reads what the journal holds if something may have changed it
// beside this window.
func (a *App) readOutbox() tea.Cmd {
	o := &a.outbox
	if o.reading || a.session.Journal.Path() == "" && !o.stale {
		return nil // nobody else has a journal that is in memory
	}
	s, known, begun := a.session, o.revision, o.Clock()
	if o.stale {
		known = -1
	}
	// What goes stale while it is read wants another look.
	o.reading, o.stale = true, false
	foreign := o.SendingElsewhere()
	return func() tea.Msg { return readOutbox(s, known, begun, foreign) }
}

// outboxMsg is what the journal holds of the outbox.
type outboxMsg struct {
	session  *Session
	snapshot state.Snapshot
	revision int64
	drafts   int64 // changes of drafts
	news     bool
	held     bool
	slots    int // as the user set them
	err      error
}

func readOutbox(s *Session, known int64, begun uint64, foreign bool) outboxMsg {
	ctx, m := context.Background(), outboxMsg{session: s}
	if foreign && s.JournalErr == nil {
		_, m.err = s.Journal.Recover(ctx, time.Now()) // the other window may be gone
	}
	var err error
	if m.revision, m.drafts, err = s.Journal.Revisions(ctx); err != nil || m.revision == known {
		m.err = errors.Join(m.err, err)
		return m
	}
	m.snapshot, err = account.Snapshot(ctx, s.Journal, begun)
	held, unread := s.Journal.QueueHeld(ctx)
	slots, untold := s.Journal.Slots(ctx)
	m.news, m.held, m.slots, m.err = true, held, slots, errors.Join(m.err, err, unread, untold)
	return m
}

func (m outboxMsg) land(a *App) tea.Cmd {
	if m.session != a.session {
		return nil
	}
	o := &a.outbox
	o.reading = false
	o.stale = o.stale || m.err != nil
	switch {
	case m.err != nil && !o.told:
		o.told = true
		a.complain("the queue could not be read from the journal: " + errorText(m.err))
		return nil
	case m.err != nil:
		return nil
	case !m.news:
		return a.heedDrafts(m.drafts)
	}
	o.told = false
	var books tea.Cmd
	for job := range m.snapshot.Claims {
		if !o.Ours(job) { // another window has made it, and booked it
			a.poller.Refresh(a.now)
			books = a.openBooks()
			break
		}
	}
	a.loadOutbox(m)
	return tea.Batch(books, a.poll(), a.runOutbox(), a.heedDrafts(m.drafts))
}

// loadOutbox takes in what the journal holds.
func (a *App) loadOutbox(m outboxMsg) {
	o := &a.outbox
	o.revision = m.revision
	o.Load(m.snapshot)
	if m.slots != o.Slots.Set && !o.Ahead(state.TheSlots, m.snapshot.Begun) {
		o.Slots.Choose(m.slots)
	}
	why, held := o.Queue.Paused()
	switch {
	case o.Ahead(state.TheHold, m.snapshot.Begun): // it is being changed
	case m.held && !held:
		o.Queue.Pause(byYou)
	case !m.held && held && why == byYou:
		o.Queue.Resume()
	}
}

// byYou is why the queue is held when the user held it.
const byYou = "held by you"

// keepSlots keeps what was learned of how many jobs run at once, for the next
// start, too.
func (a *App) keepSlots() tea.Cmd {
	o := &a.outbox
	if o.Slots.Told == o.kept.Told && o.Slots.Tried == o.kept.Tried || a.session.JournalErr != nil {
		return nil
	}
	o.kept = o.Slots
	j, slots := a.session.Journal, o.Slots
	return func() tea.Msg {
		_ = account.KeepSlots(context.Background(), j, slots) // else it is learned again
		return nil
	}
}
