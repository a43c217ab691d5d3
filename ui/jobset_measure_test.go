package ui_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/ui"
)

// otherHosts answers for hosts other than the account's: one has nothing, and
// one sends nothing.
type otherHosts struct{ http.RoundTripper }

func (o otherHosts) RoundTrip(r *http.Request) (*http.Response, error) {
	switch r.URL.Host {
	case "gone.example":
		return &http.Response{StatusCode: http.StatusNotFound, Body: http.NoBody, Request: r}, nil
	case "slow.example":
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	return o.RoundTripper.RoundTrip(r)
}

// What is wrong with the files of a set is seen in the grid, before any price.
func TestFilesOfASetAreMeasuredBeforeThePrice(t *testing.T) {
	t.Parallel()
	st := stage{
		account: simulator.Options{Plan: simulator.Creator}, width: 230, height: 50,
		through: func(wire http.RoundTripper) http.RoundTripper { return otherHosts{wire} },
		config:  func(c *ui.Config) { c.Slots = 3 },
	}
	tell(t, st, func(s *story) {
		soon := fmt.Sprintf("%s?Expires=%d", s.media("talk_11s.mp4"), time.Now().Add(20*time.Minute).Unix())
		s.set(s.write("list.csv", []byte(strings.Join([]string{
			"name;video;audio;sync_mode",
			"even;" + s.media("talk_10s.mp4") + ";" + s.media("line_10s.wav"),
			"gone;https://gone.example/a.mp4;" + s.media("line_10s.wav"),
			"slow;https://slow.example/a.mp4;" + s.media("line_10s.wav"),
			"soon;" + soon + ";" + s.media("line_11s.wav"),
			"mute;" + s.media("line_12s.wav") + "?x=.mp4;" + s.media("line_10s.wav"),
			"long;" + s.media("talk_400s.mp4") + ";" + s.media("line_400s.wav"),
			"apart;" + s.media("talk_10s.mp4") + ";" + s.media("line_20s.wav"),
			"cut;" + s.media("talk_10s.mp4") + ";" + s.media("line_20s.wav") + ";cut_off",
		}, "\n"))), "")
		s.Sees("measuring", "of 9 files")
		s.Press("ctrl+s")
		s.Sees("still measuring")
		s.Pass(20 * time.Second)
		s.DoesNotSee("measuring")
		for name, words := range map[string]string{
			"even":  "0:10",
			"gone":  "left out: video: gone.example answers 404 Not Found",
			"slow":  "video: slow.example sent nothing for 15 s",
			"soon":  "left out: the signed link of the video expires in 19 min",
			"mute":  "this is audio: it belongs in the audio field",
			"long":  "left out: it lasts 6m40s, and the Creator plan takes up to 5m00s",
			"apart": "sound 10 s longer: bounce plays the picture back and forth",
			"cut":   "sound 10 s longer: cut_off ends it with the picture",
		} {
			if row := s.row("  " + name + " "); !strings.Contains(row, words) {
				s.t.Errorf("%s is shown as\n%s, want %q", name, row, words)
			}
		}
		s.Sees("4 jobs to send, 1 with trouble, 3 left out")
		// A doubt is overruled with one key, and another model measures anew.
		s.on("talk_400s")
		s.Press("x")
		s.Sees("5 jobs to send", "it lasts 6m40s")
		s.on("apart ")
		s.Press("e")
		s.choose("Sync mode", "silence")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("sound 10 s longer: silence lets it go on without lips")
	})
}

// A file that many rows share is measured once.
func TestSharedFilesAreMeasuredOnce(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 160, height: 50}, func(s *story) {
		rows := []string{"video,audio"}
		for n := range 20 {
			rows = append(rows, s.media("talk_10s.mp4")+","+s.media(fmt.Sprintf("line_%ds.wav", 8+n%2)))
		}
		list := s.write("list.csv", []byte(strings.Join(rows, "\n")))
		before := len(s.account.Requests())
		s.set(list, "")
		looked := 0
		for _, r := range s.account.Requests()[before:] {
			if strings.HasPrefix(r.Path, "/media/") {
				looked++
			}
		}
		s.Sees("2 jobs to send, 18 left out")
		s.Press("ctrl+s")
		s.Pass(2 * time.Second)
		s.Sees("Send 2 jobs")
		for _, r := range s.account.Requests()[before:] {
			if strings.HasPrefix(r.Path, "/media/") {
				looked--
			}
		}
		if looked != 0 {
			s.t.Errorf("%d files were measured again for the price", -looked)
		}
	})
}
