package ui_test

import (
	"net/http"
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
