package ledger

import (
	"cmp"
	"encoding/binary"
	"errors"
	"iter"
	"maps"
	"math/bits"
	"slices"
	"time"

	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/table"
)

// Sums are the totals of a ledger by quarter of an hour, model and label. Since
// days begin on a quarter in every time zone, all groupings can be computed
// from them without reading the entries. The zero Sums are those of an empty
// ledger.
type Sums struct {
	data    []byte // the cells, encoded; see Bytes
	changes []change
	coarse  bool // an amount overflowed
}

// change is an entry added to the encoded cells, or taken out.
type change struct {
	entry Entry
	sign  int64
}

// cell is the key of a sum.
type cell struct {
	quarter      int64 // since 1970
	model, label text.Text
}

const quarter = 15 * 60 // seconds

var (
	// ErrCoarse means that a grouping needs the entries themselves, because a
	// day does not begin on a quarter or an amount overflowed.
	ErrCoarse = errors.New("these totals can't be made from sums")
	errCells  = errors.New("the sums of the ledger can't be read")
)

func cellOf(e *Entry) cell {
	seconds := e.At.Unix()
	return cell{quarter: (seconds - modulo(seconds, quarter)) / quarter, model: e.Model, label: e.Label}
}

// modulo is never negative.
func modulo(a, b int64) int64 { return (a%b + b) % b }

// SumsOf adds up entries.
func SumsOf(entries iter.Seq[*Entry]) (s Sums) {
	cells := make(map[cell]*sum)
	for e := range entries {
		s.coarse = include(cells, e, 1) || s.coarse
	}
	s.data = encode(cells)
	return s
}

func include(cells map[cell]*sum, e *Entry, sign int64) (over bool) {
	c := cellOf(e)
	s, ok := cells[c]
	if !ok {
		s = new(sum)
		cells[c] = s
	}
	return s.include(e, sign)
}

// Change replaces the contribution of an entry; before or after may be nil.
// Both must be undamaged.
func (s *Sums) Change(before, after *Entry) {
	if before != nil {
		s.changes = append(s.changes, change{*before, -1})
	}
	if after != nil {
		s.changes = append(s.changes, change{*after, 1})
	}
}

// Bytes encodes the sums, including changes, for the journal.
func (s *Sums) Bytes() ([]byte, error) {
	switch {
	case s.coarse:
		return nil, ErrCoarse
	case len(s.changes) == 0:
		return s.data, nil
	}
	cells, over, err := s.changed()
	switch {
	case err != nil:
		return nil, err
	case over:
		return nil, ErrCoarse
	}
	return encode(cells), nil
}

// changed returns the cells with the changes, and whether an amount overflowed.
func (s *Sums) changed() (cells map[cell]*sum, over bool, err error) {
	cells = make(map[cell]*sum)
	for c, part := range s.cells() {
		if part == nil {
			return nil, false, errCells
		}
		cells[c] = new(*part)
	}
	for i := range s.changes {
		over = include(cells, &s.changes[i].entry, s.changes[i].sign) || over
	}
	return cells, over, nil
}

// Compact adds the changes to the cells once there are about as many as cells, so
// that entries that are added a few at a time cost as much as all of them at once.
// Copies stay as they are.
func (s *Sums) Compact() {
	const perCell = 16 // bytes, about
	if len(s.changes)*perCell <= len(s.data) {
		return
	}
	cells, over, err := s.changed()
	if err != nil {
		return // whoever reads it is told
	}
	s.data, s.changes, s.coarse = encode(cells), nil, s.coarse || over
}

// ReadSums is the reverse of Bytes. It takes ownership of the data.
func ReadSums(data []byte) Sums { return Sums{data: data} }

// Groups returns the totals by a grouping, as Ledger.Groups does, and their
// total, of the jobs sent on some local days.
func (s *Sums) Groups(by Grouping, days Days, loc *time.Location) ([]Group, Tally, error) {
	var all Tally
	g := sumGroups{groups: groups{by: by, loc: loc}, all: &all, coarse: s.coarse || by == ByProject}
	var err error
	if g.since, g.until, err = days.bounds(loc); err != nil {
		return nil, Tally{}, err
	}
	g.coarse = g.coarse || offQuarter(g.since) || offQuarter(g.until)
	for c, part := range s.cells() {
		if part == nil {
			return nil, Tally{}, errCells
		}
		g.add(c, part)
	}
	for i := range s.changes {
		var part sum
		part.include(&s.changes[i].entry, s.changes[i].sign)
		g.add(cellOf(&s.changes[i].entry), &part)
	}
	if g.coarse || all.Overflow && len(s.changes) > 0 {
		return nil, Tally{}, ErrCoarse
	}
	all.tell()
	return g.sorted(), all, nil
}

func offQuarter(t time.Time) bool { return t.Unix()%quarter != 0 || t.Nanosecond() != 0 }

// sumGroups collects totals from cells.
type sumGroups struct {
	groups
	since  time.Time
	until  time.Time // zero: no bound
	all    *Tally
	coarse bool // a period begins within a cell
}

