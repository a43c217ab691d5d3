package kit

import (
	"slices"
	"time"

	"dubtop/ui/paint"

	"dubtop/api/text"
)

// Saying is one thing that was told, or went wrong in the background.
type Saying struct {
	ID          uint64 // in the order of telling
	First, Last time.Time
	Times       int // how often, when the same was told again
	Text        text.Text
	Tone        paint.Tone
}

// Sayings are everything that was told, the newest last. The zero value is
// empty.
type Sayings struct {
	List []Saying
	ids  uint64
}

// MostSayings is how many are kept; the oldest go.
const MostSayings = 500

// Add keeps a saying. The same words right after each other are one; those that
// come again and again are one wherever they stand, and the newest.
func (l *Sayings) Add(s Saying, again bool) {
	if s.Text == "" {
		return
	}
	s.Times = 1
	at := slices.IndexFunc(l.List, func(other Saying) bool { return other.Text == s.Text && other.Tone == s.Tone })
	if at >= 0 && (again || at == len(l.List)-1) {
		s.ID, s.First, s.Times = l.List[at].ID, l.List[at].First, l.List[at].Times+1
		l.List = slices.Delete(l.List, at, at+1)
	} else {
		l.ids++
		s.ID = l.ids
	}
	if len(l.List) >= MostSayings {
		l.List = slices.Delete(l.List, 0, 1)
	}
	l.List = append(l.List, s)
}
