package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dubtop/api/codes"
	"dubtop/api/simulator"
)

// profiles are the versions of the API that the dashboard supports.
func profiles() []simulator.Profile {
	return []simulator.Profile{simulator.Seed, simulator.Strict, simulator.Current}
}

// marked returns the line under the cursor.
func (s *story) marked() string { return s.row("▌") }

func TestViewsShowTheirDataInEveryProfile(t *testing.T) {
	t.Parallel()
	for _, profile := range profiles() {
		t.Run(string(profile), func(t *testing.T) {
			tell(t, stage{account: simulator.Options{Profile: profile, Plan: simulator.Scale, Seed: 3}}, func(s *story) {
				s.Pass(2 * time.Second)
				s.Sees("1 Generations 40", "completed", "lipsync-2")
				s.Press("2")
				s.Sees("2 Batches 3", "batch_", "✓ completed", "100 %")
				s.Press("3")
				s.Sees("3 Assets 40", "1920×1080", "MB")
				s.Press("4")
				s.Pass(15 * time.Second)
				s.Sees("4 Models 5", "sync-3", "react-1")
				if profile != simulator.Current { // which tells how long jobs took
					s.Sees("(12m)")
				}
				if profile != simulator.Strict { // if only whole requests can be priced
					s.Sees("$3.00")
				}
				s.Press("1", "shift+tab")
				s.Sees("OUTCOME") // the last view
				s.Press("tab")
				s.Sees("STATUS", "1 of 40")
			})
		})
	}
}

func TestWholeHistoryInAnyOrder(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Profile: simulator.Strict, Generations: 700}}, func(s *story) {
		s.Pass(2 * time.Second)
		s.Sees("1 Generations 700 ", "1 of 700")
		s.account.Add(simulator.Job{Name: "made_elsewhere"})
		s.Pass(15 * time.Second)
		if !strings.Contains(s.row("made_elsewhere"), "pending") {
			t.Fatalf("the new job is not on the screen\n%s", s.Screen())
		}
		whole := 0
		for _, r := range s.account.Requests() {
			if r.Path == "/v2/generations" && !strings.Contains(r.Query, "status=") && !strings.Contains(r.Query, "ids=") {
				whole++
			}
		}
		s.Pass(2 * time.Minute)
		if whole > 2 {
			t.Errorf("the whole history was fetched %d times in 20 s", whole)
		}
	})
}

func TestCountsSayHowMuchIsLoaded(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Generations: 900}}, func(s *story) {
		s.Sees("1 Generations ≥200 ", "1 of 200 of ≥ 200")
		s.Pass(25 * time.Second)
		s.Sees("1 Generations 900 ", "1 of 900")
		s.DoesNotSee("≥")
	})
}

func TestListFollowsTheFilterAsItIsTyped(t *testing.T) {
	t.Parallel()
	tell(t, stage{prepare: func(a *simulator.Server) {
		a.Add(simulator.Job{Name: "zebra_one", Model: "react-1", Seconds: 9, Age: time.Hour, Status: "FAILED", ErrorCode: "generation_timeout"})
		a.Add(simulator.Job{Name: "zebra_two", Model: "sync-3", Age: time.Hour, Status: "COMPLETED"})
	}}, func(s *story) {
		s.Press("/")
		s.Type("zebra")
		s.Sees("zebra_one", "zebra_two", "1 Generations 42")
		s.Type("_t")
		s.Sees("zebra_two")
		s.DoesNotSee("zebra_one")
		s.Press("enter")
		s.Sees("1 of 1, 42 in all", "/ zebra_t")
		s.Press("esc")
		s.Sees("1 Generations 42", "of 42")
		s.DoesNotSee("/ zebra_t", "in all")
	})
}

