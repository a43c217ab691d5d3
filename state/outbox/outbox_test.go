package outbox

import (
	"errors"
	"slices"
	"testing"
	"time"

	"dubtop/api"
)

// outboxOf returns an outbox that sends, with n queued submissions, priced at
// noon.
func outboxOf(t interface{ Fatal(...any) }, n int) *Outbox {
	o := &Outbox{Sender: true}
	for i := range n {
		o.Put(waiting(t, string(rune('a'+i))), false)
	}
	return o
}

// due returns the tasks of a moment in words.
func (o *Outbox) due(now time.Time, running, slots int) (tasks []Task, words []string) {
	o.Slots.Configured = slots
	tasks = o.Due(now, Occupancy{Running: running, Ours: running})
	for _, task := range tasks {
		words = append(words, string(task.Kind)+" "+task.Submission.ID)
	}
	return tasks, words
}

// rowsOf returns the rows in words.
func (o *Outbox) words() (words []string) {
	for _, r := range o.Rows() {
		words = append(words, r.ID+" "+r.State.Word())
	}
	return words
}

// answer applies the result of sending.
func (o *Outbox) answer(t *testing.T, task Task, outcome api.Outcome, err error, now time.Time) {
	t.Helper()
	d := TaskResult{Task: task, Submission: task.Submission, Err: err}
	var id api.ID
	if outcome == api.Accepted {
		id = api.ID("job-" + task.Submission.ID)
	}
	if err := d.Submission.Answer(outcome, id, "words", now); err != nil {
		t.Fatal(err)
	}
	o.Apply(d, now)
}

func TestOutboxSendsInOrderAndKnowsItsJobs(t *testing.T) {
	o := outboxOf(t, 3)
	tasks, got := o.due(noon, 0, 2)
	want(t, "the first", got, "send a")
	want(t, "rows", o.words(), "a sending", "b waiting", "c waiting")
	if tasks[0].Submission.State != SubmissionSending || !tasks[0].Submission.SentAt.Equal(noon) {
		t.Errorf("it leaves as %+v", tasks[0].Submission)
	}
	o.answer(t, tasks[0], api.Accepted, nil, noon)
	if !o.Ours("job-a") || o.Ours("job-b") {
		t.Error("whose jobs they are is not known")
	}
	tasks, got = o.due(noon, 1, 2)
	want(t, "the second", got, "send b")
	o.answer(t, tasks[0], api.Limited, tooMany(), noon)
	want(t, "b comes back to its place", o.words(), "b waiting", "c waiting")
	if _, got := o.due(noon.Add(time.Second), 1, 2); got != nil {
		t.Errorf("%v was sent into full slots", got)
	}
}

func TestOnlyTheSenderGetsTasks(t *testing.T) {
	o := outboxOf(t, 1)
	o.Sender = false
	if _, got := o.due(noon, 0, 1); got != nil {
		t.Errorf("%v", got)
	}
}

func TestRefusedSubmissionWaitsForTheUser(t *testing.T) {
	o := outboxOf(t, 2)
	tasks, _ := o.due(noon, 0, 1)
	o.answer(t, tasks[0], api.Refused, &api.Error{Kind: api.KindInvalid, Status: 422}, noon)
	want(t, "rows", o.words(), "b waiting", "a refused")
	if sub, ok := o.Find("a"); !ok || sub.State != SubmissionRejected {
		t.Errorf("%+v", sub)
	}
	o.Remove("a")
	want(t, "taken off", o.words(), "b waiting")
}

func TestUnknownOutcomeIsResentAfterAProof(t *testing.T) {
	o := outboxOf(t, 1)
	tasks, _ := o.due(noon, 0, 1)
	o.answer(t, tasks[0], api.Unknown, errors.New("lost"), noon.Add(time.Second))
	want(t, "unknown", o.words(), "a unknown")
	tasks, got := o.due(noon.Add(2*time.Second), 0, 1)
	want(t, "is it safe?", got, "prove ")
	if _, got := o.due(noon.Add(3*time.Second), 0, 1); got != nil {
		t.Errorf("asked twice: %v", got)
	}
	o.Apply(TaskResult{Task: tasks[0], Honours: true}, noon.Add(3*time.Second))
	tasks, got = o.due(noon.Add(10*time.Second), 0, 1)
	want(t, "it is", got, "resend a")
	if s := tasks[0].Submission; s.State != SubmissionSending || !s.SentAt.Equal(noon) {
		t.Errorf("sent once more as %+v", s)
	}
	o.answer(t, tasks[0], api.Accepted, nil, noon.Add(11*time.Second))
	if got := o.words(); got != nil || !o.Ours("job-a") {
		t.Errorf("left over: %v", got)
	}
}

