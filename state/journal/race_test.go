package journal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/outbox"
)

// childSpends treats each line as a confirmation, up to the payment. A line
// names a draft that both processes show, or an item of the queue that both
// want to send.
func childSpends(path string) {
	j := childOpens(path)
	fmt.Println("ready")
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		what, name, _ := strings.Cut(in.Text(), " ")
		s, err := spendable(j, what, name)
		if err == nil {
			err = spendOn(j, s, os.Getenv("DUBTOP_COUNTER")+"/"+name)
		}
		switch {
		case err == nil:
			fmt.Println("paid")
		case errors.Is(err, ErrTaken), errors.Is(err, ErrSameDraft):
			fmt.Println("taken")
		default:
			fmt.Println(err)
		}
	}
	childMust(j.Close())
}

// spendable returns the submission that this process is about to send.
func spendable(j *Journal, what, name string) (outbox.Submission, error) {
	if what == "draft" {
		s := confirmed(fmt.Sprint(name, "-by-", os.Getpid())) // each process has its own id and key
		// Both have the same draft, a new one in each round.
		n, _ := strconv.Atoi(strings.TrimPrefix(name, "draft"))
		s.Draft.ID, s.Draft.UpdatedAt = "", noon.Add(time.Duration(n)*time.Second)
		return s, j.Enqueue(context.Background(), s, noon)
	}
	items, err := j.Queue(context.Background())
	if err != nil {
		return outbox.Submission{}, err
	}
	for _, item := range items {
		if item.Submission.ID == name {
			return item.Submission, nil
		}
	}
	return outbox.Submission{}, ErrTaken
}

func spendOn(j *Journal, s outbox.Submission, url string) error {
	if err := s.Send(noon.Add(3 * time.Second)); err != nil {
		return err
	}
	if err := j.BeginSending(context.Background(), s); err != nil {
		return err
	}
	res, err := http.Post(url, "application/json", strings.NewReader(string(s.Body)))
	if err != nil {
		return err
	}
	if err := errors.Join(res.Body.Close(), s.Answer(api.Accepted, "g-"+api.ID(s.ID), "", noon.Add(4*time.Second))); err != nil {
		return err
	}
	return j.SaveSubmission(context.Background(), s)
}

// till counts the paid requests by purpose.
type till struct {
	*httptest.Server

	mu   sync.Mutex
	paid map[string]int
}

func openTill(t *testing.T) *till {
	t.Helper()
	k := &till{paid: make(map[string]int)}
	k.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		k.mu.Lock()
		defer k.mu.Unlock()
		k.paid[strings.TrimPrefix(r.URL.Path, "/")]++
	}))
	t.Cleanup(k.Close)
	return k
}

func (k *till) count(name string) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.paid[name]
}

// Two processes are told at the same time to send one draft, or one item of the
// queue. Each time one request is paid for, and the ledger has one entry.
func TestTwoProcessesPayOnceForOneDraft(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	k := openTill(t)
	t.Setenv("DUBTOP_COUNTER", k.URL)
	for _, what := range []string{"draft", "queue"} {
		a, b := talkTo(t, "spender", path), talkTo(t, "spender", path)
		for _, child := range []*talker{a, b} {
			if got := child.hear(t); got != "ready" {
				t.Fatal(got)
			}
		}
		for i := range *races {
			name := fmt.Sprint(what, i)
			if what == "queue" {
				s := confirmed(name)
				if err := j.Enqueue(t.Context(), s, noon); err != nil {
					t.Fatal(err)
				}
			}
			a.tell(t, what+" "+name)
			b.tell(t, what+" "+name)
			said := []string{a.hear(t), b.hear(t)}
			if n := k.count(name); n != 1 || !slices.Contains(said, "paid") || !slices.Contains(said, "taken") {
				t.Fatalf("%s: %d requests were paid, the processes say %q", name, n, said)
			}
		}
	}
	if got := sound(t, j); len(got) != 2**races {
		t.Errorf("%d are booked, want %d", len(got), 2**races)
	}
}
