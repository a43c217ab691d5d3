package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/state/journal"
	"dubtop/state/outbox"
)

// one is a command line that submits a job of $1.25.
func (w *works) one(flags string) string {
	return "submit --video " + w.film(28) + " --audio " + w.line(25) + " --name one " + flags
}

// paid fails unless exactly so many jobs were accepted.
func (w *works) paid(n int) {
	w.t.Helper()
	if got := len(w.account.Accepted()); got != n {
		w.t.Errorf("%d jobs were accepted, want %d", got, n)
	}
}

func TestSubmitSendsAfterAYes(t *testing.T) {
	drains(t, simulator.Options{Profile: simulator.Current}, func(t *testing.T, w *works) {
		w.ends(w.one(""), StatusUsage, nil, []string{"This will cost $1.25 at list price\n", "nothing was sent: This will cost $1.25", "--yes agrees"})
		w.paid(0)
		got := w.ends(w.one("--yes --label acme"), 0, nil, []string{"1 job is accepted and paid for; dubtop wait "})
		w.paid(1)
		id := strings.TrimSpace(got.out)
		sub, ok, err := w.j.SubmissionOf(t.Context(), api.ID(id))
		if err != nil || !ok || sub.Draft.Label != "acme" || sub.State != outbox.SubmissionSent {
			t.Errorf("%q is %+v, %v", id, sub.State, err)
		}
		var d submitDocument
		w.ends(w.one("--yes"), StatusUsage, nil, []string{"one: made on", "--again buys again"})
		w.paid(1)
		w.reads(w.one("--yes --again --json"), 0, &d)
		if d.Version != shape || d.Bought != 1 || d.Price != 1.25 || len(d.Jobs) != 1 || d.Jobs[0].State != "accepted" || d.Jobs[0].ID == "" || d.Jobs[0].ID == id {
			t.Errorf("%+v", d)
		}
		w.paid(2)
		w.world.Asks = func() bool { return true }
		for typed, n := range map[string]int{"\n": 2, "n\n": 2, "": 2, "yes please\n": 2} {
			if got := w.typing(typed, w.one("--again")); got.status != StatusUsage || !strings.Contains(got.errors, "Send? [y/N] ") {
				t.Errorf("%q: %+v", typed, got)
			}
			w.paid(n)
		}
		if got := w.typing("y\n", w.one("--again")); got.status != 0 {
			t.Errorf("%+v", got)
		}
		w.paid(3)
	})
}

// submitDocument is what --json prints.
type submitDocument struct {
	Version, Bought, Joined int
	Run, Set, Follow        string
	Price                   float64 `json:"price_usd"`
	Jobs                    []struct {
		Row, Name, Submission, ID, State, Reason string
		Attempt                                  int
		Joined                                   bool
	}
}

// reads runs a command with --json that ends with a status.
func (w *works) reads(line string, status int, document any) {
	w.t.Helper()
	got := w.run(line)
	if err := json.Unmarshal([]byte(got.out), document); err != nil || got.status != status {
		w.t.Fatalf("%s: status %d, want %d, %v\n%s\n%s", line, got.status, status, err, got.out, got.errors)
	}
}

func TestSubmitKeepsTheBudgets(t *testing.T) {
	for _, c := range []struct {
		name, budget, flags, typed string
		status, sent               int
		says                       string
	}{
		{"hard", `daily = "1.00 hard"`, "--yes --confirm 1.25", "", StatusBudget, 0, "the daily budget is $1.00"},
		{"soft", `daily = "1.00"`, "--yes", "", StatusBudget, 0, "--confirm $1.25 agrees to it"},
		{"soft, typed", `daily = "1.00"`, "--yes --confirm 1.25", "", 0, 1, "accepted"},
		{"soft, wrong", `daily = "1.00"`, "--yes --confirm 1.24", "", StatusBudget, 0, "agrees to it"},
		{"soft, asked", `daily = "1.00"`, "", "$1.25\n", 0, 1, "Type $1.25 to send: "},
		{"soft, asked, y", `daily = "1.00"`, "", "y\n", StatusUsage, 0, "Type $1.25 to send: "},
		{"within", `daily = "2.00"`, "--yes", "", 0, 1, "$0.75 left after this"},
		{"limit", "", "--yes --max-usd 1.24", "", StatusBudget, 0, "this may cost $1.25, and the limit is $1.24"},
		{"exactly", "", "--yes --max-usd 1.25", "", 0, 1, "accepted"},
		{"no amount", "", "--yes --max-usd lots", "", StatusUsage, 0, "no amount"},
		{"max_job", `max_job = "1 hard"`, "--yes --max-usd 9", "", StatusBudget, 0, "max_job"},
		{"label, hard", "[budget.label.acme]\nmonthly = \"1.00 hard\"", "--label Acme --yes --confirm 1.25", "", StatusBudget, 0, "the monthly budget of the label acme is $1.00"},
		{"label, soft", "[budget.label.acme]\nmonthly = \"1.00\"", "--label acme --yes", "", StatusBudget, 0, "--confirm $1.25 agrees to it"},
		{"label, typed", "[budget.label.acme]\nmonthly = \"1.00\"", "--label acme --yes --confirm 1.25", "", 0, 1, "accepted"},
		{"another label", "[budget.label.acme]\nmonthly = \"1.00 hard\"", "--label other --yes", "", 0, 1, "accepted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			drains(t, simulator.Options{}, func(t *testing.T, w *works) {
				w.configure("[budget]\n" + c.budget + "\n")
				w.world.Asks = func() bool { return c.typed != "" }
				got := w.typing(c.typed, w.one(c.flags))
				if got.status != c.status || !strings.Contains(got.errors, c.says) {
					t.Errorf("%+v, want status %d and %q", got, c.status, c.says)
				}
				w.paid(c.sent)
			})
		})
	}
}

