package outbox

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dubtop/api"
)

// waiting returns a confirmed submission, priced at noon.
func waiting(t interface{ Fatal(...any) }, id string) Submission {
	s := submissionIn(t, SubmissionConfirmed)
	s.ID, s.IdempotencyKey = id, "key-"+id
	return s
}

// answered returns a submission whose request got an answer.
func answered(t interface{ Fatal(...any) }, s Submission, o api.Outcome, now time.Time) Submission {
	s.Price.At = now
	if err := s.Send(now); err != nil {
		t.Fatal(err)
	}
	if err := s.Answer(o, api.ID("g-"+s.ID), "", now); err != nil {
		t.Fatal(err)
	}
	return s
}

func queueOf(t interface{ Fatal(...any) }, n int) *Queue {
	q := new(Queue)
	for i := range n {
		q.Put(waiting(t, fmt.Sprint(i)), false)
	}
	return q
}

// next is Next with an empty id for nothing.
func (q *Queue) next(now time.Time, running, slots int) (send, estimate []string, wake time.Time) {
	one, other, wake := q.Next(now, Room{Running: running, Slots: slots})
	if one != "" {
		send = []string{one}
	}
	if other != "" {
		estimate = []string{other}
	}
	return send, estimate, wake
}

// all returns everything sent at one moment, each submission as soon as the one
// before it was accepted.
func (q *Queue) all(t *testing.T, running, slots int) (sent []string) {
	for {
		send, _, _ := q.next(noon, running+len(sent), slots)
		if send == nil {
			return sent
		}
		sent = append(sent, send...)
		q.Apply(answered(t, waiting(t, send[0]), api.Accepted, noon), nil, noon)
	}
}

func tooMany() error { return &api.Error{Kind: api.KindConcurrency, Status: 429, Slots: 1} }

func TestSlotsAreFilledInOrder(t *testing.T) {
	for _, c := range []struct {
		running, slots, reserve int
		want                    []string
	}{
		{0, 0, 0, []string{"0"}},
		{0, 3, 0, []string{"0", "1", "2"}},
		{2, 3, 0, []string{"0"}},
		{3, 3, 0, nil},
		{1, 4, 2, []string{"0"}},
		{2, 4, 2, nil},
		{0, 9, 0, []string{"0", "1", "2", "3", "4"}},
	} {
		q := queueOf(t, 5)
		q.Reserve = c.reserve
		if sent := q.all(t, c.running, c.slots); !slices.Equal(sent, c.want) {
			t.Errorf("%d running of %d, %d reserved: %v, want %v", c.running, c.slots, c.reserve, sent, c.want)
		}
	}
}

func TestOneRequestAtATime(t *testing.T) {
	q := queueOf(t, 2)
	if send, _, _ := q.next(noon, 0, 9); !slices.Equal(send, []string{"0"}) {
		t.Errorf("sent %v", send)
	}
	if send, _, _ := q.next(noon, 0, 9); send != nil {
		t.Errorf("%v left before the answer about the one before it", send)
	}
}

func TestUserSetsTheOrder(t *testing.T) {
	q := queueOf(t, 4)
	q.Move(-9, "3")
	q.PauseItem("0", true)
	q.Remove("1")
	if q.Move(-1, "3") || q.Move(1, "nobody") {
		t.Error("moved, but nothing changed")
	}
	if send, _, _ := q.next(noon, 0, 9); !slices.Equal(send, []string{"3"}) {
		t.Errorf("sent %v", send)
	}
	if q.Move(1, "3") {
		t.Error("what is on its way was moved")
	}
	q.Apply(answered(t, waiting(t, "3"), api.Accepted, noon), nil, noon)
	if sent := q.all(t, 1, 9); !slices.Equal(sent, []string{"2"}) {
		t.Errorf("then sent %v", sent)
	}
	q.PauseItem("0", false)
	q.Pause("by you")
	if send, _, _ := q.next(noon, 0, 9); send != nil {
		t.Errorf("sent %v in a pause", send)
	}
	q.Resume()
	if send, _, _ := q.next(noon, 0, 9); !slices.Equal(send, []string{"0"}) {
		t.Errorf("sent %v after the pause", send)
	}
}

