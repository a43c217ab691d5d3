package ledger

import (
	"fmt"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/outbox"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func jobID(n int) api.ID { return api.ID(fmt.Sprintf("%08x-0000-4000-8000-000000000000", n)) }

// dollars is the price of ten seconds.
func dollars(m api.Micros) outbox.Price {
	return outbox.Price{Cost: &m, Frames: 250, Seconds: 10, Basis: "asset"}
}

// submissionIn returns a submission of half a dollar in a state. If it may have
// been sent, it was sent at noon.
func submissionIn(state outbox.SubmissionState) outbox.Submission {
	s := outbox.Submission{
		ID: "s1", Kind: outbox.SubmitGeneration, State: state, Draft: draft.Draft{ID: "d1", Model: "lipsync-2"},
		Price: dollars(500_000), Created: noon, ConfirmedAt: noon, Model: "lipsync-2",
	}
	if state.AtStake() || state == outbox.SubmissionQueued || state == outbox.SubmissionRejected {
		s.SentAt = noon
	}
	return s
}
