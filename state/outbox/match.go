package outbox

import (
	"cmp"
	"encoding/json"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/instant"
)

// Match is how well a job fits what a submission sent.
type Match uint8

// The matches, from worst to best.
const (
	MatchNone   Match = iota
	MatchLikely       // a person must judge: the echo differs in a detail a server may change
	MatchFile         // a file we uploaded appears in the job as some asset
	MatchExact        // every echoed member equals the one sent
)

// matchSlack is how long before the attempt a job may seem to have been
// created. Clocks are only known to the second, and requests take time.
const matchSlack = 2 * time.Minute

const (
	// linkSlack is how long after we gave up on a request a job may appear and
	// still be linked without asking. A later job may come from somebody else's
	// identical request.
	linkSlack = 2 * time.Minute
	// sendTime and sendFilesTime are the longest a request can take if nobody
	// saw it end, without and with files.
	sendTime, sendFilesTime = 2 * time.Minute, 15 * time.Minute
)

// LookFor is how long after its attempt a submission's job is looked for.
const LookFor = 24 * time.Hour

// Echoes records which optional members this server repeats in its jobs. A
// member counts as missing only if the server is known to repeat it.
type Echoes struct{ Options, Name, Webhook bool }

// Learn records the members that appear in any of the jobs.
func (e *Echoes) Learn(jobs []api.Generation) {
	for i := range jobs {
		e.Options = e.Options || len(jobs[i].Options) > 0
		e.Name = e.Name || jobs[i].OutputFileName != ""
		e.Webhook = e.Webhook || !jobs[i].WebhookURL.IsZero()
	}
}

// Matcher compares requests with the server's jobs. It ignores member order,
// number formats and defaults that the server fills in. The zero Matcher is
// ready to use.
type Matcher struct {
	Skew   time.Duration // the server's clock minus ours
	Echoes Echoes
	// AssetMade returns the server time at which a known asset was created; an
	// asset older than the attempt can't be a file that was sent. It may be nil.
	AssetMade func(api.ID) (time.Time, bool)
}

// Candidate is a job or batch that a submission may have made.
type Candidate struct {
	ID      api.ID
	Created time.Time // by the server's clock
	Match   Match
	Timing  Timing
}

// Timing compares a job's creation time with the request that may have made it.
type Timing uint8

// The timings.
const (
	TimingFits  Timing = iota // while the request was on its way, or soon after
	TimingEarly               // before it was sent
	TimingLate                // long after we gave up on it
)

// Candidates lists the jobs that a submission may have made, earliest first. It
// skips claimed jobs, which belong to other submissions.
func (m *Matcher) Candidates(s *Submission, jobs []api.Generation, claimed func(api.ID) bool) []Candidate {
	w, ok := readWanted(s)
	if !ok {
		return nil
	}
	return m.candidates(w, jobs, claimed)
}

func (m *Matcher) candidates(w *wanted, jobs []api.Generation, claimed func(api.ID) bool) []Candidate {
	var out []Candidate
	for i := range jobs {
		g := &jobs[i]
		if fit := m.match(w, g); fit > MatchNone && m.timely(w, g.CreatedAt.Time) && !claimed(g.ID) {
			created := instant.Of(g.CreatedAt.Time)
			out = append(out, Candidate{ID: g.ID, Created: created, Match: fit, Timing: m.timing(w, created)})
		}
	}
	sortCandidates(out)
	return out
}

// BatchCandidates lists the batches that a submission may have made, earliest
// first. A batch can only be recognized by its time, size and webhook.
func (m *Matcher) BatchCandidates(s *Submission, batches []api.Batch, claimed func(api.ID) bool) []Candidate {
	w := &wanted{since: s.SentAt}
	var out []Candidate
	for i := range batches {
		b := &batches[i]
		if likeBatch(s, b) && m.timely(w, b.CreatedAt.Time) && !claimed(b.ID) {
			out = append(out, Candidate{ID: b.ID, Created: instant.Of(b.CreatedAt.Time), Match: MatchLikely})
		}
	}
	sortCandidates(out)
	return out
}