func TestSeveralItemsMoveTogether(t *testing.T) {
	for _, c := range []struct {
		by   int
		ids  []string
		want string
	}{
		{-1, []string{"3", "1"}, "1 0 3 2 4"},
		{-1, []string{"0", "1"}, "0 1 2 3 4"},
		{-1, []string{"0", "2"}, "0 2 1 3 4"},
		{-9, []string{"4", "2"}, "2 4 0 1 3"},
		{1, []string{"1", "3"}, "0 2 1 4 3"},
		{1, []string{"3", "4"}, "0 1 2 3 4"},
		{1, []string{"2", "4", "nobody"}, "0 1 3 2 4"},
		{9, []string{"2", "0"}, "1 3 4 0 2"},
	} {
		q := queueOf(t, 5)
		moved := q.Move(c.by, c.ids...)
		var got []string
		for _, item := range q.Items() {
			got = append(got, item.Submission.ID)
		}
		if fmt.Sprint(got) != "["+c.want+"]" || moved != (c.want != "0 1 2 3 4") {
			t.Errorf("%v by %d: %v, %t; want %s", c.ids, c.by, got, moved, c.want)
		}
	}
}

func TestPilotIsSentFirst(t *testing.T) {
	q := new(Queue)
	for i, id := range []string{"a", "b", "c"} {
		q.Put(waiting(t, id), i > 0)
	}
	if send, _, _ := q.next(noon, 0, 9); !slices.Equal(send, []string{"a"}) {
		t.Errorf("sent %v, want the pilot alone", send)
	}
	q.Apply(answered(t, waiting(t, "a"), api.Accepted, noon), nil, noon)
	q.PauseItem("b", false)
	q.PauseItem("c", false)
	if sent := q.all(t, 1, 9); !slices.Equal(sent, []string{"b", "c"}) {
		t.Errorf("then sent %v, want the rest", sent)
	}
}

func TestStalePriceIsRenewedBeforeSending(t *testing.T) {
	later := noon.Add(time.Hour)
	q := queueOf(t, 2)
	send, estimate, wake := q.next(later, 0, 5)
	if send != nil || !slices.Equal(estimate, []string{"0"}) || !wake.Equal(later.Add(estimateRetry)) {
		t.Fatalf("%v, %v, %s", send, estimate, wake)
	}
	if send, estimate, _ := q.next(later, 0, 5); send != nil || estimate != nil {
		t.Errorf("meanwhile %v, %v: the order would be lost", send, estimate)
	}
	s := q.Items()[0].Submission
	if err := s.Reprice(dollars(500_000), later); err != nil {
		t.Fatal(err)
	}
	q.Priced(s, nil)
	if send, estimate, _ := q.next(later, 0, 5); !slices.Equal(send, []string{"0"}) || estimate != nil {
		t.Errorf("then %v, %v", send, estimate)
	}
	q.Apply(answered(t, s, api.Accepted, later), nil, later)
	if send, estimate, _ := q.next(later, 1, 5); send != nil || !slices.Equal(estimate, []string{"1"}) {
		t.Errorf("then %v, %v", send, estimate)
	}
	dear := q.Items()[0].Submission
	if err := dear.Reprice(dollars(500_001), later); err != nil {
		t.Fatal(err)
	}
	q.Priced(dear, nil)
	send, estimate, _ = q.next(later, 0, 5)
	if items := q.Items(); send != nil || estimate != nil || len(items) != 1 || !items[0].Waits() {
		t.Errorf("a millionth dearer: %v, %v, %+v", send, estimate, items)
	}
}

