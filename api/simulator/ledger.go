package simulator

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"
)

// ledger holds the jobs in order of creation, by id, and those that may still
// be running.
type ledger struct {
	order  []*job
	byID   map[string]*job
	active []*job
}

func byCreation(a, b *job) int {
	return cmp.Or(a.created.Compare(b.created), strings.Compare(a.id, b.id))
}

// insert adds a job in order of creation.
func (l *ledger) insert(j *job, now time.Time) {
	if l.byID == nil {
		l.byID = make(map[string]*job)
	}
	l.byID[j.id] = j
	if j.batch {
		return
	}
	at := len(l.order)
	if at > 0 && byCreation(l.order[at-1], j) > 0 {
		at, _ = slices.BinarySearchFunc(l.order, j, byCreation)
	}
	l.order = slices.Insert(l.order, at, j)
	if !j.ended(now) {
		l.active = append(l.active, j)
	}
}

func (l *ledger) remove(j *job) {
	delete(l.byID, j.id)
	same := func(other *job) bool { return other == j }
	if at, found := slices.BinarySearchFunc(l.order, j, byCreation); found {
		l.order = slices.Delete(l.order, at, at+1)
	}
	l.active = slices.DeleteFunc(l.active, same)
}

// running returns the jobs that have not ended, and drops those that have from
// its list.
func (l *ledger) running(now time.Time) []*job {
	l.active = slices.DeleteFunc(l.active, func(j *job) bool { return j.ended(now) })
	return l.active
}

// newestFirst iterates from the newest job, or from the first one older than
// the cursor.
func (l *ledger) newestFirst(cursor *job) iter.Seq[*job] {
	at := len(l.order)
	if cursor != nil {
		at, _ = slices.BinarySearchFunc(l.order, cursor, byCreation)
	}
	return func(yield func(*job) bool) {
		for _, j := range slices.Backward(l.order[:at]) {
			if !yield(j) {
				return
			}
		}
	}
}

// shuffle puts jobs in an order that clients must not rely on. It is always the
// same.
func shuffle(jobs []*job) {
	n := len(jobs)
	step := n*5/8 | 1
	for gcd(step, n) > 1 {
		step += 2
	}
	was := slices.Clone(jobs)
	for i := range jobs {
		jobs[i] = was[(i*step+n/3)%n]
	}
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
