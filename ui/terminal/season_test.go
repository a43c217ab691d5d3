package terminal_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

var seasonKills = flag.Int("season", 1, "in how many accounts the script of a season is killed, three times each")

// season is the script in the README, its account and its home.
type season struct {
	t    *testing.T
	a    *account
	env  []string
	home string
	rows string
	old  int // jobs that the account had before
}

// seasonRows is the number of its jobs.
const seasonRows = 48

func newSeason(t *testing.T, rows int) *season {
	t.Helper()
	s := &season{t: t, a: simulated(t, "--profile", "current", "--plan", "scale", "--speed", "2000", "--generations", "3"), home: t.TempDir()}
	s.env = append(s.a.env(s.a.base), "HOME="+s.home, "TZ=UTC", "PATH="+s.home+":"+os.Getenv("PATH"))
	must(t, os.Symlink(built, filepath.Join(s.home, "dubtop")))
	var table strings.Builder
	table.WriteString("id,video,audio,language,name\n")
	for i := range rows {
		fmt.Fprintf(&table, "ep%02d,%s/ep%02d_9s.mp4,%s/ep%02d_8s.wav,de,ep%02d\n", i, s.a.media(), i, s.a.media(), i, i)
	}
	s.rows = filepath.Join(s.home, "rows.csv")
	must(t, os.WriteFile(s.rows, []byte(table.String()), 0o600))
	s.old = s.made()
	return s
}

// runs runs the script; after a while it is killed, unless that is 0.
func (s *season) runs(after time.Duration) (said string, err error) {
	s.t.Helper()
	script, err := filepath.Abs("../cli/testdata/season.sh")
	must(s.t, err)
	cmd := exec.CommandContext(s.t.Context(), "sh", script, s.rows, "season")
	var out bytes.Buffer
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = s.env, s.home, &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	must(s.t, cmd.Start())
	kill := func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // it may have ended
	if after > 0 {
		defer time.AfterFunc(after, kill).Stop()
	}
	defer time.AfterFunc(3*time.Minute, kill).Stop()
	err = cmd.Wait()
	if cmd.ProcessState.ExitCode() == 7 { // the account makes some jobs fail
		err = nil
	}
	return out.String(), err
}

// made counts the jobs that the account has got.
func (s *season) made() int {
	s.t.Helper()
	var jobs []struct{ ID string }
	must(s.t, json.Unmarshal(s.a.ask("/v2/generations?limit=100"), &jobs))
	return len(jobs) - s.old
}

// ids returns what the script left.
func (s *season) ids() string {
	s.t.Helper()
	ids, err := os.ReadFile(filepath.Join(s.home, "season.ids"))
	must(s.t, err)
	return string(ids)
}

// The script, run twice, pays once and ends the same.
func TestSeasonIsPaidForOnce(t *testing.T) {
	t.Parallel()
	s := newSeason(t, seasonRows)
	said, err := s.runs(0)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	first := s.ids()
	if n := s.made(); n != seasonRows || strings.Count(first, "\n") != seasonRows {
		t.Fatalf("%d jobs were made, ids:\n%s\n%s", n, first, said)
	}
	if said, err = s.runs(0); err != nil || s.made() != seasonRows || s.ids() != first || !strings.Contains(said, "Nothing to pay") {
		t.Errorf("the second time: %v, %d jobs\n%s", err, s.made(), said)
	}
}

// Killed at any moment and run again, it pays once and ends the same.
func TestSeasonIsPaidForOnceWhenKilled(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(13, uint64(*seasonKills)))
	const rows = 12
	all := 0
	for range *seasonKills {
		s := newSeason(t, rows)
		longest := 2500 * time.Millisecond
		kills := 0
		for {
			after := time.Duration(0)
			if kills < 3 {
				after = 1 + time.Duration(random.Int64N(int64(longest)))
			}
			said, err := s.runs(after)
			if err == nil {
				break
			}
			if kills++; kills > 3 {
				t.Fatalf("it does not end: %v\n%s", err, said)
			}
		}
		all += kills
		if n, ids := s.made(), strings.Count(s.ids(), "\n"); n != rows || ids != rows {
			t.Errorf("after %d kills %d jobs were made, and %d ids printed", kills, n, ids)
		}
	}
	t.Logf("killed %d times in %d accounts", all, *seasonKills)
}