func TestWithoutAProofTheJobIsSearched(t *testing.T) {
	o := outboxOf(t, 1)
	tasks, _ := o.due(noon, 0, 1)
	o.answer(t, tasks[0], api.Unknown, errors.New("lost"), noon)
	tasks, _ = o.due(noon, 0, 1)
	o.Apply(TaskResult{Task: tasks[0], Err: errors.New("no answer")}, noon)
	_, got := o.due(noon.Add(59*time.Second), 0, 1)
	want(t, "not asked all the time", got)
	tasks, got = o.due(noon.Add(time.Minute), 0, 1)
	want(t, "asked again", got, "prove ")
	o.Apply(TaskResult{Task: tasks[0]}, noon.Add(time.Minute)) // it ignores keys
	tasks, got = o.due(noon.Add(90*time.Second), 0, 1)
	want(t, "after the quarantine", got, "look ")
	o.Apply(TaskResult{Task: tasks[0], Err: errors.New("cut short")}, noon.Add(91*time.Second))
	if _, got := o.due(noon.Add(92*time.Second), 0, 1); got != nil {
		t.Errorf("what was cut short is no answer: %v", got)
	}
}

func TestOutcomeOfAResend(t *testing.T) {
	full, invalid := &api.Error{Kind: api.KindConcurrency, Status: 429}, &api.Error{Kind: api.KindInvalid, Status: 422}
	large, key := &api.Error{Kind: api.KindInvalid, Status: 413}, &api.Error{Kind: api.KindAuth, Status: 401}
	rate, refused := &api.Error{Kind: api.KindRateLimited, Status: 429}, &api.Error{Kind: api.KindNetwork}
	for _, c := range []struct {
		err                  error
		first, blind, proven api.Outcome
	}{
		{nil, api.Accepted, api.Accepted, api.Accepted},
		{full, api.Limited, api.Unknown, api.Limited},
		{invalid, api.Refused, api.Unknown, api.Refused},
		{large, api.Refused, api.Unknown, api.Unknown},
		{key, api.Refused, api.Unknown, api.Unknown},
		{rate, api.Limited, api.Unknown, api.Unknown},
		{refused, api.NotSent, api.Unknown, api.Unknown},
	} {
		first, blind, proven := Task{Kind: TaskSend}, Task{Kind: TaskResend}, Task{Kind: TaskResend, Proven: true}
		now := noon.Add(quarantine)
		first.Submission.SentAt, blind.Submission.SentAt, proven.Submission.SentAt = noon, noon, noon
		got := [3]api.Outcome{first.Outcome(c.err, now), blind.Outcome(c.err, now), proven.Outcome(c.err, now)}
		if want := [3]api.Outcome{c.first, c.blind, c.proven}; got != want {
			t.Errorf("%v: %v, want %v", c.err, got, want)
		}
		if c.err == full && proven.Outcome(c.err, now.Add(-time.Second)) != api.Unknown {
			t.Error("the first request may still be on its way")
		}
	}
}

func TestOldProofIsNotUsedWhileItIsRenewed(t *testing.T) {
	o := outboxOf(t, 2)
	o.proved, o.sure, o.Reconciler.Proven = noon.Add(-3*time.Hour), true, true
	tasks, _ := o.due(noon, 0, 1)
	o.answer(t, tasks[0], api.Unknown, errors.New("lost"), noon)
	o.Queue.Pause("")
	tasks, got := o.due(noon.Add(10*time.Second), 0, 1)
	want(t, "is it still so?", got, "prove ")
	o.Apply(TaskResult{Task: tasks[0], Honours: true}, noon.Add(20*time.Second))
	_, got = o.due(noon.Add(20*time.Second), 0, 1)
	want(t, "it is", got, "resend a")
}