// copies saves a file of the simulated storage on this machine.
func (w *works) copies(link string) (path string) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, link, nil)
	must(w.t, err)
	res, err := w.account.RoundTripper().RoundTrip(r)
	must(w.t, err)
	content, err := io.ReadAll(res.Body)
	must(w.t, errors.Join(err, res.Body.Close()))
	path = filepath.Join(w.t.TempDir(), filepath.Base(link))
	must(w.t, os.WriteFile(path, content, 0o600))
	return path
}

// A guess counts with the most that it may be: a voice may be slow.
func TestLimitCountsGuesses(t *testing.T) {
	drains(t, simulator.Options{}, func(t *testing.T, w *works) {
		speech := "submit --yes --voice v1 --text " + strings.Repeat("word", 15) + " --video " + w.copies(w.film(28))
		got := w.run(speech + " --max-usd 0.39")
		if got.status != StatusBudget || !strings.Contains(got.errors, "≈ $0.20") || !strings.Contains(got.errors, "this may cost $0.40, and the limit is $0.39") {
			t.Errorf("%+v", got)
		}
		w.paid(0)
		w.ends(speech+" --max-usd 0.40", 0, nil, []string{"at most: $0.40"})
		w.paid(1)
	})
}

// A changed file is a changed row.
func TestRunRefusesAChangedFile(t *testing.T) {
	drains(t, simulator.Options{}, func(t *testing.T, w *works) {
		video, audio := w.copies(w.film(28)), w.copies(w.line(25))
		line := "submit --yes --run one --video " + video + " --audio " + audio
		w.ends(line, 0, nil, []string{"1 job is accepted"})
		w.ends(line, 0, nil, []string{"1 job is accepted"})
		other, err := os.ReadFile(w.copies(w.line(26)))
		must(t, err)
		must(t, os.WriteFile(audio, other, 0o600))
		w.ends(line, StatusUsage, nil, []string{"the content of line_25s.wav is different"})
		must(t, os.Remove(audio))
		w.ends(line, 0, nil, []string{"1 job is accepted"})
		w.paid(1)
	})
}

func TestSubmitOnlyQueues(t *testing.T) {
	drains(t, simulator.Options{}, func(t *testing.T, w *works) {
		got := w.ends(w.one("--yes --queue"), 0, nil, []string{"This will cost"})
		w.paid(0)
		if id := w.id("one"); strings.TrimSpace(got.out) != id {
			t.Errorf("%q, want %s", got.out, id)
		}
		w.ends("queue drain", 0, []string{"1 sent."}, nil)
		w.paid(1)
	})
}

// What was sent is told however the command ends.
func TestSubmitTellsWhatItPaidFor(t *testing.T) {
	drains(t, simulator.Options{Slots: 9}, func(t *testing.T, w *works) {
		w.account.Fault("POST /v2/generate", simulator.Fault{DelayAfter: 10 * time.Second})
		w.account.Fault("POST /v2/generate", simulator.Fault{DelayAfter: 10 * time.Second})
		set := w.lists("rows.csv", w.unlike(1), w.unlike(2), w.unlike(3))
		time.AfterFunc(5*time.Second, func() { w.signals <- syscall.SIGTERM })
		got := w.run("submit --yes --run season --set " + set)
		if got.status != StatusInterrupted || strings.Count(got.out, "\n") != 1 || !strings.Contains(got.errors, "1 job is accepted and paid for; dubtop wait --set season follows") ||
			!strings.Contains(got.errors, "nothing has to be bought again") {
			t.Errorf("%+v", got)
		}
		w.paid(1)
		got = w.ends("submit --yes --run season --set "+set, 0, nil, []string{"3 jobs are accepted"})
		if strings.Count(got.out, "\n") != 3 {
			t.Errorf("%+v", got)
		}
		w.paid(3)
	})
}

