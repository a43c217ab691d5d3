package kit

import (
	"slices"
	"time"

	"dubtop/api/text"
	"dubtop/ui/paint"
)

// Message is one message: the outcome of an action, or a failure in the
// background.
type Message struct {
	ID          uint64 // ascending
	First, Last time.Time
	Times       int // how often the same words came
	Text        text.Text
	Tone        paint.Tone
}

// Messages holds all messages, the newest last. The zero value is empty.
type Messages struct {
	List []Message
	ids  uint64
}

// MostMessages is how many messages are kept; the oldest are dropped.
const MostMessages = 500

// Add appends a message. If the last one has the same words, the two become
// one. With again, an older one with the same words is merged and moved to the
// end as well.
func (l *Messages) Add(s Message, again bool) {
	if s.Text == "" {
		return
	}
	s.Times = 1
	at := slices.IndexFunc(l.List, func(other Message) bool { return other.Text == s.Text && other.Tone == s.Tone })
	if at >= 0 && (again || at == len(l.List)-1) {
		s.ID, s.First, s.Times = l.List[at].ID, l.List[at].First, l.List[at].Times+1
		l.List = slices.Delete(l.List, at, at+1)
	} else {
		l.ids++
		s.ID = l.ids
	}
	if len(l.List) >= MostMessages {
		l.List = slices.Delete(l.List, 0, 1)
	}
	l.List = append(l.List, s)
}
