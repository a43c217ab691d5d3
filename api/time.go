package api

import (
	"strings"
	"time"

	"dubtop/api/text"
)

// Seconds is a media duration. Negative, absurd and non-finite numbers are read
// as zero, which means unknown.
type Seconds float64

// maxSeconds is the longest duration accepted, a little over eleven days.
const maxSeconds = 1e6

// UnmarshalJSON reads a number or a string that contains one. It never fails.
func (s *Seconds) UnmarshalJSON(b []byte) error {
	*s = 0
	if f, ok := looseNumber(b); ok && f > 0 && f <= maxSeconds {
		*s = Seconds(f)
	}
	return nil
}

// Time is an instant from the API (RFC 3339 with any fraction). It is zero if
// the answer has none that can be read.
type Time struct{ time.Time }

// UnmarshalJSON reads an RFC 3339 instant; without a zone it is UTC. Years
// outside 2000 to 2199 count as unreadable. It never fails.
func (t *Time) UnmarshalJSON(b []byte) error {
	*t = Time{}
	s := strings.TrimSpace(text.Loose(b))
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateTime} {
		if v, err := time.Parse(layout, s); err == nil {
			if y := v.UTC().Year(); y >= 2000 && y < 2200 {
				t.Time = v.UTC()
			}
			break
		}
	}
	return nil
}
