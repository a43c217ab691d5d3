package ui_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/state/account"
	"dubtop/state/journal"
	"dubtop/ui"
)

// profiled is an account as the program creates one: its journal is that of key
// and server.
func (s *story) profiled(client *api.Client, key api.Secret) *account.Config {
	dir, profile := s.stage.profiles, journal.ProfileName(key.Fingerprint(), client.Base())
	return &account.Config{
		Name: "acme", Client: client, StateDir: dir, Profile: profile,
		Open: func(ctx context.Context) (*journal.Journal, error) {
			book, err := journal.OpenProfile(ctx, dir, profile)
			if err == nil {
				s.book = book
				s.t.Cleanup(func() { _ = book.Close() })
			}
			return book, err
		},
	}
}

const (
	rotated   = "sk-sim-00000002.rotated"
	sameTitle = "The same account with a new key?"
)

// lookups counts the requests for single jobs.
func (s *story) lookups() (n int) {
	for _, r := range s.account.Requests() {
		if r.Route == "GET /v2/generate/{id}" {
			n++
		}
	}
	return n
}

// withAPast is a stage on which a job was paid for with the first key and
// noted, and an old job was deleted from the server since.
func withAPast(t *testing.T) (stage, func(*story)) {
	t.Helper()
	st := stage{profiles: t.TempDir()}
	st.account.Profile = simulator.Current
	return st, func(s *story) {
		deleted := s.account.Add(simulator.Job{Name: "long_deleted", Status: "COMPLETED"})
		s.Pass(20 * time.Second)
		s.Press("g", "w")
		s.Type("the client's favourite")
		s.Press("enter")
		s.price()
		s.Press("y")
		s.Pass(12 * time.Second)
		s.account.Remove(deleted)
		s.Pass(time.Minute)
		s.account.RotateKey(rotated)
	}
}

// accepted counts the jobs of a ledger.
func accepted(entries []journal.Entry) (n int) {
	for i := range entries {
		if entries[i].Kind == journal.EntryAccepted {
			n++
		}
	}
	return n
}

func TestNewKeyContinuesTheOldProfile(t *testing.T) {
	t.Parallel()
	st, past := withAPast(t)
	tell(t, st, func(s *story) {
		past(s)
		s.again(24 * time.Hour)
		s.Pass(5 * time.Second)
		s.Sees(sameTitle, "42 jobs", "1 request", "yesterday 18:3")
		s.Press("y")
		s.Pass(2 * time.Second)
		s.DoesNotSee(sameTitle)
		s.Press("/")
		s.Type("favourite")
		s.Sees("long_deleted", "1 of 1, 42 in all")
		s.Press("esc", "esc")
		entries, damage, err := s.book.Entries(s.t.Context())
		if err != nil || len(damage) != 0 || len(entries) == 0 {
			t.Errorf("the ledger has %d rows, damage %v, %v", len(entries), damage, err)
		}
		s.price() // and new spending is saved there too
		s.Press("y")
		s.Pass(10 * time.Second)
		after, _, _ := s.book.Entries(s.t.Context())
		if n := accepted(after); n != accepted(entries)+1 || len(s.posts()) != 2 {
			t.Errorf("%d accepted after %d, %d posts", n, accepted(entries), len(s.posts()))
		}
		s.again(time.Minute)
		s.Pass(time.Minute)
		s.DoesNotSee(sameTitle)
		s.Sees("43")
	})
}

func TestSeparateProfilesStaySeparate(t *testing.T) {
	t.Parallel()
	st, past := withAPast(t)
	tell(t, st, func(s *story) {
		past(s)
		s.again(time.Hour)
		s.Pass(5 * time.Second)
		s.Sees(sameTitle)
		s.Press("n")
		s.Pass(5 * time.Minute)
		s.DoesNotSee(sameTitle, "could not")
		s.again(time.Hour)
		before := s.lookups()
		s.Pass(5 * time.Minute)
		s.DoesNotSee(sameTitle)
		if n := s.lookups() - before; n != 0 {
			t.Errorf("the jobs of the other profile were asked for %d times", n)
		}
		if ok, err := s.book.Untouched(s.t.Context()); err != nil || !ok {
			t.Errorf("money came over: %v", err)
		}
	})
}

func TestOtherAccountIsNeverOffered(t *testing.T) {
	t.Parallel()
	st, past := withAPast(t)
	tell(t, st, func(s *story) {
		past(s)
		s.account = simulator.New(simulator.Options{Seed: 2, Key: rotated, Generations: 5, Reliable: true})
		s.again(time.Hour)
		s.Pass(5 * time.Minute)
		s.Sees("1 Generations 5 ")
		s.DoesNotSee(sameTitle)
		asked := s.lookups()
		s.again(time.Hour)
		s.Pass(5 * time.Minute)
		if asked == 0 || asked > 3 || s.lookups() != asked {
			t.Errorf("asked %d times in the first session, %d in both", asked, s.lookups())
		}
	})
}

