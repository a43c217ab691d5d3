package cli

import (
	"strings"
	"testing"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/state"
	"dubtop/state/journal"
	"dubtop/state/settings"
)

// served connects the desk to a simulated account, and returns the profile of
// another key of the same server.
func (d *desk) served() (account *simulator.Server, profile func(key string) string) {
	d.t.Helper()
	account = simulator.New(simulator.Options{Key: testKey, Generations: 3})
	running, err := account.Listen("127.0.0.1:0")
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = running.Close() })
	d.variables["SYNC_BASE_URL"] = running.URL()
	return account, func(key string) string {
		return journal.ProfileName(api.NewSecret(key).Fingerprint(), running.URL())
	}
}

// knows creates a profile that has seen a job, and returns its journal.
func (d *desk) knows(profile string, job string) *journal.Journal {
	d.t.Helper()
	dir, err := settings.StateDir(d.world.Env)
	if err != nil {
		d.t.Fatal(err)
	}
	j, err := journal.OpenProfile(d.t.Context(), dir, profile)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = j.Close() })
	seen := state.StoredGeneration(state.Generation{ID: api.ID(job), Created: noon, Status: "COMPLETED"}, false)
	if err := j.SaveGenerations(d.t.Context(), []state.Generation{seen}, noon); err != nil {
		d.t.Fatal(err)
	}
	return j
}

func TestNewKeyContinuesTheOldLedger(t *testing.T) {
	d := newDesk(t)
	account, profile := d.served()
	d.says("join", "There are no profiles of other keys.\n")
	d.says("join --json", "{\n  \"version\": 1,\n  \"items\": []\n}\n")
	old, other := profile("sk-old"), profile("sk-other")
	book := d.knows(old, account.Add(simulator.Job{}))
	d.knows(other, "00000000-0000-4000-8000-000000000001")
	enqueue(t, book, confirmed(t, "q1", "promo", dollarPrice(1_250_000)), noon)

	got := d.run("join")
	for _, line := range []string{
		old + "     1         1  2026-11-24 12:00:00  yes\n", other + "     1         0  2026-11-24 12:00:00  no\n",
	} {
		if got.status != 0 || !strings.Contains(got.out, line) {
			t.Errorf("status %d, %q lacks %q (%s)", got.status, got.out, line, got.errors)
		}
	}
	if got := d.run("join --json"); strings.Count(got.out, `"readable":true`) != 1 || !strings.Contains(got.out, `"seen":"2026-11-24T11:00:00Z"`) {
		t.Errorf("in JSON: %+v", got)
	}
	for to, code := range map[string]string{other: "another_account", "nobody": "no_profile"} {
		if got := d.run("join --json " + to); got.status == 0 || got.out != "" || string(errorOf(t, got.errors).Code) != code {
			t.Errorf("joining %s: %+v", to, got)
		}
	}
	d.says("queue ls", "The queue is empty.\n")
	for range 2 {
		d.says("join "+old, "Joined: this key now uses the profile "+old+".\n")
	}
	if got := d.run("queue ls"); !strings.Contains(got.out, "promo") {
		t.Errorf("the old queue is not there: %+v", got)
	}
}

func TestKeyWithALedgerIsNotJoined(t *testing.T) {
	d := newDesk(t)
	account, profile := d.served()
	old := profile("sk-old")
	d.knows(old, account.Add(simulator.Job{}))
	enqueue(t, d.knows(profile(testKey), account.Add(simulator.Job{})), confirmed(t, "q1", "mine", dollarPrice(1)), noon)
	if got := d.run("join " + old); got.status != StatusError || !strings.Contains(got.errors, "records of money") {
		t.Errorf("%+v", got)
	}
}

func TestNothingIsJoinedWithoutAnAnswer(t *testing.T) {
	d := newDesk(t)
	account, profile := d.served()
	old := profile("sk-old")
	d.knows(old, account.Add(simulator.Job{}))
	account.RevokeKey()
	for _, line := range []string{"join", "join " + old} {
		if got := d.run(line); got.status != StatusAuth || got.out != "" {
			t.Errorf("%s: %+v", line, got)
		}
	}
}
