package simulator

import "time"

// Made-up jobs of the demo are told from those of the past by their numbers.
const (
	stagedPlot    = 2_000_000
	colleaguePlot = 3_000_000
)

// colleague is somebody else at work in the account. What they do is a
// function of the seed and the clock, worked out when somebody looks.
type colleague struct {
	next time.Time // of the next submission; zero is no colleague
	jobs uint64
}

// beginDemo puts a few jobs on their way, so that a newcomer sees each kind of
// end within a minute, and sets the colleague to work.
func (s *Server) beginDemo(now time.Time) {
	for i, st := range []struct {
		model           string
		seconds         float64
		age, starts     time.Duration // starts and ends count from now
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

// colleagueWorks submits what the colleague has submitted by now: a job every
// 20 to 40 s, as long as two slots stay free for whoever is watching. The lock
// is held.
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
