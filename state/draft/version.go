package draft

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"strings"
	"time"
)

// A draft has an id from its first key until it is sent or emptied. Several
// windows may show it, so each of them remembers, in Draft.Base, what the journal
// held when it last looked: what differs was done elsewhere.

// overMark begins the version of a draft that has become a submission.
const overMark = "became "

// BecameVersion is the Base of a draft that has become a submission.
func BecameVersion(submission string) string { return overMark + submission }

// Version names the draft as it stands: with another id, another text or another
// time of the last key it is another one. An empty draft has none.
func (d Draft) Version() string {
	if d.Empty() {
		return ""
	}
	d.Doubt, d.From, d.UpdatedAt = "", "", d.UpdatedAt.UTC()
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

// Touch notes a key. The first one gives the draft its id, and so does the first
// one after it was sent: what was sent stays what it was.
func (d *Draft) Touch(now time.Time, newID func() string) {
	if d.ID == "" || d.Over() {
		d.ID, d.Base = newID(), ""
	}
	if !now.After(d.UpdatedAt) {
		now = d.UpdatedAt.Add(1) // two keys are two versions whatever the clock says
	}
	d.UpdatedAt = now
}

// Over reports whether the draft shows what was queued or sent already.
func (d Draft) Over() bool { return strings.HasPrefix(d.Base, overMark) }

// Unkept reports whether the draft holds what the journal is not known to hold.
func (d Draft) Unkept() bool { return d.ID != "" && !d.Over() && d.Version() != d.Base }
