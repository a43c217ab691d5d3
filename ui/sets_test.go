package ui_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
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
		if line := s.row("acme 6:"); strings.Contains(line, "done") {
			t.Errorf("the end of a set that waits for the user: %s", line)
		}
		s.Press("5")
		s.Sees("acme 6: 1 ● 5 paused", "SET", "LANG", "queue 5 (5 paused)", "5 jobs wait: 5 paused")
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
		s.Type("acme take")
		s.Press("enter")
		s.Sees("set       acme-take", "the set is called acme-take")
		s.Press("tab", "enter")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(2 * time.Second)
		s.Sees("acme-take 2: 2 ●", "acme 6: 6 ✓")
		s.Press("/")
		s.Type("set:acme-t")
		s.Press("enter")
		s.Sees("take_007", "take_008")
		s.DoesNotSee("take_001")
		// A name typed in full means no other set.
		s.Press("esc", "/")
		s.Type("set:acme")
		s.Press("enter")
		s.Sees("take_001", "take_006")
		s.DoesNotSee("take_007")
		s.Press("/")
		s.Type("-take")
		s.Sees("take_007", "take_008")
		s.DoesNotSee("take_001")
		s.Press("esc")
		s.Kill()
		s.start()
		s.Pass(3 * time.Second)
		s.Sees("acme-take 2: 2 ●", "acme 6: 6 ✓ · $2.10 of $2.10 · all ended", "SET", "LANG")
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
		// One of them alone, through the form.
		s.Press("esc", "esc", "g", ".")
		s.Pass(time.Second)
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("acme 6: 5 ✓ 1 ● (3 again)")
		s.until("acme 6: 6 ✓ (3 again)", 3*time.Hour)
		// Its outputs are copied as rows.
		s.Press("esc", "/")
		s.Type("set:acme status:completed")
		s.Press("enter", "a", "Y")
		s.Pass(2 * time.Second)
		s.Sees("7 URLs copied")
	})
}

// On a plan with batches the same set goes as batches where that is chosen: cut
// into equal parts, checked by the server first, under one confirmation.
func TestSetGoesAsBatches(t *testing.T) {
	t.Parallel()
	journal := filepath.Join(t.TempDir(), "journal.db")
	tell(t, stage{account: simulator.Options{Plan: simulator.Scale, Speed: 20, Seed: 4}, moody: true, width: 160, height: 60, journal: journal}, func(s *story) {
		s.grouped("acme", 45)
		s.Sees("where     the queue, done about", "or a batch: up to 24 h, can't be stopped, all at once", "[x] send one first")
		s.Press("tab", "tab")
		s.Sees("where     the Batch API: up to 24 h", "[x] send all of them as a batch")
		if len(s.posts()) != 0 {
			t.Fatal("something left before the choice")
		}
		s.Press("enter")
		s.Pass(3 * time.Second)
		s.Sees("Send 45 jobs as a batch?", "As one batch: up to 24 h, can't be stopped, all at once.", "45 × ")
		if n := s.batchPosts(); n != 0 || len(s.posts()) != 1 {
			t.Fatalf("%d batches and %d requests before the yes", n, len(s.posts()))
		}
		s.Press("y")
		s.Pass(2 * time.Second)
		s.Sees("batch accepted", "acme 45: 45 ●")
		dry, accepted := s.posts()[0], s.account.AcceptedBatches()
		if len(accepted) != 1 || accepted[0].Lines != 45 || !strings.Contains(string(dry.Body), string(accepted[0].Body)) {
			t.Fatalf("%d batches were made", len(accepted))
		}
		s.Press("2")
		s.Sees("● running      acme", "set       acme")
		s.Press("1", "/")
		s.Type("set:acme")
		s.Press("enter")
		s.until("all ended", 3*time.Hour)
		s.Pass(10 * time.Minute) // the lists, which lack its jobs, are asked for again
		s.Sees("take_001", "take_017")
		counts := regexp.MustCompile(`acme 45: (\d+) ✓ (\d+) ✗`).FindStringSubmatch(s.Screen())
		if counts == nil {
			t.Fatalf("nothing failed\n%s", s.Screen())
		}
		// The failures are run again as a set, one by one.
		s.Press("F", "a", ".")
		s.Pass(3 * time.Second)
		s.Sees("Run "+counts[2]+" jobs again, unchanged", "set       acme, again")
		s.Press("enter")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(2 * time.Second)
		s.Sees("acme 45: "+counts[1]+" ✓ "+counts[2]+" ●", "("+counts[2]+" again)")
		s.Kill()
		_ = s.book.Close()
		s.start()
		s.Pass(10 * time.Second)
		s.Sees("(" + counts[2] + " again)")
		s.Press("/")
		s.Type("set:acme")
		s.Press("enter")
		s.Sees("take_001", "take_017")
		if n := len(s.account.Accepted()); strconv.Itoa(n) != counts[2] || len(s.account.AcceptedBatches()) != 1 {
			t.Errorf("%d jobs and %d batches were made", n, len(s.account.AcceptedBatches()))
		}
	})
}

