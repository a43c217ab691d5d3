package journal

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/outbox"
)

// enqueued queues n confirmed submissions, q0 and so on.
func enqueued(t testing.TB, j *Journal, n int) {
	t.Helper()
	for i := range n {
		if err := j.Enqueue(t.Context(), confirmed(fmt.Sprint("q", i)), noon.Add(time.Duration(i)*time.Second)); err != nil {
			t.Fatal(err)
		}
	}
}

// order returns the queue as ids, paused ones in brackets.
func order(t testing.TB, j *Journal) string {
	t.Helper()
	items, err := j.Queue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, item := range items {
		id := item.Submission.ID
		if item.Paused {
			id = "(" + id + ")"
		}
		ids = append(ids, id)
	}
	return strings.Join(ids, " ")
}

func TestTheQueueKeepsItsOrder(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	enqueued(t, j, 5)
	steps := []struct {
		what func() error
		want string
	}{
		{func() error { return nil }, "q0 q1 q2 q3 q4"},
		{func() error { return j.Reorder(t.Context(), []string{"q4", "q0"}) }, "q4 q1 q2 q3 q0"},
		{func() error { return j.Reorder(t.Context(), []string{"q3", "q2", "q1", "q0", "q4"}) }, "q3 q2 q1 q0 q4"},
		{func() error { return j.Reorder(t.Context(), nil) }, "q3 q2 q1 q0 q4"},
		{func() error { return j.PauseItem(t.Context(), "q2", true) }, "q3 (q2) q1 q0 q4"},
		{func() error { return j.Drop(t.Context(), "q1", noon) }, "q3 (q2) q0 q4"},
		{func() error { return j.Enqueue(t.Context(), confirmed("q0"), noon.Add(time.Hour)) }, "q3 (q2) q0 q4"},
		{func() error { return j.Enqueue(t.Context(), confirmed("q5"), noon.Add(time.Hour)) }, "q3 (q2) q0 q4 q5"},
		{func() error { return j.PauseItem(t.Context(), "q2", false) }, "q3 q2 q0 q4 q5"},
	}
	for i, step := range steps {
		if err := step.what(); err != nil {
			t.Fatal(i, err)
		}
		if got := order(t, j); got != step.want {
			t.Fatalf("step %d: %s, want %s", i, got, step.want)
		}
	}
	_ = j.Close()
	j = opened(t, path)
	if got := order(t, j); got != "q3 q2 q0 q4 q5" {
		t.Errorf("the next start finds %s", got)
	}
	items, err := j.Queue(t.Context())
	if err != nil || !items[0].Enqueued.Equal(noon.Add(3*time.Second)) || !reflect.DeepEqual(items[0].Submission, confirmed("q3")) {
		t.Errorf("the first is %+v (%v)", items[0], err)
	}
	if got := listed(t, j)["q1"]; got.State != outbox.SubmissionDropped || len(got.Body) == 0 {
		t.Errorf("what was dropped is %+v; want it kept as dropped", got)
	}
}

func TestOnlyConfirmedSubmissionsAreQueued(t *testing.T) {
	j := opened(t, journalPath(t))
	s := confirmed("q0")
	s.State = outbox.SubmissionEstimated
	if err := j.Enqueue(t.Context(), s, noon); !errors.Is(err, outbox.ErrTransition) {
		t.Errorf("an estimate: %v", err)
	}
	for what, err := range map[string]error{
		"Reorder":   j.Reorder(t.Context(), []string{"q9"}),
		"PauseItem": j.PauseItem(t.Context(), "q9", true),
		"Drop":      j.Drop(t.Context(), "q9", noon),
	} {
		if !errors.Is(err, ErrNotQueued) {
			t.Errorf("%s of what is not there: %v", what, err)
		}
	}
	enqueued(t, j, 2)
	if err := j.Reorder(t.Context(), []string{"q1", "q0", "q1"}); err == nil {
		t.Error("one may be named twice")
	}
	if got := order(t, j); got != "q0 q1" {
		t.Errorf("a refused order left %s", got)
	}
}