func sortCandidates(c []Candidate) {
	slices.SortFunc(c, func(a, b Candidate) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
}

// wanted is a submission's request, decoded once.
type wanted struct {
	request api.CreateRequest
	parts   struct{ Segments, DubParams any } // as they are decoded from an echo
	model   text.Text                         // as a job would echo it
	hook    api.URL                           // likewise
	links   []api.URL                         // likewise, of each input
	files   []draft.File
	since   time.Time // first attempt, our clock
	until   time.Time // when we gave up on the last attempt, our clock
}

// readWanted decodes a submission; ok is false if it is not a generation
// request.
func readWanted(s *Submission) (*wanted, bool) {
	w := &wanted{files: s.Local(), since: s.SentAt, until: givenUp(s)}
	if s.Kind != SubmitGeneration || json.Unmarshal(s.Body, &w.request) != nil || json.Unmarshal(s.Body, &w.parts) != nil {
		return nil, false
	}
	w.model = text.Clean(w.request.Model, text.Max)
	w.hook = api.ParseURL(w.request.WebhookURL)
	for _, in := range w.request.Input {
		w.links = append(w.links, api.ParseURL(in.URL))
	}
	return w, true
}

// givenUp is when we stopped waiting for an answer. If the process ended first,
// AnsweredAt was set by the next start, perhaps hours later, so sendTime is the
// limit.
func givenUp(s *Submission) time.Time {
	most := sendTime
	if s.HasLocal() {
		most = sendFilesTime
	}
	latest := instant.Of(s.SentAt).Add(most)
	if at := instant.Of(s.AnsweredAt); at.Before(latest) {
		return instant.Later(at, instant.Of(s.SentAt))
	}
	return latest
}

// timing judges a job's creation time, which the server gives in whole seconds.
func (m *Matcher) timing(w *wanted, created time.Time) Timing {
	switch {
	case created.Before(instant.Of(w.since).Add(m.Skew).Truncate(time.Second)):
		return TimingEarly
	case created.After(w.until.Add(m.Skew + linkSlack)):
		return TimingLate
	}
	return TimingFits
}

// from is the earliest server time at which the wanted job can have been
// created.
func (m *Matcher) from(w *wanted) time.Time { return instant.Of(w.since).Add(m.Skew - matchSlack) }

// timely reports whether a job was created in the time that counts. A job
// without a time could be anybody's.
func (m *Matcher) timely(w *wanted, created time.Time) bool {
	from := m.from(w)
	return !created.IsZero() && !created.Before(from) && created.Before(from.Add(matchSlack+LookFor))
}

// match is as good as its worst part.
func (m *Matcher) match(w *wanted, g *api.Generation) Match {
	if g.ID == "" || g.Model != w.model || len(g.Input) != len(w.links) {
		return MatchNone
	}
	fit := min(m.matchInputs(w, g), matchPart(w.parts.Segments, g.Segments), matchPart(w.parts.DubParams, g.DubParams))
	if fit == MatchNone || w.request.ProjectID != "" && g.ProjectID != "" && string(g.ProjectID) != w.request.ProjectID {
		return MatchNone
	}
	name := strings.TrimSuffix(string(g.OutputFileName), ".mp4")
	if !echoed(name, w.request.OutputFileName, m.Echoes.Name) || !echoed(g.WebhookURL, w.hook, m.Echoes.Webhook) {
		return MatchNone
	}
	return min(fit, m.matchOptions(&w.request, g))
}

// matchPart compares a part of the request with its echo. Older servers do not
// repeat every part.
func matchPart(sent any, echo api.JSON) Match {
	got := draft.Decoded(echo)
	switch {
	case draft.Blank(sent) && draft.Blank(got), holds(got, sent):
		return MatchExact
	case draft.Blank(got):
		return MatchLikely
	}
	return MatchNone
}

// echoed reports whether an echo agrees with the value sent. An absent echo
// agrees with anything if the server does not repeat this member.
func echoed[T comparable](echo, sent T, seen bool) bool {
	var none T
	return echo == sent || echo == none && !seen
}

// matchInputs pairs every input with an echo of the same type, in any order.
func (m *Matcher) matchInputs(w *wanted, g *api.Generation) Match {
	worst := MatchExact
	var paired uint64 // one bit for each echo already paired
	for k := range w.request.Input {
		best, at := MatchNone, 0
		for i := range min(len(g.Input), 64) {
			if paired&(1<<i) != 0 {
				continue
			}
			if fit := m.matchInput(w, k, &g.Input[i]); fit > best {
				best, at = fit, i
			}
		}
		paired |= 1 << at
		if worst = min(worst, best); worst == MatchNone {
			break
		}
	}
	return worst
}

// matchInput compares the input at index with an echo.
func (m *Matcher) matchInput(w *wanted, index int, echo *api.Input) Match {
	sent := &w.request.Input[index]
	switch {
	case string(echo.Type) != sent.Type:
		return MatchNone
	case sent.Provider != nil:
		return matchVoice(sent.Provider, echo.Provider)
	case sent.AssetID != "":
		return matchReference(string(echo.AssetID), sent.AssetID, !echo.URL.IsZero())
	case sent.URL != "":
		return matchReference(echo.URL, w.links[index], echo.AssetID != "")
	case echo.AssetID == "":
		return w.matchFileLink(echo)
	}
	if m.AssetMade != nil {
		if made, known := m.AssetMade(echo.AssetID); known && made.Before(m.from(w)) {
			return MatchNone
		}
	}
	return MatchFile
}

// matchReference compares a link or an asset id. If the server shows the other
// kind instead, the two can't be compared.
func matchReference[T comparable](echo, sent T, other bool) Match {
	var none T
	switch {
	case echo == sent:
		return MatchExact
	case echo == none && other:
		return MatchLikely
	}
	return MatchNone
}

// matchFileLink judges an uploaded file that is echoed as a link.
func (w *wanted) matchFileLink(echo *api.Input) Match {
	if echo.URL.IsZero() {
		return MatchNone
	}
	for _, f := range w.files {
		if f.Field == string(echo.Type) && filepath.Base(f.Path) == string(echo.URL.Base()) {
			return MatchFile
		}
	}
	return MatchLikely
}

func matchVoice(sent *api.CreateVoice, echo *api.Provider) Match {
	switch {
	case echo == nil:
		return MatchLikely
	case string(echo.VoiceID) == sent.VoiceID && echo.Script == text.Clean(sent.Script, text.Max):
		return MatchExact
	}
	return MatchNone
}

// matchOptions requires every option that was sent, and no others except
// defaults.
func (m *Matcher) matchOptions(r *api.CreateRequest, g *api.Generation) Match {
	if len(g.Options) == 0 {
		if len(r.Options) == 0 || !m.Echoes.Options {
			return MatchExact
		}
		return MatchNone
	}
	echo, _ := draft.Decoded(g.Options).(map[string]any)
	worst := MatchExact
	for name, sent := range r.Options {
		got, ok := echo[name]
		switch {
		case !ok:
			worst = MatchLikely
		case !holds(got, sent):
			return MatchNone
		}
	}
	for name, got := range echo {
		if _, sent := r.Options[name]; !sent {
			worst = min(worst, matchDefault(name, got))
		}
	}
	return worst
}

// matchDefault judges an option that was not sent.
func matchDefault(name string, got any) Match {
	o, known := draft.RulesFor("").Option(name) // "" lists the options of all models
	v, words := o.Value(o.Default)
	switch {
	case got == nil, got == "":
		return MatchExact
	case known && words == "" && (holds(got, v) || draft.Blank(got) && draft.Blank(v)):
		return MatchExact
	case known:
		return MatchNone
	case draft.Blank(got):
		return MatchExact
	}
	return MatchLikely
}

// holds reports whether an echo contains everything that was sent. Objects may
// have extra members if those are blank.
func holds(echo, sent any) bool {
	a, ok := sent.(map[string]any)
	if !ok {
		return reflect.DeepEqual(echo, sent)
	}
	b, ok := echo.(map[string]any)
	if !ok {
		return false
	}
	for name, v := range a {
		if !holds(b[name], v) {
			return false
		}
	}
	for name, v := range b {
		if _, sent := a[name]; !sent && !draft.Blank(v) {
			return false
		}
	}
	return true
}
