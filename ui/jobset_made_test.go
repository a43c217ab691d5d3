package ui

import (
	"errors"
	"testing"

	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/jobset"
)

// A set can't be priced before it was compared with the jobs made before, also
// if that fails, and rows that are edited meanwhile are compared as they are.
func TestSetIsPricedOnlyWhenCompared(t *testing.T) {
	t.Parallel()
	a := newDesk(t, 1)
	row := func(n int, visual string) jobset.Row {
		return jobset.Row{Number: n, Draft: draft.Draft{Model: "lipsync-2", Visual: visual, Audio: "https://media.example/a.wav"}}
	}
	f := &setForm{app: a.composer, typed: &setTyped{}}
	open := func() *setGrid {
		f.Stage = a.Stage
		g := newSetGrid(f, inputs.JobSources{}, jobset.Set{Rows: []jobset.Row{row(1, "https://media.example/1.mp4"), row(2, "https://media.example/2.mp4")}})
		a.Push(g)
		return g
	}
	g := open()
	made := map[string]jobset.Made{jobset.ContentOf(row(1, "https://media.example/1.mp4").Draft): {Words: "made on 1 May 2026", Job: "j1"}}
	g.made = func([]draft.Draft) (map[string]jobset.Made, error) { return made, nil }
	first, edited := g.compareAll(), g.compareAll()
	if why := g.unready(); why != "still comparing with the jobs made before" {
		t.Errorf("it may be priced: %q", why)
	}
	late := edited()
	a.Update(first())
	if r := g.rows.At(0); r.Made != "j1" || !r.Out {
		t.Errorf("the job made before is not recognized: %+v", r)
	}
	if why := g.unready(); why == "" {
		t.Error("it may be priced before the second comparison ends")
	}
	g.rows.Amend("1", func(r *jobset.Row) { r.Draft.Visual = "https://media.example/3.mp4" })
	g.compare()
	a.Update(late)
	if r := g.rows.At(0); r.Made != "" || r.Out {
		t.Errorf("a row is marked as it was before: %+v", r)
	}
	g.made = func([]draft.Draft) (map[string]jobset.Made, error) { return nil, errors.New("disk I/O error") }
	a.Update(g.compareAll()())
	if why := g.unready(); why != "the rows could not be compared with the jobs made before; r tries again" {
		t.Errorf("it may be priced without a comparison: %q", why)
	}
	g.made = func([]draft.Draft) (map[string]jobset.Made, error) { return nil, nil }
	a.Update(g.compareAll()())
	if g.comparing != 0 || g.apart != "" {
		t.Error("trying again does not help")
	}
}
