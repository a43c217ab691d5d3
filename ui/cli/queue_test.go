package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/journal"
	"dubtop/state/outbox"
)

// line fills the queue with one item of every state.
func (d *desk) line() {
	d.t.Helper()
	j := d.journal()
	enqueue(d.t, j, confirmed(d.t, "q1", "promo_de", dollarPrice(1_250_000)), noon)
	batch := confirmed(d.t, "q2", "films.jsonl", outbox.Price{Cost: new(api.Micros(30_000_001)), Approximate: true})
	batch.Kind, batch.BatchLines = outbox.SubmitBatch, 24
	enqueue(d.t, j, batch, noon.Add(time.Second))
	enqueue(d.t, j, confirmed(d.t, "q3", "日本\x1b[31m\u202e", outbox.Price{}), noon.Add(2*time.Second))
	dear := confirmed(d.t, "q4", "", dollarPrice(100_000))
	enqueue(d.t, j, dear, noon.Add(3*time.Second))
	if err := dear.Reprice(dollarPrice(200_000), noon.Add(time.Hour)); err != nil {
		d.t.Fatal(err)
	}
	if err := j.SaveSubmission(d.t.Context(), dear); err != nil {
		d.t.Fatal(err)
	}
	enqueue(d.t, j, confirmed(d.t, "q5", "credit", outbox.Price{Credits: new(2.5)}), noon.Add(4*time.Second))
	if err := j.PauseItem(d.t.Context(), "q2", true); err != nil {
		d.t.Fatal(err)
	}
	if err := j.Reorder(d.t.Context(), []string{"q5", "q1"}); err != nil {
		d.t.Fatal(err)
	}
}

func TestQueueAsTable(t *testing.T) {
	d := newDesk(t)
	d.line()
	d.says("queue ls", `#  ID  NAME                       MODEL      STATE            PRICE  SINCE                WHY
1  q5  credit                     lipsync-2  waiting   ~2.5 credits  2026-11-24 12:00:04  -
2  q2  films.jsonl (batch of 24)  lipsync-2  paused         ?$30.00  2026-11-24 12:00:01  -
3  q3  日本                       lipsync-2  waiting              -  2026-11-24 12:00:02  -
4  q4  -                          lipsync-2  price up        ~$0.20  2026-11-24 12:00:03  the price is not the one you agreed to: confirm it again
5  q1  promo_de                   lipsync-2  waiting         ~$1.25  2026-11-24 12:00:00  -

5 waiting, ?$31.45 in total, 2.5 credits; 2 without a price in dollars; 1 paused; 1 with a higher price.
No process is sending from the queue.
`)
}

// Labels have a column if there are any: the draft's label, or the one set
// later.
func TestQueueShowsLabels(t *testing.T) {
	d := newDesk(t)
	j := d.journal()
	for _, id := range []string{"q1", "q2", "q3"} {
		s := confirmed(t, id, "promo_"+id, dollarPrice(1_250_000))
		s.Draft.Label, s.Draft.Set, s.Draft.Lang = "acme", "season", "de"
		enqueue(t, j, s, noon)
	}
	for id, label := range map[string]string{"q2": "later", "q3": ""} {
		if err := j.LabelAll(t.Context(), []string{id}, label); err != nil {
			t.Fatal(err)
		}
	}
	got := d.run("queue ls")
	lines := strings.Split(got.out, "\n")
	for i, want := range []string{"#  ID  NAME      LABEL  MODEL", "1  q1  promo_q1  acme   lipsync-2", "2  q2  promo_q2  later  lipsync-2", "3  q3  promo_q3  -      lipsync-2"} {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d is %q, want %q", i, lines[i], want)
		}
	}
	if got := d.run("queue ls --json"); !strings.Contains(got.out, `"label": "later"`) || !strings.Contains(got.out, `"set": "season"`) || !strings.Contains(got.out, `"lang": "de"`) || !strings.Contains(got.out, `"label": ""`) {
		t.Errorf("in JSON: %s", got.out)
	}
}

func TestQueueAsJSON(t *testing.T) {
	d := newDesk(t)
	j := d.journal()
	enqueue(t, j, confirmed(t, "q1", "a <b> & \"c\"\x07", dollarPrice(1_250_000)), noon)
	enqueue(t, j, confirmed(t, "q2", "promo", outbox.Price{}), noon)
	d.says("queue ls --json", `{
  "version": 1,
  "items": [
    {
      "place": 1,
      "id": "q1",
      "kind": "generation",
      "jobs": 1,
      "name": "a <b> & \"c\"�",
      "model": "lipsync-2",
      "label": "",
      "set": "",
      "lang": "",
      "state": "waiting",
      "reason": "",
      "price_usd": 1.25,
      "credits": null,
      "waiting_since": "2026-11-24T11:00:00Z",
      "sent_at": null
    },
    {
      "place": 2,
      "id": "q2",
      "kind": "generation",
      "jobs": 1,
      "name": "promo",
      "model": "lipsync-2",
      "label": "",
      "set": "",
      "lang": "",
      "state": "waiting",
      "reason": "",
      "price_usd": null,
      "credits": null,
      "waiting_since": "2026-11-24T11:00:00Z",
      "sent_at": null
    }
  ],
  "total": {
    "items": 2,
    "price_usd": 1.25,
    "credits": null,
    "unknown_prices": 1,
    "paused": 0,
    "expired": 0,
    "price_up": 0,
    "no_price": 0,
    "sending": 0,
    "unknown": 0,
    "maybe_charged_usd": 0.00,
    "refused": 0
  },
  "queue_paused": false,
  "sender": null
}
`)
}

