package cli

import (
	"encoding/json"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// lasting adds a job that ends after a time, counted from its creation.
func (w *works) lasting(name string, d time.Duration, status string) string {
	id := w.account.Add(simulator.Job{Name: name, Pending: time.Second, Processing: 24 * time.Hour})
	time.AfterFunc(d, func() { w.account.Finish(id, status, "generation_timeout") })
	return id
}

// took runs a command and returns how long it took.
func (w *works) took(line string) (ran, time.Duration) {
	began := time.Now()
	got := w.run(line)
	return got, time.Since(began)
}

func TestWaitEndsWithItsJobs(t *testing.T) {
	drains(t, simulator.Options{Profile: simulator.Current}, func(t *testing.T, w *works) {
		one, two := w.lasting("one", 90*time.Second, "COMPLETED"), w.lasting("two", 200*time.Second, "COMPLETED")
		got, took := w.took("wait " + one + " " + two)
		if got.status != 0 || got.errors != "" || took < 200*time.Second || took > 202*time.Second {
			t.Errorf("status %d after %v\n%s\n%s", got.status, took, got.out, got.errors)
		}
		for _, want := range []string{"completed  one", "completed  two", one, two} {
			if !strings.Contains(got.out, want) {
				t.Errorf("%q is missing in\n%s", want, got.out)
			}
		}
		// In 200 s: the running list every 3.5 s, the newest every 12 s, two held
		// requests every 30 s, and a few at the start.
		if n := len(w.account.Requests()); n > 57+17+16+12 {
			t.Errorf("%d requests in 200 s", n)
		}
		if got, took := w.took("wait " + one); got.status != 0 || took > 2*time.Second {
			t.Errorf("an ended job takes %v: %d %s", took, got.status, got.errors)
		}
	})
}

func TestWaitTellsFailures(t *testing.T) {
	drains(t, simulator.Options{Profile: simulator.Current}, func(t *testing.T, w *works) {
		good, bad := w.lasting("good", 20*time.Second, "COMPLETED"), w.lasting("bad", 30*time.Second, "FAILED")
		w.ends("wait "+bad, StatusFailedJob, []string{"failed", "bad"}, []string{"the job failed: "})
		w.ends("wait "+good+" "+bad, StatusPartly, []string{"completed", "failed"}, []string{"1 of 2 jobs failed"})
		w.ends("wait", StatusUsage, nil, []string{"give ids of jobs, or --set NAME; dubtop ls"})
		w.ends("wait --set nowhere", StatusError, nil, []string{`no set is called "nowhere"`})
		for _, line := range []string{"wait --set nowhere --json", "download --set nowhere", "download --set nowhere --json", "download nope --json"} {
			if got := w.run(line); got.status != StatusError || got.out != "" {
				t.Errorf("%s answers about what is not there: status %d, %s", line, got.status, got.out)
			}
		}
	})
}

// After every ending the ids are named, that they are paid for, and the command
// that follows them. The answer so far is printed.
func TestWaitThatIsEndedTellsHowToGoOn(t *testing.T) {
	drains(t, simulator.Options{Profile: simulator.Current}, func(t *testing.T, w *works) {
		done, long := w.lasting("done", 5*time.Second, "COMPLETED"), w.lasting("long", time.Hour, "COMPLETED")
		got, took := w.took("wait --timeout 20s --json " + done + " " + long)
		if got.status != StatusRunning || took < 20*time.Second || took > 21*time.Second {
			t.Errorf("status %d after %v", got.status, took)
		}
		var answer struct {
			Version int
			Items   []struct{ ID, Name, Status string }
			Counts  counts
		}
		must(t, json.Unmarshal([]byte(got.out), &answer))
		if answer.Version != 1 || len(answer.Items) != 2 || answer.Items[1].Status != "processing" || answer.Counts != (counts{Jobs: 2, Done: 1, Running: 1}) {
			t.Errorf("%+v", answer)
		}
		for _, want := range []string{`"code":"still_running"`, "is paid for", long, "dubtop wait " + done + " " + long} {
			if !strings.Contains(got.errors, want) {
				t.Errorf("%q is missing in %s", want, got.errors)
			}
		}
		time.AfterFunc(7*time.Second, func() { w.signals <- os.Interrupt })
		w.ends("wait "+long, StatusInterrupted, []string{"processing  long"}, []string{"stopped: 1 of 1 not ended; what was sent is paid for", "dubtop wait " + long})
		time.AfterFunc(7*time.Second, func() { w.signals <- syscall.SIGTERM; w.signals <- syscall.SIGTERM })
		w.ends("wait "+long, StatusInterrupted, nil, []string{"dubtop wait " + long})
	})
}

// Jobs that were never seen, because the server was away, have not ended either.
func TestWaitWithoutTheServer(t *testing.T) {
	drains(t, simulator.Options{Profile: simulator.Current}, func(t *testing.T, w *works) {
		one, two := w.lasting("one", time.Hour, "COMPLETED"), w.lasting("two", time.Hour, "COMPLETED")
		w.account.Fault("*", simulator.Fault{Status: 503})
		w.ends("wait --timeout 20s "+one+" "+two, StatusRunning, nil, []string{"2 of 2 not ended", "without dubtop: " + one + " " + two})
	})
}

// Waiting sends nothing of the queue, and leaves the turn to those who send.
func TestWaitSendsNothing(t *testing.T) {
	drains(t, simulator.Options{Profile: simulator.Current}, func(t *testing.T, w *works) {
		id := w.lasting("one", 100*time.Second, "COMPLETED")
		w.ends("wait "+id, 0, nil, nil)
		if n := len(w.account.Accepted()); n != 0 {
			t.Errorf("%d jobs were sent", n)
		}
		time.AfterFunc(20*time.Second, func() {
			mine, holder, err := w.j.Sender(time.Now())
			if !mine || err != nil {
				t.Errorf("the turn is taken by %v, %v", holder, err)
			}
		})
		w.ends("wait "+w.lasting("two", 40*time.Second, "COMPLETED"), 0, nil, nil)
	}, "waits_in_the_queue")
}

func TestWaitWithAWrongKey(t *testing.T) {
	drains(t, simulator.Options{Profile: simulator.Current}, func(t *testing.T, w *works) {
		id := w.lasting("one", time.Hour, "COMPLETED")
		w.variables["SYNC_API_KEY"] = "sk-wrong"
		w.ends("wait "+id, StatusAuth, nil, []string{"the key from the environment (SYNC_API_KEY)"})
	})
}
