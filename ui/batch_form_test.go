package ui_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// lines writes a batch file with that many jobs of 12 s each, and returns its
// path.
func (s *story) lines(n int, edit func(i int, line string) string) (path string) {
	s.t.Helper()
	var b strings.Builder
	for i := range n {
		line := fmt.Sprintf(`{"request_id":"take-%02d","endpoint":"/v2/generate","payload":{"model":"lipsync-2","input":[`+
			`{"type":"video","url":%q},{"type":"audio","url":%q}]}}`, i+1, s.media(fmt.Sprintf("shot_%d_20s.mp4", i)), s.media(fmt.Sprintf("line_%d_12s.wav", i)))
		if edit != nil {
			line = edit(i+1, line)
		}
		b.WriteString(line + "\n")
	}
	path = filepath.Join(s.t.TempDir(), "takes.jsonl")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// check has a batch file checked and priced.
func (s *story) check(path string) {
	s.t.Helper()
	s.Press("2", "N")
	s.Paste(path)
	s.Press("ctrl+s")
	s.Pass(3 * time.Second)
}

// batchPosts returns the requests for a batch, without dry runs.
func (s *story) batchPosts() (n int) {
	for _, r := range s.posts() {
		if r.Path == "/v2/batch" && !strings.Contains(string(r.Body), "dry_run") {
			n++
		}
	}
	return n
}

func scale() simulator.Options { return simulator.Options{Plan: simulator.Scale} }

func TestBatchFromFileToResults(t *testing.T) {
	t.Parallel()
	fast := scale()
	fast.Speed = 20
	tell(t, stage{account: fast}, func(s *story) {
		path := s.lines(24, nil)
		s.check(path)
		s.Sees("Send this batch of 24 jobs?", "This will cost "+s.estimate("lipsync-2", 24*12)+" at list price", "takes.jsonl",
			"7200 at 25 frames a second (fps: 25)")
		if s.batchPosts() != 0 || len(s.account.AcceptedBatches()) != 0 {
			s.t.Fatal("the batch left before the yes")
		}
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("batch accepted", "2 Batches 4", "today ~$14.4")
		s.DoesNotSee("sending")
		sent, err := os.ReadFile(path)
		if err != nil {
			s.t.Fatal(err)
		}
		accepted := s.account.AcceptedBatches()
		if len(accepted) != 1 || string(accepted[0].Body) != string(sent) || s.batchPosts() != 1 {
			s.t.Fatalf("%d batches were made by %d requests", len(accepted), s.batchPosts())
		}
		s.Press("g")
		s.waitFor("▌", "completed")
		s.Press("enter")
		s.Pass(2 * time.Second)
		s.Sees("results of batch_", "take-01", "take-10", "✓ completed")
		s.Press("/")
		s.Type("take-17")
		s.Press("enter", "o")
		s.Pass(time.Second)
		s.DoesNotSee("take-01")
		if len(s.opened) != 1 {
			s.t.Errorf("opened %q", s.opened)
		}
	})
}

func TestBatchFileProblemsNameTheirLines(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: scale()}, func(s *story) {
		path := s.lines(24, func(i int, line string) string {
			switch i {
			case 3:
				return "not JSON"
			case 5:
				return strings.Replace(line, "take-05", "take-04", 1)
			case 7:
				return strings.Replace(line, "/v2/generate", "/v2/other", 1)
			case 9:
				return strings.Replace(line, "_12s.wav", "_45s.wav", 1)
			}
			return line
		})
		s.check(path)
		s.Sees("3 problems; nothing was sent", `line 3, column 1: the line is not JSON: it must begin with {, not "not"`, "line 5:", "line 7:")
		if err := os.WriteFile(path, []byte(strings.Join(strings.SplitAfter(s.fixed(path), "\n"), "")), 0o600); err != nil {
			s.t.Fatal(err)
		}
		s.Press("ctrl+s")
		s.Pass(3 * time.Second)
		s.Sees("1 problem; nothing was sent", "line 9:", "30 s")
		if len(s.posts()) != 0 {
			s.t.Error("the server was bothered with a file that is wrong")
		}
	})
}

// fixed is a batch file in which everything that can be checked without the
// inputs is correct.
func (s *story) fixed(path string) string {
	s.t.Helper()
	good, err := os.ReadFile(s.lines(24, nil))
	if err != nil {
		s.t.Fatal(err)
	}
	was, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	lines := strings.SplitAfter(string(good), "\n")
	lines[8] = strings.SplitAfter(string(was), "\n")[8]
	return strings.Join(lines, "")
}

func TestBatchNeedsTwentyLines(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: scale()}, func(s *story) {
		s.check(s.lines(19, nil))
		s.Sees("the file has 19 lines; a batch takes at least 20")
		s.DoesNotSee("Send this batch")
	})
}

func TestPlanWithoutBatchesIsReportedBeforeThePrice(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.check(s.lines(20, nil))
		s.Sees("this account's plan does not include batches", "send the jobs one by")
		s.DoesNotSee("Send this batch")
	})
}

