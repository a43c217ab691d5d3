package output

import (
	"cmp"
	"slices"
)

// Take is a job's number among those whose files have the same name otherwise.
type Take struct {
	Job    string
	Base   string // the name they share
	Number int
	Slot   string // the name of this one
}

// Known are the takes given so far.
type Known interface {
	// Of is the take of a job under a base; ok is false if none was given.
	Of(job, base string) (t Take, ok bool, err error)
	// Last is the highest number given under a base, 0 without any.
	Last(base string) (int, error)
	// Taken reports whether a slot was given.
	Taken(slot string) (bool, error)
	// Give records a take.
	Give(t Take) error
}

// Give gives every job its take, in the order in which the jobs were made. What
// was given stays as it is. No two jobs share a slot.
func Give(known Known, n Naming, jobs []Job) ([]Take, error) {
	takes := make([]Take, len(jobs))
	order := make([]int, len(jobs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(jobs[a].Made.Compare(jobs[b].Made), cmp.Compare(jobs[a].ID, jobs[b].ID))
	})
	for _, i := range order {
		t, err := give(known, n, jobs[i])
		if err != nil {
			return nil, err
		}
		takes[i] = t
	}
	return takes, nil
}

func give(known Known, n Naming, j Job) (Take, error) {
	base := n.Base(j)
	if t, ok, err := known.Of(j.ID, base); ok || err != nil {
		return t, err
	}
	return Next(known, n, j)
}

// Next gives a job a new take, because somebody else's file has the name of the
// one it had.
func Next(known Known, n Naming, j Job) (Take, error) {
	base := n.Base(j)
	last, err := known.Last(base)
	if err != nil {
		return Take{}, err
	}
	for number := last + 1; ; number++ {
		t := Take{Job: j.ID, Base: base, Number: number, Slot: n.Slot(j, number)}
		taken, err := known.Taken(t.Slot)
		if err != nil {
			return Take{}, err
		}
		if !taken {
			return t, known.Give(t)
		}
	}
}