// While another process sends, the command watches it send, and takes over when
// it ends.
func TestSubmitFollowsTheSender(t *testing.T) {
	drains(t, simulator.Options{}, func(t *testing.T, w *works) {
		mine, _, err := w.j.Sender(time.Now())
		if err != nil || !mine {
			t.Fatal(mine, err)
		}
		time.AfterFunc(time.Minute, func() { must(t, w.j.LeaveSender()) })
		began := time.Now()
		w.ends(w.one("--yes"), 0, nil, []string{"1 job is accepted"})
		if took := time.Since(began); took < time.Minute {
			t.Errorf("it took %s", took)
		}
		w.paid(1)
	})
}

func TestSubmitEndsIfItCannotBeSent(t *testing.T) {
	drains(t, simulator.Options{}, func(t *testing.T, w *works) {
		w.account.Fault("POST /v2/generate", simulator.Fault{Times: 1, Status: 422, Body: `{"statusCode":422,"message":"No \u001b[31mface."}`})
		w.ends(w.one("--yes"), StatusError, nil, []string{"refused, nothing was charged: ", "No face"})
		must(t, w.j.PauseQueue(t.Context(), true))
		w.ends(w.one("--yes"), StatusLater, nil, []string{"paused by you"})
		must(t, w.j.PauseQueue(t.Context(), false))
		w.paid(0)
		w.account.RevokeKey()
		w.ends(w.one("--yes"), StatusAuth, nil, []string{"the API key was refused (401)"})
		w.paid(0)
	})
}

func TestRunsJoin(t *testing.T) {
	drains(t, simulator.Options{Slots: 9, Profile: simulator.Current}, func(t *testing.T, w *works) {
		set := w.lists("rows.csv", w.unlike(1), w.unlike(2))
		line := "submit --yes --run season --max-usd 2.15 --json --set " + set
		var first, second submitDocument
		w.reads(line, 0, &first)
		w.reads(line, 0, &second)
		w.paid(2)
		if first.Bought != 2 || first.Set != "season" || second.Joined != 2 || second.Bought != 0 || second.Price != 0 || first.Jobs[1].ID != second.Jobs[1].ID {
			t.Errorf("%+v\n%+v", first, second)
		}
		// New rows are bought, wherever they stand.
		must(t, os.WriteFile(set, []byte("id,video,audio,name\n"+strings.Join([]string{w.unlike(3), w.unlike(1), w.unlike(2)}, "\n")), 0o600))
		w.reads(line, 0, &second)
		if second.Joined != 2 || second.Bought != 1 || second.Jobs[0].Row != "r3" || second.Jobs[0].Joined {
			t.Errorf("%+v", second)
		}
		w.paid(3)
		// A changed row is refused.
		must(t, os.WriteFile(set, []byte("id,video,audio,name\n"+strings.Replace(w.unlike(1), "line_21s", "line_29s", 1)), 0o600))
		w.ends(strings.Replace(line, "--json", "", 1), StatusUsage, nil, []string{"row r1 has changed: audio was http", "line_21s.wav and is http", "line_29s.wav", "another --run"})
		w.paid(3)
		// Without a run it is a new purchase, and says so.
		must(t, os.WriteFile(set, []byte("id,video,audio,name\n"+w.unlike(1)+"\n"+w.unlike(2)), 0o600))
		w.ends("submit --yes --set "+set, StatusUsage, nil, []string{"made on", "2 rows repeat jobs", "--again buys again"})
		w.ends("submit --yes --again --set "+set, 0, nil, []string{"without --run, running this command again buys them again"})
		w.paid(5)
		// The name of a set that is no run is not taken.
		w.ends("submit --yes --again --run rows --set "+set, StatusUsage, nil, []string{"there is a job set called rows"})
		w.paid(5)
	})
}

func TestRetryFailed(t *testing.T) {
	drains(t, simulator.Options{Slots: 9, IgnoreKeys: true}, func(t *testing.T, w *works) {
		set := w.lists("rows.csv", w.unlike(1), w.unlike(2), w.unlike(3))
		line := "submit --yes --run season --json --set " + set
		w.account.Fault("POST /v2/generate", simulator.Fault{Times: 1, Status: 422, Body: `{"statusCode":422,"message":"No."}`})
		w.account.Fault("POST /v2/generate", simulator.Fault{Times: 1, DropBefore: true})
		var d submitDocument
		w.reads(line, StatusPartly, &d)
		states := func() (all string) {
			for _, j := range d.Jobs {
				all += fmt.Sprintf("%s %d, ", j.State, j.Attempt)
			}
			return all
		}
		if got := states(); got != "refused 1, unknown 1, accepted 1, " {
			t.Errorf("%s", got)
		}
		w.reads(line, StatusPartly, &d)
		w.paid(1)
		w.reads(line+" --retry-failed", StatusPartly, &d)
		if got := states(); got != "accepted 2, unknown 1, accepted 1, " {
			t.Errorf("%s", got)
		}
		w.paid(2)
		w.reads(line+" --retry-failed", StatusPartly, &d)
		w.paid(2)
		items, err := w.j.Queue(t.Context())
		if err != nil || len(items) > 0 {
			t.Errorf("%d are left in the queue, %v", len(items), err)
		}
	})
}