func (g *sumGroups) add(c cell, part *sum) {
	at := time.Unix(c.quarter*quarter, 0)
	if at.Before(g.since) || !g.until.IsZero() && !at.Before(g.until) {
		return
	}
	group := g.of(at, c.model, c.label)
	if g.last != nil { // grouped by time
		g.coarse = g.coarse || offQuarter(g.from) || offQuarter(g.to)
	}
	group.merge(part)
	g.all.merge(part)
}

// merge adds a sum, without tell.
func (t *Tally) merge(part *sum) {
	for i, n := range part {
		if n != 0 {
			t.Overflow = t.sum.add(i, n) || t.Overflow
		}
	}
}

// encode writes the names of models and labels, then the cells, latest first:
// how much earlier each is, its names, a bit for every part that is not zero,
// and those parts.
func encode(cells map[cell]*sum) []byte {
	place := make(map[text.Text]uint64)
	var b, names []byte
	name := func(n text.Text) uint64 {
		at, ok := place[n]
		if !ok {
			at = uint64(len(place))
			place[n] = at
			names = binary.AppendUvarint(names, uint64(len(n)))
			names = append(names, n...)
		}
		return at
	}
	var last int64
	for _, c := range slices.SortedFunc(maps.Keys(cells), compareCells) {
		s := cells[c]
		var parts uint64
		for i, n := range s {
			if n != 0 {
				parts |= 1 << i
			}
		}
		if parts == 0 {
			continue
		}
		b = binary.AppendVarint(b, last-c.quarter)
		b = binary.AppendUvarint(b, name(c.model))
		b = binary.AppendUvarint(b, name(c.label))
		b = binary.AppendUvarint(b, parts)
		for left := parts; left != 0; left &= left - 1 {
			b = binary.AppendVarint(b, s[bits.TrailingZeros64(left)])
		}
		last = c.quarter
	}
	return slices.Concat(binary.AppendUvarint(nil, uint64(len(place))), names, b)
}

func compareCells(a, b cell) int {
	return cmp.Or(cmp.Compare(b.quarter, a.quarter), cmp.Compare(a.model, b.model), cmp.Compare(a.label, b.label))
}

// cells yields the encoded cells, latest first. A sum is only valid until the
// next one; nil means that the data can't be read.
func (s *Sums) cells() iter.Seq2[cell, *sum] {
	return func(yield func(cell, *sum) bool) {
		if len(s.data) == 0 {
			return
		}
		d := cellReader{rest: s.data}
		names := d.names()
		var at int64
		for !d.bad && len(d.rest) > 0 {
			c, part, ok := d.cell(names, &at)
			if !ok || !yield(c, part) {
				break
			}
		}
		if d.bad {
			yield(cell{}, nil)
		}
	}
}

// cellReader consumes encoded cells.
type cellReader struct {
	rest []byte
	part sum
	bad  bool
}

func (d *cellReader) names() []text.Text {
	names := make([]text.Text, min(d.number(), uint64(len(d.rest))))
	for i := range names {
		n := d.number()
		if n > uint64(len(d.rest)) {
			d.bad = true
			return nil
		}
		names[i] = table.Shared(text.Of(string(d.rest[:n])))
		d.rest = d.rest[n:]
	}
	return names
}

func (d *cellReader) cell(names []text.Text, at *int64) (c cell, part *sum, ok bool) {
	*at -= d.signed()
	model, label, parts := d.number(), d.number(), d.number()
	if d.bad || model >= uint64(len(names)) || label >= uint64(len(names)) || parts>>sumParts != 0 {
		d.bad = true
		return cell{}, nil, false
	}
	d.part = sum{}
	for ; parts != 0; parts &= parts - 1 {
		d.part[bits.TrailingZeros64(parts)] = d.signed()
	}
	return cell{*at, names[model], names[label]}, &d.part, !d.bad
}

func (d *cellReader) number() uint64 {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 {
		d.bad, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

func (d *cellReader) signed() int64 {
	n := d.number()
	return int64(n>>1) ^ -int64(n&1)
}

// Fold merges the entries of each job, in order, as a Ledger does. The key is
// Entry.Key.
type Fold map[string]*Entry

// Add adds an entry.
func (f Fold) Add(e *Entry) {
	key := e.Key()
	switch old, known := f[key]; {
	case key == "":
	case known:
		old.learn(e)
	default:
		kept := *e
		kept.Model, kept.Label, kept.Outcome = table.Shared(e.Model), table.Shared(e.Label), table.Shared(e.Outcome)
		f[key] = &kept
	}
}

// Relabel replaces the entries' labels by those from the journal.
func (f Fold) Relabel(all map[string][]string) {
	for key, e := range f {
		if labels := all[key]; len(labels) > 0 {
			e.Label = draft.CleanLabel(labels[0])
		}
	}
}

// With returns an entry, which may be nil, with later ones merged into it.
func (e *Entry) With(later *Entry) *Entry {
	if e == nil {
		return later
	}
	both := *e
	both.learn(later)
	return &both
}
