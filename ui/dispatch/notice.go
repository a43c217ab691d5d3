package dispatch

import (
	"fmt"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
)

// Event is what happened in a run. The words are for programs, and stay.
type Event string

// The events.
const (
	EventSent    Event = "sent"          // accepted; Job is what it made
	EventFound   Event = "found"         // its answer was lost, and Job turned out to be what it made
	EventRefused Event = "refused"       // by the server; nothing was charged
	EventWaits   Event = "waits"         // it could not leave yet, and is tried again
	EventNoPrice Event = "no_price"      // no new price could be had, without which it does not leave
	EventExpired Event = "expired"       // a signed link of it has ended, so it is not sent
	EventPriceUp Event = "price_up"      // it costs more than was agreed to
	EventHeld    Event = "held"          // it is not what was agreed to any more, so it is held back
	EventUnsaved Event = "not_saved"     // its answer is known and could not be written down yet
	EventSaved   Event = "saved"         // it is after all
	EventDoubt   Event = "maybe_charged" // its answer was lost; it is being looked for
	EventAsks    Event = "asks"          // only the user can tell what became of it
	EventOffline Event = "offline"       // no server is reached, for a while now
	EventOnline  Event = "online"        // one is again
)

// Notice is one thing that happened.
type Notice struct {
	At         time.Time
	Event      Event
	Submission string // "" of an outage
	Name       text.Text
	State      state.SubmissionState
	Price      state.Price
	Job        api.ID    // or the batch, once there is one
	Words      text.Text // why
}

// outageTold is how long an outage has to last to be told.
const outageTold = 30 * time.Second

// tell passes a notice on, but not the same again of one submission.
func (d *Drain) tell(sub *state.Submission, event Event, words text.Text, now time.Time) {
	if d.told[sub.ID] == string(event)+string(words) {
		return
	}
	d.told[sub.ID] = string(event) + string(words)
	d.notice(Notice{
		At: now, Event: event, Submission: sub.ID, Name: sub.Name, State: sub.State, Price: sub.Price,
		Job: sub.GenerationID + sub.BatchID, Words: words,
	})
}

func (d *Drain) notice(n Notice) {
	if d.Notice != nil {
		d.Notice(n)
	}
}

// tellAnswer tells what became of a request.
func (d *Drain) tellAnswer(done state.Done, now time.Time) {
	sub, event := &done.Submission, EventWaits
	words := sub.Reason
	switch {
	case sub.State == state.SubmissionSent && done.Kind == state.TaskLink:
		event, words = EventFound, "its answer had been lost"
	case sub.State == state.SubmissionSent && done.Kind == state.TaskResend:
		event, words = EventSent, "once more under its key, after its answer was lost"
	case sub.State == state.SubmissionSent:
		event, words = EventSent, ""
	case sub.State == state.SubmissionRejected:
		event = EventRefused
	case sub.State == state.SubmissionUnknown:
		event = EventDoubt
	case done.Unfit:
		event = EventHeld
	}
	d.tell(sub, event, words, now)
}

// tellPrice tells of a new price where it keeps the submission from leaving.
func (d *Drain) tellPrice(done state.Done, now time.Time) {
	sub, agreed := &done.Submission, done.Task.Submission.Price.Cost
	switch {
	case done.Err != nil:
		d.tell(sub, EventNoPrice, sub.Reason, now)
	case sub.State != state.SubmissionEstimated:
	case sub.Price.Cost != nil && agreed != nil:
		d.tell(sub, EventPriceUp, text.Of(fmt.Sprintf("it costs %s now, and %s was agreed to", sub.Price.Cost, agreed)), now)
	default:
		d.tell(sub, EventPriceUp, sub.Reason, now)
	}
}

// tellExpired tells that something is not sent because a link has ended.
func (d *Drain) tellExpired(news []state.Submission, now time.Time) {
	for i := range news {
		if err := news[i].Expired(d.outbox.ServerTime(now)); err != nil {
			d.tell(&news[i], EventExpired, text.Of(err.Error()+"; nothing was charged"), now)
		}
	}
}

// tellQuestion tells that only the user can end a doubt.
func (d *Drain) tellQuestion(sub state.Submission, now time.Time) {
	if q, ok := d.outbox.Reconciler.Question(sub.ID, now); ok {
		d.tell(&sub, EventAsks, text.Of(q.Words()), now)
	}
}

// tellOutage tells when no server is reached for long, and when one is again.
func (d *Drain) tellOutage(now time.Time) {
	p := d.poller.Phase(now)
	switch {
	case p.Kind == state.PhaseOffline && !d.outage && now.Sub(p.Since) >= outageTold:
		d.outage = true
		d.notice(Notice{At: now, Event: EventOffline, Words: text.Of(p.Words)})
	case d.outage && (p.Kind == state.PhaseFresh || p.Kind == state.PhaseRefreshing):
		d.outage = false
		d.notice(Notice{At: now, Event: EventOnline})
	}
}
