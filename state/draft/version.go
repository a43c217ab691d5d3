package draft

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"strings"
	"time"
)

// A draft has an id from its first edit until it is sent or emptied. Several
// windows may show it. Each remembers in Draft.Base the journal's version when
// it last looked, so that a difference means an edit elsewhere.

// overMark is the prefix of the version of a draft that became a submission.
const overMark = "became "

// BecameVersion is the Base of a draft that became a submission.
func BecameVersion(submission string) string { return overMark + submission }

// Version identifies the draft's content: its id, its text and the time of the
// last edit. An empty draft has the version "".
func (d Draft) Version() string {
	if d.Empty() {
		return ""
	}
	d.Unknown, d.From, d.UpdatedAt = "", "", d.UpdatedAt.UTC()
	d.Options = maps.Clone(d.Options)
	maps.DeleteFunc(d.Options, func(_, v string) bool { return v == "" })
	if len(d.Options) == 0 {
		d.Options = nil
	}
	text, err := json.Marshal(d)
	if err != nil { // a time beyond the year 9999
		text = []byte(err.Error())
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// Touch records an edit. The first edit gives the draft its id. An edit after
// sending gives it a new one, leaving the sent draft unchanged.
func (d *Draft) Touch(now time.Time, newID func() string) {
	if d.ID == "" || d.Over() {
		d.ID, d.Base = newID(), ""
	}
	if !now.After(d.UpdatedAt) {
		now = d.UpdatedAt.Add(1) // every edit is a new version, even if the clock stands still
	}
	d.UpdatedAt = now
}

// Over reports whether the draft was already queued or sent.
func (d Draft) Over() bool { return strings.HasPrefix(d.Base, overMark) }

// Unkept reports whether the draft has edits that may not be in the journal.
func (d Draft) Unkept() bool { return d.ID != "" && !d.Over() && d.Version() != d.Base }