// A submission being sent can't be moved, paused or dropped. A paused or
// dropped one can't be sent, not even by a process that does not know yet.
func TestSendingAndWaitingExcludeEachOther(t *testing.T) {
	path := journalPath(t)
	j, stale := opened(t, path), opened(t, path)
	enqueued(t, j, 3)
	if err := errors.Join(j.PauseItem(t.Context(), "q1", true), j.Drop(t.Context(), "q2", noon)); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]error{"q0": nil, "q1": ErrPaused, "q2": ErrDropped} {
		if err := stale.BeginSending(t.Context(), sending(t, confirmed(id))); !errors.Is(err, want) {
			t.Errorf("sending %s: %v, want %v", id, err, want)
		}
	}
	for what, err := range map[string]error{
		"Reorder":   j.Reorder(t.Context(), []string{"q1", "q0"}),
		"PauseItem": j.PauseItem(t.Context(), "q0", true),
		"Drop":      j.Drop(t.Context(), "q0", noon),
	} {
		if !errors.Is(err, ErrTaken) {
			t.Errorf("%s of what is being sent: %v, want ErrTaken", what, err)
		}
	}
	if err := j.Drop(t.Context(), "q2", noon); !errors.Is(err, ErrDropped) {
		t.Errorf("dropping twice: %v", err)
	}
	if err := j.Enqueue(t.Context(), confirmed("q2"), noon); !errors.Is(err, ErrBackwards) {
		t.Errorf("bringing back what was dropped: %v", err)
	}
	if got := order(t, j); got != "(q1)" {
		t.Errorf("the queue is %s", got)
	}
}