func TestFiltersNameFieldsAndNegate(t *testing.T) {
	t.Parallel()
	tell(t, stage{prepare: func(a *simulator.Server) {
		a.Add(simulator.Job{Name: "zebra_one", Model: "react-1", Seconds: 9, Age: time.Hour, Status: "FAILED", ErrorCode: "generation_timeout"})
		a.Add(simulator.Job{Name: "zebra_two", Model: "sync-3", Age: time.Hour, Status: "COMPLETED"})
	}}, func(s *story) {
		for _, c := range []struct{ filter, shown, hidden string }{
			{"name:zebra status:failed", "zebra_one", "zebra_two"},
			{"model:sync-3 zebra", "zebra_two", "zebra_one"},
			{"zebra -react", "zebra_two", "zebra_one"},
			{"ZEBRA code:timeout", "zebra_one", "zebra_two"},
		} {
			s.Press("/")
			s.Type(c.filter)
			s.Press("enter")
			s.Sees(c.shown, "1 of 1, 42 in all")
			s.DoesNotSee(c.hidden)
			s.Press("esc")
		}
		s.Press("/")
		s.Type("no such thing at all")
		s.Sees(`None of 42 matches "no such thing at all".`)
		s.Press("esc")
		s.Sees("of 42")
	})
}

func TestEscRestoresTheOldFilter(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Press("/")
		s.Type("model:sync-3")
		s.Press("enter")
		before := s.Screen()
		s.Press("/")
		s.Type(" nothing")
		s.Sees("None of 40")
		s.Press("esc")
		if s.Screen() != before {
			t.Errorf("the old filter is not back\n%s", s.Screen())
		}
	})
}

func TestTypingAFilterTriggersNoAction(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Press("/")
		s.Type("qnNFsr?:,1234 oyY")
		s.Sees("/ qnNFsr?:,1234 oyY")
		s.Press("esc")
		s.Sees("1 of 40")
		if s.Exited() || len(s.opened) > 0 {
			t.Error("typing acted")
		}
	})
}

func TestFailuresOnly(t *testing.T) {
	t.Parallel()
	tell(t, stage{prepare: func(a *simulator.Server) {
		a.Add(simulator.Job{Name: "broken", Age: 20 * time.Minute, Status: "FAILED", ErrorCode: "generation_timeout"})
		a.Add(simulator.Job{Name: "refused", Age: 10 * time.Minute, Status: "REJECTED"})
	}}, func(s *story) {
		s.Press("F")
		s.Sees("✗ failed", "✗ rejected", "of 2, 42 in all", "/ failures only")
		s.DoesNotSee("✓ completed")
		s.Press("esc")
		s.Sees("✓ completed", "of 42")
		s.Press("F", "F")
		s.Sees("✓ completed")
	})
}

// sortBy picks the column to sort by.
func (s *story) sortBy(column string) {
	s.t.Helper()
	s.Press("s")
	for range 20 {
		if s.picked(column) {
			s.Press("enter")
			return
		}
		s.Press("j")
	}
	s.t.Errorf("there is no column %q\n%s", column, s.Screen())
}

// picked reports whether the line that a picker has picked ends with some words.
func (s *story) picked(words string) bool {
	for line := range strings.SplitSeq(s.Screen(), "\n") {
		line = strings.NewReplacer("| >", "│ ▌", "|", "│").Replace(line)
		if _, box, ok := strings.Cut(line, "│ ▌ "); ok {
			inside, _, _ := strings.Cut(box, "│")
			return strings.HasSuffix(strings.TrimSuffix(strings.TrimSpace(inside), " (now)"), " "+words)
		}
	}
	return false
}

func TestSortByEveryColumnAndReverse(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 140, height: 40}, func(s *story) {
		newest := s.row("▌")
		for _, column := range []string{"status", "model", "name", "length", "cost", "age"} {
			s.sortBy(column)
			s.Sees("sorted by " + column)
		}
		s.Press("g")
		if s.row("▌") != newest {
			t.Errorf("by age the newest is not first again\n%s", s.Screen())
		}
		s.Press("S", "G")
		s.Sees("sorted by age, reversed", "40 of 40")
		if s.row("▌") != newest {
			t.Errorf("reversed the newest is not last\n%s", s.Screen())
		}
	})
}

