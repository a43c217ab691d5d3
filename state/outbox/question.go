package outbox

import (
	"fmt"
	"slices"
	"time"

	"dubtop/api/text"
	"dubtop/state/instant"
)

// Choice is a way for the user to settle an unknown outcome.
type Choice string

// The choices. The user can also do nothing: dubtop goes on looking.
const (
	ChoiceLink   Choice = "link"   // it is one of the candidates
	ChoiceResend Choice = "resend" // send the same request again, under the same key
	ChoiceDrop   Choice = "drop"   // give it up
)

// Question is a decision about an unknown outcome that only the user can make.
type Question struct {
	Submission string
	Candidates []Candidate // earliest first
	Rivals     int         // other submissions of unknown outcome that could have made the same jobs
	Batch      bool
	Until      time.Time // when dubtop stops looking
}

// Words describe the result of the search, for the screen.
func (q *Question) Words() string {
	what, many := text.Text("job"), text.Text("jobs")
	if q.Batch {
		what, many = "batch", "batches"
	}
	switch n := len(q.Candidates); {
	case n == 0:
		return "No matching " + string(what) + " was found. It may still appear."
	case q.Rivals > 0:
		return fmt.Sprintf("%s could belong to this request, or to %s of unknown outcome. Only you can tell.",
			text.Count(n, what, many), text.Count(q.Rivals, "other request", "other requests"))
	case n == 1 && q.Candidates[0].Timing == TimingEarly:
		return "One " + string(what) + " matches, but it was created before this was sent: it may be somebody else's."
	case n == 1 && q.Candidates[0].Timing == TimingLate:
		return "One " + string(what) + " matches, but it was created long after this request ended: it may be somebody else's."
	case n == 1:
		return "One " + string(what) + " may belong to this request, but that is not certain."
	default:
		return fmt.Sprintf("%s could belong to this request.", text.Count(n, what, many))
	}
}

// Choices lists the possible answers, the safest first.
func (q *Question) Choices() []Choice {
	var out []Choice
	if len(q.Candidates) > 0 {
		out = append(out, ChoiceLink)
	}
	out = append(out, ChoiceDrop)
	if !q.Batch {
		out = append(out, ChoiceResend)
	}
	return out
}

// Risk says what a choice means for the money.
func (q *Question) Risk(c Choice) string {
	switch c {
	case ChoiceLink:
		return "Nothing is sent. If you pick the wrong one, its cost is counted here, and your own job may be running unseen."
	case ChoiceResend:
		return "The same request is sent again under the same key. If the first was accepted and the server ignores keys, you pay twice."
	case ChoiceDrop:
		return "Nothing is sent. If it was accepted you are still charged; it keeps counting as maybe spent."
	}
	return ""
}

// same reports whether q would tell the user nothing new after o.
func (q *Question) same(o *Question) bool {
	return o != nil && q.Rivals == o.Rivals && slices.EqualFunc(q.Candidates, o.Candidates, func(a, b Candidate) bool {
		return a.ID == b.ID && a.Match == b.Match && a.Timing == b.Timing
	})
}

// Question returns the question to ask about a submission; ok is false if there
// is none, or not yet.
func (r *Reconciler) Question(submission string, now time.Time) (q Question, ok bool) {
	for _, n := range r.intents {
		if n.sub.ID != submission {
			continue
		}
		if n.open() && n.question != nil && n.link == "" && !r.leads(n) && !r.mayResend(n, now) {
			return *n.question, true
		}
	}
	return Question{}, false
}

// ask stores a question, and asks again if it says something new.
func (n *intent) ask(q Question) {
	q.Submission, q.Batch = n.sub.ID, n.sub.Kind == SubmitBatch
	q.Until = instant.Of(n.sub.SentAt).Add(LookFor)
	if !q.same(n.question) {
		n.asked = false
	}
	n.question = &q
}
