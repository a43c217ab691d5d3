package outbox

import (
	"slices"
	"time"

	"dubtop/state/draft"

	"dubtop/api"
)

// DraftOf makes a draft of what was sent, so that it can be sent
// again as a new intent: it is not the draft that was sent.
func DraftOf(s *Submission) draft.Draft {
	d := s.Draft.Clone()
	d.ID, d.Base, d.Doubt, d.From, d.UpdatedAt = "", "", "", "from "+string(s.Name), time.Time{}
	return d
}

// Twin makes the submission of a draft that has the PriceKey of the one of s:
// the price, as old as it is, and the measured files are those of s. It is an
// error where the draft can't be sent, or s has no price.
func (s *Submission) Twin(id string, d draft.Draft, env draft.CheckEnv) (Submission, error) {
	if s.State != SubmissionEstimated || d.PriceKey() != s.Draft.PriceKey() {
		return Submission{}, s.wrong("lend its price")
	}
	twin, err := NewSubmission(id, d, env)
	if err != nil {
		return Submission{}, err
	}
	twin.Files = slices.Clone(s.Files)
	return twin, twin.Estimate(s.Price, s.Price.At)
}

// PriceDifference is how much more a price is than what a job cost, below zero
// if it is less; known is false if one of them is not.
func PriceDifference(p Price, was Cost) (more api.Micros, known bool) {
	if p.Cost == nil || was.Kind == CostUnknown {
		return 0, false
	}
	return *p.Cost - was.Amount, true
}
