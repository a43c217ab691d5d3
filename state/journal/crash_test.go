package journal

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/outbox"
)

// For a long run: go test ./state/journal -kills 1000.
var (
	kills = flag.Int("kills", 12, "how often to kill a process that writes")
	races = flag.Int("races", 8, "how often two processes race")
)

// Whatever a process has reported as saved is there after a kill -9 at any
// point.
func TestNothingAcknowledgedIsLost(t *testing.T) {
	path := journalPath(t)
	random := rand.New(rand.NewPCG(1, uint64(*kills)))
	said := make(map[string]outbox.SubmissionState)
	for range *kills {
		for _, line := range killedWriter(t, path, random.IntN(60), time.Duration(random.IntN(3000))*time.Microsecond) {
			word, id, _ := strings.Cut(line, " ")
			said[id] = outbox.SubmissionState(word)
		}
		j := opened(t, path)
		if err := j.Writable(); err != nil {
			t.Fatal(err)
		}
		if _, err := j.Recover(t.Context(), noon); err != nil {
			t.Fatal(err)
		}
		checkSaid(t, listed(t, j), said)
		checkBooks(t, j)
		_ = j.Close()
	}
	if len(said) < *kills {
		t.Errorf("only %d submissions were seen in %d runs", len(said), *kills)
	}
}

// killedWriter starts a writer, kills it soon after some lines, and returns its
// output.
func killedWriter(t *testing.T, path string, after int, soon time.Duration) []string {
	t.Helper()
	c := child(t, "writer", path)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var lines []string
	in := bufio.NewScanner(out)
	for in.Scan() {
		if strings.HasPrefix(in.Text(), "error") {
			t.Error(in.Text())
		}
		lines = append(lines, in.Text())
		if len(lines) == after+1 {
			time.AfterFunc(soon, func() { _ = c.Process.Kill() })
		}
	}
	if err := c.Wait(); err == nil {
		t.Error("the writer ended by itself")
	}
	return lines
}

// checkSaid compares the journal with the acknowledged states: each state is the
// same or a later one.
func checkSaid(t *testing.T, got map[string]outbox.Submission, said map[string]outbox.SubmissionState) {
	t.Helper()
	for id, word := range said {
		s, ok := got[id]
		want := []outbox.SubmissionState{word}
		switch word {
		case outbox.SubmissionConfirmed: // the next step may have been saved but not acknowledged
			want = append(want, outbox.SubmissionUnknown)
		case outbox.SubmissionSending:
			want = []outbox.SubmissionState{outbox.SubmissionUnknown, outbox.SubmissionSent}
		}
		if !ok || !slices.Contains(want, s.State) || len(s.Body) == 0 || s.IdempotencyKey != "key-"+id {
			t.Fatalf("%s was said to be %s, but is %q (%t)", id, word, s.State, ok)
		}
	}
	for id, s := range got {
		if s.State == outbox.SubmissionSending {
			t.Errorf("%s is still sending after the recovery", id)
		}
	}
}

// checkBooks compares the ledger with the submissions: each sent one is booked
// once, and nothing else.
func checkBooks(t *testing.T, j *Journal) {
	t.Helper()
	booked := make(map[string]int)
	for _, e := range sound(t, j) {
		booked[e.Submission]++
	}
	for id, s := range listed(t, j) {
		want := 0
		if s.State == outbox.SubmissionSent {
			want = 1
		}
		if booked[id] != want {
			t.Fatalf("%s is %s and booked %d times", id, s.State, booked[id])
		}
	}
}

// talker is a child process that answers lines with lines.
type talker struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func racer(t *testing.T, path string) *talker { return talkTo(t, "racer", path) }

// talkTo starts a child process that ends with its input.
func talkTo(t *testing.T, role, path string) *talker {
	t.Helper()
	c := child(t, role, path)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = c.Wait()
	})
	return &talker{cmd: c, in: in, out: bufio.NewScanner(out)}
}