// A slow price delays the items behind it only for a moment. They are then
// priced beside it, and keep their order.
func TestSlowPriceDoesNotDelayOthers(t *testing.T) {
	later := noon.Add(time.Hour)
	q := queueOf(t, 4)
	priced := func(id string, now time.Time) {
		t.Helper()
		item, _ := q.Item(id)
		if err := item.Submission.Reprice(dollars(500_000), now); err != nil {
			t.Fatal(err)
		}
		q.Priced(item.Submission, nil)
	}
	step := func(now time.Time, want string) {
		t.Helper()
		if send, estimate, _ := q.next(now, 0, 9); fmt.Sprint(send, estimate) != want {
			t.Errorf("after %s: send and price %v %v, want %s", now.Sub(later), send, estimate, want)
		}
	}
	step(later, "[] [0]")
	step(later.Add(time.Second), "[] []")
	slow := later.Add(priceMoment)
	step(slow, "[] [1]")
	step(slow, "[] [2]")
	step(slow, "[] [3]")
	step(slow, "[] []")
	priced("2", slow)
	step(slow, "[] []") // it would overtake the second, whose price may come
	priced("1", slow)
	step(slow, "[1] []")
	q.Apply(answered(t, waiting(t, "1"), api.Accepted, slow), nil, slow)
	step(slow, "[2] []")
	q.Apply(answered(t, waiting(t, "2"), api.Accepted, slow), nil, slow)
	step(slow.Add(time.Minute), "[] []") // the two being priced are not requested twice
	priced("0", slow.Add(time.Minute))
	step(slow.Add(time.Minute), "[0] []")
}

func TestPriceFromBeforeASleepIsStale(t *testing.T) {
	q := queueOf(t, 1)
	q.Wake(noon.Add(time.Minute))
	if send, estimate, _ := q.next(noon.Add(time.Minute), 0, 1); send != nil || len(estimate) != 1 {
		t.Errorf("after a sleep: %v, %v", send, estimate)
	}
}

func TestItemWithoutAPriceIsSkipped(t *testing.T) {
	later := noon.Add(time.Hour)
	q := queueOf(t, 1)
	fresh := waiting(t, "fresh")
	fresh.Price.At = later
	q.Put(fresh, false)
	q.next(later, 0, 5)
	q.Priced(q.Items()[0].Submission, errors.New("no price today"))
	send, estimate, wake := q.next(later, 0, 5)
	if !slices.Equal(send, []string{"fresh"}) || estimate != nil || !wake.Equal(later.Add(estimateRetry)) {
		t.Errorf("%v, %v, %s", send, estimate, wake)
	}
	q.Apply(answered(t, fresh, api.Accepted, later), nil, later)
	if _, estimate, _ := q.next(later.Add(estimateRetry), 0, 5); len(estimate) != 1 {
		t.Error("it is never asked about again")
	}
}

func TestRefusalsPauseTheQueue(t *testing.T) {
	for _, c := range []struct {
		why    string
		o      api.Outcome
		err    error
		wait   time.Duration // until the next try
		paused bool
	}{
		{"all slots taken", api.Limited, tooMany(), slotRetry, false},
		{"too many requests", api.Limited, &api.Error{Kind: api.KindRateLimited, RetryAfter: 7 * time.Second}, 7 * time.Second, false},
		{"without a time", api.Limited, &api.Error{Kind: api.KindRateLimited}, rateRetry, false},
		{"no network", api.NotSent, &api.Error{Kind: api.KindNetwork}, firstRetry, false},
		{"no answer", api.Unknown, &api.Error{Kind: api.KindNetwork, Sent: true}, firstRetry, false},
		{"refused", api.Refused, &api.Error{Kind: api.KindInvalid, Status: 422}, 0, false},
		{"not paid for", api.Refused, &api.Error{Kind: api.KindPayment, Status: 402}, 0, true},
		{"a bad key", api.Refused, &api.Error{Kind: api.KindAuth, Status: 401}, 0, true},
		{"no journal", api.NotSent, errors.New("the disk is full"), 0, true},
	} {
		q := queueOf(t, 2)
		q.next(noon, 0, 1)
		q.Apply(answered(t, waiting(t, "0"), c.o, noon), c.err, noon)
		if why, paused := q.Paused(); paused != c.paused || paused && why == "" {
			t.Errorf("%s: paused %t, %q", c.why, paused, why)
		}
		if c.paused {
			continue
		}
		if c.wait > 0 {
			send, _, wake := q.next(noon.Add(c.wait-time.Second), 0, 1)
			if send != nil || !wake.Equal(noon.Add(c.wait)) {
				t.Errorf("%s: sent %v too soon, or wakes at %s", c.why, send, wake)
			}
		}
		want := "0" // back in its place
		if c.o == api.Refused || c.o == api.Unknown {
			want = "1"
		}
		if send, _, _ := q.next(noon.Add(c.wait), 0, 1); !slices.Equal(send, []string{want}) {
			t.Errorf("%s: then sent %v, want %s", c.why, send, want)
		}
	}
}

