package state

import (
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/instant"
)

// Voices is the list of the account's voices, as far as known. Their names are
// remembered like those of assets; the list is requested when somebody looks at a
// voice, once a day.
type Voices struct {
	read   time.Time // when the list was read, possibly by an earlier start
	wanted bool      // somebody has looked at a voice
	absent bool      // the server lists none
}

// voicesKept is how long the list of voices is believed.
const voicesKept = 24 * time.Hour

// WantVoices says that somebody looks at a voice.
func (s *Store) WantVoices(ids ...api.ID) {
	for _, id := range ids {
		s.Voices.wanted = s.Voices.wanted || id != ""
	}
}

// VoiceName returns the name of a voice, or "" if it is unknown.
func (s *Store) VoiceName(id api.ID) text.Text { return s.names[nameKey{kindVoice, id}] }

// KnownVoices lists the voices whose names are known.
func (s *Store) KnownVoices() (all []api.Voice) {
	for key, name := range s.names {
		if key.kind == kindVoice {
			all = append(all, api.Voice{ID: key.id, Name: name})
		}
	}
	return all
}

// NameVoices learns the names of voices from their list.
func (s *Store) NameVoices(all []api.Voice, now time.Time) {
	for i := range all {
		s.learnName(kindVoice, all[i].ID, all[i].Name)
	}
	s.Voices.read = instant.Of(now)
	s.learnName(kindRead, voicesList, text.Of(s.Voices.read.Format(time.RFC3339)))
}

func (s *Store) applyVoices(_ Query, a Answer, now time.Time) {
	switch {
	case a.Err != nil:
	case a.Absent:
		s.Voices.absent = true
	default:
		s.NameVoices(a.Voices, now)
	}
}

func voicesKind() kind {
	return kind{
		words: "voices", weight: side,
		every: func(p *Poller) (time.Duration, bool) { return voicesKept, p.facts.voices },
		away:  steady,
		after: func(p *Poller) time.Time { return p.facts.voicesAt },
		query: func(*Poller, *Store, *Query, time.Time) {},
		apply: (*Store).applyVoices,
	}
}

// again is when the list of voices is to be read again; zero: it never was.
func (v *Voices) again() time.Time {
	if v.read.IsZero() {
		return v.read
	}
	return v.read.Add(voicesKept)
}
