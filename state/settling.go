package state

import (
	"time"

	"dubtop/state/instant"
)

// Settling is how the costs of what finished are read: page by page for everybody's
// jobs where the server lists them, or else one job at a time. The journal has
// the rows; see package settle.
type Settling struct {
	ready    bool      // the journal can keep the rows
	since    time.Time // when it first could
	seq      int64     // the last row taken in
	absent   bool      // the server does not list what finished
	asked    bool      // in this session
	going    bool      // another page follows
	failures int       // in a row
	again    time.Time
}

const (
	// settleFirst is when the first page is requested: after the lists, but soon,
	// because it also tells what others spent, and how long jobs took.
	settleFirst = 4 * time.Second
	// settleAbsent is when a server that does not list what finished is asked
	// again.
	settleAbsent = 6 * time.Hour
	// settleFailures is the number of failures after which costs are requested one
	// job at a time.
	settleFailures = 3
)

// settleFacts determine the pace of settling.
type settleFacts struct {
	singly bool // costs are requested one job at a time
	every  time.Duration
	at     time.Time // the earliest time; zero: at once
	wanted bool
	going  bool
}

// Allow says whether the journal can keep the rows.
func (t *Settling) Allow(ready bool, now time.Time) {
	if t.ready = ready; ready && t.since.IsZero() {
		t.since = instant.Of(now)
	}
}
