package state

import (
	"time"

	"dubtop/api"
	"dubtop/api/text"
)

// Jobs tell only the ids of their assets, projects and voices. The names are
// remembered across starts, so that a name is shown at once and also after its deletion.

// nameKind says what a name belongs to.
type nameKind string

const (
	kindAsset   nameKind = "asset"
	kindProject nameKind = "project"
	kindVoice   nameKind = "voice"
	kindRead    nameKind = "read" // when a list was read
)

// voicesList is the list of voices, as an id.
const voicesList api.ID = "voices"

type nameKey struct {
	kind nameKind
	id   api.ID
}

// nameless lists the jobs that wait for the name of an asset, by its id.
type nameless map[api.ID]map[string]struct{}

func (n *nameless) add(asset api.ID, job string) {
	if *n == nil {
		*n = make(nameless)
	}
	if (*n)[asset] == nil {
		(*n)[asset] = make(map[string]struct{})
	}
	(*n)[asset][job] = struct{}{}
}

// Name is a remembered name, for the journal.
type Name struct {
	Kind string // asset, project, voice, or read
	ID   api.ID
	Name text.Text
}

// NameOfProject returns the name of a project, to be remembered.
func NameOfProject(p api.Project) Name { return Name{string(kindProject), p.ID, p.Name} }

// Project reports whether it is the name of a project.
func (n Name) Project() bool { return nameKind(n.Kind) == kindProject }

// BringNames takes in the names of earlier starts.
func (s *Store) BringNames(all []Name) {
	if s.names == nil {
		s.names = make(map[nameKey]text.Text, len(all))
	}
	for _, n := range all {
		key := nameKey{nameKind(n.Kind), n.ID}
		if s.names[key] == "" { // the server's answer is newer
			s.names[key] = n.Name
			s.nameInLedger(key)
			s.renamed = s.renamed || key.kind == kindProject
			if key == (nameKey{kindRead, voicesList}) {
				s.Voices.read, _ = time.Parse(time.RFC3339, string(n.Name)) // else it is read again
			}
		}
	}
	s.nameProjects()
}

// TakeUnsavedNames returns names to be saved, at most limit.
func (s *Store) TakeUnsavedNames(limit int) []Name {
	n := min(limit, len(s.unsaved))
	taken := make([]Name, n)
	for i, key := range s.unsaved[:n] {
		taken[i] = Name{string(key.kind), key.id, s.names[key]}
	}
	s.unsaved = s.unsaved[n:]
	return taken
}

func (s *Store) learnName(kind nameKind, id api.ID, name text.Text) (fresh bool) {
	key := nameKey{kind, id}
	if name == "" || s.names[key] == name {
		return false
	}
	if s.names == nil {
		s.names = make(map[nameKey]text.Text)
	}
	s.names[key] = name
	s.unsaved = append(s.unsaved, key)
	s.nameInLedger(key)
	s.renamed = s.renamed || kind == kindProject
	return true
}

// nameInLedger tells the ledger the name of a project, for budgets.
func (s *Store) nameInLedger(key nameKey) {
	if key.kind == kindProject {
		s.Ledger.NameProject(key.id, s.names[key])
	}
}

// NameAssets learns the names of assets, and names the jobs after them that have
// no name of their own.
func (s *Store) NameAssets(all []Asset) {
	for i := range all {
		id := all[i].ID
		if !s.learnName(kindAsset, id, all[i].Name) {
			continue
		}
		for job := range s.nameless[id] {
			s.Generations.Amend(job, func(g *Generation) {
				t := g.own()
				if s.nameAfterAsset(g, &t.origin) {
					g.setTags(t)
				}
			})
		}
		delete(s.nameless, id)
	}
}

// AssetName returns the name of an asset, also of one seen before this start; ""
// if it is unknown.
func (s *Store) AssetName(id api.ID) text.Text { return s.names[nameKey{kindAsset, id}] }

// nameAfterAsset names a job that has no name after its video or image.
func (s *Store) nameAfterAsset(g *Generation, o *origin) bool {
	if g.named || o.asset == "" {
		return false
	}
	name := s.AssetName(o.asset)
	if name == "" {
		s.nameless.add(o.asset, g.Key())
		return false
	}
	g.Name, g.named = name, true
	return true
}

func (s *Store) applyProjects(q Query, a Answer, now time.Time) {
	if a.Err == nil {
		s.NoProjects = a.Absent
	}
	for i := range a.Projects {
		s.learnName(kindProject, a.Projects[i].ID, a.Projects[i].Name)
	}
	applyList(&s.Projects, q.ticket, a.Projects, a.Skipped == 0, a.Err, now)
	s.nameProjects()
}

// ProjectName returns the name of a project, or "" if it is unknown.
func (s *Store) ProjectName(id api.ID) text.Text { return s.names[nameKey{kindProject, id}] }

// InProjects reports whether any job is in a project.
func (s *Store) InProjects() bool { return s.grouped }

// nameProjects gives the projects of all jobs the names that have just changed.
func (s *Store) nameProjects() {
	if !s.renamed {
		return
	}
	s.renamed = false
	for g := range s.Generations.All() {
		if t := g.own(); s.nameProject(&t.origin) {
			s.Generations.Amend(g.Key(), func(g *Generation) { g.setTags(t) })
		}
	}
}

// nameProject names the project of a job; it returns false if it is named already.
func (s *Store) nameProject(o *origin) bool {
	if o.project == "" {
		return false
	}
	s.grouped = true
	name := s.ProjectName(o.project)
	if name == "" || name == o.called {
		return false
	}
	o.called = name
	return true
}