func TestManyUnknownOutcomesPauseTheQueue(t *testing.T) {
	q := queueOf(t, 9)
	now, sent := noon, 0
	for ; now.Before(noon.Add(4 * time.Minute)); now = now.Add(time.Second) {
		send, _, _ := q.next(now, 0, 1)
		for _, id := range send {
			sent++
			q.Apply(answered(t, waiting(t, id), api.Unknown, now), &api.Error{Kind: api.KindServer, Status: 502, Sent: true}, now)
		}
	}
	if _, paused := q.Paused(); sent != maxUnknown || !paused {
		t.Errorf("%d were put at stake, paused: %t", sent, paused)
	}
}

func TestFreedSlotIsTriedOnce(t *testing.T) {
	q := queueOf(t, 3)
	q.next(noon, 0, 1)
	q.Apply(answered(t, waiting(t, "0"), api.Limited, noon), tooMany(), noon)
	at := func(after time.Duration, running int) []string {
		send, _, _ := q.next(noon.Add(after), running, 1)
		return send
	}
	if send := at(time.Second, 0); send != nil {
		t.Errorf("sent %v by a count from before the refusal", send)
	}
	if send := at(2*time.Second, 1); send != nil {
		t.Errorf("sent %v while the slot is taken", send)
	}
	if send := at(3*time.Second, 0); !slices.Equal(send, []string{"0"}) {
		t.Errorf("sent %v when it came free", send)
	}
	q.Apply(answered(t, waiting(t, "0"), api.Limited, noon), tooMany(), noon.Add(3*time.Second))
	if send := at(32*time.Second, 0); send != nil {
		t.Errorf("sent %v for the same slot again", send)
	}
	if send := at(33*time.Second, 0); !slices.Equal(send, []string{"0"}) {
		t.Errorf("sent %v after half a minute", send)
	}
}

func TestFullSlotsAreProbedOneAtATime(t *testing.T) {
	q := queueOf(t, 5)
	q.next(noon, 2, 3)
	q.Apply(answered(t, waiting(t, "0"), api.Limited, noon), tooMany(), noon)
	if send, _, _ := q.next(noon.Add(slotRetry), 0, 3); !slices.Equal(send, []string{"0"}) {
		t.Errorf("sent %v, want one to try", send)
	}
	q.Apply(answered(t, waiting(t, "0"), api.Accepted, noon), nil, noon.Add(slotRetry))
	if sent := q.all(t, 1, 3); !slices.Equal(sent, []string{"1", "2"}) {
		t.Errorf("then sent %v, want as many as there are slots", sent)
	}
}

// strangers is a plan with one slot that somebody else takes again and again,
// as a poller sees it.
type strangers struct {
	t         *rapid.T
	busy      time.Time // until when the slot is taken; zero if it is free
	theirs    time.Time // when the stranger takes it, if nobody was faster
	seen, now int       // running jobs as last reported, and as they were when requested
	told      time.Time // when the answer arrives
	eager     int       // how often, of ten, the stranger wants the slot
	attempts  int       // our attempts for the present slot
	worst     int
}

