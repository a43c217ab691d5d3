package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// selection is the filter of a list or a count.
type selection struct {
	statuses, ids, sources []string
	project                string
	limit                  int // 0 means everything, in any order
	cursor                 *job
	lag                    time.Duration // hides younger jobs
}

// selectionOf parses the filters that lists and counts share.
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

// page parses the parameters that only lists have, if the profile supports
// them.
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
	if sel.limit, f = limitOf(q, 0, maxPage); f != nil {
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

// onlyRunning reports whether ended jobs cannot match.
func (sel *selection) onlyRunning() bool {
	return len(sel.statuses) > 0 && !slices.ContainsFunc(sel.statuses, func(status string) bool {
		return status != pending && status != processing
	})
}

// selected returns the matching jobs: newest first with a limit, in any order
// without one. It examines as few jobs as the filter allows.
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

// known returns the listed jobs among ids, newest first, older than the cursor.
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

// writeGenerations answers with a page of jobs.
func (s *Server) writeGenerations(w http.ResponseWriter, jobs []*job, now time.Time) {
	page := make([]*generation, 0, len(jobs))
	s.mu.Lock()
	for _, j := range jobs {
		page = append(page, s.shown(j, now))
	}
	s.mu.Unlock()
	writeJSON(w, http.StatusOK, page)
}

// streamGenerations answers with a history of any length without holding all of
// it in memory.
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
	_, _ = w.Write([]byte("]")) // the client may be gone
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

func (s *Server) listModels(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, models())
}
