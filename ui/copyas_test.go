package ui_test

import (
	"strings"
	"testing"
	"time"
)

// The request of a job is copied as a working command, without the key.
func TestRequestIsCopiedForOtherPrograms(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.price()
		s.Press("y")
		s.Pass(time.Second)
		s.Press("g", "c")
		s.Pass(time.Second)
		s.Sees("copy as curl", "copy as JSON", "copy as Python", "copy as a line of a batch file")
		s.Press("enter")
		s.Sees("the request of talk_28s.mp4 as curl copied")
		body := string(s.account.Accepted()[0].Body)
		copied := strings.Join(strings.Fields(s.Clipboard()), "")
		if !strings.HasPrefix(s.Clipboard(), "curl -X POST 'http://") || !strings.Contains(copied, body) {
			t.Errorf("%s\nwant %s", s.Clipboard(), body)
		}
		if strings.Contains(s.Clipboard(), s.account.Key()) {
			t.Error("the key is on the clipboard")
		}
		// a job created elsewhere
		s.Press("G", "c")
		s.Pass(time.Second)
		s.Type("batch")
		s.Press("enter")
		s.Pass(time.Second)
		if !strings.Contains(s.Clipboard(), `"endpoint":"/v2/generate","payload":{`) {
			t.Errorf("%s\n%s", s.Clipboard(), s.Screen())
		}
	})
}
