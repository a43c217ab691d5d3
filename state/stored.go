package state

import (
	"dubtop/api"
	"dubtop/state/instant"
	"dubtop/state/table"
)

// StoredGeneration restores a row that was saved: g has its exported fields,
// and named the value of Named. It rebuilds the searchable text, so that the
// row equals the saved one.
func StoredGeneration(g Generation, named bool) Generation {
	g.Created, g.Started, g.Ended = instant.Of(g.Created), instant.Of(g.Started), instant.Of(g.Ended)
	g.Status = api.Status(table.Shared(string(g.Status)))
	g.Model, g.Error, g.ErrorCode = table.Shared(g.Model), table.Shared(g.Error), table.Shared(g.ErrorCode)
	g.named = named
	g.index()
	return g
}

// Named reports whether the name is more than the start of the id, so that a
// later answer without a name does not replace it.
func (g *Generation) Named() bool { return g.named }

// StoredBatch restores a row that was saved, from its exported fields.
func StoredBatch(b Batch) Batch {
	b.Created = instant.Of(b.Created)
	b.Status = api.BatchStatus(table.Shared(string(b.Status)))
	b.index()
	return b
}