// A plan without batches is known by its slots, or says so in the dry run; the
// jobs then go through the queue.
func TestPlanWithoutBatchesSendsThroughTheQueue(t *testing.T) {
	t.Parallel()
	for _, hidden := range []bool{false, true} {
		tell(t, stage{account: simulator.Options{Plan: simulator.Creator, Profile: simulator.Current, HideSlots: hidden}, width: 160, height: 50}, func(s *story) {
			s.fillForm()
			s.Press("ctrl+s")
			s.Pass(time.Second)
			s.Press("y")
			s.Pass(time.Second)
			s.grouped("acme", 20)
			if !hidden {
				s.Sees("not as a batch: this plan has none")
				return
			}
			s.Press("tab", "tab", "enter")
			s.Pass(3 * time.Second)
			s.Sees("no batch: this account's plan includes none; the jobs can go through the queue", "[x] send one first")
			s.Press("enter")
			s.Pass(time.Second)
			s.Sees("Send 1 job as a pilot, and 19 later?")
		})
	}
}

// Sets beyond one batch are cut into equal parts under one confirmation. Parts
// that find no room wait in the queue, also over a restart.
func TestLargeSetIsCutIntoEqualBatches(t *testing.T) {
	t.Parallel()
	journal := filepath.Join(t.TempDir(), "journal.db")
	tell(t, stage{account: simulator.Options{Plan: simulator.Scale}, width: 160, height: 50, journal: journal}, func(s *story) {
		s.grouped("acme", 510)
		s.until("total ", 5*time.Minute)
		s.Press("tab", "tab", "enter")
		s.Pass(5 * time.Second)
		s.Sees("Send 510 jobs as 2 batches?", "As 2 batches (255 + 255 jobs)", "510 × ")
		s.account.Fault("POST /v2/batch", simulator.Fault{
			Times: 1, Status: 429, Body: `{"statusCode":429,"message":"Batch concurrency limit reached.","errorCode":"concurrency_limit_reached"}`,
		})
		s.Press("y")
		s.Pass(2 * time.Second)
		s.Sees("acme 510: 255 ● 255 waiting")
		s.Press("5")
		s.Sees("acme, part 1 of 2", "acme 510")
		s.Kill()
		_ = s.book.Close()
		s.account.ClearFaults()
		s.start()
		s.Pass(5 * time.Second)
		s.Press("5")
		s.until("Queue 0", 20*time.Minute)
		for _, b := range s.account.AcceptedBatches() {
			if b.Lines != 255 {
				t.Errorf("a batch of %d lines", b.Lines)
			}
		}
		if n := len(s.account.AcceptedBatches()); n != 2 {
			t.Errorf("%d batches were made", n)
		}
	})
}

