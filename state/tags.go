package state

import (
	"cmp"
	"unique"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/verdict"
)

// tags are the user's own words about a job, and where it comes from. Few jobs
// differ in them.
type tags struct {
	label, set, lang text.Text
	verdict          verdict.Verdict
	origin
}

// origin names the project and the asset of a job, for which the server gives
// only ids.
type origin struct {
	project api.ID
	called  text.Text // the project's name; "" if it is not known
	asset   api.ID    // that it shows, or ""; a job without a name takes its name
}

// Label is the user's label, or "". The server does not know it. Store.SetLabel
// sets it.
func (g *Generation) Label() text.Text { return g.own().label }

// Set is the name of the job set it belongs to, or "".
func (g *Generation) Set() text.Text { return g.own().set }

// Lang is the language tag of the job, or "" if it is not known.
func (g *Generation) Lang() text.Text { return g.own().lang }

// Verdict is the word of the user's verdict, or "". Store.SetVerdict sets it.
func (g *Generation) Verdict() verdict.Verdict { return g.own().verdict }

func (g *Generation) own() tags {
	if g.tags == (unique.Handle[tags]{}) {
		return tags{}
	}
	return g.tags.Value()
}

// setTags sets the tags and updates the searchable text.
func (g *Generation) setTags(t tags) {
	g.keepTags(t)
	g.index()
}

func (g *Generation) keepTags(t tags) {
	g.tags = unique.Handle[tags]{}
	if t != (tags{}) {
		g.tags = unique.Make(t)
	}
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

// absorbTags keeps the user's words, and a project and its name that an answer
// does not tell.
func (g *Generation) absorbTags(old *Generation) {
	if g.tags == old.tags {
		return
	}
	t, was := g.own(), old.own()
	t.label, t.set, t.lang, t.verdict = was.label, was.set, was.lang, was.verdict
	if t.project == "" || t.project == was.project {
		t.project, t.called = was.project, was.called
	}
	g.keepTags(t)
}

// AssetID is the asset that the job shows, or "" if it shows a file of a link, or
// that is not known.
func (g *Generation) AssetID() api.ID { return g.own().asset }

// ProjectID is the id of the job's project, or "".
func (g *Generation) ProjectID() api.ID { return g.own().project }

// Project is the name of the job's project, or else the start of its id; "" if it
// has none. Store sets the name.
func (g *Generation) Project() text.Text {
	o := g.own()
	return cmp.Or(o.called, text.Of(o.project.Short()))
}

// SetProject sets the project of a row that was saved.
func (g *Generation) SetProject(id api.ID) { g.keepTags(tags{origin: origin{project: id}}) }
