package ui

import (
	"slices"
	"time"

	"dubtop/api/text"
)

// saying is one thing that was told, or went wrong in the background.
type saying struct {
	id          uint64 // in the order of telling
	first, last time.Time
	times       int // how often, when the same was told again
	text        text.Text
	tone        tone
}

// sayings are everything that was told, the newest last. The zero value is
// empty.
type sayings struct {
	list []saying
	ids  uint64
}

// mostSayings is how many are kept; the oldest go.
const mostSayings = 500

// add keeps a saying. The same words right after each other are one; those that
// come again and again are one wherever they stand, and the newest.
func (l *sayings) add(s saying, again bool) {
	if s.text == "" {
		return
	}
	s.times = 1
	at := slices.IndexFunc(l.list, func(other saying) bool { return other.text == s.text && other.tone == s.tone })
	if at >= 0 && (again || at == len(l.list)-1) {
		s.id, s.first, s.times = l.list[at].id, l.list[at].first, l.list[at].times+1
		l.list = slices.Delete(l.list, at, at+1)
	} else {
		l.ids++
		s.id = l.ids
	}
	if len(l.list) >= mostSayings {
		l.list = slices.Delete(l.list, 0, 1)
	}
	l.list = append(l.list, s)
}
