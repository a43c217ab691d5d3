package state

import (
	"hash/maphash"
	"time"
)

// tooks are how long jobs took from their creation to their end, as the server
// tells with what finished. They are by a number made of the id, because there
// may be many of jobs that no list of ours has.
type tooks struct {
	seed    maphash.Seed
	by      map[uint64]took
	version uint64
}

// took is how long a job took. Learned says that the forecast knows it.
type took struct {
	tenths  uint32
	learned bool
}

const tookUnit = time.Second / 10

func (t *tooks) put(id string, d time.Duration) {
	if d <= 0 {
		return
	}
	if t.by == nil {
		t.seed, t.by = maphash.MakeSeed(), make(map[uint64]took)
	}
	key := maphash.String(t.seed, id)
	n := uint32(min(d/tookUnit, 1<<32-1))
	if old := t.by[key]; old.tenths != n {
		t.by[key] = took{n, old.learned}
		t.version++
	}
}

func (t *tooks) find(id string) (d time.Duration, ok bool) {
	if t.by == nil {
		return 0, false
	}
	k, ok := t.by[maphash.String(t.seed, id)]
	return time.Duration(k.tenths) * tookUnit, ok
}

// learn reports whether the forecast is to learn the time of a job, which it does
// once.
func (t *tooks) learn(id string) bool {
	if t.by == nil {
		return false
	}
	key := maphash.String(t.seed, id)
	k, ok := t.by[key]
	if !ok || k.learned {
		return false
	}
	k.learned = true
	t.by[key] = k
	return true
}
