package ui_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/outbox"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/state/account"
	"dubtop/state/journal"
	"dubtop/ui"
)

// second is another account of the configuration, with a server, a key and a
// journal of its own.
type second struct {
	server *simulator.Server
	path   string
	fault  error         // why its key can't be read
	slow   time.Duration // how long reading its key takes
}

// config makes a config of an account as main.go does.
func (s *story) configOf(name string, server *simulator.Server, path string) (*account.Config, error) {
	client, err := api.New(api.Config{BaseURL: server.BaseURL(), Key: api.NewSecret(server.Key()), Transport: server.RoundTripper()})
	if err != nil {
		return nil, err
	}
	j, err := journal.Open(s.t.Context(), path)
	if err != nil {
		return nil, err
	}
	s.t.Cleanup(func() { _ = j.Close() })
	return &account.Config{Account: name, Name: "sync.so", Client: client, Journal: j}, nil
}

// twoAccounts is a story about the account acme, beside which there is nord.
func twoAccounts(t *testing.T, tale func(s *story, nord *second)) {
	t.Helper()
	acme := t.TempDir() + "/acme.db"
	nord := &second{path: t.TempDir() + "/nord.db"}
	var s *story
	st := stage{config: func(c *ui.Config) {
		c.Current = "acme"
		c.Accounts = []ui.AccountChoice{{Name: "acme", Server: "sync.so", Key: "the command op"}, {Name: "nord", Server: "sync.so", Key: "the keyring"}}
		c.Account.Account = "acme"
		c.Switch = func(ctx context.Context, name string) (*account.Config, error) {
			select {
			case <-time.After(nord.slow):
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			switch {
			case nord.fault != nil:
				return nil, nord.fault
			case name == "nord":
				return s.configOf(name, nord.server, nord.path)
			}
			return s.configOf(name, s.account, acme)
		}
	}}
	st.journal = acme
	tell(t, st, func(told *story) {
		s = told
		nord.server = simulator.New(simulator.Options{Generations: 7, Reliable: true, Key: "sk-of-nord-0123456789"})
		s.Pass(2 * time.Second)
		tale(s, nord)
		s.keyless()
		for _, server := range []*simulator.Server{s.account, nord.server} {
			for _, r := range server.Requests() {
				if r.Status == 401 {
					t.Errorf("a key went to the server of the other account: %+v", r)
				}
			}
		}
	})
}

// switchTo goes to another account.
func (s *story) switchTo(place int) {
	s.t.Helper()
	s.Press("ctrl+a")
	s.Sees("accounts", "this one")
	s.Press("g")
	for range place {
		s.Press("j")
	}
	s.Press("enter")
	s.Pass(2 * time.Second)
}

// A window goes from one account to another and back. Nothing is left of the
// first, and nothing is asked there any more.
func TestAccountsAreSwitchedInside(t *testing.T) {
	t.Parallel()
	twoAccounts(t, func(s *story, nord *second) {
		s.Sees("acme", "1 of 40")
		s.Press("w")
		s.Type("the red scarf")
		s.Press("enter", "n")
		s.Type("https://media.example/of_acme.mp4")
		s.Press("esc")
		s.Pass(time.Second)
		s.switchTo(2)
		s.Sees("nord", "this is the account nord", "1 of 7")
		asked := len(s.account.Requests())
		s.Press("n")
		s.DoesNotSee("of_acme", "scarf")
		s.Press("esc", "L")
		s.DoesNotSee("scarf", "note saved")
		s.Press("esc")
		s.Pass(5 * time.Minute)
		if now := len(s.account.Requests()); now != asked {
			t.Errorf("the account that was left got %d more requests", now-asked)
		}
		s.switchTo(1)
		s.Sees("this is the account acme", "1 of 40")
		s.Press("/")
		s.Type("note:scarf")
		s.Press("enter")
		s.Sees("1 of 1")
		s.Press("n")
		s.Sees("of_acme")
	})
}

// What is unfinished is asked about as when one quits, and goes on when one
// comes back.
func TestLeavingAnAccountAsksAboutWhatIsUnfinished(t *testing.T) {
	t.Parallel()
	twoAccounts(t, func(s *story, nord *second) {
		s.account.Fault("POST /v2/generate", simulator.Fault{Delay: 8 * time.Second, Times: 1})
		s.price()
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(time.Second)
		s.Press("ctrl+a", "G", "enter")
		s.Pass(time.Second)
		s.Sees("A paid request is being sent", "leave it now", "dubtop looks for it when you come back")
		s.Press("n")
		s.Sees("acme")
		s.Pass(20 * time.Second)
		s.switchTo(2)
		s.Sees("this is the account nord")
		if n := len(s.posts()); n != 1 {
			t.Errorf("%d jobs were sent", n)
		}
		if slices.ContainsFunc(nord.server.Requests(), func(r simulator.Request) bool { return r.Method == "POST" && r.Path == "/v2/generate" }) {
			t.Error("the job was sent to the other account")
		}
	})
}

func TestKeyOfTheOtherAccountThatCantBeRead(t *testing.T) {
	t.Parallel()
	twoAccounts(t, func(s *story, nord *second) {
		nord.fault = errors.New("the command op: exit status 1; run it in a shell to see what it says")
		s.switchTo(2)
		s.Sees("no key for the account nord: the command op: exit status 1", "acme", "1 of 40")
		nord.fault, nord.slow = nil, time.Minute
		s.Press("ctrl+a", "G", "enter")
		s.Sees("Reading the key of nord")
		s.Press("n")
		s.Sees("Reading the key of nord")
		s.Press("esc")
		s.Pass(2 * time.Minute)
		s.Sees("acme", "1 of 40")
		s.DoesNotSee("this is the account nord")
		if n := len(nord.server.Requests()); n > 0 {
			t.Errorf("%d requests to an account that was not entered", n)
		}
	})
}

func TestWithoutOtherAccountsThereIsNothingToSwitchTo(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Press("ctrl+a")
		s.Sees("no other is configured")
	})
}

