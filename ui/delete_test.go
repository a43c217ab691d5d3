package ui_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
)

func deletions(s *story) (n int) {
	for _, r := range s.account.Requests() {
		if r.Method == http.MethodDelete {
			n++
		}
	}
	return n
}

func TestDeleteOnTheServer(t *testing.T) {
	tell(t, stage{account: simulator.Options{Profile: simulator.Current}}, func(s *story) {
		s.Pass(time.Second)
		s.Press("X")
		s.Pass(time.Second)
		s.Sees("Delete 1 job on the server?", "unsaved ", "be brought back")
		s.Press("y")
		if deletions(s) != 0 {
			t.Error("y alone deleted a job that is not saved")
		}
		s.Press("esc")
		s.Pass(time.Second)
		s.Press("X")
		s.Pass(time.Second)
		s.Type("1")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("1 job deleted on the server, and hidden here", "1 of 39, 1 hidden")
		if n := deletions(s); n != 1 {
			t.Errorf("%d deletions", n)
		}
		s.Press("space", "space", "X")
		s.Pass(time.Second)
		s.Sees("Delete 2 jobs on the server?")
		s.Type("2")
		s.Press("enter")
		s.Pass(2 * time.Second)
		s.Sees("2 jobs deleted on the server", "3 hidden")
		s.Press("u")
		s.DoesNotSee("undone: 2 jobs") // what was deleted stays deleted
	})
}

// A server without the call is asked once, and hiding stays.
func TestDeleteWhereTheServerHasNone(t *testing.T) {
	tell(t, stage{account: simulator.Options{Profile: simulator.Strict}}, func(s *story) {
		s.Pass(time.Second)
		s.Press("X")
		s.Pass(time.Second)
		s.Type("1")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("not deleted: this server does not let jobs be deleted; x hides them here")
		s.Press("X")
		s.Sees("this server does not let jobs be deleted")
		if n := deletions(s); n != 1 {
			t.Errorf("%d deletions were asked for", n)
		}
		s.Press("x")
		s.Sees("hidden; the filter")
	})
}

// A job that may be what became of an unknown outcome is the only proof that it
// was paid, so it stays, alone and among others that are marked.
func TestCandidateOfAnUnknownOutcomeIsNotDeleted(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Profile: simulator.Current, IgnoreKeys: true, Speed: 300}}, func(s *story) {
		s.agree("early")
		s.Pass(time.Minute)
		s.Press("X")
		s.Pass(time.Second)
		s.Sees("Delete 1 job on the server?")
		s.Press("esc")
		s.lose("lost", simulator.Fault{DropAfter: true})
		s.Pass(30 * time.Second)
		only := func(filter string) {
			s.Press("esc", "/")
			s.Type(filter)
			s.Press("enter", "X")
		}
		only("status:unknown")
		s.Sees("what may have been charged stays until its outcome is known")
		only("name:lost status:completed") // the job that was made all the same
		s.Sees("lost may be what became of lost, whose outcome is unknown: decide that first (5)")
		s.Press("space", "esc", "G", "space", "X")
		s.Sees("whose outcome is unknown: decide that first (5)")
		if n := deletions(s); n != 0 {
			t.Errorf("%d deletions", n)
		}
	})
}

// A job that runs is not deleted, whatever is marked beside it; the dialog names
// what is not saved, and wants the number typed.
func TestDeletingSeveralWantsTheirNumber(t *testing.T) {
	t.Parallel()
	st, _ := saving(t, stage{account: simulator.Options{Profile: simulator.Current}})
	tell(t, st, func(s *story) {
		s.Pass(time.Second)
		s.Press("d")
		s.until("saved ~/Downloads/dubtop", 10*time.Second)
		saved := strings.Fields(s.marked())[4]
		s.Press("space", "space", "space", "X")
		s.Pass(time.Second)
		s.Sees("Delete 3 jobs on the server?", "unsaved ")
		if strings.Contains(s.row("unsaved "), saved) {
			t.Errorf("%s is saved\n%s", saved, s.Screen())
		}
		s.Type("2")
		s.Press("enter", "y")
		s.Sees("Delete 3 jobs on the server?")
		s.Press("esc")
		s.Pass(time.Second)
		s.agree("runs")
		s.Press("g", "space", "X")
		s.Sees("runs has not ended: only ended jobs can be deleted, and a running one can't be cancelled")
		s.Press("g", "space", "X")
		s.Pass(time.Second)
		s.Type("3")
		s.Press("enter")
		s.Pass(2 * time.Second)
		s.Sees("3 jobs deleted on the server")
		if n := deletions(s); n != 3 {
			t.Errorf("%d deletions", n)
		}
	})
}