// A season of files goes as a batch: after the yes its files are uploaded, the
// server checks the lines with their assets, and exactly those bytes are sent.
// Two failures are run again in the set.
func TestSeasonOfFilesGoesAsABatch(t *testing.T) {
	t.Parallel()
	account := simulator.Options{Plan: simulator.Scale, Profile: simulator.Current, Speed: 20, Seed: 4}
	tell(t, stage{account: account, moody: true, width: 160, height: 60}, func(s *story) {
		videos, tracks := s.season()
		s.set(videos, tracks)
		s.Sees("45 jobs to send")
		s.until("PRICE", time.Minute)
		s.Pass(5 * time.Second)
		s.Press("ctrl+s")
		s.Pass(5 * time.Second)
		s.Press("tab", "tab", "enter")
		s.Pass(3 * time.Second)
		s.Sees("Send 45 jobs as a batch?", "uploaded first unless")
		if len(s.posts()) != 0 || len(s.account.Uploads()) != 0 {
			t.Fatal("something left before the yes")
		}
		s.Press("y")
		s.until("batch accepted", 10*time.Minute)
		accepted, posts := s.account.AcceptedBatches(), s.posts()
		if len(accepted) != 1 || accepted[0].Lines != 45 || len(posts) != 2 || !strings.Contains(string(posts[0].Body), string(accepted[0].Body)) {
			t.Fatalf("%d batches were made by %d requests", len(accepted), len(posts))
		}
		s.Press("1", "/")
		s.Type("set:" + filepath.Base(filepath.Dir(videos)))
		s.Press("enter")
		s.until("all ended", 3*time.Hour)
		s.Sees("ep01_de", "ep12_it", " 45: ")
		s.Press("F", "a", ".")
		s.Pass(3 * time.Second)
		s.Sees("jobs again, unchanged", ", again")
		s.Press("enter")
		s.Pass(time.Second)
		s.Press("y")
		s.until(" again)", time.Minute)
	})
}

// Lines of a batch that never became jobs are run again from its results, in
// their set.
func TestLinesWithoutJobsRunAgain(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Plan: simulator.Scale, Speed: 20}, width: 160, height: 60}, func(s *story) {
		s.grouped("acme", 20)
		s.Press("tab", "tab", "enter")
		s.Pass(3 * time.Second)
		s.Press("y")
		s.Pass(2 * time.Second)
		s.Sees("acme 20: 20 ●", "end not known yet: a batch may take 24 h")
		var lines []string
		for i, line := range strings.Split(strings.TrimSpace(string(s.account.AcceptedBatches()[0].Body)), "\n") {
			id := regexp.MustCompile(`"request_id":"([^"]+)"`).FindStringSubmatch(line)[1]
			if i < 3 {
				lines = append(lines, fmt.Sprintf(`{"request_id":%q,"error":{"message":"no more room"}}`, id))
				continue
			}
			lines = append(lines, fmt.Sprintf(`{"request_id":%q,"response":{"id":"00000000-0000-4000-8000-0000000000%02d","status":"COMPLETED","model":"lipsync-2"}}`, id, i))
		}
		s.account.Fault("GET /batch/{file}", simulator.Fault{Body: strings.Join(lines, "\n")})
		s.until("acme 20: 17 ✓ 3 ✗", 3*time.Hour)
		s.Press("2", "enter")
		s.Pass(2 * time.Second)
		s.Sees("results of", "no more room")
		s.Press("F", "g", ".")
		s.Pass(time.Second)
		s.Sees("take_001", "line000_7s.wav")
		s.Press("esc")
		s.Press("a", ".")
		s.Pass(3 * time.Second)
		s.Sees("Run 3 jobs again, unchanged", "set       acme, again", "3 × $0.35 = $1.05", "take_003  ")
		s.Press("enter")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(2 * time.Second)
		s.Press("esc", "1")
		s.Sees("acme 20: 17 ✓ 3 ●", "(3 again)")
		if made := s.account.Accepted(); len(made) != 3 {
			t.Errorf("%d jobs were made", len(made))
		}
	})
}

// The details of a job show its segments as a table.
func TestSegmentsInTheDetails(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Plan: simulator.Creator, Profile: simulator.Current}, width: 120, height: 60}, func(s *story) {
		s.parts()
		s.Press("ctrl+s")
		s.Pass(3 * time.Second)
		s.Press("y")
		s.Pass(3 * time.Second)
		s.Press("1", "g", "enter")
		s.Pass(3 * time.Second)
		s.Sees("Segments", "part of it       options", "14.5      28        audio-2      0 – 8            sync loop")
		s.DoesNotSee(`"startTime"`)
	})
}
