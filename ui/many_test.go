package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// TestCursorStaysOnItsJobDuringLayout has a job arrive and the window laid out
// for a prompt before the next frame.
func TestCursorStaysOnItsJobDuringLayout(t *testing.T) {
	t.Parallel()
	tell(t, named(9), func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("g", "j", "j")
		for i := range 3 {
			s.account.Add(simulator.Job{Name: fmt.Sprintf("newer_%d", i), Status: "COMPLETED"})
		}
		s.Pass(14 * time.Second)
		s.Resize(80, 24)
		s.Press("t")
		s.Sees("label of take_03:")
		s.Type("acme")
		s.Press("enter")
		s.Pass(time.Second)
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("Overview", "take_03", "label     acme")
	})
}

func TestPromptNeverCoversItsRow(t *testing.T) {
	t.Parallel()
	st := named(40)
	st.width, st.height = 80, 24
	tell(t, st, func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("G", "g")
		for range 18 { // the last visible row
			s.Press("j")
		}
		s.Press("t")
		s.Sees("label of take_19:")
		if !strings.Contains(s.row("▌"), "take_19") {
			t.Errorf("the cursor's row is not in sight\n%s", s.Screen())
		}
	})
}

func TestDiscardedFilterLeavesTheCursorInPlace(t *testing.T) {
	t.Parallel()
	tell(t, named(40), func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("g", "j", "j", "j", "/")
		s.Type("take_3")
		s.Press("esc")
		if !strings.Contains(s.row("▌"), "take_04") {
			t.Errorf("the cursor slipped\n%s", s.Screen())
		}
		s.Press("/")
		s.Type("take_3")
		s.Press("enter", "esc")
		if !strings.Contains(s.row("▌"), "take_33") {
			t.Errorf("the cursor did not stay on the job that was found\n%s", s.Screen())
		}
	})
}

// few is an account with three successful jobs and a failed one.
func few() stage {
	st := named(3)
	add := st.prepare
	st.prepare = func(a *simulator.Server) {
		add(a)
		a.Add(simulator.Job{Name: "broken", Status: "FAILED", ErrorCode: "generation_timeout", Age: time.Minute})
	}
	return st
}

func TestLinksOfMarkedJobsAreCopied(t *testing.T) {
	t.Parallel()
	tell(t, few(), func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("a", "Y")
		s.Pass(time.Second)
		s.Sees("3 URLs copied; 1 of the marked jobs have no output")
		links := strings.Fields(s.Clipboard())
		if len(links) != 3 {
			t.Fatalf("copied %q", s.Clipboard())
		}
		for i, link := range links {
			if !strings.Contains(link, fmt.Sprintf("/%08x-", i+1)) || !strings.Contains(link, "token=") {
				t.Errorf("link %d is %q", i, link)
			}
		}
		s.Press("A", "F", "a", "Y")
		s.Pass(time.Second)
		s.Sees("this job ended without an output")
	})
}

func TestOpeningManyVideosAsksFirst(t *testing.T) {
	t.Parallel()
	tell(t, few(), func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("a", "o")
		s.Pass(time.Second)
		s.Sees("Open 3 videos in the browser?")
		if len(s.opened) > 0 {
			t.Fatalf("opened %q before the answer", s.opened)
		}
		s.Press("n")
		s.Pass(time.Second)
		s.Press("o")
		s.Pass(2 * time.Second)
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("3 videos opened in the browser")
		if len(s.opened) != 3 {
			t.Errorf("opened %q", s.opened)
		}
	})
	tell(t, named(21), func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("a", "o")
		s.Pass(time.Second)
		s.Sees("21 are marked; at most 20 can be handled at once")
		if len(s.opened) > 0 {
			t.Errorf("opened %q", s.opened)
		}
	})
}

func TestLabelAppliesToAllMarkedJobs(t *testing.T) {
	t.Parallel()
	tell(t, named(5), func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("g", "t")
		s.Type("other")
		s.Press("enter")
		s.Pass(time.Second)
		s.Press("space", "space", "t")
		s.Sees("label of 2 jobs:")
		s.Type("acme")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("2 jobs: labelled acme")
		s.Press("/")
		s.Type("label:acme")
		s.Sees("2 of 2, ")
		s.Press("esc", "space", "t") // the third has none, so the labels differ
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("Remove the labels?", "take_01, take_02, take_03", "They have different labels")
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("3 jobs: label removed")
		labels, err := s.book.Labels(s.t.Context())
		if err != nil || strings.Contains(fmt.Sprint(labels), "acme") {
			t.Errorf("the journal has %v (%v)", labels, err)
		}
	})
}

func TestNoteAppliesToAllMarkedJobsAndAsksBeforeReplacing(t *testing.T) {
	t.Parallel()
	tell(t, named(5), func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("g", "w")
		s.Type("mine")
		s.Press("enter", "space", "space", "w")
		s.Sees("note of 2 jobs:")
		s.Type("retake")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("Replace the notes?", "take_01")
		s.Press("n", "w")
		s.Type("retake")
		s.Press("enter")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("2 jobs: note saved")
		notes, err := s.book.Notes(s.t.Context())
		if err != nil || len(notes) != 2 || !strings.Contains(fmt.Sprint(notes), "retake") || strings.Contains(fmt.Sprint(notes), "mine") {
			t.Errorf("the journal has %v (%v)", notes, err)
		}
	})
}

func TestFilterMistakesAreShownAtOnce(t *testing.T) {
	t.Parallel()
	tell(t, few(), func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("/")
		s.Type("status:faild")
		s.Sees(`no status is called "faild"; failed?`, "/ status:faild", "None of 4 matches")
		if _, y, _ := s.Cursor(); !strings.Contains(strings.Split(s.Screen(), "\n")[y], "/ status:faild") {
			t.Errorf("the cursor stands in line %d\n%s", y, s.Screen())
		}
		s.Press("backspace")
		s.Type("ed")
		s.DoesNotSee("no status is called")
		s.Sees("1 of 1, 4 in all")
		s.Press("ctrl+u")
		s.Type("cost:>cheap")
		s.Sees(`cost: does not understand "cheap"; try >1.50`, "None of 4 matches")
		s.Press("ctrl+u")
		s.Type("cost>5")
		s.Sees("cost>5 has no colon; cost:>5?", "None of 4 matches")
		s.Press("ctrl+u")
		s.Type("st")
		s.Sees("/ st", "status:")
		s.Press("tab")
		s.Sees("/ status:", "status:pending")
		s.Type("f")
		s.Press("tab")
		s.Sees("/ status:failed", "1 of 1, 4 in all")
		s.Press("ctrl+u")
		s.Type("-model:li")
		s.Press("tab")
		s.Sees("/ -model:lipsync-2")
		s.Press("ctrl+u")
		s.Type("(status:failed or age:<1s) len:>")
		s.Sees("1 of 1, 4 in all")
		s.Press("ctrl+u")
		s.Type("-stat:failed")
		s.Sees(`no field is called "stat"; status?`, "1 of 4, 4 in all")
		s.Press("enter")
		s.Sees(`no field is called "stat"; status?`)
		for view, filter := range map[string]string{"2": "status:runnning", "3": "typ:video", "5": "status:helt", "6": "outcom:failed"} {
			s.Press("esc", view, "/")
			s.Type(filter)
			s.Sees(" is called ", "/ "+filter)
			s.Press("esc")
		}
	})
}
