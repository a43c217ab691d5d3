package simulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// find looks a generation up by the id in the path.
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

// shown is a generation as the profile tells it.
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
	if g.Status == completed {
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

// told makes the links of our own files whole.
func (s *Server) told(inputs []input) []input {
	out := slices.Clone(inputs)
	for i := range out {
		out[i].URL = s.whole(out[i].URL)
	}
	return out
}

// whole is a link as it travels: our own files are kept without an origin,
// which is known only once somebody listens.
func (s *Server) whole(link string) string {
	if strings.HasPrefix(link, "/") {
		return s.storage + link
	}
	return link
}

// showOutput tells the link under the profile's name; "" is not ready.
func (s *Server) showOutput(g *generation, link string) {
	if s.opts.Profile == Current {
		g.OutputURL, g.OutputMediaURL = orNull(link), orNull(link)
		return
	}
	g.OutputURL = link // June says "" where autumn says null
}

// showFailure tells why, under the profile's spelling of the code.
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

// outputLink is good for this hour and the next: links that were kept go
// stale. It needs no key.
func (s *Server) outputLink(j *job, now time.Time) string {
	return s.base + "/v2/generations/" + j.id + "/result?token=" + s.token(j.id, now)
}

// token opens one thing for an hour, or for two where it is checked.
func (s *Server) token(id string, now time.Time) string {
	return newUUID(stream(s.opts.Seed^hash(id), "token", uint64(now.Unix()/3600)))
}

func (s *Server) tokenHolds(id, token string, now time.Time) bool {
	return token == s.token(id, now) || token == s.token(id, now.Add(-time.Hour))
}

// fileLink is where the output itself lies.
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

// holdOf reads wait and timeout: how long to hold the request.
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

// hold waits for the job to end, in steps, because Finish may end it early.
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
	status, made := j.status(now), s.creationOf(j)
	s.mu.Unlock()
	report := map[string]any{
		"generationId": j.id, "generationStatus": status, "currency": "USD", "availability": "complete",
		"totalCostUsd": nil, "knownSubtotalUsd": "0.00", "retryAfterSeconds": nil,
		"components": []any{}, "excludedCosts": []string{"tax", "subscription_fees"},
	}
	switch cost, ok := s.charged(made.Model, j.seconds); {
	case status == pending || status == processing:
		report["availability"], report["retryAfterSeconds"] = "pending", 15
	case status != completed: // what failed is not charged
		report["totalCostUsd"] = "0.00"
	case !ok:
		report["availability"] = "unavailable"
	default:
		report["totalCostUsd"], report["knownSubtotalUsd"] = cost.String(), cost.String()
		report["components"] = []any{map[string]string{"component": "lipsync", "costUsd": cost.String()}}
	}
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

// output is a completed job and its file's link.
func (s *Server) output(r *http.Request) (j *job, link string, f *failure) {
	now := s.now()
	if j, f = s.find(r); f != nil {
		return nil, "", f
	}
	if j.status(now) != completed {
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

// followResult is where output links lead: the token in the query is the
// permission, so no key is asked for.
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

// selection is what a list or a count asks for.
type selection struct {
	statuses, ids, sources []string
	project                string
	limit                  int // 0 is everything, in any order
	cursor                 *job
	lag                    time.Duration // hides what is younger
}

// selectionOf reads the filters that lists and counts share.
func selectionOf(q url.Values) (selection, *failure) {
	sel := selection{sources: listOf(q, "source"), project: q.Get("projectId")}
	for _, status := range listOf(q, "status") {
		status = strings.ToUpper(status)
		if !slices.Contains([]string{pending, processing, completed, failed, rejected}, status) {
			return sel, invalid("each value in status must be one of the following values: PENDING, PROCESSING, COMPLETED, FAILED, REJECTED")
		}
		sel.statuses = append(sel.statuses, status)
	}
	if sel.project != "" && uuid.Validate(sel.project) != nil {
		return sel, invalid("projectId must be a UUID")
	}
	return sel, nil
}

// page reads what only lists know, if the profile knows it.
func (s *Server) page(sel *selection, r *http.Request) *failure {
	q, fault := r.URL.Query(), faultOf(r)
	sel.ids, sel.lag = listOf(q, "ids"), fault.ListLag
	if s.opts.Profile == Strict {
		sel.project = ""
	}
	if s.opts.Profile == Strict || fault.IgnoreLimit {
		return nil
	}
	var f *failure
	if sel.limit, f = limitOf(q, 0); f != nil {
		return f
	}
	cursor := q.Get("cursor")
	if cursor == "" {
		return nil
	}
	if sel.limit == 0 {
		return invalid("cursor requires limit")
	}
	if sel.cursor = s.jobs.byID[cursor]; sel.cursor == nil {
		return invalid("cursor does not name a generation")
	}
	return nil
}

func (sel *selection) matches(j *job, project string, now time.Time) bool {
	return (len(sel.statuses) == 0 || slices.Contains(sel.statuses, j.status(now))) &&
		(len(sel.sources) == 0 || slices.Contains(sel.sources, j.source)) &&
		(sel.project == "" || sel.project == project) &&
		now.Sub(j.created) >= sel.lag
}

// onlyRunning reports whether the ended ones need not be looked at.
func (sel *selection) onlyRunning() bool {
	return len(sel.statuses) > 0 && !slices.ContainsFunc(sel.statuses, func(status string) bool {
		return status != pending && status != processing
	})
}

// selected lists the matching jobs: newest first with a limit, in any order
// without one. What it looks at is as small as the question allows.
func (s *Server) selected(sel selection, now time.Time) []*job {
	var out []*job
	project := func(j *job) string {
		if sel.project == "" {
			return ""
		}
		return s.creationOf(j).ProjectID
	}
	candidates := s.jobs.newestFirst(sel.cursor)
	if len(sel.ids) > 0 {
		candidates = slices.Values(s.known(sel.ids, sel.cursor))
	} else if sel.onlyRunning() && sel.cursor == nil {
		running := slices.SortedFunc(slices.Values(s.jobs.running(now)), func(a, b *job) int { return byCreation(b, a) })
		candidates = slices.Values(running)
	}
	for j := range candidates {
		if !sel.matches(j, project(j), now) {
			continue
		}
		if out = append(out, j); len(out) == sel.limit {
			break
		}
	}
	if sel.limit == 0 {
		shuffle(out)
	}
	return out
}

// known lists the listed jobs among ids, newest first, older than the cursor.
func (s *Server) known(ids []string, cursor *job) []*job {
	var out []*job
	for _, id := range ids {
		j := s.jobs.byID[id]
		if j != nil && !j.batch && !slices.Contains(out, j) && (cursor == nil || byCreation(j, cursor) < 0) {
			out = append(out, j)
		}
	}
	slices.SortFunc(out, func(a, b *job) int { return byCreation(b, a) })
	return out
}

func (s *Server) listGenerations(w http.ResponseWriter, r *http.Request) {
	sel, f := selectionOf(r.URL.Query())
	s.mu.Lock()
	if f == nil {
		f = s.page(&sel, r)
	}
	now := s.now()
	var jobs []*job
	if f == nil {
		jobs = s.selected(sel, now)
	}
	s.mu.Unlock()
	if f != nil {
		f.write(w)
		return
	}
	if len(jobs) <= 100 {
		s.writeGenerations(w, jobs, now)
		return
	}
	s.streamGenerations(w, jobs, now)
}

// writeGenerations answers with a page.
func (s *Server) writeGenerations(w http.ResponseWriter, jobs []*job, now time.Time) {
	page := make([]*generation, 0, len(jobs))
	s.mu.Lock()
	for _, j := range jobs {
		page = append(page, s.shown(j, now))
	}
	s.mu.Unlock()
	writeJSON(w, http.StatusOK, page)
}

// streamGenerations answers with a history of any length without ever holding
// it whole.
func (s *Server) streamGenerations(w http.ResponseWriter, jobs []*job, now time.Time) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	separator := "["
	for _, j := range jobs {
		s.mu.Lock()
		body, err := json.Marshal(s.shown(j, now))
		s.mu.Unlock()
		if err != nil {
			panic(err)
		}
		if _, err := fmt.Fprintf(w, "%s%s", separator, body); err != nil {
			return
		}
		separator = ","
	}
	_, _ = w.Write([]byte("]")) // a client that went away is no concern of ours
}

func (s *Server) countGenerations(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	sel, f := selectionOf(q)
	kind := q.Get("type")
	if f == nil && kind != "" && kind != "api" && kind != "playground" {
		f = invalid("type must be one of the following values: playground, api")
	}
	if f != nil {
		f.write(w)
		return
	}
	surfaces := listOf(q, "generationSource")
	count := 0
	s.mu.Lock()
	now := s.now()
	for _, j := range s.selected(sel, now) {
		if (kind == "" || (kind == "api") == (j.source == "api")) &&
			(len(surfaces) == 0 || slices.Contains(surfaces, j.source)) {
			count++
		}
	}
	s.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]int{"count": count})
}
