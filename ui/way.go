package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/inputs"
	"dubtop/state/outbox"
	"dubtop/ui/paint"
)

// way is how a group goes out: as a set of some name, and one by one through the
// queue, with a pilot first, or as batches.
type way struct {
	desk   *desk
	set    groupSet
	pilot  bool // through the queue: the first is sent, the others wait
	batch  bool // as batches
	chosen bool // by the user
	reason text.Text
	end    time.Time // when the queue would be done with the group
	endOf  int       // number of jobs that end is about
}

// groupSet is the set that the jobs of a group belong to: a new one, or that of
// jobs which are run again.
type groupSet struct {
	name   string
	source string // the file or folder it is made from, or ""
	again  bool
}

// newSet returns a new set with a free name like the one wanted.
func (a *desk) newSet(name, source string) groupSet {
	return groupSet{name: outbox.FreeSetName(name, a.store.Sets.Has), source: source}
}

// setOf names a set by the sources it was read from.
func (a *desk) setOf(s inputs.JobSources) groupSet { return a.newSet(s.SetName()) }

// batchTime is how long the vendor may take for a batch.
// https://sync.so/docs/api-reference/guides/batch-processing
const batchTime = 24 * time.Hour

// batchLaws says what a batch means, in few words.
const batchLaws = "up to 24 h, can't be stopped, all at once"

// batchless returns why the group can't go as batches, or "".
func (w *way) batchless(subs []outbox.Submission) text.Text {
	files, long := 0, 0
	var labels, projects []string
	for i := range subs {
		labels, projects = append(labels, subs[i].Draft.Label), append(projects, subs[i].Draft.ProjectID)
		if subs[i].HasLocal() {
			files++
		}
		if subs[i].Price.Seconds > api.BatchMaxSeconds {
			long++
		}
	}
	slots := &w.desk.outbox.Slots
	switch {
	case len(subs) < api.BatchMinLines:
		return text.Sprintf("a batch takes at least %d jobs", api.BatchMinLines)
	case w.desk.noBatches != "":
		return w.desk.noBatches
	case slots.Configured == 0 && api.NoBatches(slots.OfPlan(w.desk.Now)):
		return "this plan has none: Scale and Enterprise have"
	case w.desk.cfg.Guard.Divides(labels, projects) != "":
		return w.desk.cfg.Guard.Divides(labels, projects)
	case files > 0 && w.desk.uploads() != api.Supported:
		return text.Count(files, "job uses a file", "jobs use files") + " of this machine, which a batch can name only where the server takes uploads"
	case long > 0:
		return text.Count(long, "job is", "jobs are") + text.Sprintf(" longer than %d s", api.BatchMaxSeconds)
	}
	return ""
}

// begin chooses the first way for jobs that are run again. As many as a set go as
// one: a pilot first, unless their set has had one.
func (w *way) begin(jobs int) {
	if !w.chosen && jobs >= api.BatchMinLines {
		w.pilot = !w.piloted()
	}
}

// next goes on to the next way to send the group: a pilot first, all at once,
// or as batches.
func (w *way) next(subs []outbox.Submission) {
	w.chosen = true
	switch {
	case w.batch:
		w.batch, w.pilot = false, true
	case w.pilot || w.batchless(subs) != "":
		w.pilot = !w.pilot
	default:
		w.batch = true
	}
}

// recommend chooses the way for a group that was just priced: batches only where
// the queue would take longer, and a set from the same source has shown that the
// jobs come out well.
func (w *way) recommend(subs []outbox.Submission) {
	if w.chosen || w.batchless(subs) != "" {
		return
	}
	end := w.queueEnd(subs)
	if w.batch = end.Sub(w.desk.Now) > batchTime && w.piloted(); w.batch {
		w.pilot = false
		w.reason = "the queue would take until " + endClock(end, w.desk.Now)
	}
}

// piloted reports whether a job of the same source or set has been completed.
func (w *way) piloted() bool {
	for _, c := range w.desk.store.CountSets(time.Time{}) {
		same := w.set.again && c.Name == w.set.name || w.set.source != "" && c.Source == w.set.source
		if same && c.Done > 0 {
			return true
		}
	}
	return false
}