// While a dialog is open, dubtop may find out by itself.
func TestLateChoiceIsRefused(t *testing.T) {
	withUnknown := func() *Outbox {
		o := outboxOf(t, 2)
		for range 2 {
			tasks, _ := o.due(noon, 0, 1)
			o.answer(t, tasks[0], api.Unknown, errors.New("lost"), noon)
			o.Queue.backoff = time.Time{}
		}
		return o
	}
	later := noon.Add(2 * time.Minute)
	o := withUnknown()
	o.Put(answered(t, waiting(t, "z"), api.Accepted, noon), false)
	if _, err := o.Choose("a", ChoiceLink, "g-z", later); err == nil {
		t.Error("a job of one submission is given to another")
	}
	if _, err := o.Choose("a", ChoiceLink, "job-x", later); err != nil {
		t.Fatal(err)
	}
	for _, c := range []Choice{ChoiceLink, ChoiceResend, ChoiceDrop} {
		if _, err := o.Choose("a", c, "job-y", later); err == nil {
			t.Errorf("%s, while a link is being written down", c)
		}
	}
	if _, err := o.Choose("b", ChoiceLink, "job-x", later); err == nil {
		t.Error("one job is given to two while the first link is being written down")
	}
	o.Reconciler.Proven, o.sure, o.proved = true, true, noon
	if _, got := o.due(later, 0, 1); slices.Contains(got, "resend a") || !slices.Contains(got, "resend b") {
		t.Errorf("handed out %v", got)
	}
}

func TestSavingAnAnswerIsRetried(t *testing.T) {
	o := outboxOf(t, 1)
	tasks, _ := o.due(noon, 0, 1)
	sent := tasks[0].Submission
	if err := sent.Answer(api.Accepted, "job-a", "", noon); err != nil {
		t.Fatal(err)
	}
	full := errors.New("the disk is full")
	o.Apply(TaskResult{Task: tasks[0], Submission: sent, Unrecorded: full}, noon)
	o.Load(Snapshot{Begun: o.Clock(), Unresolved: []Submission{tasks[0].Submission}})
	want(t, "what the journal holds is not so", o.words(), "a not saved")
	if r := o.Rows()[0]; r.Job != "job-a" || r.Reason != "sent, id job-a, not saved yet" {
		t.Errorf("%+v", r)
	}
	if _, err := o.Leave(waiting(t, "batch"), noon); !errors.Is(err, ErrUnsaved) {
		t.Errorf("another is sent meanwhile: %v", err)
	}
	o.Put(waiting(t, "next"), false)
	if _, got := o.due(noon.Add(time.Second), 0, 9); got != nil {
		t.Errorf("meanwhile %v", got)
	}
	for minute := range 3 {
		now := noon.Add(time.Duration(1+minute) * time.Minute)
		tasks, got := o.due(now, 0, 1)
		want(t, "again", got, "note a")
		if _, got := o.due(now, 0, 1); got != nil {
			t.Errorf("twice at once: %v", got)
		}
		done := TaskResult{Task: tasks[0], Submission: tasks[0].Submission}
		if minute < 2 {
			done.Unrecorded = full
		}
		o.Apply(done, now)
	}
	if _, got := o.due(noon.Add(4*time.Minute), 0, 1); !slices.Equal(got, []string{"send next"}) || !o.Ours("job-a") {
		t.Errorf("it has it, and yet: %v", got)
	}
}

func TestChoiceIsCarriedOut(t *testing.T) {
	for choice, wanted := range map[Choice]TaskKind{ChoiceLink: TaskLink, ChoiceResend: TaskResend, ChoiceDrop: TaskLink} {
		o := outboxOf(t, 1)
		tasks, _ := o.due(noon, 0, 1)
		o.answer(t, tasks[0], api.Unknown, errors.New("lost"), noon)
		task, err := o.Choose("a", choice, "job-x", noon.Add(2*time.Minute))
		if err != nil || task.Kind != wanted {
			t.Fatalf("%s: %+v, %v", choice, task, err)
		}
		if choice == ChoiceResend {
			o.answer(t, task, api.Accepted, nil, noon.Add(2*time.Minute))
		} else {
			o.Apply(TaskResult{Task: task, Submission: task.Submission}, noon.Add(2*time.Minute))
		}
		if got := o.words(); got != nil {
			t.Errorf("%s: left over %v", choice, got)
		}
		if pending := o.Pending(); (choice == ChoiceDrop) != (len(pending) == 1) {
			t.Errorf("%s: %d count as maybe spent", choice, len(pending))
		}
		if _, err := o.Choose("a", ChoiceDrop, "", noon); err == nil {
			t.Errorf("%s: chosen twice", choice)
		}
	}
}

