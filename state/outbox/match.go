package outbox

import (
	"cmp"
	"encoding/json"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"dubtop/state/draft"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/instant"
)

// Match is how well a job fits what a submission sent.
type Match uint8

// The matches, rising.
const (
	MatchNone   Match = iota
	MatchLikely       // a person has to judge: the echo differs in what a server may change
	MatchFile         // a file that was sent stands in the job as some asset
	MatchExact        // everything that is echoed is what was sent
)

// matchSlack is how much before the attempt a job may seem to have been made:
// clocks are known to the second only, and requests take their time.
const matchSlack = 2 * time.Minute

const (
	// linkSlack is how long after it was given up a request may still have been
	// accepted, to be linked without asking. What is made later may be somebody
	// else's, who wanted the same.
	linkSlack = 2 * time.Minute
	// sendTime is the longest that a request takes which nobody saw end, without
	// and with files to send.
	sendTime, sendFilesTime = 2 * time.Minute, 15 * time.Minute
)

// LookFor is how long after its attempt a job is still taken for what came of
// it, and looked for.
const LookFor = 24 * time.Hour

// Echoes are the members that the server was seen to repeat in a job. One that
// it repeats is missed where it is absent; one that it never does is not.
type Echoes struct{ Options, Name, Webhook bool }

// Learn takes in what jobs show. Jobs of anybody will do.
func (e *Echoes) Learn(jobs []api.Generation) {
	for i := range jobs {
		e.Options = e.Options || len(jobs[i].Options) > 0
		e.Name = e.Name || jobs[i].OutputFileName != ""
		e.Webhook = e.Webhook || !jobs[i].WebhookURL.IsZero()
	}
}

// Matcher compares what was sent with what the server tells of its jobs. The
// order of members, the forms of numbers and defaults that the server fills in
// make no difference. The zero Matcher is ready.
type Matcher struct {
	Skew   time.Duration // the server's clock minus ours
	Echoes Echoes
	// AssetMade tells when a known asset was made, by the server's clock: one
	// that is older than the attempt is not the file that was sent. It may be
	// nil.
	AssetMade func(api.ID) (time.Time, bool)
}

// Candidate is a job, or a batch, that may be what came of a submission.
type Candidate struct {
	ID      api.ID
	Created time.Time // by the server's clock
	Match   Match
	Timing  Timing
}

// Timing is when a job was made, seen from the request that may have made it.
type Timing uint8

// The timings.
const (
	TimingFits  Timing = iota // while the request was on its way, or soon after
	TimingEarly               // before it was sent
	TimingLate                // long after it was given up
)

// Candidates are the jobs that may be what came of a submission, the earliest
// first. Claimed ones belong to another submission and are left out.
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

// BatchCandidates are the batches that may be what came of a submission, the
// earliest first: they tell no more of themselves than their time and size.
func (m *Matcher) BatchCandidates(s *Submission, batches []api.Batch, claimed func(api.ID) bool) []Candidate {
	w := &wanted{since: s.SentAt}
	hook := api.ParseURL(s.WebhookURL)
	var out []Candidate
	for i := range batches {
		b := &batches[i]
		size := b.Total == s.BatchLines || b.Total == 0 // its jobs may not be made yet
		told := b.WebhookURL.IsZero() || b.WebhookURL == hook
		if size && told && m.timely(w, b.CreatedAt.Time) && !claimed(b.ID) {
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

// wanted is what a submission sent, read once.
type wanted struct {
	request api.CreateRequest
	model   text.Text // as an echo of it reads
	hook    api.URL   // likewise
	links   []api.URL // likewise, of each input
	files   []draft.File
	since   time.Time // the first attempt, by our clock
	until   time.Time // when the last one was given up, likewise
}

// readWanted is false for what is no request.
func readWanted(s *Submission) (*wanted, bool) {
	w := &wanted{files: s.Files, since: s.SentAt, until: givenUp(s)}
	if s.Kind != SubmitGeneration || json.Unmarshal(s.Body, &w.request) != nil {
		return nil, false
	}
	w.model = text.Clean(w.request.Model, text.Max)
	w.hook = api.ParseURL(w.request.WebhookURL)
	for _, in := range w.request.Input {
		w.links = append(w.links, api.ParseURL(in.URL))
	}
	return w, true
}

// givenUp is when nobody waited for an answer any more. Where the process ended
// before, only the next start noted that, perhaps hours later.
func givenUp(s *Submission) time.Time {
	most := sendTime
	if len(s.Files) > 0 {
		most = sendFilesTime
	}
	latest := instant.Of(s.SentAt).Add(most)
	if at := instant.Of(s.AnsweredAt); at.Before(latest) {
		return instant.Later(at, instant.Of(s.SentAt))
	}
	return latest
}

// timing judges when a job was made by the server's clock, which is known to the
// second.
func (m *Matcher) timing(w *wanted, created time.Time) Timing {
	switch {
	case created.Before(instant.Of(w.since).Add(m.Skew).Truncate(time.Second)):
		return TimingEarly
	case created.After(w.until.Add(m.Skew + linkSlack)):
		return TimingLate
	}
	return TimingFits
}

// from is the earliest instant, by the server's clock, at which what was
// wanted can have been made.
func (m *Matcher) from(w *wanted) time.Time { return instant.Of(w.since).Add(m.Skew - matchSlack) }

// timely reports whether a job was made in the time that counts. One that
// tells no time could be anybody's.
func (m *Matcher) timely(w *wanted, created time.Time) bool {
	from := m.from(w)
	return !created.IsZero() && !created.Before(from) && created.Before(from.Add(matchSlack+LookFor))
}

// match is as good as the worst part.
func (m *Matcher) match(w *wanted, g *api.Generation) Match {
	if g.ID == "" || g.Model != w.model || len(g.Input) != len(w.links) {
		return MatchNone
	}
	fit := m.matchInputs(w, g)
	if fit == MatchNone || !draft.Blank(draft.Decoded(g.Segments)) {
		return MatchNone
	}
	name := strings.TrimSuffix(string(g.OutputFileName), ".mp4")
	if !echoed(name, w.request.OutputFileName, m.Echoes.Name) || !echoed(g.WebhookURL, w.hook, m.Echoes.Webhook) {
		return MatchNone
	}
	return min(fit, m.matchOptions(&w.request, g))
}

// echoed reports whether an echo agrees with what was sent; none agrees with
// everything where the server does not echo the member.
func echoed[T comparable](echo, sent T, seen bool) bool {
	var none T
	return echo == sent || echo == none && !seen
}

// matchInputs pairs every input with one of its type, in any order.
func (m *Matcher) matchInputs(w *wanted, g *api.Generation) Match {
	worst := MatchExact
	var paired uint64 // a bit for each echo that has its input
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

// matchInput compares the input of an index with an echo.
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

// matchReference compares a link or an asset. Where the server tells the one
// for the other, nobody can say whether they are the same.
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

// matchFileLink judges a file that was sent and comes back as a link.
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

// matchOptions wants every option that was sent, and beside them nothing but
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
	o, known := draft.RulesFor("").Option(name) // of no model: all that there are
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

// holds reports whether an echo says all that was sent. Objects may say more,
// if it amounts to nothing.
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