func (k *talker) hear(t *testing.T) string {
	t.Helper()
	if !k.out.Scan() {
		t.Fatal("the child has nothing to say:", k.out.Err())
	}
	return k.out.Text()
}

func (k *talker) tell(t *testing.T, line string) {
	t.Helper()
	if _, err := fmt.Fprintln(k.in, line); err != nil {
		t.Fatal(err)
	}
}

// Two processes create one journal and race for each submission. One wins.
func TestTwoProcessesSendOnce(t *testing.T) {
	path := journalPath(t)
	a, b := racer(t, path), racer(t, path) // both at once, so that they also race to create the file
	for _, k := range []*talker{a, b} {
		if got := k.hear(t); got != "ready" {
			t.Fatal(got)
		}
	}
	wins := 0
	for i := range *races {
		id := fmt.Sprint("s", i)
		a.tell(t, id)
		b.tell(t, id)
		first, second := a.hear(t), b.hear(t)
		if got := []string{first, second}; !slices.Contains(got, "won") || !slices.Contains(got, "taken") {
			t.Fatalf("round %d: %v, want one to win and one to be told", i, got)
		}
		if first == "won" {
			wins++
		}
	}
	t.Logf("the first process won %d of %d", wins, *races)
}

// The same with many goroutines that each have their own journal.
func TestConcurrentSendsAreSentOnce(t *testing.T) {
	path := journalPath(t)
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		won   int
	)
	for range 8 {
		j := opened(t, path)
		s := sending(t, confirmed("s1"))
		group.Go(func() {
			err := j.BeginSending(t.Context(), s)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if !errors.Is(err, ErrTaken) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if won != 1 {
		t.Errorf("%d of 8 won", won)
	}
}

// Requests of a living process are left alone. When it dies their outcome is
// unknown, and they are not sent again.
func TestRecoverLeavesLivingProcessesAlone(t *testing.T) {
	path := journalPath(t)
	other := racer(t, path)
	other.hear(t)
	other.tell(t, "s1")
	if got := other.hear(t); got != "won" {
		t.Fatal(got)
	}
	j := opened(t, path)
	mine := sending(t, confirmed("mine"))
	if err := j.BeginSending(t.Context(), mine); err != nil {
		t.Fatal(err)
	}
	if got, err := j.Recover(t.Context(), noon); err != nil || len(got) > 0 {
		t.Errorf("the living were taken for dead: %+v, %v", got, err)
	}
	theirs := listed(t, j)["s1"]
	if err := j.SaveSubmission(t.Context(), answered(t, theirs, api.NotSent, "")); !errors.Is(err, ErrTaken) {
		t.Errorf("answering for another process: %v, want ErrTaken", err)
	}
	if err := other.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.cmd.Wait()
	later := noon.Add(time.Hour)
	got, err := j.Recover(t.Context(), later)
	if err != nil || len(got) != 1 || got[0].ID != "s1" || got[0].State != outbox.SubmissionUnknown || !got[0].AnsweredAt.Equal(later) {
		t.Fatalf("recovered %+v, %v; want s1 as unknown", got, err)
	}
	if err := j.BeginSending(t.Context(), sending(t, confirmed("s1"))); !errors.Is(err, ErrTaken) {
		t.Errorf("sending it again: %v, want ErrTaken", err)
	}
	if got, err := j.Recover(t.Context(), later); err != nil || len(got) > 0 {
		t.Errorf("a second recovery found %+v, %v", got, err)
	}
	if err := j.SaveSubmission(t.Context(), answered(t, mine, api.Accepted, "g1")); err != nil {
		t.Errorf("the one that lives has its answer: %v", err)
	}
}

// The first process creates the file, and the others succeed too.
func TestConcurrentFirstOpen(t *testing.T) {
	path := journalPath(t)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			j, err := Open(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			if err := j.SaveSetting(t.Context(), "a", "b"); err != nil {
				t.Error(err)
			}
			if err := j.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}