func (w *strangers) seconds(from, to int, label string) time.Duration {
	return time.Duration(rapid.IntRange(from, to).Draw(w.t, label)) * time.Second
}

// pass advances the time by a second.
func (w *strangers) pass(now time.Time) {
	if !w.busy.IsZero() && !now.Before(w.busy) {
		w.busy = time.Time{}
		w.worst, w.attempts = max(w.worst, w.attempts), 0
		if rapid.IntRange(0, 9).Draw(w.t, "wanted") < w.eager {
			w.theirs = now.Add(w.seconds(0, 6, "hesitation"))
		}
	}
	if !w.theirs.IsZero() && !now.Before(w.theirs) {
		w.theirs = time.Time{}
		if w.busy.IsZero() {
			w.busy = now.Add(w.seconds(20, 300, "theirs"))
		}
	}
	if !now.Before(w.told) {
		w.seen = w.now
		w.told, w.now = now.Add(w.seconds(4, 6, "poll")), 0
		if !w.busy.IsZero() {
			w.now = 1
		}
	}
}

// post sends our request; it reports whether it was accepted.
func (w *strangers) post(now time.Time) bool {
	w.attempts++
	if !w.busy.IsZero() {
		return false
	}
	w.busy = now.Add(w.seconds(20, 300, "ours"))
	w.seen, w.now = 1, 1
	return true
}

// Ten drafts on a plan with one slot that a stranger takes again and again are
// all sent once, in order, with few attempts for each free slot.
func TestStrangerOnTheOnlySlot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := queueOf(t, 10)
		w := &strangers{t: t, eager: rapid.IntRange(0, 8).Draw(t, "eager")}
		var accepted []string
		now := noon
		for ; len(accepted) < 10 && now.Before(noon.Add(48*time.Hour)); now = now.Add(time.Second) {
			w.pass(now)
			send, estimate, _ := q.next(now, w.seen, 1)
			for _, id := range estimate {
				s := q.items[q.index(id)].Submission
				if err := s.Reprice(dollars(500_000), now); err != nil {
					t.Fatal(err)
				}
				q.Priced(s, nil)
			}
			for _, id := range send {
				s := q.items[q.index(id)].Submission
				if !w.post(now) {
					q.Apply(answered(t, s, api.Limited, now), tooMany(), now)
					continue
				}
				accepted = append(accepted, id)
				q.Apply(answered(t, s, api.Accepted, now), nil, now)
			}
		}
		if want := []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}; !slices.Equal(accepted, want) {
			t.Fatalf("accepted %v by %s", accepted, now.Sub(noon))
		}
		if w.worst > 3 {
			t.Fatalf("%d attempts for one slot", w.worst)
		}
	})
}

func TestEndIsForecast(t *testing.T) {
	const one = 2 * time.Minute
	takes := func(*Submission, time.Time) time.Duration { return one }
	left := []time.Duration{time.Minute, time.Hour}
	for _, c := range []struct {
		n, slots int
		left     []time.Duration
		want     time.Duration
	}{
		{0, 1, nil, 0},
		{3, 1, nil, 3 * one},
		{3, 3, nil, one},
		{2, 1, []time.Duration{time.Hour}, time.Hour + 2*one},
		{1, 2, left, time.Minute + one},
		{1, 1, left, time.Hour + one}, // more run than there are slots
		{1, 3, left, one},
	} {
		q := queueOf(t, c.n)
		if got := q.Finish(noon, c.left, c.slots, takes).Sub(noon); got != c.want {
			t.Errorf("%d on %d slots, %v running: %s, want %s", c.n, c.slots, c.left, got, c.want)
		}
	}
	q := queueOf(t, 2)
	q.PauseItem("0", true)
	if got := q.Finish(noon, nil, 1, takes).Sub(noon); got != one {
		t.Errorf("a paused item counts: %s", got)
	}
}
