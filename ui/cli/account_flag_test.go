package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/journal"
	"dubtop/state/settings"
)

// keyed writes a configuration in which each account has its key from a command.
func (d *desk) keyed(accounts map[string]string) {
	d.t.Helper()
	config := ""
	for name, key := range accounts {
		path := filepath.Join(d.t.TempDir(), "op")
		must(d.t, os.WriteFile(path, []byte("#!/bin/sh\n[ -z \"$SYNC_API_KEY\" ] || exit 9\necho noise "+key+" >&2\necho "+key+"\n"), 0o700))
		config += fmt.Sprintf("[accounts.%s]\nkey_command = [%q]\n", name, path)
	}
	d.configure(config)
}

// Every command works on the account of --account, or of DUBTOP_ACCOUNT, and on
// no other.
func TestCommandsUseTheChosenAccount(t *testing.T) {
	d := newDesk(t)
	d.keyed(map[string]string{"acme": testKey, "nord": "sk-of-nord"})
	d.variables["SYNC_API_KEY"] = "sk-of-nobody"
	d.variables["DUBTOP_ACCOUNT"] = "nord"
	dir, err := settings.StateDir(d.world.Env)
	must(t, err)
	j, err := journal.OpenProfile(t.Context(), dir, journal.ProfileName(api.NewSecret("sk-of-nord").Fingerprint(), api.DefaultBaseURL))
	must(t, err)
	t.Cleanup(func() { _ = j.Close() })
	enqueue(t, j, confirmed(t, "q1", "of_nord", dollarPrice(1)), noon)
	enqueue(t, d.journal(), confirmed(t, "q2", "of_acme", dollarPrice(1)), noon)
	for line, want := range map[string]string{
		"queue ls": "of_nord", "queue ls --account acme": "of_acme", "--account nord queue ls": "of_nord",
	} {
		got := d.run(line)
		if got.status != 0 || !strings.Contains(got.out, want) || strings.Contains(got.out, "of_acme") != (want == "of_acme") {
			t.Errorf("%s: %+v", line, got)
		}
	}
	for line, want := range map[string]string{
		"queue ls --account acne": `there is no account "acne" in the configuration; did you mean acme?`,
		// An unset variable of a script must not choose the usual account, and its money.
		"queue ls --account=": "it is empty; give it a value, or leave it out",
	} {
		if got := d.run(line); got.status != StatusUsage || got.out != "" || !strings.Contains(got.errors, want) {
			t.Errorf("%s: %+v", line, got)
		}
	}
	d.variables["DUBTOP_ACCOUNT"] = ""
	if got := d.run("queue ls"); got.status == StatusUsage {
		t.Errorf("without an account: %+v", got)
	}
	if got := d.run("__completeNoDesc queue ls --account="); got.out != "acme\nnord\n:4\n" {
		t.Errorf("completed: %q", got.out)
	}
}

func TestAccountWithoutAKeySaysWhereToPutIt(t *testing.T) {
	d := newDesk(t)
	d.configure("[accounts.acme]\n[accounts.nord]\nkey_command = \"false\"\n")
	for line, want := range map[string]string{
		"spend --account acme": "dubtop auth login --account acme stores one",
		"spend --account nord": "look at key_command of [accounts.nord] in the configuration",
	} {
		if got := d.run(line); got.status != StatusAuth || got.out != "" || !strings.Contains(got.errors, want) {
			t.Errorf("%s: %+v", line, got)
		}
	}
}

// A key that takes its time is explained once, by the account and never by its
// command; a quick one is not.
func TestASlowKeyIsExplained(t *testing.T) {
	d := newDesk(t)
	path := filepath.Join(t.TempDir(), "op")
	mark := filepath.Join(t.TempDir(), "told")
	must(t, os.WriteFile(path, []byte("#!/bin/sh\nn=0\nwhile [ ! -e "+mark+" ] && [ $n -lt 400 ]; do sleep 0.02; n=$((n+1)); done\necho "+testKey+"\n"), 0o700))
	d.configure(fmt.Sprintf("[accounts.acme]\nkey_command = [%q, \"op://secret\"]\n", path))
	d.journal()
	for _, line := range []string{"queue ls --account acme", "auth status --account acme --json", "config check --account acme"} {
		_ = os.Remove(mark)
		slow := make(chan time.Time)
		d.world.late = func() <-chan time.Time { return slow }
		go func() {
			slow <- time.Now()
			_ = os.WriteFile(mark, nil, 0o600)
		}()
		got := d.run(line)
		if strings.Count(got.errors, "waiting for the key of the account acme from its key_command") != 1 || strings.Contains(got.errors, "secret") {
			t.Errorf("%s: %+v", line, got)
		}
		d.world.late = func() <-chan time.Time { return nil }
		if got := d.run(line); strings.Contains(got.errors, "waiting") {
			t.Errorf("%s, quickly: %+v", line, got)
		}
	}
}