func TestFailedSearchForAnOldProfileIsRepeated(t *testing.T) {
	t.Parallel()
	st, past := withAPast(t)
	tell(t, st, func(s *story) {
		past(s)
		s.account.Fault("GET /v2/generate/{id}", simulator.Fault{Status: 503})
		s.again(time.Hour)
		s.Pass(10 * time.Minute)
		s.DoesNotSee(sameTitle)
		s.account.ClearFaults()
		s.Pass(3 * time.Minute)
		s.Sees(sameTitle)
	})
}

func TestKeyWithSpendingIsNotJoined(t *testing.T) {
	t.Parallel()
	st, past := withAPast(t)
	tell(t, st, func(s *story) {
		past(s)
		s.account.Fault("GET /v2/generate/{id}", cutOff())
		s.again(time.Hour)
		s.price()
		s.Press("y")
		s.Pass(10 * time.Second)
		s.account.ClearFaults()
		s.Pass(5 * time.Minute)
		s.DoesNotSee(sameTitle)
	})
}

// While the user types, the question waits below, and the key that reveals it
// does not answer it.
func TestJoinQuestionDoesNotInterruptTyping(t *testing.T) {
	t.Parallel()
	st, past := withAPast(t)
	tell(t, st, func(s *story) {
		past(s)
		s.again(time.Hour)
		s.Pass(50 * time.Millisecond)
		s.Press("n")
		s.Type("https://cdn.example.com/a")
		s.Pass(10 * time.Second)
		s.DoesNotSee(sameTitle)
		s.Type("yyy.mp4")
		s.Press("esc", "y", "y")
		s.Pass(150 * time.Millisecond)
		s.Press("y")
		s.Pass(time.Second)
		s.Sees(sameTitle)
		s.Press("y")
		s.Pass(2 * time.Second)
		s.DoesNotSee(sameTitle)
		s.Sees("1 Generations 42")
		s.Press("n") // and the typed text was copied
		s.Sees("https://cdn.example.com/ayyy.mp4")
	})
}

func TestJoinQuestionReturnsAfterSwitchingViews(t *testing.T) {
	t.Parallel()
	st, past := withAPast(t)
	tell(t, st, func(s *story) {
		past(s)
		s.again(time.Hour)
		s.Pass(50 * time.Millisecond)
		s.Press(":")
		s.Pass(5 * time.Second)
		s.DoesNotSee(sameTitle)
		s.Type("batches")
		s.Press("enter")
		s.Pass(2 * time.Minute)
		s.Sees(sameTitle)
	})
}

func TestMissingProfileIsReported(t *testing.T) {
	t.Parallel()
	st, past := withAPast(t)
	tell(t, st, func(s *story) {
		past(s)
		old := s.book.Path()
		s.again(time.Hour)
		s.Pass(5 * time.Second)
		if err := os.RemoveAll(filepath.Dir(old)); err != nil {
			t.Fatal(err)
		}
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("the profiles could not be joined")
		s.Pass(time.Minute)
		s.Sees("1 Generations 41")
	})
}

func TestFramesOfTheQuestionAboutAnOldKey(t *testing.T) {
	t.Parallel()
	for _, size := range sizes() {
		st := stage{profiles: t.TempDir()}
		keep(t, sketch{"same-account", st, func(s *story) {
			s.Pass(12 * time.Second)
			s.price()
			s.Press("y")
			s.Pass(10 * time.Second)
			s.account.RotateKey(rotated)
			s.again(24 * time.Hour)
			s.Pass(5 * time.Second)
			s.Sees(sameTitle)
		}}, size[0], size[1])
	}
}

// Joining may take a moment. Keys typed meanwhile reach nothing.
func TestKeysDuringAJoinAreIgnored(t *testing.T) {
	t.Parallel()
	st, past := withAPast(t)
	st.config = func(c *ui.Config) {
		c.Account.Join = func(ctx context.Context, to string) error {
			time.Sleep(2 * time.Second)
			return journal.Join(ctx, c.Account.StateDir, c.Account.Profile, to)
		}
	}
	tell(t, st, func(s *story) {
		past(s)
		s.again(time.Hour)
		s.Pass(5 * time.Second)
		s.Press("y")
		s.Sees("Joining the profiles")
		s.Press("n", "q", "esc", "2")
		s.Sees("Joining the profiles")
		s.Pass(3 * time.Second)
		s.Sees("1 Generations 42", "joined")
		s.DoesNotSee("Joining the profiles", "Video or image")
	})
}
