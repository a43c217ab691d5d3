package account

import (
	"fmt"
	"time"

	"dubtop/state/outbox"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
)

// NoticeKind is what happened in a run. The words are for programs, and stay.
type NoticeKind string

// The kinds of notices.
const (
	NoticeSent    NoticeKind = "sent"          // accepted; Job is what it made
	NoticeFound   NoticeKind = "found"         // its answer was lost, and Job turned out to be what it made
	NoticeRefused NoticeKind = "refused"       // by the server; nothing was charged
	NoticeWaits   NoticeKind = "waits"         // it could not leave yet, and is tried again
	NoticeNoPrice NoticeKind = "no_price"      // no new price could be had, without which it does not leave
	NoticeExpired NoticeKind = "expired"       // a signed link of it has ended, so it is not sent
	NoticePriceUp NoticeKind = "price_up"      // it costs more than was agreed to
	NoticeHeld    NoticeKind = "held"          // it is not what was agreed to any more, so it is held back
	NoticeUnsaved NoticeKind = "not_saved"     // its answer is known and could not be written down yet
	NoticeSaved   NoticeKind = "saved"         // it is after all
	NoticeDoubt   NoticeKind = "maybe_charged" // its answer was lost; it is being looked for
	NoticeAsks    NoticeKind = "asks"          // only the user can tell what became of it
	NoticeOffline NoticeKind = "offline"       // no server is reached, for a while now
	NoticeOnline  NoticeKind = "online"        // one is again
)

// Notice is one thing that happened.
type Notice struct {
	At         time.Time
	Kind       NoticeKind
	Submission string // "" of an outage
	Name       text.Text
	State      outbox.SubmissionState
	Price      outbox.Price
	Job        api.ID    // or the batch, once there is one
	Words      text.Text // why
}

// outageTold is how long an outage has to last to be told.
const outageTold = 30 * time.Second

// tell passes a notice on, but not the same again of one submission.
func (d *Drain) tell(sub *outbox.Submission, kind NoticeKind, words text.Text, now time.Time) {
	if d.told[sub.ID] == string(kind)+string(words) {
		return
	}
	d.told[sub.ID] = string(kind) + string(words)
	d.notice(Notice{
		At: now, Kind: kind, Submission: sub.ID, Name: sub.Name, State: sub.State, Price: sub.Price,
		Job: sub.GenerationID + sub.BatchID, Words: words,
	})
}

func (d *Drain) notice(n Notice) {
	if d.Notice != nil {
		d.Notice(n)
	}
}

// tellAnswer tells what became of a request.
func (d *Drain) tellAnswer(done outbox.Done, now time.Time) {
	sub, kind := &done.Submission, NoticeWaits
	words := sub.Reason
	switch {
	case sub.State == outbox.SubmissionSent && done.Kind == outbox.TaskLink:
		kind, words = NoticeFound, "its answer had been lost"
	case sub.State == outbox.SubmissionSent && done.Kind == outbox.TaskResend:
		kind, words = NoticeSent, "once more under its key, after its answer was lost"
	case sub.State == outbox.SubmissionSent:
		kind, words = NoticeSent, ""
	case sub.State == outbox.SubmissionRejected:
		kind = NoticeRefused
	case sub.State == outbox.SubmissionUnknown:
		kind = NoticeDoubt
	case done.Unfit:
		kind = NoticeHeld
	}
	d.tell(sub, kind, words, now)
}

// tellPrice tells of a new price where it keeps the submission from leaving.
func (d *Drain) tellPrice(done outbox.Done, now time.Time) {
	sub, agreed := &done.Submission, done.Task.Submission.Price.Cost
	switch {
	case done.Err != nil:
		d.tell(sub, NoticeNoPrice, sub.Reason, now)
	case sub.State != outbox.SubmissionEstimated:
	case !sub.Price.Known():
		d.tell(sub, NoticeNoPrice, sub.Reason, now)
	case sub.Price.Cost != nil && agreed != nil:
		d.tell(sub, NoticePriceUp, text.Of(fmt.Sprintf("it costs %s now, and %s was agreed to", sub.Price.Cost, agreed)), now)
	default:
		d.tell(sub, NoticePriceUp, sub.Reason, now)
	}
}

// tellExpired tells that something is not sent because a link has ended.
func (d *Drain) tellExpired(news []outbox.Submission, now time.Time) {
	for i := range news {
		if err := news[i].Expired(d.Account.Outbox.ServerTime(now)); err != nil {
			d.tell(&news[i], NoticeExpired, text.Of(err.Error()+"; nothing was charged"), now)
		}
	}
}

// tellQuestion tells that only the user can end a doubt.
func (d *Drain) tellQuestion(sub outbox.Submission, now time.Time) {
	if q, ok := d.Account.Outbox.Reconciler.Question(sub.ID, now); ok {
		d.tell(&sub, NoticeAsks, text.Of(q.Words()), now)
	}
}

// tellOutage tells when no server is reached for long, and when one is again.
func (d *Drain) tellOutage(now time.Time) {
	p := d.Account.Poller.Phase(now)
	switch {
	case p.Kind == state.PhaseOffline && !d.outage && now.Sub(p.Since) >= outageTold:
		d.outage = true
		d.notice(Notice{At: now, Kind: NoticeOffline, Words: text.Of(p.Words)})
	case d.outage && (p.Kind == state.PhaseFresh || p.Kind == state.PhaseRefreshing):
		d.outage = false
		d.notice(Notice{At: now, Kind: NoticeOnline})
	}
}