// The sender is shown, and goes on sending.
func TestListingTakesNoTurn(t *testing.T) {
	d := newDesk(t)
	j := d.journal()
	for range 2 {
		if mine, _, err := j.Sender(noon); !mine || err != nil {
			t.Fatalf("the dashboard does not send: %t, %v", mine, err)
		}
		host, _ := os.Hostname()
		d.says("queue ls", fmt.Sprintf("The queue is empty.\nSent by process %d on %s, since 2026-11-24 12:00:00.\n", os.Getpid(), host))
		if got := d.run("queue ls --json"); !strings.Contains(got.out, fmt.Sprintf(`"pid": %d`, os.Getpid())) {
			t.Errorf("in JSON: %s", got.out)
		}
	}
	if err := j.LeaveSender(); err != nil {
		t.Fatal(err)
	}
	d.says("queue ls", "The queue is empty.\n")
	if mine, _, err := j.Sender(noon); !mine || err != nil {
		t.Errorf("a look took the turn: %t, %v", mine, err)
	}
}

// sent has a job of the queue sent, and answered unless the outcome is NotSent.
func sent(t testing.TB, j *journal.Journal, s outbox.Submission, o api.Outcome, words string) {
	t.Helper()
	if err := s.Send(noon.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := j.BeginSending(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if o == api.NotSent {
		return
	}
	if err := s.Answer(o, "", words, noon.Add(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := j.SaveSubmission(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

// Jobs that have left the queue are listed too: those being sent, those of
// unknown outcome, and refused ones.
func TestQueueListsWhatLeftTheLine(t *testing.T) {
	d := newDesk(t)
	j := d.journal()
	for i, c := range []struct {
		id    string
		o     api.Outcome
		words string
	}{{"q1", api.Refused, "no \x1b[31mface"}, {"q2", api.NotSent, ""}, {"q3", api.Unknown, "the answer was lost"}} {
		s := confirmed(t, c.id, "job", dollarPrice(1_250_000))
		enqueue(t, j, s, noon.Add(time.Duration(i)*time.Second))
		sent(t, j, s, c.o, c.words)
	}
	enqueue(t, j, confirmed(t, "q4", "job", dollarPrice(1_250_000)), noon.Add(9*time.Second))
	if err := j.PauseQueue(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	d.says("queue ls", `#  ID  NAME  MODEL      STATE     PRICE  SINCE                WHY
-  q3  job   lipsync-2  unknown  ~$1.25  2026-11-24 12:01:00  the answer was lost
-  q2  job   lipsync-2  sending  ~$1.25  2026-11-24 12:01:00  -
1  q4  job   lipsync-2  waiting  ~$1.25  2026-11-24 12:00:09  -
-  q1  job   lipsync-2  refused  ~$1.25  2026-11-24 12:01:00  no face

1 waiting, ~$1.25 in total; 1 being sent; 1 of unknown outcome, ~$1.25 maybe charged; 1 refused.
You have paused the queue; dubtop queue drain --resume resumes it.
No process is sending from the queue.
`)
	var doc struct {
		Items []struct {
			State, Reason string
			Place         *int
			Since         *time.Time `json:"waiting_since"`
			Sent          *time.Time `json:"sent_at"`
		}
		Total struct {
			Items, Sending, Unknown, Refused int
			Maybe                            float64 `json:"maybe_charged_usd"`
		}
		Paused bool `json:"queue_paused"`
	}
	got := d.run("queue ls --json")
	if err := json.Unmarshal([]byte(got.out), &doc); err != nil || len(doc.Items) != 4 || !doc.Paused {
		t.Fatalf("%v: %s", err, got.out)
	}
	if n := doc.Total; n.Items != 1 || n.Sending != 1 || n.Unknown != 1 || n.Refused != 1 || n.Maybe != 1.25 {
		t.Errorf("%+v", n)
	}
	if i := doc.Items[0]; i.State != "unknown" || i.Place != nil || i.Since != nil || i.Sent == nil || i.Reason != "the answer was lost" {
		t.Errorf("%+v", i)
	}
	if i := doc.Items[2]; i.State != "waiting" || *i.Place != 1 || i.Since == nil || i.Sent != nil {
		t.Errorf("%+v", i)
	}
}

// BenchmarkQueueLs10k measures the whole command as used by scripts.
func BenchmarkQueueLs10k(b *testing.B) {
	d := newDesk(b)
	j := d.journal()
	subs := make([]outbox.Submission, 10_000)
	for i := range subs {
		subs[i] = confirmed(b, fmt.Sprintf("%032x", i), fmt.Sprint("scene_", i), dollarPrice(1_250_000))
	}
	if err := j.EnqueueAll(b.Context(), subs, nil, noon); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if got := d.run("queue ls --json"); got.status != 0 || len(got.out) < 3_000_000 {
			b.Fatal(got.status, len(got.out))
		}
	}
}
