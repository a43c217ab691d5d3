package state

import (
	"dubtop/api"
	"dubtop/state/instant"
	"dubtop/state/table"
)

// StoredGeneration makes a row that was kept whole again: g has every exported
// field as it was, named is what Named said. What the row is searched by is
// built anew, so that the result is the same row in every way.
func StoredGeneration(g Generation, named bool) Generation {
	g.Created, g.Started, g.Ended = instant.Of(g.Created), instant.Of(g.Started), instant.Of(g.Ended)
	g.Status = api.Status(table.Shared(string(g.Status)))
	g.Model, g.Error, g.ErrorCode = table.Shared(g.Model), table.Shared(g.Error), table.Shared(g.ErrorCode)
	g.named = named
	g.index()
	return g
}

// Named reports whether the name is more than a piece of the id, so that a
// later answer without a name does not take it away.
func (g *Generation) Named() bool { return g.named }

// StoredBatch makes a row that was kept whole again: b has every exported
// field as it was.
func StoredBatch(b Batch) Batch {
	b.Created = instant.Of(b.Created)
	b.Status = api.BatchStatus(table.Shared(string(b.Status)))
	b.index()
	return b
}