// A snapshot knows nothing about changes made here after it was begun.
func TestSnapshotNeverUndoesLaterChanges(t *testing.T) {
	line := func(subs ...Submission) (s Snapshot) {
		for _, sub := range subs {
			s.Waiting = append(s.Waiting, QueueItem{Submission: sub})
		}
		return s
	}
	a, b, c := waiting(t, "a"), waiting(t, "b"), waiting(t, "c")
	o := outboxOf(t, 2)
	old := line(a, b)
	old.Begun = o.Clock()
	o.Remove("a")
	o.Put(c, false)
	o.Load(old)
	want(t, "dropped and added since", o.words(), "b waiting", "c waiting")

	old = line(b, c)
	old.Begun = o.Clock()
	o.Move(-1, "c")
	o.Load(old)
	want(t, "moved since", o.words(), "c waiting", "b waiting")

	o.Begin(TheOrder)
	old.Begun = o.Clock()
	o.Load(old)
	want(t, "being noted", o.words(), "c waiting", "b waiting")
	o.End(TheOrder)

	old.Begun = o.Clock()
	o.Begin("b")
	tasks, _ := o.due(noon, 0, 1)
	o.Load(old)
	want(t, "on its way", o.words(), "c sending", "b waiting")
	o.answer(t, tasks[0], api.Accepted, nil, noon)
	if _, got := o.due(noon, 1, 5); len(got) > 0 {
		t.Errorf("handed out %v while a change of b is being noted", got)
	}

	fresh := Snapshot{Begun: o.Clock(), Claims: map[api.ID]string{"job-z": "z"}}
	o.End("b")
	if _, got := o.due(noon, 1, 5); !slices.Equal(got, []string{"send b"}) {
		t.Errorf("handed out %v", got)
	}
	o.Load(fresh)
	if !o.Ours("job-z") {
		t.Error("what another window sent is not known")
	}
}

func TestRequestsOfOtherProcessesAreNotOurs(t *testing.T) {
	o := outboxOf(t, 1)
	tasks, _ := o.due(noon, 0, 1)
	if o.SendingElsewhere() {
		t.Error("ours is taken for another's")
	}
	o.answer(t, tasks[0], api.Accepted, nil, noon)
	theirs := submissionIn(t, SubmissionSending)
	theirs.ID = "theirs"
	o.Load(Snapshot{Begun: o.Clock(), Unresolved: []Submission{theirs}})
	if !o.SendingElsewhere() {
		t.Error("another's is not seen")
	}
}

func TestSnapshotBringsChangesOfAnotherWindow(t *testing.T) {
	o := outboxOf(t, 3)
	lost := unknown(t, "b", 1, 0)
	refused := submissionIn(t, SubmissionRejected)
	refused.ID = "r"
	held := waiting(t, "d")
	o.Load(Snapshot{
		Begun:      o.Clock(),
		Waiting:    []QueueItem{{Submission: held, Paused: true}, {Submission: refused}, {Submission: waiting(t, "a")}},
		Unresolved: []Submission{lost},
	})
	want(t, "rows", o.words(), "b unknown", "d paused", "a waiting", "r refused")
}

func TestUnfitItemIsPausedAndTheNextIsSent(t *testing.T) {
	o := outboxOf(t, 2)
	tasks, _ := o.due(noon, 0, 1)
	d := TaskResult{Task: tasks[0], Submission: tasks[0].Submission, Unfit: true, Err: errors.New("another file")}
	d.Submission.State, d.Submission.Reason = SubmissionConfirmed, "another file"
	o.Apply(d, noon)
	want(t, "rows", o.words(), "a paused", "b waiting")
	_, got := o.due(noon, 0, 1)
	want(t, "the next", got, "send b")
	if o.Rows()[1].Reason != "another file" {
		t.Errorf("why is not told: %+v", o.Rows())
	}
}

func TestSearchPlan(t *testing.T) {
	var r Reconciler
	r.Track([]Submission{unknown(t, "a", 1, 0)})
	o, ok := r.Plan("a", noon)
	if !ok || !o.FirstLook.Equal(noon.Add(90*time.Second)) || !o.NextLook.Equal(o.FirstLook) || !o.LastLook.IsZero() || !o.Resend.IsZero() {
		t.Errorf("at first: %+v", o)
	}
	r.Proven = true
	if o, _ := r.Plan("a", noon); !o.Resend.Equal(noon.Add(5 * time.Second)) {
		t.Errorf("with a proof: %+v", o)
	}
	r.Proven = false
	looks(&r, noon.Add(2*time.Minute))
	if o, _ := r.Plan("a", noon.Add(2*time.Minute)); !o.LastLook.Equal(noon.Add(2*time.Minute)) || !o.NextLook.Equal(noon.Add(12*time.Minute)) {
		t.Errorf("after a look: %+v", o)
	}
	if o, _ := r.Plan("a", noon.Add(25*time.Hour)); o.Until.After(noon.Add(25 * time.Hour)) {
		t.Errorf("after a day: %+v", o)
	}
	if _, ok := r.Plan("nobody", noon); ok {
		t.Error("nobody has an outlook")
	}
}
