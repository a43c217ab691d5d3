package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// takes writes a batch file with that many jobs of 12 s each, and returns the
// command line that submits it: $0.60 a job.
func (w *works) takes(n int) string {
	var b strings.Builder
	media := w.account.StorageURL() + "/media/"
	for i := range n {
		fmt.Fprintf(&b, `{"request_id":"take-%02d","endpoint":"/v2/generate","payload":{"model":"lipsync-2","input":[`+
			`{"type":"video","url":"%sshot_%d_20s.mp4"},{"type":"audio","url":"%sline_%d_12s.wav"}]}}`+"\n", i+1, media, i, media, i)
	}
	path := filepath.Join(w.t.TempDir(), "takes.jsonl")
	must(w.t, os.WriteFile(path, []byte(b.String()), 0o600))
	return "batch submit " + path + " "
}

// sent fails unless exactly so many batches were made.
func (w *works) sent(n int) {
	w.t.Helper()
	if got := len(w.account.AcceptedBatches()); got != n {
		w.t.Errorf("%d batches were made, want %d", got, n)
	}
}

// batchDocument is what batch submit --json prints.
type batchDocument struct {
	Version                               int
	ID, Submission, State, Reason, Follow string
	Jobs                                  int
	Price                                 float64 `json:"price_usd"`
}

func scale() simulator.Options { return simulator.Options{Plan: simulator.Scale} }

func TestBatchIsSentOnceAfterAYes(t *testing.T) {
	drains(t, scale(), func(t *testing.T, w *works) {
		line := w.takes(24)
		w.ends(line, StatusUsage, nil, []string{"This will cost $14.40 at list price\n", "batch: 24 jobs\n", "nothing was sent: This will cost $14.40", "--yes agrees"})
		w.sent(0)
		got := w.ends(line+"--yes", 0, nil, []string{"the batch of 24 jobs is accepted and paid for; dubtop batch get "})
		w.sent(1)
		id := strings.TrimSpace(got.out)
		if !strings.Contains(w.run("batch get "+id).out, id) {
			t.Errorf("%q is no batch", id)
		}
		w.ends(line+"--yes", StatusUsage, nil, []string{"this file was sent as a batch on ", id, "--again makes another one"})
		w.sent(1)
		var d batchDocument
		w.reads(line+"--yes --again --json", 0, &d)
		if d.Version != shape || d.ID == "" || d.ID == id || d.State != "accepted" || d.Jobs != 24 || d.Price != 14.4 || d.Follow != "dubtop batch get "+d.ID {
			t.Errorf("%+v", d)
		}
		w.sent(2)
		w.world.Asks = func() bool { return true }
		if got := w.typing("n\n", line+"--again"); got.status != StatusUsage || !strings.Contains(got.errors, "Send? [y/N] ") {
			t.Errorf("%+v", got)
		}
		w.sent(2)
		if got := w.typing("y\n", line+"--again"); got.status != 0 {
			t.Errorf("%+v", got)
		}
		w.sent(3)
	})
}

func TestBatchKeepsTheBudgets(t *testing.T) {
	for _, c := range []struct {
		name, budget, flags string
		status, sent        int
		says                string
	}{
		{"hard", `daily = "14.00 hard"`, "--yes --confirm 14.40", StatusBudget, 0, "the daily budget is $14.00"},
		{"soft", `daily = "14.00"`, "--yes", StatusBudget, 0, "--confirm $14.40 agrees to it"},
		{"soft, typed", `daily = "14.00"`, "--yes --confirm 14.40", 0, 1, "accepted"},
		{"limit", "", "--yes --max-usd 14.39", StatusBudget, 0, "this may cost $14.40, and the limit is $14.39"},
		{"exactly", "", "--yes --max-usd 14.40", 0, 1, "accepted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			drains(t, scale(), func(t *testing.T, w *works) {
				w.configure("[budget]\n" + c.budget + "\n")
				w.ends(w.takes(24)+c.flags, c.status, nil, []string{c.says})
				w.sent(c.sent)
			})
		})
	}
}

