package outbox

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// shared returns a queue of jobs with labels, in that order.
func shared(t interface {
	Helper()
	Fatal(...any)
}, labels ...string,
) *Queue {
	t.Helper()
	q := new(Queue)
	for i, label := range labels {
		s := Submission{ID: fmt.Sprint(i), State: SubmissionConfirmed, ConfirmedAt: noon, Price: Price{At: noon}}
		s.Draft.Label, s.Draft.Set = label, label
		q.Put(s, false)
	}
	return q
}

// sends returns the labels in the order in which the queue sends.
func (q *Queue) sends(now time.Time) string {
	var order []string
	for {
		id, estimate, _ := q.Next(now, Room{Slots: 1000})
		if id == "" && estimate == "" {
			return strings.Join(order, "")
		}
		item, _ := q.Item(id + estimate)
		if estimate != "" {
			item.Submission.Price.At = now
			q.Priced(item.Submission, nil)
			continue
		}
		order = append(order, item.Submission.Draft.Label)
		sent := item.Submission
		sent.State = SubmissionSent
		q.Apply(sent, nil, now)
	}
}

func TestLabelsTakeTurns(t *testing.T) {
	q := shared(t, "a", "a", "a", "a", "b", "b", "c")
	if got := q.sends(noon); got != "aaaabbc" {
		t.Errorf("without turns: %s", got)
	}
	q = shared(t, "a", "a", "a", "a", "b", "b", "c")
	q.Share(Sharing{Fair: true})
	if got := q.sends(noon); got != "abcabaa" {
		t.Errorf("with turns: %s", got)
	}
	q = shared(t, "a", "a", "a", "a", "a", "b", "b", "b")
	q.Share(Sharing{Plans: map[string]Plan{"b": {Priority: PriorityHigh}}})
	if got := q.sends(noon); got != "abbbaaaa" {
		t.Errorf("with a priority: %s", got)
	}
}

// TestNoJobIsLeftBehind sends everything once, whatever the labels, priorities,
// pauses and moves, and each label in the order of the queue.
func TestNoJobIsLeftBehind(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		labels := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 1, 30).Draw(t, "labels")
		q := shared(t, labels...)
		plan := rapid.SampledFrom([]Priority{PriorityNormal, PriorityHigh, PriorityLow})
		q.Share(Sharing{Fair: rapid.Bool().Draw(t, "fair"), Plans: map[string]Plan{"a": {Priority: plan.Draw(t, "a")}, "b": {Priority: plan.Draw(t, "b")}}})
		for range rapid.IntRange(0, 5).Draw(t, "moves") {
			q.Move(rapid.IntRange(-5, 5).Draw(t, "by"), fmt.Sprint(rapid.IntRange(0, len(labels)-1).Draw(t, "item")))
		}
		pilot := rapid.IntRange(0, len(labels)-1).Draw(t, "pilot")
		for i := range labels {
			q.PauseItem(fmt.Sprint(i), i != pilot)
		}
		if got := q.sends(noon); got != labels[pilot] {
			t.Fatalf("the pilot is %s, sent were %s", labels[pilot], got)
		}
		want := map[string][]string{}
		for _, item := range q.Items() {
			q.PauseItem(item.Submission.ID, false)
			want[item.Submission.Draft.Label] = append(want[item.Submission.Draft.Label], item.Submission.ID)
		}
		for range len(labels) - 1 {
			id, _, _ := q.Next(noon, Room{Slots: 1000})
			item, ok := q.Item(id)
			own := want[item.Submission.Draft.Label]
			if !ok || len(own) == 0 || own[0] != id {
				t.Fatalf("sent %q, of its label %q were first", id, own)
			}
			want[item.Submission.Draft.Label] = own[1:]
			sent := item.Submission
			sent.State = SubmissionSent
			q.Apply(sent, nil, noon)
		}
		if q.Len() > 0 {
			t.Fatalf("%d are left", q.Len())
		}
	})
}

// TestJobsWaitForTheStart keeps what was confirmed in the day until the evening, and
// nothing that was confirmed later.
func TestJobsWaitForTheStart(t *testing.T) {
	start, err := ParseStart("22:00")
	if err != nil || start.String() != "22:00" {
		t.Fatal(start, err)
	}
	zone := time.FixedZone("CET", 3600)
	for _, c := range []struct{ confirmed, opens string }{
		{"09:00", "22:00"}, {"21:59", "22:00"}, {"22:00", ""}, {"23:30", ""}, {"00:10", "22:00"},
	} {
		at, _ := time.Parse("15:04", c.confirmed)
		day := time.Date(2026, 11, 30, at.Hour(), at.Minute(), 0, 0, zone)
		opens := start.opens(day, zone)
		if got := opens.In(zone).Format("15:04"); c.opens != "" && got != c.opens || c.opens == "" && !opens.IsZero() {
			t.Errorf("%s: %s", c.confirmed, got)
		}
	}
	q := &Queue{Start: start}
	for i := range 3 {
		q.Put(Submission{ID: fmt.Sprint(i), State: SubmissionConfirmed, ConfirmedAt: noon, Price: Price{At: noon}}, false)
	}
	opens := time.Date(noon.Year(), noon.Month(), noon.Day(), 22, 0, 0, 0, time.UTC)
	if id, estimate, wake := q.Next(noon, Room{Slots: 5}); id != "" || estimate != "" || !wake.Equal(opens) {
		t.Errorf("%q %q, again at %v", id, estimate, wake)
	}
	if at, n := q.Opens(noon); !at.Equal(opens) || n != 3 {
		t.Errorf("%d at %v", n, at)
	}
	if id, estimate, _ := q.Next(opens, Room{Slots: 5}); id+estimate == "" {
		t.Error("nothing is sent in the evening")
	}
	q.StartNow(noon)
	if at, n := q.Opens(noon); !at.IsZero() || n != 0 {
		t.Errorf("%d wait for %v", n, at)
	}
	for _, typed := range []string{"25:00", "10pm", "22"} {
		if s, err := ParseStart(typed); err == nil {
			t.Errorf("%q is %s", typed, s)
		}
	}
}