// A new price may arrive after its submission was taken into the form. The
// edited submission stays out of the queue, because it becomes another one.
func TestEditedSubmissionStaysOut(t *testing.T) {
	path := journalPath(t)
	j, other := opened(t, path), opened(t, path)
	enqueued(t, j, 2)
	edited := confirmed("q0")
	if err := errors.Join(edited.Edit(), j.SaveSubmission(t.Context(), edited)); err != nil {
		t.Fatal(err)
	}
	priced := confirmed("q0")
	if err := priced.Reprice(priced.Price, noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	dearer := confirmed("q0")
	if err := dearer.Reprice(outbox.Price{Cost: new(api.Micros(9_000_000))}, noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, late := range []outbox.Submission{priced, dearer} {
		for _, j := range []*Journal{j, other} {
			if err := j.SaveSubmission(t.Context(), late); !errors.Is(err, ErrBackwards) {
				t.Errorf("a late price makes it %s: %v, want ErrBackwards", late.State, err)
			}
		}
	}
	if err := other.BeginSending(t.Context(), sending(t, confirmed("q0"))); !errors.Is(err, ErrTaken) {
		t.Errorf("sending what was edited: %v, want ErrTaken", err)
	}
	if got := order(t, j); got != "q1" {
		t.Errorf("the queue is %s", got)
	}
}

// A submission refused for lack of a slot returns to its place.
func TestUnacceptedSubmissionKeepsItsPlace(t *testing.T) {
	j := opened(t, journalPath(t))
	enqueued(t, j, 3)
	for _, o := range []api.Outcome{api.Limited, api.NotSent} {
		s := sending(t, listed(t, j)["q0"])
		if err := j.BeginSending(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if got := order(t, j); got != "q1 q2" {
			t.Errorf("while it is sent: %s", got)
		}
		if err := j.SaveSubmission(t.Context(), answered(t, s, o, "")); err != nil {
			t.Fatal(err)
		}
		if got := order(t, j); got != "q0 q1 q2" {
			t.Errorf("after outcome %v: %s", o, got)
		}
	}
}

// Two processes reorder the queue while it is sent from, added to and dropped
// from. Nothing is lost, doubled, or sent after it was dropped.
func TestQueueInARace(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	const n = 30
	enqueued(t, j, n)
	a, b := talkTo(t, "shuffler", path), talkTo(t, "shuffler", path)
	a.hear(t)
	b.hear(t)
	random := rand.New(rand.NewPCG(1, 2))
	left := make(map[string]bool)
	for i := range n {
		left[fmt.Sprint("q", i)] = true
	}
	for len(left) > n/2 {
		items, err := j.Queue(t.Context())
		if err != nil || len(items) != len(left) {
			t.Fatalf("%d wait, want %d (%v)", len(items), len(left), err)
		}
		item := items[random.IntN(len(items))].Submission
		if !left[item.ID] {
			t.Fatalf("%s waits again", item.ID)
		}
		if random.IntN(2) == 0 {
			err = j.Drop(t.Context(), item.ID, noon)
		} else {
			err = j.BeginSending(t.Context(), sending(t, item))
		}
		if err != nil {
			t.Fatal(err)
		}
		delete(left, item.ID)
	}
	for _, k := range []*talker{a, b} {
		_ = k.in.Close()
		if turns := k.hear(t); turns == "0" {
			t.Error("one process never had its turn")
		}
	}
	items, err := j.Queue(t.Context())
	places := make(map[string]bool)
	for _, item := range items {
		places[item.Submission.ID] = true
	}
	if err != nil || !reflect.DeepEqual(places, left) {
		t.Errorf("%v wait, want %v (%v)", places, left, err)
	}
}

// A request of unknown outcome may be resent with its own key and bytes, once
// for each time its outcome becomes unknown.
func TestUnknownOutcomeIsResentOnce(t *testing.T) {
	path := journalPath(t)
	j, other := opened(t, path), opened(t, path)
	s := sending(t, confirmed("s1"))
	if err := j.BeginSending(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if err := j.BeginResending(t.Context(), s); !errors.Is(err, ErrTaken) {
		t.Errorf("while it is sent: %v, want ErrTaken", err)
	}
	var before outbox.Submission // the unknown outcome of the previous round
	for round := range 3 {
		s = unanswered(t, s, noon.Add(time.Duration(1+round)*time.Minute))
		if err := j.SaveSubmission(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if err := s.Resend(s.AnsweredAt.Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		bytes, key := s, s
		bytes.Body = append(slices.Clone(s.Body), ' ')
		key.IdempotencyKey = "another"
		for _, changed := range []outbox.Submission{bytes, key} {
			if err := j.BeginResending(t.Context(), changed); !errors.Is(err, ErrBackwards) {
				t.Errorf("something else: %v, want ErrBackwards", err)
			}
		}
		if round > 0 {
			if err := other.BeginResending(t.Context(), before); !errors.Is(err, ErrTaken) {
				t.Errorf("an unknown outcome of before: %v, want ErrTaken", err)
			}
		}
		if err := j.BeginSending(t.Context(), s); !errors.Is(err, ErrTaken) {
			t.Errorf("by the front door: %v, want ErrTaken", err)
		}
		if err := j.BeginResending(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if err := other.BeginResending(t.Context(), s); !errors.Is(err, ErrTaken) {
			t.Errorf("by two at once: %v, want ErrTaken", err)
		}
		before = s
	}
}

// unanswered returns a request without an answer.
func unanswered(t *testing.T, s outbox.Submission, at time.Time) outbox.Submission {
	t.Helper()
	if err := s.Answer(api.Unknown, "", "no answer", at); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestGroupIsEnqueuedWholeOrNotAtAll(t *testing.T) {
	j := opened(t, journalPath(t))
	enqueued(t, j, 1)
	group := []outbox.Submission{confirmed("a"), confirmed("b"), confirmed("c")}
	pilot := func(i int) bool { return i > 0 }
	if err := j.EnqueueAll(t.Context(), group, pilot, noon); err != nil {
		t.Fatal(err)
	}
	if got := order(t, j); got != "q0 a (b) (c)" {
		t.Fatalf("the queue is %s", got)
	}
	if err := j.BeginSending(t.Context(), sending(t, group[1])); !errors.Is(err, ErrPaused) {
		t.Errorf("the rest of a group before its pilot: %v, want ErrPaused", err)
	}
	// The last of them was already sent, so none is queued.
	taken := confirmed("taken")
	if err := j.BeginSending(t.Context(), sending(t, taken)); err != nil {
		t.Fatal(err)
	}
	if err := j.EnqueueAll(t.Context(), []outbox.Submission{confirmed("d"), taken}, nil, noon); !errors.Is(err, ErrBackwards) {
		t.Errorf("one of them was sent: %v, want ErrBackwards", err)
	}
	draft := confirmed("e")
	draft.State = outbox.SubmissionEstimated
	if err := j.EnqueueAll(t.Context(), []outbox.Submission{confirmed("f"), draft}, nil, noon); !errors.Is(err, outbox.ErrTransition) {
		t.Errorf("one of them is no more than estimated: %v, want ErrTransition", err)
	}
	if got := order(t, j); got != "q0 a (b) (c)" {
		t.Errorf("what was refused left %s", got)
	}
	if all := listed(t, j); len(all) != 5 {
		t.Errorf("%d submissions are known, want 5", len(all))
	}
}

func TestRefusedSubmissionKeepsItsPlaceUntilDequeued(t *testing.T) {
	j := opened(t, journalPath(t))
	enqueued(t, j, 3)
	for id, o := range map[string]api.Outcome{"q0": api.Refused, "q1": api.Accepted} {
		s := sending(t, listed(t, j)[id])
		if err := j.BeginSending(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if err := j.Dequeue(t.Context(), id); !errors.Is(err, ErrTaken) {
			t.Errorf("taking off what is being sent: %v, want ErrTaken", err)
		}
		if err := j.SaveSubmission(t.Context(), answered(t, s, o, "g-"+api.ID(id))); err != nil {
			t.Fatal(err)
		}
	}
	if got := order(t, j); got != "q0 q2" {
		t.Fatalf("the queue is %s, want what was refused at its place", got)
	}
	if err := j.Reorder(t.Context(), []string{"q2", "q0"}); err != nil {
		t.Errorf("moving something past what was refused: %v", err)
	}
	if err := j.Drop(t.Context(), "q0", noon); !errors.Is(err, ErrNotQueued) {
		t.Errorf("dropping what was refused: %v, want ErrNotQueued", err)
	}
	if err := j.Dequeue(t.Context(), "q2"); !errors.Is(err, outbox.ErrTransition) {
		t.Errorf("taking off what waits: %v, want ErrTransition", err)
	}
	for _, id := range []string{"q0", "q0", "q1", "q9"} {
		if err := j.Dequeue(t.Context(), id); err != nil {
			t.Errorf("taking %s off: %v", id, err)
		}
	}
	if got := order(t, j); got != "q2" {
		t.Errorf("the queue is %s", got)
	}
	if got := listed(t, j)["q0"].State; got != outbox.SubmissionRejected {
		t.Errorf("what was taken off is %s; want it kept as it is", got)
	}
}

// Whoever shows the queue checks only this number, so every change by anybody
// must raise it.
func TestEveryChangeRaisesTheRevision(t *testing.T) {
	path := journalPath(t)
	j, other := opened(t, path), opened(t, path)
	last := int64(0)
	revision := func() int64 {
		n, _, err := j.Revisions(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	q0 := confirmed("q0")
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"EnqueueAll", func() error {
			return other.EnqueueAll(t.Context(), []outbox.Submission{q0, confirmed("q1"), confirmed("q2")}, nil, noon)
		}},
		{"Reorder", func() error { return other.Reorder(t.Context(), []string{"q2", "q1"}) }},
		{"PauseItem", func() error { return other.PauseItem(t.Context(), "q1", true) }},
		{"Drop", func() error { return other.Drop(t.Context(), "q2", noon) }},
		{"SaveSubmission with another price", func() error {
			if err := q0.Reprice(outbox.Price{Cost: new(api.Micros(5))}, noon); err != nil {
				return err
			}
			return other.SaveSubmission(t.Context(), q0)
		}},
		{"BeginSending", func() error { q0 = sending(t, q0); return other.BeginSending(t.Context(), q0) }},
		{"the answer", func() error {
			q0 = answered(t, q0, api.Refused, "")
			return other.SaveSubmission(t.Context(), q0)
		}},
		{"Dequeue", func() error { return other.Dequeue(t.Context(), "q0") }},
		{"our own", func() error { return j.PauseItem(t.Context(), "q1", false) }},
	} {
		if err := step.do(); err != nil {
			t.Fatal(step.name, err)
		}
		now := revision()
		if now <= last {
			t.Errorf("after %s the revision is %d, and was %d", step.name, now, last)
		}
		last = now
	}
	if err := other.SaveGenerations(t.Context(), []state.Generation{{ID: "g", Created: noon}}, noon); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Recover(t.Context(), noon); err != nil {
		t.Fatal(err)
	}
	if now := revision(); now != last {
		t.Errorf("what has nothing to do with it made the revision %d of %d", now, last)
	}
}

func TestPauseAppliesToAllProcesses(t *testing.T) {
	path := journalPath(t)
	a, b := opened(t, path), opened(t, path)
	ctx := t.Context()
	s := confirmed("held")
	if err := a.Enqueue(ctx, s, noon); err != nil {
		t.Fatal(err)
	}
	before, _, err := b.Revisions(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.PauseQueue(ctx, true); err != nil {
		t.Fatal(err)
	}
	if held, err := b.QueuePaused(ctx); !held || err != nil {
		t.Errorf("it is held: %t, %v", held, err)
	}
	if after, _, err := b.Revisions(ctx); after == before || err != nil {
		t.Errorf("nobody hears of it: %d, %d, %v", before, after, err)
	}
	if err := b.BeginSending(ctx, sending(t, s)); !errors.Is(err, ErrPaused) {
		t.Errorf("it leaves all the same: %v", err)
	}
	if err := b.PauseQueue(ctx, false); err != nil {
		t.Fatal(err)
	}
	if err := a.BeginSending(ctx, sending(t, s)); err != nil {
		t.Errorf("it was let go on: %v", err)
	}
}

// Two windows show one draft, and both are told to send it.
func TestDraftIsSentOnceByAnyWindow(t *testing.T) {
	path := journalPath(t)
	j, other := opened(t, path), opened(t, path)
	of := func(id string, change func(*draft.Draft)) outbox.Submission {
		s := confirmed(id)
		s.Draft.ID, s.Draft.UpdatedAt = "", time.Date(2026, 11, 26, 9, 0, 0, 123456789, time.FixedZone("", 3600))
		change(&s.Draft)
		return s
	}
	same := func(*draft.Draft) {}
	if err := j.Enqueue(t.Context(), of("first", same), noon); err != nil {
		t.Fatal(err)
	}
	refused := func(when string) {
		t.Helper()
		for what, err := range map[string]error{
			"Enqueue":        other.Enqueue(t.Context(), of("second", same), noon),
			"SaveSubmission": other.SaveSubmission(t.Context(), of("second", same)),
			"BeginSending":   other.BeginSending(t.Context(), sending(t, of("second", same))),
		} {
			if !errors.Is(err, ErrSameDraft) {
				t.Errorf("%s, %s = %v, want ErrSameDraft", when, what, err)
			}
		}
	}
	refused("while it waits")
	if err := j.Enqueue(t.Context(), of("edited", func(d *draft.Draft) { d.UpdatedAt = d.UpdatedAt.Add(1) }), noon); err != nil {
		t.Errorf("changed since: %v", err)
	}
	if err := j.Enqueue(t.Context(), of("rerun", func(d *draft.Draft) { d.UpdatedAt = time.Time{} }), noon); err != nil {
		t.Errorf("made from the job: %v", err)
	}
	first := sending(t, of("first", same))
	if err := j.BeginSending(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	refused("while it is sent")
	unknown := answered(t, first, api.Unknown, "")
	if err := j.SaveSubmission(t.Context(), unknown); err != nil {
		t.Fatal(err)
	}
	refused("while its outcome is unknown")
	told := func(d *draft.Draft) { d.Unknown = "nobody knows" }
	if err := other.Enqueue(t.Context(), of("third", told), noon); err != nil {
		t.Errorf("by somebody who was told of the unknown outcome: %v", err)
	}
	if err := other.Drop(t.Context(), "third", noon); err != nil {
		t.Fatal(err)
	}
	if err := j.SaveSubmission(t.Context(), answered(t, unknown, api.Accepted, "g1")); err != nil {
		t.Fatal(err)
	}
	refused("when it was accepted")
}

func TestRefusedOrDroppedDraftCanBeSentAgain(t *testing.T) {
	j := opened(t, journalPath(t))
	for i, end := range []func(s outbox.Submission) error{
		func(s outbox.Submission) error { return j.Drop(t.Context(), s.ID, noon) },
		func(s outbox.Submission) error {
			s = sending(t, s)
			return errors.Join(j.BeginSending(t.Context(), s), j.SaveSubmission(t.Context(), answered(t, s, api.Refused, "")))
		},
		func(outbox.Submission) error { return nil },
	} {
		s := confirmed(fmt.Sprint("try", i))
		s.Draft.ID = ""
		if err := errors.Join(j.Enqueue(t.Context(), s, noon), end(s)); err != nil {
			t.Fatal(i, err)
		}
	}
}

// An edited draft is in the form or in the queue, never in both.
func TestEditMovesTheDraftAtomically(t *testing.T) {
	j := opened(t, journalPath(t))
	enqueued(t, j, 3)
	items, err := j.Queue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	edited := items[1].Submission
	draft := edited.Draft.Clone()
	draft.ID, draft.UpdatedAt = "form", noon.Add(time.Hour)
	if err := edited.Edit(); err != nil {
		t.Fatal(err)
	}
	if err := j.TakeBack(t.Context(), edited, draft); err != nil {
		t.Fatal(err)
	}
	kept, err := j.Drafts(t.Context())
	if got := order(t, j); got != "q0 q2" || len(kept) != 1 || err != nil || !reflect.DeepEqual(kept[0], draft) {
		t.Fatalf("the queue is %s, the draft %+v, %v", got, kept, err)
	}

	// If it was sent meanwhile, nothing is left in the form.
	gone := items[2].Submission
	if err := j.BeginSending(t.Context(), sending(t, gone)); err != nil {
		t.Fatal(err)
	}
	late := gone.Draft.Clone()
	late.ID, late.UpdatedAt = "late", noon.Add(2*time.Hour)
	if err := gone.Edit(); err != nil {
		t.Fatal(err)
	}
	if err := j.TakeBack(t.Context(), gone, late); !errors.Is(err, ErrBackwards) {
		t.Errorf("%v", err)
	}
	if kept, _ := j.Drafts(t.Context()); len(kept) != 1 || kept[0].ID != "form" {
		t.Errorf("the form holds %+v", kept)
	}
}
