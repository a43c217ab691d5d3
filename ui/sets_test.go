package ui_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// table writes a list of n jobs with different tracks in two languages, and
// returns its path.
func (s *story) table(name string, n int) string {
	s.t.Helper()
	rows := []string{"video;audio;language;name"}
	for i := range n {
		rows = append(rows, fmt.Sprintf("%s;%s;%s;take_%03d", s.media("talk_10s.mp4"), s.media(fmt.Sprintf("line%03d_7s.wav", i)), []string{"de", "fr"}[i%2], i+1))
	}
	return s.write(name+".csv", []byte(strings.Join(rows, "\n")))
}

// grouped opens the confirmation of a set of n links.
func (s *story) grouped(name string, n int) {
	s.t.Helper()
	s.Press("1")
	s.set(s.table(name, n), "")
	s.Press("ctrl+s")
	s.Pass(5 * time.Second)
}

// A set has a name, and a line above the lists says how far it is. Filters find
// its jobs, also after a restart.
func TestSetIsWatchedAboveTheLists(t *testing.T) {
	t.Parallel()
	journal := filepath.Join(t.TempDir(), "journal.db")
	tell(t, stage{account: simulator.Options{Plan: simulator.Creator, Slots: 2}, width: 160, height: 50, journal: journal}, func(s *story) {
		s.grouped("acme", 6)
		s.Sees("set       acme")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("Send 1 job as a pilot, and 5 later?", "set       acme")
		s.Press("y")
		s.Pass(2 * time.Second)
		s.Sees("acme 6: 1 ● 5 paused · ~$0.35 of $2.10", "SET", "LANG")
		s.Press("5")
		s.Sees("acme 6: 1 ● 5 paused", "SET", "LANG")
		s.Press("/")
		s.Type("lang:de")
		s.Press("enter")
		s.Sees("take_003", "take_005")
		s.DoesNotSee("take_002")
		s.Press("esc", "a", "p")
		s.Pass(20 * time.Second)
		s.Sees("done 18:")
		s.Press("1")
		s.until("acme 6: 6 ✓ · $2.10 of $2.10 · all ended", 3*time.Hour)
		// The same table again becomes a set of another name.
		s.grouped("acme", 8)
		s.Sees("set       acme-2", "Send 2 jobs; 6 of the set are left out")
		s.Press("e", "ctrl+u")
		s.Type("nova take")
		s.Press("enter")
		s.Sees("set       nova-take", "the set is called nova-take")
		s.Press("tab", "enter")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(2 * time.Second)
		s.Sees("nova-take 2: 2 ●", "acme 6: 6 ✓")
		s.Press("/")
		s.Type("set:nova")
		s.Press("enter")
		s.Sees("take_007", "take_008")
		s.DoesNotSee("take_001")
		s.Kill()
		s.start()
		s.Pass(3 * time.Second)
		s.Sees("nova-take 2: 2 ●", "acme 6: 6 ✓ · $2.10 of $2.10 · all ended", "SET", "LANG")
	})
}

// Rows that failed are run again in their set, and its line counts each row by
// its last attempt.
func TestFailuresOfASetRunAgainInIt(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Plan: simulator.Scale}, width: 160, height: 50}, func(s *story) {
		s.grouped("acme", 6)
		s.Press("tab", "enter")
		s.Pass(time.Second)
		s.Press("y")
		s.until("acme 6: 6 ●", time.Minute)
		for _, job := range s.account.Accepted()[:3] {
			s.account.Finish(job.ID, "FAILED", "generation_input_audio_inaccessible")
		}
		s.until("acme 6: 3 ✓ 3 ✗", 3*time.Hour)
		s.Sees("3 × ", "mend it once", "/ set:acme code:generation_input_audio_inaccessible")
		s.Press("/")
		s.Type("set:acme")
		s.Press("enter", "F", "a", ".")
		s.Pass(2 * time.Second)
		s.Sees("Run 3 jobs again, unchanged", "set       acme, again")
		s.Press("e")
		s.Sees("they stay in their set")
		s.Press("enter")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(2 * time.Second)
		s.Sees("acme 6: 3 ✓ 3 ● (3 again)", "of $3.15")
		s.until("acme 6: 6 ✓ (3 again)", 3*time.Hour)
		// Its outputs are copied as rows.
		s.Press("esc", "/")
		s.Type("set:acme status:completed")
		s.Press("enter", "a", "Y")
		s.Pass(2 * time.Second)
		s.Sees("6 URLs copied")
	})
}