func TestDryRunRefusalIsShownInTheServersWords(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: scale()}, func(s *story) {
		s.check(s.lines(20, func(i int, line string) string {
			if i != 12 {
				return line
			}
			return strings.Replace(line, s.media("line_11_12s.wav"), "https://private.example.com/line_12s.wav", 1)
		}))
		s.Pass(20 * time.Second)
		s.Sees("the server's dry run refused the file", "Line 12")
		if len(s.account.AcceptedBatches()) != 0 {
			s.t.Error("a batch was made")
		}
	})
}

func TestBatchMeasuringCanBeStopped(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: scale()}, func(s *story) {
		path := s.lines(24, nil)
		s.account.Fault("GET /media/{file}", simulator.Fault{Delay: 10 * time.Second})
		s.check(path)
		s.Sees("Measuring the inputs: 0 of 48")
		s.Press("esc")
		s.Pass(2 * time.Minute)
		s.Sees("new batch", "takes.jsonl")
		s.DoesNotSee("Measuring the inputs", "Send this batch")
		s.account.ClearFaults()
		s.Press("ctrl+s")
		s.Pass(5 * time.Second)
		s.Sees("Send this batch of 24 jobs?")
		if len(s.account.AcceptedBatches()) != 0 {
			s.t.Error("a batch was made")
		}
	})
}

func TestUnmeasuredBatchNeedsTheWord(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: scale()}, func(s *story) {
		s.account.Fault("GET /media/{file}", simulator.Fault{Status: 403, Body: "no"})
		s.check(s.lines(20, nil))
		s.Pass(30 * time.Second)
		s.Sees("The price is unknown", "no job could be measured", "unpriced typed in full means yes")
		s.Press("y", "enter")
		s.Pass(time.Second)
		if s.batchPosts() != 0 {
			s.t.Fatal("something else than the word confirmed")
		}
		s.Press("backspace")
		s.Type("unpriced")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("batch accepted")
	})
}

func TestBatchPriceInCredits(t *testing.T) {
	t.Parallel()
	o := scale()
	o.Credits = true
	tell(t, stage{account: o}, func(s *story) {
		s.check(s.lines(20, nil))
		s.Sees("This will cost 1200 credits (list price $12.00)")
	})
}

func TestBatchOfUnknownOutcomeStaysInTheList(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: scale(), journal: filepath.Join(t.TempDir(), "journal.db")}, func(s *story) {
		s.check(s.lines(20, nil))
		s.account.Fault("POST /v2/batch", simulator.Fault{Times: 1, DropAfter: true})
		s.Press("y")
		s.Pass(2 * time.Second)
		s.Pass(10 * time.Minute)
		if row := s.row("takes.jsonl"); !strings.Contains(row, "unknown") || !strings.Contains(row, "maybe charged") {
			s.t.Fatalf("the batch should be unknown\n%s", s.Screen())
		}
		if s.batchPosts() != 1 || len(s.account.AcceptedBatches()) != 1 {
			s.t.Fatalf("%d requests made %d batches", s.batchPosts(), len(s.account.AcceptedBatches()))
		}
		s.Press("q")
		s.end()
		s.start()
		s.Pass(2 * time.Second)
		s.Sees("takes.jsonl: only you can tell what happened")
		s.Press("2")
		s.Sees("takes.jsonl", "maybe charged")
	})
}

func TestRefusedBatchReopensItsForm(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: scale()}, func(s *story) {
		s.check(s.lines(20, nil))
		s.account.Fault("POST /v2/batch", simulator.Fault{
			Times: 1, Status: 429,
			Body: `{"statusCode":429,"message":"Batch concurrency limit reached.","errorCode":"concurrency_limit_reached"}`,
		})
		s.Press("y")
		s.Pass(2 * time.Second)
		s.Sees("new batch", "takes.jsonl", "nothing was charged", "Batch concurrency limit reached.")
		if len(s.account.AcceptedBatches()) != 0 {
			s.t.Error("a batch was made")
		}
	})
}

func TestLongListOfProblemsScrolls(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: scale(), width: 80, height: 24}, func(s *story) {
		path := s.lines(70, func(int, string) string { return `{"request_id":7}` })
		s.check(path)
		s.Sees("70 problems; nothing was sent", "line 1, column 15: request_id must be text in quotes, not a number", "lines 1–")
		for range 9 {
			s.Press("pgdown")
		}
		s.Sees("line 50, column 15", "and 20 more")
		s.DoesNotSee("line 1, column")
		s.Press("pgup")
		s.DoesNotSee("line 1, column")
	})
}

func TestMissingBatchFileIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: scale()}, func(s *story) {
		dir := s.t.TempDir()
		pipe := filepath.Join(dir, "jobs.jsonl")
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			s.t.Fatal(err)
		}
		for path, words := range map[string]string{
			pipe:                 "it is a pipe, not a file",
			dir:                  "it is a folder, not a file",
			`C:\jobs\a.jsonl`:    "under WSL it is /mnt/c/jobs/a.jsonl",
			"~ann/jobs.jsonl":    "~ann is not looked up",
			"$JOBS/a.jsonl":      "$JOBS is a variable of the shell",
			dir + "/there.jsonl": "no such file",
		} {
			s.check(path)
			s.Sees(words)
			s.Press("esc")
			s.Press("2", "N")
			s.Press("ctrl+u", "esc")
		}
		if len(s.posts()) != 0 {
			s.t.Error("something was sent")
		}
	})
}
