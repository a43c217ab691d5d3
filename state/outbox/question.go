package outbox

import (
	"fmt"
	"slices"
	"time"

	"dubtop/api/text"
	"dubtop/state/instant"
)

// Choice is one way for the user to end a doubt.
type Choice string

// The choices. Doing nothing is always one more: dubtop goes on looking.
const (
	ChoiceLink   Choice = "link"   // one of the candidates is it
	ChoiceResend Choice = "resend" // send the same request once more, under the same key
	ChoiceDrop   Choice = "drop"   // give it up
)

// Question is what only the user can decide about a submission of unknown
// outcome.
type Question struct {
	Submission string
	Candidates []Candidate // the earliest first
	Rivals     int         // other submissions in doubt that could have made the same jobs
	Batch      bool
	Until      time.Time // until when dubtop looks by itself
}

// Words say what was found.
func (q *Question) Words() string {
	what, many := text.Text("job"), text.Text("jobs")
	if q.Batch {
		what, many = "batch", "batches"
	}
	switch n := len(q.Candidates); {
	case n == 0:
		return "No " + string(what) + " was found that could have come of it. It may still appear."
	case q.Rivals > 0:
		return fmt.Sprintf("%s could have come of it, or of %s. Which, nobody but you can tell.",
			text.Count(n, what, many), text.Count(q.Rivals, "other request", "other requests")+" in doubt")
	case n == 1 && q.Candidates[0].Timing == TimingEarly:
		return "One " + string(what) + " is the same, but it was made before this was sent: it may be somebody else's."
	case n == 1 && q.Candidates[0].Timing == TimingLate:
		return "One " + string(what) + " is the same, but it was made long after this was given up: it may be somebody else's."
	case n == 1:
		return "One " + string(what) + " may have come of it, but that is not certain."
	default:
		return fmt.Sprintf("%s could have come of it.", text.Count(n, what, many))
	}
}

// Choices lists what may be done, the safest first.
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
		return "Nothing is sent. If it is not the one, its cost is counted here, and the request may be running unseen."
	case ChoiceResend:
		return "The same request goes out under the same key. If the first was accepted and the server ignores keys, you pay twice."
	case ChoiceDrop:
		return "Nothing is sent. If it was accepted it is charged all the same; it goes on counting as maybe spent."
	}
	return ""
}

// same reports whether the user would be asked nothing new.
func (q *Question) same(o *Question) bool {
	return o != nil && q.Rivals == o.Rivals && slices.EqualFunc(q.Candidates, o.Candidates, func(a, b Candidate) bool {
		return a.ID == b.ID && a.Match == b.Match && a.Timing == b.Timing
	})
}

// Question is what the user has to be asked about a submission; ok is false if
// there is nothing to ask, or not yet.
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

// ask notes a question; one that says something new is asked anew.
func (n *intent) ask(q Question) {
	q.Submission, q.Batch = n.sub.ID, n.sub.Kind == SubmitBatch
	q.Until = instant.Of(n.sub.SentAt).Add(LookFor)
	if !q.same(n.question) {
		n.asked = false
	}
	n.question = &q
}
