package ui_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/ui"
)

// mute is a network that, once on, sends nothing of files named mute_….
type mute struct {
	http.RoundTripper
	on *atomic.Bool
}

func (m mute) RoundTrip(r *http.Request) (*http.Response, error) {
	if m.on.Load() && strings.Contains(r.URL.Path, "/mute_") {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	return m.RoundTripper.RoundTrip(r)
}

// A stalled host delays a group, with all of its files, for no longer than a few
// of them would.
func TestStalledHostDoesNotDelayAGroup(t *testing.T) {
	t.Parallel()
	st := named(1)
	st.through, st.width, st.height = host, 120, 60
	st.prepare = func(a *simulator.Server) {
		for i := range 24 {
			job := simulator.Job{
				ID: fmt.Sprintf("%08x-0000-4000-8000-000000000000", i+1), Name: fmt.Sprintf("take_%02d", i+1), Seconds: float64(5 + i), Status: "COMPLETED",
				Visual: fmt.Sprintf("%s/media/clip_%ds.mp4", a.StorageURL(), 5+i), Audio: fmt.Sprintf("%s/media/line_%ds.wav", a.StorageURL(), 5+i),
			}
			if i < 12 {
				job.Audio = fmt.Sprintf("%s/%d/stalled.mp4?t=%d", elsewhere, i, 5+i)
			}
			a.Add(job)
		}
	}
	tell(t, st, func(s *story) {
		s.Press("a", ".")
		s.Pass(4 * time.Second)
		s.Sees("measuring: 12 of 24")
		s.account.Fault("POST /v2/generations/estimate", simulator.Fault{Status: 422, Body: `{"statusCode":422,"code":"cost_estimate_unavailable"}`})
		s.Pass(14 * time.Second)
		s.DoesNotSee("finding the prices")
		s.Sees("12 jobs of unknown price", "audio: host.example sent nothing for 15 s; try again later", "of other files: this one was not tried")
		s.account.ClearFaults()
		s.Press("r") // a job without a price is tried again
		s.Pass(2 * time.Second)
		s.Sees("measuring: 12 of 24")
		s.Pass(16 * time.Second)
		s.DoesNotSee("unknown price")
		s.agreedTo(0)
	})
}

// The audio of the first two jobs is on a host that stalls when their prices
// are renewed. The jobs behind them are sent anyway, in order.
func TestStalledHostDoesNotDelayTheQueue(t *testing.T) {
	t.Parallel()
	var on atomic.Bool
	st := stage{
		prepare: func(a *simulator.Server) { a.SetRunning(9) }, config: func(c *ui.Config) { c.Slots = 9 },
		account: simulator.Options{Slots: 9}, through: func(wire http.RoundTripper) http.RoundTripper { return mute{wire, &on} },
	}
	tell(t, st, func(s *story) {
		for _, name := range []string{"stuck_1", "stuck_2", "fine_1", "fine_2"} {
			s.Press("1", "n", "ctrl+l")
			s.Paste(s.media("talk_28s.mp4"))
			s.Press("tab")
			s.Paste(s.media(strings.ReplaceAll(map[bool]string{true: "mute_NAME_25s.wav", false: "line_25s.wav"}[name[0] == 's'], "NAME", name)))
			s.at("Output file name")
			s.Type(name)
			s.Press("ctrl+s")
			s.Pass(time.Second)
			s.Press("y")
			s.Pass(time.Second)
		}
		s.Pass(10 * time.Minute)
		on.Store(true)
		s.Press("5")
		s.account.SetRunning(0)
		for range 40 {
			if len(s.acceptedNames()) > 0 {
				break
			}
			s.Pass(time.Second)
		}
		s.Pass(3 * time.Second)
		s.Sees("stuck_1", "stuck_2")
		if got := s.acceptedNames(); !slices.Equal(got, []string{"fine_1", "fine_2"}) {
			s.t.Errorf("accepted %v", got)
		}
		s.account.Fault("POST /v2/generations/estimate", simulator.Fault{Status: 422, Body: `{"statusCode":422,"code":"cost_estimate_unavailable"}`})
		s.Pass(16 * time.Second)
		s.Sees("it has no price any more: the length is not known")
		s.acceptsInOrder("fine_1", "fine_2")
		on.Store(false)
		s.account.ClearFaults()
		s.Press("g", "enter")
		s.Pass(2 * time.Second)
		s.Sees("Send this job?", "audio: 127.0.0.1:8701 sent", "The price is unknown")
		s.acceptsInOrder("fine_1", "fine_2")
	})
}
