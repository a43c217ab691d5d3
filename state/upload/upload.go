// Package upload follows one content of a local file on its way to becoming an
// asset. It keeps the facts about the content, chooses the next step and judges
// the answers, also after a crash at any moment. It never sends, and never reads
// a file or a clock.
package upload

import (
	"errors"
	"time"

	"dubtop/state/draft"
)

// Stage is the progress of a content.
type Stage string

// The stages. Each is on disk before the next one begins.
const (
	Hashed     Stage = "hashed"     // nothing was sent
	Ticketed   Stage = "ticketed"   // it has a place in the storage, and may be on its way there
	Sent       Stage = "sent"       // the storage has all of it, and it is the right content
	Registered Stage = "registered" // it is an asset
)

// Record is the journal's record of a content.
type Record struct {
	Content draft.Content
	Size    int64 // bytes
	Stage   Stage
	Name    string // of the asset
	URL     string // its place in the storage, for the registration
	Put     string // the signed link to write there
	Expires time.Time
	Asset   string
	// Stamp is the file's when its sending began. If the file's stamp changes
	// before the sent bytes were checked, the content in the storage is unknown.
	Stamp   draft.Stamp
	Changed time.Time
}

// Step is the next thing to do for a content.
type Step uint8

// The steps.
const (
	StepCheck    Step = iota // read the remembered asset
	StepFind                 // look for an asset with the URL
	StepRegister             // register the URL
	StepTicket               // ask for a place in the storage
	StepPut                  // send the file, from its first byte
	StepDone
)

// Attempt is one try to make a content an asset, by one process. An unknown
// error ends the attempt. The next one begins with the record on disk, and
// first finds out how far the last one came.
type Attempt struct {
	Record

	stamp   draft.Stamp // the file's now
	checked bool        // the asset was read in this attempt
	sought  bool        // an asset with the URL was looked for
	partial bool        // the storage does not have all of it
	renewed bool        // the ticket is of this attempt
	puts    int
}

// ErrStorage is the error for a storage that confirms a file and then does not
// have it.
var ErrStorage = errors.New("the storage does not keep the file")

// maxPuts is how often one attempt sends a file.
const maxPuts = 3

// Begin starts an attempt with the record on disk. stamp is the file's present
// stamp. broken means that this process saw the last attempt end before all of
// the file was sent, so that the storage can't have it.
func Begin(r Record, stamp draft.Stamp, broken bool) *Attempt {
	a := &Attempt{Record: r, stamp: stamp, partial: broken}
	if r.Stage == Ticketed && r.Stamp != stamp {
		a.reset()
	}
	return a
}

// Discard gives up the sent bytes, because they were not the content.
func (a *Attempt) Discard() { a.reset() }

// reset forgets everything but the content.
func (a *Attempt) reset() {
	a.Stage, a.URL, a.Put, a.Asset, a.Expires, a.Stamp = Hashed, "", "", "", time.Time{}, draft.Stamp{}
	a.checked, a.sought, a.partial, a.renewed = false, false, false, false
}

// Next returns what to do now.
func (a *Attempt) Next(now time.Time) Step {
	switch a.Stage {
	case Registered:
		if a.checked {
			return StepDone
		}
		return StepCheck
	case Sent, Ticketed:
		switch {
		case a.partial && a.Stage == Ticketed:
			if !a.renewed && !now.Before(a.Expires) {
				return StepTicket
			}
			return StepPut
		case !a.sought:
			return StepFind
		}
		return StepRegister
	}
	return StepTicket
}

// Checked takes in the remembered asset: its size according to the server, or
// that it is gone.
func (a *Attempt) Checked(size int64, gone bool) {
	if gone || size != a.Size {
		a.reset()
		return
	}
	a.checked = true
}

// Found takes in the search for an asset with the URL; asset is "" if there is
// none.
func (a *Attempt) Found(asset string, size int64) {
	a.sought = true
	if asset != "" {
		a.Became(asset, size)
	}
}

// Ordered takes in a ticket. It must be on disk before the file is sent.
func (a *Attempt) Ordered(url, put string, valid time.Duration, now time.Time) {
	a.Stage, a.URL, a.Put, a.Stamp = Ticketed, url, put, a.stamp
	a.Expires = time.Time{}
	if valid > 0 {
		a.Expires = now.Add(valid)
	}
	a.sought, a.partial, a.renewed = true, true, true // it is new: nothing can be there
}

// Delivered notes that the storage has confirmed the whole file, and that the
// sent bytes were the content.
func (a *Attempt) Delivered() {
	a.Stage, a.partial = Sent, false
	a.puts++
}

// Expired notes that the storage refused the link. It returns an error if that
// was a new one.
func (a *Attempt) Expired() error {
	if a.puts++; a.renewed && a.puts >= maxPuts-1 {
		return ErrStorage
	}
	a.reset()
	return nil
}

// Missing notes that the server does not find the file in the storage. It
// returns an error if it was sent often enough.
func (a *Attempt) Missing() error {
	if a.puts >= maxPuts {
		return ErrStorage
	}
	a.Stage, a.partial = Ticketed, true
	return nil
}

// Became takes in an asset, such as the registered one. Some servers name its size
// only later; one of another size is not used.
func (a *Attempt) Became(asset string, size int64) {
	if size != 0 && size != a.Size {
		puts := a.puts
		a.reset()
		a.puts = puts + 1
		return
	}
	a.Stage, a.Asset, a.checked = Registered, asset, true
	a.Put, a.Expires = "", time.Time{} // the right to write there is worth nothing now
}

// Over reports whether the attempt has been in vain too often.
func (a *Attempt) Over() bool { return a.puts > maxPuts }

// The waits between attempts.
const (
	firstWait = 2 * time.Second
	lastWait  = time.Minute
)

// Wait is how long to wait after that many failed attempts in a row.
func Wait(failures int) time.Duration {
	return min(firstWait<<min(max(failures-1, 0), 8), lastWait)
}
