package simulator

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// find returns the generation with the id in the path.
func (s *Server) find(r *http.Request) (*job, *failure) {
	id := r.PathValue("id")
	if j := s.jobs.byID[id]; j != nil {
		return j, nil
	}
	if uuid.Validate(id) != nil {
		return nil, refuse(http.StatusBadRequest, "invalid_generation_id", "The generation id is not valid")
	}
	return nil, refuse(http.StatusNotFound, "generation_not_found", "Generation not found")
}

// shown returns a generation in the form of the profile.
func (s *Server) shown(j *job, now time.Time) *generation {
	made := s.creationOf(j)
	g := &generation{
		ID: j.id, CreatedAt: stamp(j.created), Status: j.status(now), Model: made.Model, Input: s.told(made.Input),
		Options: made.Options, Segments: made.Segments, WebhookURL: orNull(made.WebhookURL),
		OutputDuration: absent(), OutputFileName: orNull(made.OutputFileName), Error: absent(),
	}
	if s.opts.Profile != Strict {
		g.ProjectID = orNull(made.ProjectID)
	}
	link := ""
	if produced(g.Status) {
		link = s.outputLink(j, now)
		g.OutputDuration = j.seconds
		if len(made.Segments) > 0 {
			g.SegmentOutput = link
		}
		if made.hasText() && s.opts.Profile != Strict {
			g.SynthesizedURL = s.storage + "/media/speech_" + j.id[:8] + lengthSuffix(j.seconds) + ".wav"
		}
	}
	s.showOutput(g, link)
	if g.Status == failed || g.Status == rejected {
		s.showFailure(g, j)
	}
	return g
}

// told completes the links to our own files.
func (s *Server) told(inputs []input) []input {
	out := slices.Clone(inputs)
	for i := range out {
		out[i].URL = s.whole(out[i].URL)
	}
	return out
}

// whole completes a link. Links to our own files are stored without an origin,
// which is known only once somebody listens.
func (s *Server) whole(link string) string {
	if strings.HasPrefix(link, "/") {
		return s.storage + link
	}
	return link
}

// showOutput sets the link under the name that the profile uses; "" means not
// ready.
func (s *Server) showOutput(g *generation, link string) {
	if s.opts.Profile == Current {
		g.OutputURL, g.OutputMediaURL = orNull(link), orNull(link)
		return
	}
	g.OutputURL = link // "" in June, null in autumn
}

// showFailure sets the reason, with the profile's name for the code.
func (s *Server) showFailure(g *generation, j *job) {
	g.Error = orNull(cmp.Or(j.reason, messageOf(j.code)))
	code := orNull(j.code)
	switch s.opts.Profile {
	case Strict:
		g.OldErrorCode = code
	case Current:
		g.ErrorCode = code
	default:
		g.OldErrorCode, g.ErrorCode = code, code
	}
}

// outputLink returns a link that works this hour and the next, so that stored
// links expire. It needs no key.
func (s *Server) outputLink(j *job, now time.Time) string {
	return s.base + "/v2/generations/" + j.id + "/result?token=" + s.token(j.id, now)
}

// token gives access to one thing for one to two hours.
func (s *Server) token(id string, now time.Time) string {
	return newUUID(stream(s.opts.Seed^hash(id), "token", uint64(now.Unix()/3600)))
}

func (s *Server) tokenHolds(id, token string, now time.Time) bool {
	return token == s.token(id, now) || token == s.token(id, now.Add(-time.Hour))
}

// fileLink returns the link to the output file itself.
func (s *Server) fileLink(j *job, now time.Time) string {
	return s.storage + "/out/" + url.PathEscape(j.id) + ".mp4?sig=" + s.token(j.id, now)
}

func (s *Server) getGeneration(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	progress := false
	if s.opts.Profile == Current {
		hold, f := holdOf(q)
		if f != nil {
			f.write(w)
			return
		}
		progress = slices.Contains(listOf(q, "include"), "progress")
		s.hold(r, hold)
	}
	s.mu.Lock()
	now := s.now()
	s.advance(now)
	j, f := s.find(r)
	var g *generation
	if f == nil {
		g = s.shown(j, now)
		if progress {
			g.ProgressPercent = j.progress(now)
		}
	}
	s.mu.Unlock()
	if f != nil {
		f.write(w)
		return
	}
	writeJSON(w, http.StatusOK, g)
}

// holdOf parses wait and timeout into the time to hold the request.
func holdOf(q url.Values) (time.Duration, *failure) {
	if q.Get("wait") != "true" {
		return 0, nil
	}
	if slices.Contains(listOf(q, "include"), "progress") {
		return 0, invalid("include=progress cannot be combined with wait")
	}
	seconds, err := strconv.ParseFloat(cmp.Or(q.Get("timeout"), "30"), 64)
	if err != nil || !(seconds >= 0 && seconds <= 55) {
		return 0, invalid("timeout must be a number from 0 to 55")
	}
	return time.Duration(seconds * float64(time.Second)), nil
}

// hold waits until the job ends. It polls, because Finish may end the job
// early.
func (s *Server) hold(r *http.Request, most time.Duration) {
	const step = 500 * time.Millisecond
	for ; most > 0; most -= step {
		s.mu.Lock()
		j, f := s.find(r)
		over := f != nil || j.ended(s.now())
		s.mu.Unlock()
		if over {
			return
		}
		wait(r.Context(), min(step, most))
	}
}

func (s *Server) getCosts(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	now := s.now()
	j, f := s.find(r)
	if f != nil {
		s.mu.Unlock()
		f.write(w)
		return
	}
	report := s.costsOf(j, now)
	s.mu.Unlock()
	writeJSON(w, http.StatusOK, report)
}

func (s *Server) deleteGeneration(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	now := s.now()
	j, f := s.find(r)
	var g *generation
	switch {
	case f != nil:
	case !j.ended(now):
		f = refuse(http.StatusConflict, "generation_not_deletable_while_processing", "Generation is still processing")
	default:
		g = s.shown(j, now)
		s.jobs.remove(j)
	}
	s.mu.Unlock()
	if f != nil {
		f.write(w)
		return
	}
	writeJSON(w, http.StatusOK, g)
}

// produced reports whether a job of a status has an output.
func produced(status string) bool { return status == completed || status == partial }

// output returns a completed job and the link to its file.
func (s *Server) output(r *http.Request) (j *job, link string, f *failure) {
	now := s.now()
	if j, f = s.find(r); f != nil {
		return nil, "", f
	}
	if !produced(j.status(now)) {
		return nil, "", refuse(http.StatusNotFound, "", "There is no output yet")
	}
	return j, s.fileLink(j, now), nil
}

func (s *Server) downloadLink(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	_, link, f := s.output(r)
	s.mu.Unlock()
	if f != nil {
		f.write(w)
		return
	}
	writeBody(w, http.StatusOK, "text/plain; charset=utf-8", []byte(link))
}

// followResult redirects from an output link. The token in the query grants
// access, so no key is needed.
func (s *Server) followResult(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	j, link, f := s.output(r)
	if f == nil && !s.tokenHolds(j.id, r.URL.Query().Get("token"), s.now()) {
		f = refuse(http.StatusForbidden, "", "The link has expired or is not valid")
	}
	s.mu.Unlock()
	if f != nil {
		f.write(w)
		return
	}
	w.Header().Set("Location", link)
	writeBody(w, http.StatusFound, "text/plain; charset=utf-8", []byte("Found"))
}