// A job that failed is bought again only if that is asked for.
func TestRetryOfAFailedJob(t *testing.T) {
	drains(t, simulator.Options{Slots: 9}, func(t *testing.T, w *works) {
		set := w.lists("rows.csv", "r1,"+w.film(28)+","+w.line(25)+",fail_me", w.unlike(2))
		line := "submit --yes --run season --json --set " + set
		var d submitDocument
		w.reads(line, 0, &d)
		w.account.Fault("GET /v2/generations", simulator.Fault{Times: 1, Status: 200, Body: fmt.Sprintf(`[{"id":%q,"status":"FAILED"},{"id":%q,"status":"COMPLETED"}]`, d.Jobs[0].ID, d.Jobs[1].ID)})
		w.reads(line+" --retry-failed", 0, &d)
		if d.Jobs[0].Attempt != 2 || d.Jobs[0].Joined || d.Jobs[1].Attempt != 1 || !d.Jobs[1].Joined {
			t.Errorf("%+v", d)
		}
		w.paid(3)
	})
}

// A machine that does not know a run looks through the account's history.
func TestRunOfAnotherMachine(t *testing.T) {
	drains(t, simulator.Options{Slots: 9}, func(t *testing.T, w *works) {
		set := w.lists("rows.csv", w.unlike(1), w.unlike(2))
		w.ends("submit --yes --run season --set "+set, 0, nil, []string{"2 jobs are accepted"})
		w.paid(2)
		w.world.Env.Home = t.TempDir() // another machine
		w.ends("submit --yes --run season --set "+set, StatusUsage, nil, []string{"row r1: job ", "looks the same", "this machine does not know run season, and 2 rows look like jobs", "--again buys it"})
		w.paid(2)
		w.ends("submit --yes --again --run season --set "+set, 0, nil, []string{"2 jobs are accepted"})
		w.paid(4)
		w.ends("submit --yes --run season --set "+set, 0, nil, []string{"2 jobs are accepted"})
		w.paid(4)
	})
}

// Two calls at the same time buy once.
func TestTwoSubmitsOfARunBuyOnce(t *testing.T) {
	drains(t, simulator.Options{Slots: 9}, func(t *testing.T, w *works) {
		set := w.lists("rows.csv", w.unlike(1), w.unlike(2))
		line := "submit --yes --run season --set " + set
		done := make(chan ran)
		for range 2 {
			go func() { done <- w.run(line) }()
		}
		for range 2 {
			if got := <-done; got.status != 0 && got.status != StatusLater {
				t.Errorf("%+v", got)
			}
		}
		w.paid(2)
		w.ends(line, 0, nil, []string{"2 jobs are accepted"})
		w.paid(2)
	})
}

// Without a run the second command sees the copies of the first, also if both
// have looked before either of them bought.
func TestTwoSubmitsWithoutARunBuyOnce(t *testing.T) {
	drains(t, simulator.Options{Slots: 9}, func(t *testing.T, w *works) {
		line := "submit --yes --set " + w.lists("rows.csv", w.unlike(1), w.unlike(2))
		done := make(chan ran)
		for range 3 {
			go func() { done <- w.run(line) }()
		}
		for range 3 {
			if got := <-done; got.status != 0 && (got.status != StatusUsage || !strings.Contains(got.errors, "--again")) {
				t.Errorf("%+v", got)
			}
		}
		w.paid(2)
	})
}

// The budgets are checked against the queue that the jobs join.
func TestPurchaseIsRefusedIfTheQueueMoved(t *testing.T) {
	drains(t, simulator.Options{}, func(t *testing.T, w *works) {
		revision, _, err := w.j.Revisions(t.Context())
		must(t, err)
		w.agree("other")
		sub := w.priced("mine", "")
		err = w.j.EnqueuePurchase(t.Context(), journal.Purchase{Submissions: []outbox.Submission{sub}, Revision: revision}, time.Now())
		if err == nil || !strings.Contains(err.Error(), journal.ErrMoved.Error()) {
			t.Error(err)
		}
	})
}
