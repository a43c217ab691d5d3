package state

import (
	"slices"
	"testing"

	"dubtop/api"
	"dubtop/state/table"
)

func TestJobsAreNamedAfterTheirAsset(t *testing.T) {
	job := func(n int, asset api.ID) Generation {
		return NewGeneration(api.Generation{ID: jobID(n), Input: []api.Input{{Type: "audio", AssetID: "line"}, {Type: "video", AssetID: asset}}})
	}
	name := func(s *Store, n int) string { g, _ := s.Generations.Find(string(jobID(n))); return string(g.Name) }
	s := NewStore()
	s.BringNames([]Name{{Kind: "asset", ID: "old", Name: "old.mp4"}})
	for range 2 { // a poll repeats them
		s.Observe([]Generation{job(1, "old"), job(2, "new"), job(3, "never")}, start())
	}
	if name(s, 1) != "old.mp4" || name(s, 2) != string(jobID(2).Short()) || len(s.nameless["new"]) != 1 {
		t.Errorf("%q, %q, %v", name(s, 1), name(s, 2), s.nameless)
	}
	s.KeepAssets([]Asset{NewAsset(api.Asset{ID: "new", Name: "new.mp4"})}, start())
	s.Observe([]Generation{job(2, "new")}, start())
	if name(s, 2) != "new.mp4" {
		t.Errorf("named late: %q", name(s, 2))
	}
	if got := s.TakeUnsavedNames(10); !slices.Equal(got, []Name{{Kind: "asset", ID: "new", Name: "new.mp4"}}) || len(s.TakeUnsavedNames(10)) != 0 {
		t.Errorf("to be saved: %+v", got)
	}
	s.ForgetAsset("new")
	if s.AssetName("new") != "new.mp4" {
		t.Error("the name of a deleted asset is forgotten")
	}
}

func TestProjectsOfJobs(t *testing.T) {
	job := func(n int, project api.ID) Generation {
		return NewGeneration(api.Generation{ID: jobID(n), Status: api.Completed, ProjectID: project})
	}
	found := func(s *Store, words string) int {
		var v table.View[Generation]
		v.Update(&s.Generations, table.Query{Text: words})
		return v.Len()
	}
	s := NewStore()
	s.Observe([]Generation{job(1, "1b9d6bcd-x"), job(2, "")}, start())
	s.SetLabel(jobID(1), "acme")
	if !s.InProjects() || found(s, "project:1b9d") != 1 {
		t.Error("not found by its id")
	}
	s.applyProjects(Query{ticket: s.Projects.Ask(start())}, ProjectsAnswer(api.List[api.Project]{Items: []api.Project{{ID: "1b9d6bcd-x", Name: "Spring"}}}, nil), start())
	s.Observe([]Generation{job(1, "1b9d6bcd-x"), job(2, "")}, start())
	s.Observe([]Generation{job(1, "")}, start()) // an answer that does not tell it
	if n := found(s, "project:spring label:acme"); n != 1 {
		t.Errorf("%d found by its name", n)
	}
	if n := found(s, "spring"); n != 1 {
		t.Errorf("%d found by a word", n)
	}
	s.applyProjects(Query{ticket: s.Projects.Ask(start())}, ProjectsAnswer(api.List[api.Project]{Items: []api.Project{{ID: "1b9d6bcd-x", Name: "Winter"}}}, nil), start())
	if found(s, "project:spring") != 0 || found(s, "project:winter") != 1 {
		t.Error("not renamed")
	}
	s.applyProjects(Query{ticket: s.Projects.Ask(start())}, ProjectsAnswer(api.List[api.Project]{}, api.ErrUnsupported), start())
	if !s.NoProjects || s.Projects.Err() != nil {
		t.Errorf("%+v", s.Projects.Err())
	}
}
