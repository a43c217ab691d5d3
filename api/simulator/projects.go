package simulator

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// Project is a project of the account.
type Project struct {
	ID         string // generated if empty
	Name       string // "Project" and the start of the id if empty
	Visibility string // USER or ORGANIZATION; "" means ORGANIZATION
	Mode       string // CREATOR or DEVELOPER; "" means DEVELOPER
}

// projectsPage is the number of projects on a page.
const projectsPage = 20

// projectWire is a project in JSON.
type projectWire struct {
	ID              string `json:"id"`
	Name            string `json:"name"`
	Description     any    `json:"description"`
	Visibility      string `json:"visibility"`
	Mode            string `json:"mode"`
	DefaultWorkflow any    `json:"defaultWorkflow"`
}

func (p *Project) shown() projectWire {
	return projectWire{p.ID, p.Name, nil, p.Visibility, p.Mode, nil}
}

// AddProject adds a project to the account and returns its id.
func (s *Server) AddProject(p Project) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addProject(p)
}

func (s *Server) addProject(p Project) string {
	p.ID = cmp.Or(p.ID, s.newID())
	p.Name = cmp.Or(p.Name, "Project "+p.ID[:min(8, len(p.ID))])
	p.Visibility = cmp.Or(p.Visibility, "ORGANIZATION")
	p.Mode = cmp.Or(p.Mode, "DEVELOPER")
	s.projects = append(s.projects, &p)
	return p.ID
}

// project finds a project. The lock must be held.
func (s *Server) project(id string) *Project {
	i := slices.IndexFunc(s.projects, func(p *Project) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return s.projects[i]
}

// pastProjects adds the projects that made-up jobs belong to.
func (s *Server) pastProjects() {
	for _, name := range madeUpProjects() {
		s.addProject(Project{ID: newUUID(stream(s.opts.Seed, "project "+name, 0)), Name: name})
	}
}

func madeUpProjects() []string { return []string{"Spring campaign", "Course 2026", "Acme", "Archive"} }

// projectOf returns the project of a made-up job, or "".
func (s *Server) projectOf(title string) string {
	if s.opts.Profile != Current {
		return ""
	}
	film, _, _ := strings.Cut(title, "_")
	name := map[string]string{
		"promo": "Spring campaign", "ad": "Spring campaign", "trailer": "Spring campaign",
		"course": "Course 2026", "how": "Course 2026", "webinar": "Acme", "testimonial": "Acme",
	}[film]
	if name == "" {
		return ""
	}
	return newUUID(stream(s.opts.Seed, "project "+name, 0))
}

func (s *Server) listProjects(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	search := strings.ToLower(q.Get("searchQuery"))
	var found []*Project
	s.mu.Lock()
	for _, p := range s.projects {
		if strings.Contains(strings.ToLower(p.Name), search) {
			found = append(found, p)
		}
	}
	s.mu.Unlock()
	first, f := afterCursor(found, func(p *Project) string { return p.ID }, q.Get("cursor"))
	if f != nil {
		f.write(w)
		return
	}
	last := min(first+projectsPage, len(found))
	items := make([]projectWire, 0, last-first)
	for _, p := range found[first:last] {
		items = append(items, p.shown())
	}
	page := map[string]any{"items": items, "nextCursor": nil}
	if last < len(found) {
		page["nextCursor"] = cursorAfter(found[last-1].ID)
	}
	writeJSON(w, http.StatusOK, page)
}

func (s *Server) createProject(w http.ResponseWriter, r *http.Request) {
	var body struct{ Name, Visibility, Mode string }
	if json.NewDecoder(r.Body).Decode(&body) != nil || strings.TrimSpace(body.Name) == "" {
		invalid("name should not be empty").write(w)
		return
	}
	s.mu.Lock()
	p := s.project(s.addProject(Project{Name: body.Name, Visibility: body.Visibility, Mode: body.Mode}))
	s.mu.Unlock()
	writeJSON(w, http.StatusCreated, p.shown())
}

func (s *Server) getProject(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	p := s.project(r.PathValue("id"))
	s.mu.Unlock()
	if p != nil {
		writeJSON(w, http.StatusOK, p.shown())
		return
	}
	refuse(http.StatusNotFound, "project_not_found", "Project not found").write(w)
}
