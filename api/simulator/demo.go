package simulator

import "time"

// The demo's jobs are distinguished from past ones by their numbers.
const (
	stagedPlot    = 2_000_000
	colleaguePlot = 3_000_000
)

// colleague is another user of the account. Their jobs follow from the seed and
// the clock, and are computed when somebody looks.
type colleague struct {
	next time.Time // time of the next submission; zero means no colleague
	jobs uint64
}

// beginDemo starts a few jobs, so that a newcomer sees each kind of ending
// within a minute, and the colleague.
func (s *Server) beginDemo(now time.Time) {
	for i, st := range []struct {
		model           string
		seconds         float64
		age, starts     time.Duration // starts and ends are relative to now
		ends            time.Duration
		outcome, reason string
	}{
		{"react-1", 22, 9 * time.Minute, -8 * time.Minute, -7 * time.Minute, "generation_model_duration_exceeded", "The input is 22 s long; react-1 takes up to 15 s."},
		{"lipsync-2", 28, 6 * time.Minute, -5 * time.Minute, -4 * time.Minute, "", ""},
		{"sync-3", 28, 4 * time.Minute, -3 * time.Minute, 45 * time.Second, "", ""},
		{"react-1", 12, 70 * time.Second, -50 * time.Second, 22 * time.Second, "generation_input_face_selection_invalid", ""},
		{"lipsync-2", 31, 55 * time.Second, -40 * time.Second, 12 * time.Second, "", ""},
		{"sync-3", 28, 38 * time.Second, 9 * time.Second, 110 * time.Second, "", ""},
	} {
		j := &job{
			id: s.newID(), seconds: st.seconds, source: "api", outcome: completed, code: st.outcome, reason: st.reason,
			created: now.Add(-st.age), start: now.Add(st.starts), end: now.Add(st.ends),
		}
		if st.outcome != "" {
			j.outcome = failed
		}
		j.made = s.madeUp(stagedPlot+uint64(i), st.model, st.seconds)
		s.jobs.insert(j, now)
	}
	s.colleague.next = now.Add(8 * time.Second)
}

// colleagueWorks adds the jobs that the colleague has submitted by now: one
// every 20 to 40 s, as long as two slots stay free for the person watching. The
// lock must be held.
func (s *Server) colleagueWorks(now time.Time) {
	for c := &s.colleague; !c.next.IsZero() && !c.next.After(now); {
		at := c.next
		c.jobs++
		r := stream(s.opts.Seed, "colleague", c.jobs)
		c.next = at.Add(between(r, 20, 40))
		if len(s.jobs.running(at)) >= s.opts.Slots-2 {
			continue
		}
		plot := colleaguePlot + c.jobs
		name, seconds := s.outline(plot)
		j := &job{id: newUUID(r), plot: plot, seconds: seconds, source: surface(r), outcome: completed}
		if c.jobs%4 == 3 && !s.opts.Reliable {
			codes := asyncCodes()
			j.outcome, j.code = failed, codes[int(c.jobs/4)%len(codes)]
		}
		waits, works := usualTimes(name, seconds, r)
		s.start(j, at, waits, works)
	}
}