func TestEveryMovementKeyMovesTheCursor(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 80, height: 24}, func(s *story) {
		s.Sees("1 of 40")
		for _, move := range []struct{ key, position string }{
			{"j", "2 of 40"},
			{"down", "3 of 40"},
			{"k", "2 of 40"},
			{"up", "1 of 40"},
			{"up", "1 of 40"},
			{"ctrl+d", "10 of 40"},
			{"pgdown", "29 of 40"},
			{"ctrl+u", "20 of 40"},
			{"pgup", "1 of 40"},
			{"G", "40 of 40"},
			{"down", "40 of 40"},
			{"g", "1 of 40"},
			{"end", "40 of 40"},
			{"home", "1 of 40"},
		} {
			s.Press(move.key)
			s.Sees(move.position)
		}
	})
}

func TestEscNeverQuits(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		for range 5 {
			s.Press("esc")
		}
		s.Sees("1 of 40")
		s.Press("q")
		if !s.Exited() {
			t.Error("q did not quit")
		}
	})
	tell(t, stage{}, func(s *story) {
		s.Press("/", "ctrl+c")
		if !s.Exited() {
			t.Error("ctrl+c did not quit from a prompt")
		}
	})
}

func TestRefusedActionSaysWhy(t *testing.T) {
	t.Parallel()
	tell(t, stage{prepare: func(a *simulator.Server) { a.Add(simulator.Job{Name: "at_work", Status: "PROCESSING"}) }}, func(s *story) {
		s.Press("g", "o")
		s.Sees("this job has no output yet: it is running")
		s.Press("?")
		s.Sees("(not now: this job has no output yet: it is running)")
		s.Press("?")
		s.DoesNotSee("(not now:")
	})
}

func TestPaletteFindsAnActionByItsWords(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Press(":")
		s.Type("fail")
		s.Sees("failures only")
		s.DoesNotSee("copy id  ")
		s.Press("enter")
		s.Sees(`“failures only”`)
	})
}

func TestEveryDefaultKeyIsInTheHelp(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 120, height: 200}, func(s *story) {
		s.Press("?")
		s.Sees("generations", "new job set, from lists or folders", "copy URL", "pause or resume refreshing", "price it", "other button",
			"can't be cancelled", "half a page down")
	})
}

func TestDetailsShowOverviewRequestAndRawAnswer(t *testing.T) {
	t.Parallel()
	for _, profile := range profiles() {
		t.Run(string(profile), func(t *testing.T) {
			job := simulator.Job{
				ID: "0d3c9be2-64a4-4c55-a6a1-4f3b2f7a1111", Name: "plain_job", Age: 10 * time.Second, Status: "COMPLETED",
				Options: `{"sync_mode":"loop"}`, Seconds: 28,
			}
			st := stage{account: simulator.Options{Profile: profile}, height: 45, width: 110}
			st.prepare = func(a *simulator.Server) { a.Add(job) }
			tell(t, st, func(s *story) {
				s.Press("g", "enter")
				s.Sees("[Overview]", "plain_job", "✓ completed", "Inputs", "video", "Options", `"sync_mode": "loop"`, "output ", "/result?token=…")
				s.Press("]")
				s.Sees("[Request]", `"model": "lipsync-2"`, `"outputFileName": "plain_job"`)
				s.DoesNotSee(`"createdAt"`)
				s.Press("]")
				s.Sees("[Raw answer]", `"createdAt"`, `"status": "COMPLETED"`)
				s.Press("]")
				s.Sees("[Overview]")
				s.Press("esc")
				s.Sees("1 of 41")
			})
		})
	}
}

