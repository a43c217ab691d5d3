package table

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// The states of an item.
const (
	pending    = "pending"
	processing = "processing"
	completed  = "completed"
	failed     = "failed"
	strange    = "dreaming"
)

// item is the row of these tests: it is created, works and ends.
type item struct {
	id     string
	rank   int64
	status string
}

var _ Row[item] = (*item)(nil)

func (i *item) Key() string       { return i.id }
func (i *item) Rank() int64       { return i.rank }
func (i *item) Haystack() string  { return i.id + " " + i.status }
func (i *item) Same(o *item) bool { return *i == *o }

func (i *item) Class() Class {
	switch i.status {
	case pending:
		return ClassWaiting
	case processing:
		return ClassRunning
	case completed:
		return ClassDone
	case failed:
		return ClassTroubled
	}
	return ClassStrange
}

func (i *item) FieldValue(name string) (string, bool) { return i.status, name == "status" }

func (i *item) Compare(o *item, by Sort) int {
	if by == SortStatus {
		return cmp.Compare(i.status, o.status)
	}
	return 0
}

// Absorb keeps an end once reached.
func (i *item) Absorb(old *item, _ time.Time) {
	if c := old.Class(); !c.Live() && i.Class().Live() {
		*i = *old
	}
}

// start is the time when every test begins.
func start() time.Time { return time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC) }

func jobID(n int) string { return fmt.Sprintf("%04d", n) }

func row(n int, status string) item { return item{id: jobID(n), rank: int64(n), status: status} }

// filled returns a collection that has had one answer.
func filled(items []item) *Collection[item] {
	c := new(Collection[item])
	c.Answer(c.Ask(start()), items, start())
	return c
}

func keys(c *Collection[item]) (found []string) {
	for i := range c.All() {
		found = append(found, i.Key())
	}
	return found
}

// seen returns the keys of a view's rows.
func seen(v *View[item]) (found []string) {
	for i := range v.Len() {
		found = append(found, v.Key(i))
	}
	return found
}

func TestViewOfEverythingCopiesNothing(t *testing.T) {
	c := filled([]item{row(1, pending), row(2, failed), row(3, completed)})
	var v View[item]
	for _, reverse := range []bool{false, true} {
		want := keys(c)
		if reverse {
			slices.Reverse(want)
		}
		v.Update(c, Query{Reverse: reverse})
		if v.picked != nil || !slices.Equal(seen(&v), want) {
			t.Errorf("reversed %t: %v, copied %t", reverse, seen(&v), v.picked != nil)
		}
	}
}

// dear provides the costs of the items, and notes for some of them.
type dear struct {
	costs   map[string]int64
	notes   map[string]string
	version uint64
}

func (d *dear) Version() uint64    { return d.version }
func (d *dear) Rank(row any) int64 { return d.costs[row.(*item).id] }

func (d *dear) Measure(row any, field string) (value float64, known, ok bool) {
	cost, known := d.costs[row.(*item).id]
	return float64(cost), known, field == "cost"
}

func (d *dear) Beside(row Searchable, key string) Searchable { return noted{row, d.notes[key]} }

type noted struct {
	Searchable
	note string
}

func (n noted) Haystack() string { return n.Searchable.Haystack() + " " + n.note }

func TestViewFollowsCostsAndNotes(t *testing.T) {
	c := filled([]item{row(1, pending), row(2, failed), row(3, completed)})
	d := &dear{costs: map[string]int64{jobID(1): 5, jobID(3): 1}, notes: map[string]string{}}
	var v View[item]
	byCost := Query{Sort: SortCost, Figures: d}
	v.Update(c, byCost)
	if got := strings.Join(seen(&v), " "); got != "0001 0003 0002" {
		t.Errorf("by cost: %s", got)
	}
	d.costs[jobID(2)], d.version = 9, d.version+1
	if !v.Update(c, byCost) || v.Key(0) != jobID(2) {
		t.Errorf("the dearest is %s", v.Key(0))
	}
	withNote := Query{Text: "retake", Notes: d}
	v.Update(c, withNote)
	if v.Len() != 0 {
		t.Errorf("found %v without a note", seen(&v))
	}
	d.notes[jobID(3)], d.version = "retake it", d.version+1
	if !v.Update(c, withNote) || v.Len() != 1 || v.Key(0) != jobID(3) {
		t.Errorf("found %v", seen(&v))
	}
}
