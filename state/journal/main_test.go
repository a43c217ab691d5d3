package journal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/outbox"
)

// The test binary runs itself as a child to act as a second process on a
// journal.
const childVariable = "DUBTOP_JOURNAL_CHILD"

func TestMain(m *testing.M) {
	debug.SetGCPercent(800) // many small heaps
	path := os.Getenv("DUBTOP_JOURNAL_PATH")
	switch os.Getenv(childVariable) {
	case "writer":
		childWrites(path)
	case "racer":
		childRaces(path)
	case "limited":
		childHitsTheLimit(path)
	case "nobody":
		childIsNobody(path)
	case "booker":
		childBooks(path)
	case "shuffler":
		childShuffles(path)
	case "lockless":
		childCantLock(path)
	case "spender":
		childSpends(path)
	case "holder":
		childHolds(path)
	default:
		os.Exit(m.Run())
	}
}

// childWrites saves one submission after another and reports each step, until
// it is killed.
func childWrites(path string) {
	ctx := context.Background()
	j := childOpens(path)
	for i := 0; ; i++ {
		s := confirmed(fmt.Sprintf("%d-%d", os.Getpid(), i))
		childMust(j.SaveSubmission(ctx, s))
		fmt.Println("confirmed", s.ID)
		childMust(s.Send(noon))
		childMust(j.BeginSending(ctx, s))
		fmt.Println("sending", s.ID)
		childMust(s.Answer(api.Accepted, api.ID("g-"+s.ID), "", noon))
		childMust(j.SaveSubmission(ctx, s))
		fmt.Println("sent", s.ID)
	}
}

// childRaces begins to send each submission it is told, until its input ends.
func childRaces(path string) {
	j := childOpens(path)
	fmt.Println("ready")
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		s := confirmed(in.Text())
		childMust(s.Send(noon))
		switch err := j.BeginSending(context.Background(), s); {
		case err == nil:
			fmt.Println("won")
		case errors.Is(err, ErrTaken):
			fmt.Println("taken")
		default:
			fmt.Println(err)
		}
	}
	childMust(j.Close())
}

// childHitsTheLimit writes until the system lets no file grow, as on a full
// disk.
func childHitsTheLimit(path string) {
	signal.Ignore(syscall.SIGXFSZ)
	j := childOpens(path)
	const most = 512 << 10
	childMust(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: most, Max: most}))
	for i := range 10_000 {
		s := confirmed(fmt.Sprint("s", i))
		if err := j.SaveSubmission(context.Background(), s); err != nil {
			fmt.Println("refused", strings.ReplaceAll(err.Error(), "\n", " "))
			return
		}
		fmt.Println("confirmed", s.ID)
	}
}

// becomeNobody gives up the right to write everywhere.
func becomeNobody() {
	if os.Getuid() == 0 {
		const nobody = 65534
		childMust(syscall.Setgid(nobody))
		childMust(syscall.Setuid(nobody))
	}
}

// childCantLock has the journal open when its directory becomes read-only: it
// can write the file but create no lock beside it.
func childCantLock(path string) {
	j := childOpens(path)
	childMust(j.SaveSubmission(context.Background(), confirmed("s1")))
	childMust(os.Chmod(filepath.Dir(path), 0o555))
	becomeNobody()
	s := confirmed("s1")
	childMust(s.Send(noon))
	fmt.Println(j.BeginSending(context.Background(), s))
	_, _, err := j.Sender(noon)
	fmt.Println(err)
}

// childIsNobody opens the journal as a user without write access.
func childIsNobody(path string) {
	becomeNobody()
	_, err := Open(context.Background(), path)
	fmt.Println(err)
}

// childBooks appends a range of entries to the ledger.
func childBooks(path string) {
	j := childOpens(path)
	var from, count int
	_, err := fmt.Sscanf(os.Getenv("DUBTOP_JOURNAL_RANGE"), "%d,%d", &from, &count)
	childMust(err)
	for i := range count {
		childMust(j.AppendEntry(context.Background(), accepted(from+i)))
	}
	childMust(j.Close())
}

// childShuffles reorders the queue at random until it is told to end, and
// reports how often.
func childShuffles(path string) {
	j := childOpens(path)
	fmt.Println("ready")
	done := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(done)
	}()
	for turns := 0; ; turns++ {
		select {
		case <-done:
			childMust(j.Close())
			fmt.Println(turns)
			return
		default:
			childMust(shuffle(j, uint64(turns)))
		}
	}
}

// shuffle puts the queue into a random order.
func shuffle(j *Journal, seed uint64) error {
	ctx := context.Background()
	items, err := j.Queue(ctx)
	if err != nil {
		return err
	}
	ids := make([]string, len(items))
	for i, place := range rand.New(rand.NewPCG(uint64(os.Getpid()), seed)).Perm(len(items)) {
		ids[i] = items[place].Submission.ID
	}
	if err := j.Reorder(ctx, ids); !errors.Is(err, ErrTaken) && !errors.Is(err, ErrDropped) {
		return err
	}
	return nil
}

// childHolds becomes the sender and stays so until it is killed.
func childHolds(path string) {
	j := childOpens(path)
	mine, who, err := j.Sender(noon)
	childMust(err)
	fmt.Println(mine, who.PID)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func childOpens(path string) *Journal {
	j, err := Open(context.Background(), path)
	childMust(err)
	return j
}

func childMust(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

// child prepares the test binary to act as one of these.
func child(t testing.TB, role, path string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), childVariable+"="+role, "DUBTOP_JOURNAL_PATH="+path)
	c.Stderr = os.Stderr
	return c
}

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// confirmed returns a confirmed submission.
func confirmed(id string) outbox.Submission {
	d := draft.Draft{
		ID: "d-" + id, Model: "lipsync-2", Visual: "asset:v", Audio: "asset:a",
		Options: map[string]string{"temperature": "0.3"}, OutputFileName: "promo", UpdatedAt: noon,
	}
	s, err := outbox.NewSubmission(id, d, draft.CheckEnv{Now: noon})
	if err == nil {
		err = s.Estimate(outbox.Price{Cost: new(api.Micros(1_250_001)), Frames: 250, Seconds: 10, Basis: "asset"}, noon.Add(time.Second))
	}
	if err == nil {
		err = s.Confirm(noon.Add(2*time.Second), "key-"+id)
	}
	if err != nil {
		panic(err)
	}
	return s
}

func journalPath(t testing.TB) string {
	return filepath.Join(t.TempDir(), "profile", "journal.db")
}

func opened(t testing.TB, path string) *Journal {
	t.Helper()
	j, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func sending(t testing.TB, s outbox.Submission) outbox.Submission {
	t.Helper()
	if err := s.Send(noon.Add(3 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return s
}

func answered(t testing.TB, s outbox.Submission, o api.Outcome, id api.ID) outbox.Submission {
	t.Helper()
	if err := s.Answer(o, id, "so it was", noon.Add(4*time.Second)); err != nil {
		t.Fatal(err)
	}
	return s
}

func listed(t testing.TB, j *Journal) map[string]outbox.Submission {
	t.Helper()
	all, err := j.Submissions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]outbox.Submission)
	for _, s := range all {
		out[s.ID] = s
	}
	return out
}