func TestProgressAndCostsAreRequestedOnlyForTheOpenJob(t *testing.T) {
	t.Parallel()
	for _, profile := range profiles() {
		t.Run(string(profile), func(t *testing.T) {
			st := stage{account: simulator.Options{Profile: profile}}
			st.prepare = func(a *simulator.Server) {
				a.Add(simulator.Job{Name: "at_work", Pending: time.Second, Processing: time.Minute, Age: 30 * time.Second})
			}
			tell(t, st, func(s *story) {
				s.Pass(20 * time.Second)
				if n := s.requests("include=progress") + s.requests("/costs"); n > 0 {
					t.Fatalf("%d requests for details before a job was opened", n)
				}
				s.Press("g", "enter")
				s.Pass(time.Second)
				s.Sees("Progress", "can't be cancelled")
				if known := strings.Contains(s.row("Progress"), "~"); known == (profile == simulator.Current) {
					t.Errorf("progress is %q", s.row("Progress"))
				}
				s.Pass(30 * time.Second)
				s.Sees("✓ completed")
				if has := profile != simulator.Strict; has != strings.Contains(s.row("cost  "), "as billed") {
					t.Errorf("costs: %q", s.row("cost  "))
				}
				s.Press("esc")
				before := s.requests("include=progress") + s.requests("/costs")
				s.Pass(30 * time.Second)
				if now := s.requests("include=progress") + s.requests("/costs"); now != before {
					t.Errorf("%d more requests for details after leaving them", now-before)
				}
			})
		})
	}
}

// requests counts the requests whose path or query contains a text.
func (s *story) requests(text string) int {
	n := 0
	for _, r := range s.account.Requests() {
		if strings.Contains(r.Path+"?"+r.Query, text) {
			n++
		}
	}
	return n
}

// errorCodes are all that dubtop explains, and a few that nobody has met.
func errorCodes() []string {
	return append(codes.All(), "something_entirely_new", "generation_input_taste_poor", "moon_timeout", "")
}

func TestEveryFailureSaysWhyAndWhatToDo(t *testing.T) {
	t.Parallel()
	all := errorCodes()
	tell(t, stage{width: 100, height: 24, prepare: func(a *simulator.Server) {
		for i, code := range all {
			a.Add(simulator.Job{Name: fmt.Sprintf("failure_%03d", i), Age: time.Duration(i+1) * time.Second, Status: "FAILED", ErrorCode: code})
		}
	}}, func(s *story) {
		s.Press("g")
		for i, code := range all {
			column := strings.Fields(s.marked())
			if last := column[len(column)-1]; strings.HasSuffix(last, "s") && len(last) <= 3 {
				t.Errorf("%s: the list says nothing: %q", code, s.marked())
			}
			s.Press("enter")
			s.Sees(fmt.Sprintf("failure_%03d", i), "Why ", "Fix ")
			for _, label := range []string{"Why ", "Fix "} {
				_, words, _ := strings.Cut(s.row(label), label)
				if len(strings.Fields(words)) < 2 {
					t.Errorf("%s: %q", code, s.row(label))
				}
			}
			s.Press("esc", "j")
		}
	})
}

func TestLongPendingJobWarnsAgainstResending(t *testing.T) {
	t.Parallel()
	tell(t, stage{prepare: func(a *simulator.Server) { a.Add(simulator.Job{Name: "in_line", Status: "PENDING"}) }}, func(s *story) {
		s.Press("g")
		s.Sees("○ pending", "can't be cancelled")
		s.DoesNotSee("unusual")
		s.Pass(6 * time.Minute)
		s.Sees("unusually long", "Pending for more than five minutes is unusual. Don't send it again")
	})
}