// queueEnd forecasts when the queue would be done with the group, if it was sent
// all at once.
func (w *way) queueEnd(subs []outbox.Submission) time.Time {
	if w.endOf == len(subs) {
		return w.end
	}
	a := w.desk
	slots, _ := a.outbox.Slots.Known(a.Now)
	var behind outbox.Queue
	for i := range subs {
		sub := subs[i]
		sub.State = outbox.SubmissionConfirmed
		behind.Put(sub, false)
	}
	var busy []time.Duration
	if before := a.outbox.end.Sub(a.Now); before > 0 {
		for range max(1, slots) {
			busy = append(busy, before)
		}
	}
	behind.Reserve = a.outbox.Queue.Reserve
	w.end, w.endOf = behind.Finish(a.Now, busy, max(slots, a.outbox.Slots.Reached()), a.store.Forecast.Fresh), len(subs)
	return w.end
}

// whereLines say where the group goes and why, and what else there is.
func (w *way) whereLines(subs []outbox.Submission, width int) []paint.Styled {
	if len(subs) < api.BatchMinLines {
		return nil
	}
	a, why, end := w.desk, w.batchless(subs), w.queueEnd(subs)
	queue := text.Text("the queue")
	if end.After(a.Now) {
		queue += ", done about " + endClock(end, a.Now)
	}
	var words, other text.Text
	switch {
	case w.batch:
		words, other = text.Of("the Batch API: "+batchLaws), "or "+queue
		if w.reason != "" {
			other = w.reason
		}
	case why != "":
		words, other = queue, "not as a batch: "+why
	default:
		words, other = queue, text.Of("or a batch: "+batchLaws)
	}
	lines := a.advice(width, "where", words, paint.Normal)
	return append(lines, a.advice(width, "", other, paint.Muted)...)
}

// line draws the way and the key that changes it.
func (w *way) line() paint.Styled {
	t := w.desk.Theme
	box := text.Text("[ ]")
	if w.pilot {
		box = "[x]"
	}
	label, words := text.Text("pilot"), box+" send one first, the rest when you resume them  "
	if w.batch {
		label, words = "batch", "[x] send all of them as a batch  "
	}
	return t.Fact(label, words, paint.Normal) + t.Text(paint.Key, w.desk.KeyFor(keymap.Switch))
}

// batchWords says how a group is cut into batches.
func batchWords(subs []outbox.Submission) text.Text {
	check := text.Text("")
	for i := range subs {
		if subs[i].HasLocal() {
			check = " Once its files are there, the server checks it, and it is sent."
		}
	}
	if len(subs) == 1 {
		return text.Of("As one batch: "+batchLaws+".") + check
	}
	var sizes []text.Text
	for i := range subs {
		sizes = append(sizes, text.Sprint(subs[i].BatchLines))
	}
	return text.Sprintf("As %d batches (%s jobs): %s.", len(subs), text.Join(sizes, " + "), batchLaws) + check
}

// batchWaits says why a batch of a set was not accepted. It stays in the queue.
func (a *desk) batchWaits(sub *outbox.Submission, words text.Text, unfit bool) {
	if sub.State == outbox.SubmissionRejected || unfit {
		a.Complain(sub.Name + ": " + words)
		return
	}
	a.Warn(sub.Name + " waits in the queue (" + a.KeyFor(keymap.ViewQueue) + "): " + sub.Reason)
}

// setWords names the set.
func (w *way) setWords() text.Text {
	words := text.Of(w.set.name)
	if w.set.again {
		words += ", again"
	}
	return words
}

// setLine draws the name of the set, and the key that changes it.
func (w *way) setLine() paint.Styled {
	t := w.desk.Theme
	line := t.Fact("set", w.setWords(), paint.Normal)
	if !w.set.again {
		line += "  " + t.Text(paint.Key, w.desk.KeyFor(keymap.Edit))
	}
	return line
}

// unnamable returns why the set can't get another name, or "".
func (w *way) unnamable() text.Text {
	switch {
	case w.set.again:
		return "they stay in their set"
	case w.set.name == "":
		return "the jobs are still being read"
	}
	return ""
}

// rename asks for another name of a new set.
func (w *way) rename() tea.Cmd {
	return w.desk.Prompt("name of the set", w.set.name, outbox.MaxSetName, func(typed text.Text) tea.Cmd {
		if name := outbox.SetName(string(typed)); name != "" && name != w.set.name {
			free := outbox.FreeSetName(name, w.desk.store.Sets.Has)
			if w.set.name = free; free != string(typed) {
				w.desk.Say("the set is called " + text.Of(free))
			}
		}
		return nil
	})
}
