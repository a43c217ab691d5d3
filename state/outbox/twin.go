package outbox

import (
	"slices"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
)

// DraftOf returns a new draft with the content that was sent, to be sent again
// as a new intent.
func DraftOf(s *Submission) draft.Draft {
	d := s.Draft.Clone()
	d.ID, d.Base, d.Unknown, d.From, d.UpdatedAt = "", "", "", "from "+string(s.Name), time.Time{}
	return d
}

// Twin makes a submission of a draft with the same PriceKey as that of s,
// reusing the price, with its age, and the measured files. It returns an error
// if the draft can't be sent or s has no price.
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

// PriceDifference returns how much more a price is than a job's cost, negative
// if less; known is false if either is unknown.
func PriceDifference(p Price, was Cost) (more api.Micros, known bool) {
	if p.Cost == nil || was.Kind == CostUnknown {
		return 0, false
	}
	return *p.Cost - was.Amount, true
}