func TestBatchResultsCanBeFilteredOpenedAndCopied(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Plan: simulator.Scale}, width: 100, height: 34}, func(s *story) {
		s.Press("2", "G")
		s.Sees("✓ completed", "24 completed, 0 failed")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("results of batch_", "video_001", "1 of 24", "esc back")
		s.Press("/")
		s.Type("video_007")
		s.Press("enter")
		s.Sees("1 of 1, 24 in all")
		s.Press("/")
		s.Type(" age:>1s")
		s.Sees("1 of 1, 24 in all")
		s.Press("enter", "o")
		s.Pass(time.Second)
		s.Press("y")
		if len(s.opened) != 1 || !strings.HasPrefix(s.opened[0], s.account.BaseURL()) || len(s.Clipboard()) != 36 {
			t.Errorf("opened %q, copied %q", s.opened, s.Clipboard())
		}
		s.Press("esc", "esc")
		s.Sees("BATCH", "3 of 3")
		s.Press("o")
		s.Pass(time.Second)
		if len(s.opened) != 2 {
			t.Errorf("the result file was not opened: %q", s.opened)
		}
	})
}

func TestRunningBatchHasNoResultsYet(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Plan: simulator.Scale}, prepare: func(a *simulator.Server) {
		a.AddBatch(simulator.Batch{Total: 40, Succeeded: 9, Failed: 1, Age: time.Minute})
	}}, func(s *story) {
		s.Press("2", "g")
		s.Sees("● running", "25 %", "9 completed, 1 failed", "A batch can't be cancelled")
		s.Press("enter")
		s.Sees("the results are available when the batch has ended")
	})
}

func TestAssetOpensAndStartsAForm(t *testing.T) {
	t.Parallel()
	tell(t, stage{prepare: func(a *simulator.Server) {
		a.AddAsset(simulator.Asset{Name: "anna.mp4", Seconds: 12, Size: 10_500_000})
	}}, func(s *story) {
		s.Press("3")
		s.Pass(time.Second)
		s.Sees("anna.mp4", "10.5 MB", "0:12")
		s.Press("g", "o")
		if len(s.opened) != 1 {
			t.Fatalf("opened %q", s.opened)
		}
		s.Press("enter")
		s.Sees("anna.mp4", "video mp4")
		s.Press("esc", "n")
		for _, width := range []int{160, 100, 80, 60, 50, 40, 30} {
			s.Resize(width, 24)
			s.Sees("Output file name", "anna.mp4", "▌ Audio")
		}
		s.Press("shift+tab")
		for _, width := range []int{160, 100, 80, 60, 50, 40, 30} {
			s.Resize(width, 24)
			s.Sees("Output file name", "anna.mp4, 0:12")
		}
	})
}

func TestModelStartsAForm(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Press("4", "/")
		s.Type("lipsync-2-pro")
		s.Press("enter", "n")
		s.Sees("new generation", "lipsync-2-pro")
		s.Press("esc")
		s.Press("o")
		if len(s.opened) != 1 || !strings.HasPrefix(s.opened[0], "https://sync.so/") {
			t.Errorf("opened %q", s.opened)
		}
	})
}

func TestCopiedURLIsFreshAndComplete(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Press("Y")
		s.Pass(time.Second)
		if !strings.HasPrefix(s.Clipboard(), s.account.BaseURL()+"/v2/generations/") || !strings.Contains(s.Clipboard(), "token=") {
			t.Errorf("copied %q", s.Clipboard())
		}
		s.Sees("URL copied")
	})
}

func TestViewKeysWorkInDetailsAndHelp(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("Overview")
		s.Press("3")
		s.Sees("TYPE", "1 of 40")
		s.Press("?", "5")
		s.Sees("The queue is empty")
		s.Press("6", "T", "1")
		s.Sees("STATUS", "1 of 40")
	})
}

// react-1 takes up to 15 seconds, so there is no usual time for a clip of 30.
func TestModelHasNoTimeForAClipItDoesNotTake(t *testing.T) {
	t.Parallel()
	st := lived()
	st.width, st.height = 120, 40
	tell(t, st, func(s *story) {
		s.Pass(5 * time.Second)
		s.Press("4")
		s.Sees("longer than the model", "price     not known yet")
		if row := strings.Fields(s.row("▌")); row[1] != "react-1" || row[6] != "–" {
			t.Errorf("the row is %q", row)
		}
		s.Press("j")
		s.DoesNotSee("longer than the model")
	})
}
