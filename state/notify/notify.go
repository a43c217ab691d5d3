// Package notify decides which notices a user gets who looks elsewhere: which
// jobs have ended, whether the user wants to hear of them, whether they are
// looking, and in which words. It knows the account's data, and never a
// terminal or a screen.
package notify

import (
	"slices"
	"time"

	"dubtop/api/text"
)

// Kind is a kind of end.
type Kind uint8

// The kinds, the most urgent first.
const (
	Queue   Kind = iota // the queue has stopped, and waits for the user
	Pilot               // a pilot has ended, and the rest of its group waits for the user
	Set                 // all rows of a job set have ended
	Watched             // a job or batch that the user watches has ended
	Last                // the last running job has ended
)

// Names are the kinds as the configuration names them, in their order.
func Names() []string { return []string{"queue", "pilot", "set", "watched", "last"} }

// How is how the user is told.
type How string

// The ways. A terminal that makes no notifications rings the bell instead.
const (
	Desktop How = "desktop"
	Bell    How = "bell"
	Off     How = "off"
)

// Wish is the user's choice of notices. The zero Wish is for all of them.
type Wish struct {
	How        How
	Deaf       []Kind // not told
	NoProgress bool   // neither in the title nor in the tab or task bar
}

// hears reports whether the user wants to be told of ends of a kind.
func (w *Wish) hears(k Kind) bool { return w.How != Off && !slices.Contains(w.Deaf, k) }

// Job is a job or batch that has ended.
type Job struct {
	ID     string
	Name   text.Text
	Set    string    // that it belongs to, or ""
	Failed bool      // or is gone
	Why    text.Text // it failed
}

// End is something that has ended.
type End struct {
	Kind         Kind
	Name         text.Text // of the set or pilot
	Jobs         []Job     // pilot, watched and last
	Done, Failed int       // rows of the set
	Waiting      int       // jobs of the pilot's group
	Words        text.Text // why the queue stopped
}

// Eyes says where the user is looking, as far as it is known.
type Eyes struct {
	told    bool // the terminal reports focus
	focused bool
	key     time.Time // when the last key was pressed
}

// atKeys is how long after a key somebody is taken to look, if the terminal does
// not report focus.
const atKeys = time.Minute

// Focus records that the window got the focus, or lost it.
func (e *Eyes) Focus(focused bool) { e.told, e.focused = true, focused }

// Key records a key.
func (e *Eyes) Key(now time.Time) { e.key = now }

// Look reports whether the user is looking at the window.
func (e *Eyes) Look(now time.Time) bool {
	if e.told {
		return e.focused
	}
	return now.Sub(e.key) < atKeys
}
