package ui_test

import (
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// Model, options, names and label of marked rows are changed at once. What is
// not touched stays as it is in each row.
func TestMarkedRowsAreChangedAtOnce(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Profile: simulator.Current}, width: 180, height: 50}, func(s *story) {
		s.set(s.write("list.csv", []byte(strings.Join([]string{
			"name,video,audio,lang,label,sync_mode",
			"one," + s.media("talk_10s.mp4") + "," + s.media("line_10s.wav") + ",de,acme,loop",
			"two," + s.media("talk_11s.mp4") + "," + s.media("line_11s.wav") + ",fr,nova,loop",
			"three," + s.media("talk_12s.mp4") + "," + s.media("line_12s.wav") + ",it,acme,remap",
		}, "\n"))), "")
		s.Sees("3 jobs to send")
		s.on("one")
		s.Press("space", "space", "e")
		s.Sees("edit 2 rows", "differs; stays as it is in each row", "loop")
		turn := func(label, value string) {
			s.at(label)
			for range 10 {
				if s.Press("right"); strings.Contains(s.Screen(), "< "+value+" >") {
					return
				}
			}
			s.t.Fatalf("%s can't be %s\n%s", label, value, s.Screen())
		}
		turn("Sync mode", "cut_off")
		s.Press("tab")
		s.at("Output names")
		s.Type("{stem}-{lang}-{oops}")
		s.Sees("{oops} is not a field")
		s.Press("ctrl+u")
		s.Type("{stem}-{lang}-{model}")
		s.Press("tab")
		turn("Model", "lipsync-2-pro")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("2 rows changed", "fr      lipsync-2-pro", "three", "3 jobs to send")
		// The labels differed and were not touched; all three get one now.
		s.Press("a", "e")
		s.Sees("edit 3 rows", "differs; stays as it is in each row")
		s.refill("Label", "spring")
		s.refill("Language", "PT_br")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("pt-BR 3")
		s.Press("A", "ctrl+s")
		s.Pass(2 * time.Second)
		s.Press("tab", "tab", "enter")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(2 * time.Second)
		s.agreedTo(3)
		subs, err := s.book.Submissions(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		for _, sub := range subs {
			want := map[string]string{
				"talk_10s-de-lipsync-2-pro": "lipsync-2-pro cut_off", "talk_11s-fr-lipsync-2-pro": "lipsync-2-pro cut_off", "three": "lipsync-2 remap",
			}[string(sub.Name)]
			if got := sub.Model + " " + sub.Draft.SyncMode(); got != want || sub.Draft.Label != "spring" {
				s.t.Errorf("%s is sent with %q, labelled %q; want %q", sub.Name, got, sub.Draft.Label, want)
			}
		}
	})
}
