package state

import (
	"dubtop/api"
	"dubtop/api/text"
)

// Jobs tell only the ids of their assets and projects. The names are remembered
// across starts, so that a name is shown at once and also after its deletion.

// nameKind is what a remembered name belongs to.
type nameKind string

const (
	kindAsset   nameKind = "asset"
	kindProject nameKind = "project"
)

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
	Kind string // asset or project
	ID   api.ID
	Name text.Text
}

// BringNames takes in the names of earlier starts.
func (s *Store) BringNames(all []Name) {
	if s.names == nil {
		s.names = make(map[nameKey]text.Text, len(all))
	}
	for _, n := range all {
		key := nameKey{nameKind(n.Kind), n.ID}
		if s.names[key] == "" { // the server's answer is newer
			s.names[key] = n.Name
			s.renamed = s.renamed || key.kind == kindProject
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
	s.renamed = s.renamed || kind == kindProject
	return true
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
	g.Name, g.named, o.asset = name, true, ""
	return true
}

// assetShown is the asset that a job shows.
func assetShown(inputs []api.Input) api.ID {
	for i := range inputs {
		if in := &inputs[i]; in.AssetID != "" && (in.Type == "video" || in.Type == "image") {
			return in.AssetID
		}
	}
	return ""
}
