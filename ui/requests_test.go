package ui_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// The requests are beside the messages: what was asked, what came back and how
// long it took, and nothing secret.
func TestRequestsAreBesideTheMessages(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 80, height: 24}, func(s *story) {
		s.Pass(3 * time.Second)
		s.account.Fault("*", simulator.Fault{Refuse: true})
		s.Press("r")
		s.Pass(3 * time.Second)
		s.account.ClearFaults()
		s.account.Fault("*", simulator.Fault{Status: http.StatusServiceUnavailable, Body: `{"message":"moved"}`})
		s.Press("r")
		s.Pass(3 * time.Second)
		s.Press("L")
		s.Sees("[Messages]  Requests")
		s.Press("]")
		s.Sees("Messages  [Requests]", "GET    /v2/generations", "503", "0 ms", "connection refused")
		s.Press("G")
		s.Sees("200", " kB")
		s.Press("y")
		s.Sees("request copied")
		if got := s.Clipboard(); !strings.HasPrefix(got, "2026-11-20T18:30:00Z GET /v2/") || !strings.Contains(got, " 200 ") {
			t.Errorf("%q was copied", got)
		}
		s.Press("[")
		s.Sees("[Messages]")
		s.Press("]", "L")
		s.DoesNotSee("Requests")
		if strings.Contains(string(s.Raw()), s.account.Key()) {
			t.Error("the key is on the screen")
		}
	})
}
