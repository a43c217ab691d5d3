package account

import (
	"fmt"
	"path/filepath"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/outbox"
)

// NoticeKind says what happened in a run. The words are a stable interface for
// scripts.
type NoticeKind string

// The kinds of notices.
const (
	NoticeSent    NoticeKind = "sent"          // accepted; Job is the result
	NoticeFound   NoticeKind = "found"         // its answer was lost, but Job turned out to be its result
	NoticeRefused NoticeKind = "refused"       // by the server; nothing was charged
	NoticeWaits   NoticeKind = "waits"         // could not be sent yet, and is retried
	NoticeNoPrice NoticeKind = "no_price"      // not sent, because no new price is available
	NoticeExpired NoticeKind = "expired"       // a signed link has expired, so it is not sent
	NoticePriceUp NoticeKind = "price_up"      // costs more than was agreed to
	NoticePaused  NoticeKind = "paused"        // changed since it was agreed to, so it is paused
	NoticeUnsaved NoticeKind = "not_saved"     // its answer is known but could not be saved yet
	NoticeSaved   NoticeKind = "saved"         // its answer is saved after all
	NoticeUnknown NoticeKind = "maybe_charged" // its answer was lost; dubtop is looking for the job
	NoticeAsks    NoticeKind = "asks"          // only the user can settle its unknown outcome
	NoticeUploads NoticeKind = "uploading"     // local files are on their way to the storage
	NoticeUpload  NoticeKind = "uploaded"      // a local file is an asset now
	NoticeOffline NoticeKind = "offline"       // the server has been unreachable for a while
	NoticeOpens   NoticeKind = "opens_later"   // jobs wait for the time of day from which they are sent
	NoticeOnline  NoticeKind = "online"        // the server is reachable again
)

// Notice reports one thing that happened.
type Notice struct {
	At         time.Time
	Kind       NoticeKind
	Submission string // "" for an outage
	Name       text.Text
	State      outbox.SubmissionState
	Price      outbox.Price
	Job        api.ID    // or the batch, if there is one
	Words      text.Text // why
}

// outageTold is how long an outage must last to be reported.
const outageTold = 30 * time.Second

// tell sends a notice, unless it repeats the last one about the submission.
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

// tellAnswer reports the result of a request.
func (d *Drain) tellAnswer(done outbox.TaskResult, now time.Time) {
	sub, kind := &done.Submission, NoticeWaits
	words := sub.Reason
	switch {
	case sub.State == outbox.SubmissionSent && done.Kind == outbox.TaskLink:
		kind, words = NoticeFound, "its answer had been lost"
	case sub.State == outbox.SubmissionSent && done.Kind == outbox.TaskResend:
		kind, words = NoticeSent, "sent again under its key, after its answer was lost"
	case sub.State == outbox.SubmissionSent:
		kind, words = NoticeSent, ""
	case sub.State == outbox.SubmissionRejected:
		kind = NoticeRefused
	case sub.State == outbox.SubmissionUnknown:
		kind = NoticeUnknown
	case done.Unfit:
		kind = NoticePaused
	}
	d.tell(sub, kind, words, now)
}

// tellPrice reports a new price if it keeps the submission from being sent.
func (d *Drain) tellPrice(done outbox.TaskResult, now time.Time) {
	sub, agreed := &done.Submission, done.Task.Submission.Price.Cost
	switch {
	case done.Err != nil:
		d.tell(sub, NoticeNoPrice, sub.Reason, now)
	case sub.State != outbox.SubmissionEstimated:
	case !sub.Price.Known():
		d.tell(sub, NoticeNoPrice, sub.Reason, now)
	case sub.Price.Cost != nil && agreed != nil:
		d.tell(sub, NoticePriceUp, text.Of(fmt.Sprintf("it costs %s now, and you agreed to %s", sub.Price.Cost, agreed)), now)
	default:
		d.tell(sub, NoticePriceUp, sub.Reason, now)
	}
}

// tellExpired reports submissions that are not sent because a link has expired.
func (d *Drain) tellExpired(news []outbox.Submission, now time.Time) {
	for i := range news {
		if err := news[i].Expired(d.Account.Outbox.ServerTime(now)); err != nil {
			d.tell(&news[i], NoticeExpired, text.Of(err.Error()+"; nothing was charged"), now)
		}
	}
}

// tellQuestion reports that only the user can settle an unknown outcome.
func (d *Drain) tellQuestion(sub outbox.Submission, now time.Time) {
	if q, ok := d.Account.Outbox.Reconciler.Question(sub.ID, now); ok {
		d.tell(&sub, NoticeAsks, text.Of(q.Words()), now)
	}
}

// uploadsTold is how often files on their way are reported.
const uploadsTold = 30 * time.Second

// tellUploading reports files that take long.
func (d *Drain) tellUploading(now time.Time) {
	n, all := d.Account.Uploading()
	switch {
	case n == 0:
		d.uploading = time.Time{}
	case d.uploading.IsZero():
		d.uploading = now
	case now.Sub(d.uploading) >= uploadsTold:
		d.uploading = now
		words := text.Sprintf("%s, %s of %s", text.Count(n, "file", "files"), text.Bytes(all.Sent), text.Bytes(all.Size))
		if left := all.Left(); left > 0 {
			words += text.Sprintf(", %s left", left.Round(time.Second))
		}
		d.notice(Notice{At: now, Kind: NoticeUploads, Words: words})
	}
}

// tellUpload reports a file that has become an asset. If one can't, its
// submissions are reported as paused.
func (d *Drain) tellUpload(u *Upload, err error, now time.Time) {
	if u != nil && err == nil {
		d.notice(Notice{
			At: now, Kind: NoticeUpload, Job: u.Asset,
			Words: text.Sprintf("%s, %s, asset %s", filepath.Base(u.File.Path), text.Bytes(u.File.Size), u.Asset),
		})
	}
}

// tellOpening reports, once for each time of day, that jobs wait for it.
func (d *Drain) tellOpening(now time.Time) {
	at, n := d.Account.Outbox.Queue.Opens(now)
	if at.IsZero() || at.Equal(d.opens) {
		return
	}
	d.opens = at
	zone := d.Account.Outbox.Queue.Zone
	d.notice(Notice{At: now, Kind: NoticeOpens, Words: text.Sprintf("%s from %s on; --now begins at once", text.Count(n, "job is sent", "jobs are sent"), at.In(zone).Format("15:04"))})
}

// tellOutage reports a long outage and its end.
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
