package cli

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state"
)

// line fills the queue with one item of every sort, as on a busy day.
func (d *desk) line() {
	d.t.Helper()
	j := d.journal()
	enqueue(d.t, j, confirmed(d.t, "q1", "promo_de", dollarPrice(1_250_000)), noon)
	batch := confirmed(d.t, "q2", "films.jsonl", state.Price{Cost: new(api.Micros(30_000_001)), Approximate: true})
	batch.Kind, batch.BatchLines = state.SubmitBatch, 24
	enqueue(d.t, j, batch, noon.Add(time.Second))
	enqueue(d.t, j, confirmed(d.t, "q3", "日本\x1b[31m\u202e", state.Price{}), noon.Add(2*time.Second))
	dear := confirmed(d.t, "q4", "", dollarPrice(100_000))
	enqueue(d.t, j, dear, noon.Add(3*time.Second))
	if err := dear.Reprice(dollarPrice(200_000), noon.Add(time.Hour)); err != nil {
		d.t.Fatal(err)
	}
	if err := j.SaveSubmission(d.t.Context(), dear); err != nil {
		d.t.Fatal(err)
	}
	enqueue(d.t, j, confirmed(d.t, "q5", "credit", state.Price{Credits: new(2.5)}), noon.Add(4*time.Second))
	if err := j.PauseItem(d.t.Context(), "q2", true); err != nil {
		d.t.Fatal(err)
	}
	if err := j.Reorder(d.t.Context(), []string{"q5", "q1"}); err != nil {
		d.t.Fatal(err)
	}
}

func TestTheQueueAsATable(t *testing.T) {
	d := newDesk(t)
	d.line()
	d.says("queue ls", `#  ID  NAME                       MODEL      STATE                        PRICE  WAITING SINCE
1  q5  credit                     lipsync-2  waiting                2.5 credits  2026-11-24 12:00:04
2  q2  films.jsonl (batch of 24)  lipsync-2  paused                 ~$30.000001  2026-11-24 12:00:01
3  q3  日本                       lipsync-2  waiting                          -  2026-11-24 12:00:02
4  q4  -                          lipsync-2  price to be confirmed        $0.20  2026-11-24 12:00:03
5  q1  promo_de                   lipsync-2  waiting                      $1.25  2026-11-24 12:00:00

5 in the queue, $31.450001 in all, 2.5 credits; 2 without a price in dollars; 1 paused; 1 with a price to be confirmed.
Nobody sends from the queue now.
`)
}

func TestTheQueueForScripts(t *testing.T) {
	d := newDesk(t)
	j := d.journal()
	enqueue(t, j, confirmed(t, "q1", "a <b> & \"c\"\x07", dollarPrice(1_250_000)), noon)
	enqueue(t, j, confirmed(t, "q2", "promo", state.Price{}), noon)
	d.says("queue ls --json", `{
  "items": [
    {
      "place": 1,
      "id": "q1",
      "kind": "generation",
      "jobs": 1,
      "name": "a <b> & \"c\"�",
      "model": "lipsync-2",
      "state": "waiting",
      "price_usd": 1.25,
      "credits": null,
      "waiting_since": "2026-11-24T11:00:00Z"
    },
    {
      "place": 2,
      "id": "q2",
      "kind": "generation",
      "jobs": 1,
      "name": "promo",
      "model": "lipsync-2",
      "state": "waiting",
      "price_usd": null,
      "credits": null,
      "waiting_since": "2026-11-24T11:00:00Z"
    }
  ],
  "total": {
    "items": 2,
    "price_usd": 1.25,
    "credits": null,
    "unknown_prices": 1,
    "paused": 0,
    "prices_to_be_confirmed": 0
  },
  "sender": null
}
`)
}

// Who sends is told, and goes on sending.
func TestALookTakesNoTurn(t *testing.T) {
	d := newDesk(t)
	j := d.journal()
	for range 2 {
		if mine, _, err := j.Sender(noon); !mine || err != nil {
			t.Fatalf("the dashboard does not send: %t, %v", mine, err)
		}
		host, _ := os.Hostname()
		d.says("queue ls", fmt.Sprintf("Nothing waits.\nSent by process %d on %s, since 2026-11-24 12:00:00.\n", os.Getpid(), host))
		if got := d.run("queue ls --json"); !strings.Contains(got.out, fmt.Sprintf(`"pid": %d`, os.Getpid())) {
			t.Errorf("in JSON: %s", got.out)
		}
	}
	if err := j.LeaveSender(); err != nil {
		t.Fatal(err)
	}
	d.says("queue ls", "Nothing waits.\n")
	if mine, _, err := j.Sender(noon); !mine || err != nil {
		t.Errorf("a look took the turn: %t, %v", mine, err)
	}
}