// waiting puts confirmed jobs into the queue of an account.
func (s *story) waiting(path, name string, server *simulator.Server, count int) {
	s.t.Helper()
	j, err := journal.Open(s.t.Context(), path)
	s.must(err)
	now := time.Now()
	var subs []outbox.Submission
	for i := range count {
		d := draft.Draft{
			Model: "lipsync-2", OutputFileName: fmt.Sprint(name, "_", i),
			Visual: server.StorageURL() + fmt.Sprintf("/media/%s%d_28s.mp4", name, i), Audio: server.StorageURL() + "/media/line_25s.wav",
		}
		sub, err := outbox.NewSubmission(fmt.Sprint(name, "-", i), d, draft.CheckEnv{Now: now})
		s.must(errors.Join(err, sub.Estimate(outbox.Price{Cost: new(api.Micros(1_250_000)), Seconds: 25}, now), sub.Confirm(now, fmt.Sprint("key-", name, "-", i))))
		subs = append(subs, sub)
	}
	s.must(errors.Join(j.EnqueueAll(s.t.Context(), subs, nil, now), j.Close()))
}

// onlyOwn fails unless an account has accepted these jobs, each once, and its
// journal has sent them and no others.
func (s *story) onlyOwn(path, name string, server *simulator.Server, count int) {
	s.t.Helper()
	accepted := server.Accepted()
	for _, a := range accepted {
		if !strings.HasPrefix(a.IdempotencyKey, "key-"+name+"-") || !strings.Contains(string(a.Body), "/media/"+name) {
			s.t.Errorf("%s has accepted %s: %s", name, a.IdempotencyKey, a.Body)
		}
	}
	j, err := journal.Open(s.t.Context(), path)
	s.must(err)
	defer j.Close()
	subs, err := j.Submissions(s.t.Context())
	s.must(err)
	sent := 0
	for _, sub := range subs {
		if sub.State == outbox.SubmissionSent && strings.HasPrefix(sub.ID, name+"-") {
			sent++
		}
	}
	entries, damage, err := j.Entries(s.t.Context())
	s.must(err)
	if total := journal.LedgerOf(entries).Total(); len(accepted) != count || sent != count || len(subs) != count || total.Jobs != count || len(damage) > 0 {
		s.t.Errorf("%s: %d accepted, %d sent of %d, %d in the ledger, want %d", name, len(accepted), sent, len(subs), total.Jobs, count)
	}
}

// Two windows on two accounts and a drain of the second: the first window goes to
// the second account and back while jobs wait and run in both. Nothing crosses,
// by the servers' logs and the journals.
func TestTwoAccountsInTwoWindowsAndADrain(t *testing.T) {
	t.Parallel()
	twoAccounts(t, func(s *story, nord *second) {
		const jobs = 8
		acme := s.stage.journal
		s.waiting(acme, "acme", s.account, jobs)
		s.waiting(nord.path, "nord", nord.server, jobs)
		drain, err := s.configOf("nord", nord.server, nord.path)
		s.must(err)
		drain.Pace = state.DefaultPace()
		drained := make(chan error, 1)
		go func() {
			d := account.Drain{Account: account.New(*drain, time.Now())}
			_, err := d.Run(s.t.Context())
			drained <- err
		}()
		other := &story{Terminal: s.Terminal, t: s.t, account: nord.server, stage: stage{config: func(c *ui.Config) {
			c.Account, _ = s.configOf("nord", nord.server, nord.path)
		}}}
		other.start()
		other.Pass(10 * time.Second)
		other.Sees("nord")
		s.Pass(10 * time.Second)
		s.Press("ctrl+a", "G", "enter")
		s.Pass(2 * time.Second)
		s.Sees("in the queue", "drain --account acme", "leave it now")
		s.Press("y")
		s.Pass(30 * time.Second)
		s.Sees("nord", "1 of ")
		if n := len(s.account.Accepted()); n == 0 || n == jobs {
			t.Errorf("%d jobs of acme were accepted before the switch", n)
		}
		s.Pass(20 * time.Minute)
		if err := <-drained; err != nil && !errors.Is(err, account.ErrElsewhere) {
			t.Error(err)
		}
		s.switchTo(1)
		s.Pass(time.Hour)
		s.Sees("acme")
		s.onlyOwn(acme, "acme", s.account, jobs)
		s.onlyOwn(nord.path, "nord", nord.server, jobs)
	})
}

func (s *story) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}
