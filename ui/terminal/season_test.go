package terminal_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

var (
	seasonKills = flag.Int("season", 3, "how often the script of a season is killed")
	seasonRows  = flag.Int("rows", 8, "how many jobs the season has; the API takes ten at once, and then one a second")
)

// perSeason is how often the script is killed in one account at most.
const perSeason = 25

// season is the script in the README, its account and its home.
type season struct {
	t    *testing.T
	a    *account
	env  []string
	home string
	rows string
	old  int // jobs that the account had before
}

func newSeason(t *testing.T) *season {
	t.Helper()
	s := &season{t: t, a: simulated(t, "--profile", "current", "--plan", "scale", "--speed", "2000", "--generations", "3"), home: t.TempDir()}
	s.env = append(s.a.env(s.a.base), "HOME="+s.home, "TZ=UTC", "PATH="+s.home+":"+os.Getenv("PATH"))
	must(t, os.Symlink(built, filepath.Join(s.home, "dubtop")))
	var table strings.Builder
	table.WriteString("id,video,audio,language,name\n")
	for i := range *seasonRows {
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

// handed returns the checksums of the videos for the client, by name. Those in
// the folder are the same.
func (s *season) handed() map[string]string {
	s.t.Helper()
	folder := filepath.Join(s.home, "season-for-acme")
	list, err := os.ReadFile(filepath.Join(folder, "SHA256SUMS"))
	must(s.t, err)
	sums := map[string]string{}
	for line := range strings.Lines(string(list)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		if !strings.HasSuffix(name, ".mp4") {
			continue
		}
		video, err := os.ReadFile(filepath.Join(folder, name))
		must(s.t, err)
		if sums[name] = fmt.Sprintf("%x", sha256.Sum256(video)); sums[name] != sum {
			s.t.Errorf("%s has the checksum %s, and the list says %s", name, sums[name], sum)
		}
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.mp4"))
	must(s.t, err)
	if len(files) != len(sums) {
		s.t.Errorf("%d videos are handed over, and %d are listed", len(files), len(sums))
	}
	return sums
}

// outputs returns the checksums of what the account has made of the season, by the
// names that the files should have.
func (s *season) outputs() map[string]string {
	s.t.Helper()
	sums := map[string]string{}
	var jobs []struct{ ID, Status, OutputURL, OutputFileName string }
	must(s.t, json.Unmarshal(s.a.ask("/v2/generations?limit=100"), &jobs))
	for _, job := range jobs {
		if job.Status != "COMPLETED" || !strings.Contains(s.ids(), job.ID) {
			continue
		}
		r, err := http.Get(job.OutputURL) //nolint:noctx // a file of a server of this test
		must(s.t, err)
		video, err := io.ReadAll(r.Body)
		must(s.t, errors.Join(err, r.Body.Close()))
		sums[job.OutputFileName+"_lipsync-2.mp4"] = fmt.Sprintf("%x", sha256.Sum256(video))
	}
	return sums
}

// ended fails unless every job was made once, and the client has the output of
// each that was completed. It returns the videos.
func (s *season) ended() map[string]string {
	s.t.Helper()
	if n, ids := s.made(), strings.Count(s.ids(), "\n"); n != *seasonRows || ids != *seasonRows {
		s.t.Errorf("%d jobs were made, and %d ids printed", n, ids)
	}
	videos := s.handed()
	if made := s.outputs(); len(made) == 0 || !maps.Equal(videos, made) {
		s.t.Errorf("handed over: %v\nmade: %v", videos, made)
	}
	return videos
}

// The script, run twice, pays once and ends the same.
func TestSeasonIsPaidForOnce(t *testing.T) {
	t.Parallel()
	s := newSeason(t)
	said, err := s.runs(0)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	ids, videos := s.ids(), s.ended()
	said, err = s.runs(0)
	if again := s.ended(); err != nil || s.ids() != ids || !maps.Equal(again, videos) || !strings.Contains(said, "Nothing to pay") {
		t.Errorf("the second time: %v, %d videos, before %d\n%s", err, len(again), len(videos), said)
	}
}

// Killed at any moment and run again, it pays once and ends the same.
func TestSeasonIsPaidForOnceWhenKilled(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(13, uint64(*seasonKills)))
	undisturbed := newSeason(t)
	said, err := undisturbed.runs(0)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	videos := undisturbed.ended()
	for left := *seasonKills; left > 0; left -= perSeason {
		s := newSeason(t)
		whole := s.killed(random, min(left, perSeason))
		said, err := s.runs(0)
		for ; later(err); said, err = s.runs(0) {
			time.Sleep(time.Second)
		}
		if err != nil {
			t.Fatalf("it does not end: %v\n%s", err, said)
		}
		// A row that took another one's turn has also got its luck.
		if got := s.ended(); len(got) != len(videos) {
			t.Errorf("%d videos are handed over, and %d if nothing is killed", len(got), len(videos))
		}
		t.Logf("killed %d times, and %d runs ended before", min(left, perSeason), whole)
	}
}

// killed kills the script that many times, and counts the runs that ended before
// they could be killed.
func (s *season) killed(random *rand.Rand, kills int) (whole int) {
	s.t.Helper()
	longest := 300*time.Millisecond + time.Duration(*seasonRows)*25*time.Millisecond
	for kills > 0 {
		said, err := s.runs(1 + time.Duration(random.Int64N(int64(longest))))
		switch {
		case err == nil:
			whole++
		case strings.HasSuffix(err.Error(), "killed"):
			kills--
		case later(err):
			time.Sleep(time.Second)
		default:
			s.t.Fatalf("%v\n%s", err, said)
		}
	}
	return whole
}

// later reports whether the script ended because the server had got too many
// requests: every run starts with a full allowance, and the server counts on.
func later(err error) bool {
	e, ok := errors.AsType[*exec.ExitError](err)
	return ok && e.ExitCode() == 75
}