// Every way in which a batch is not made has its exit status.
func TestBatchThatIsNotMade(t *testing.T) {
	limited := simulator.Fault{Times: 1, Status: 429, Body: `{"statusCode":429,"message":"Batch concurrency limit reached.","errorCode":"concurrency_limit_reached"}`}
	for _, c := range []struct {
		name   string
		jobs   int
		plan   simulator.Plan
		faults []simulator.Fault
		status int
		says   string
	}{
		{"19 lines", 19, simulator.Scale, nil, StatusUsage, "the file has 19 lines; a batch takes at least 20"},
		{"the plan", 24, simulator.Creator, nil, StatusAuth, "this account's plan does not include batches"},
		{"too many batches", 24, simulator.Scale, []simulator.Fault{{Times: 1}, limited}, StatusLater, "not accepted, nothing was charged: "},
		{"refused", 24, simulator.Scale, []simulator.Fault{{Times: 1}, {Times: 1, Status: 422, Body: `{"statusCode":422,"message":"No."}`}}, StatusError, "refused, nothing was charged: "},
		{"an unpaid bill", 24, simulator.Scale, []simulator.Fault{{Times: 1}, {Times: 1, Status: 402, Body: `{"statusCode":402,"message":"Pay first."}`}}, StatusAuth, "Pay first."},
	} {
		t.Run(c.name, func(t *testing.T) {
			drains(t, simulator.Options{Plan: c.plan}, func(t *testing.T, w *works) {
				for _, f := range c.faults {
					w.account.Fault("POST /v2/batch", f)
				}
				line := w.takes(c.jobs) + "--yes"
				if got := w.ends(line, c.status, nil, []string{c.says}); got.out != "" {
					t.Errorf("%+v", got)
				}
				w.sent(0)
				if c.faults == nil {
					return
				}
				w.ends("queue drain", 0, []string{"The queue is empty."}, nil) // nothing of it waits
				w.sent(0)
				if got := w.run(line); got.status != 0 || !strings.Contains(got.errors, "is accepted and paid for") {
					t.Errorf("%+v", got)
				}
				w.sent(1)
			})
		})
	}
}

// A lost answer is looked for and never sent again; neither is a batch that a
// process was sending when it died.
func TestBatchOfUnknownOutcomeIsNotSentAgain(t *testing.T) {
	t.Run("lost answer", func(t *testing.T) {
		drains(t, scale(), func(t *testing.T, w *works) {
			w.account.Fault("POST /v2/batch", simulator.Fault{Times: 1})
			w.account.Fault("POST /v2/batch", simulator.Fault{Times: 1, DropAfter: true})
			line := w.takes(24)
			got := w.run(line + "--yes")
			w.sent(1)
			if got.status != 0 && got.status != StatusPartly || !strings.Contains(got.errors, "maybe charged") {
				t.Errorf("%+v", got)
			}
			w.ends(line+"--yes", StatusUsage, nil, []string{"this file was sent as a batch on ", "--again"})
			w.sent(1)
		})
	})
	t.Run("interrupted", func(t *testing.T) {
		drains(t, scale(), func(t *testing.T, w *works) {
			w.account.Fault("POST /v2/batch", simulator.Fault{Times: 1})
			w.account.Fault("POST /v2/batch", simulator.Fault{DelayAfter: 10 * time.Second})
			time.AfterFunc(8*time.Second, func() { w.signals <- nil })
			got := w.run(w.takes(24) + "--yes")
			w.sent(1)
			if got.status != 0 || strings.TrimSpace(got.out) == "" || !strings.Contains(got.errors, "accepted and paid for") {
				t.Errorf("%+v", got)
			}
		})
	})
}

// The batch goes out although the queue is paused, and although another process
// sends; it does not wait in the queue.
func TestBatchDoesNotWaitInTheQueue(t *testing.T) {
	drains(t, scale(), func(t *testing.T, w *works) {
		must(t, w.j.PauseQueue(t.Context(), true))
		got := w.ends(w.takes(20)+"--yes", 0, nil, []string{"accepted"})
		w.sent(1)
		w.paid(0)
		if strings.TrimSpace(got.out) == "" {
			t.Errorf("%+v", got)
		}
	}, "waits")
}
