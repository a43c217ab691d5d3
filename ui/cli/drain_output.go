package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
)

// teller prints events as they happen. It must not be used concurrently.
type teller struct {
	command *cobra.Command
	json    bool
	zone    *time.Location
	stop    context.CancelCauseFunc
	begun   bool  // the opening line has been printed
	failed  error // why nothing more can be printed
}

// errOutput is the cause of a run whose output cannot be written.
var errOutput = errors.New("progress can't be written, so nothing more is sent")

// line prints words, or object as JSON.
func (t *teller) line(words text.Text, object any) {
	if t.failed != nil {
		return
	}
	out := []byte(words + "\n")
	if t.json {
		if out, t.failed = jsonLine(object); t.failed != nil {
			return
		}
	}
	if t.failed = write(t.command, out); t.failed != nil && t.stop != nil {
		t.stop(fmt.Errorf("%w: %w", errOutput, t.failed))
	}
}

// nothing says that there is nothing to do.
func (t *teller) nothing() error {
	if t.json {
		t.end(account.Sum{})
	} else {
		t.line("The queue is empty.", nil)
	}
	return t.failed
}

type beginsLine struct {
	Time    time.Time `json:"time"`
	Event   text.Text `json:"event"`
	Jobs    int       `json:"jobs"`
	Price   *usd      `json:"price_usd"` // the most it may cost; null: unknown
	Credits *float64  `json:"credits"`
	Unknown int       `json:"unknown_prices"`
}

// begin prints how much may be spent.
func (t *teller) begin(waiting []outbox.Submission) {
	t.begun = true
	total, most := mostOf(waiting, "confirmed for at most ")
	said := text.Count(len(waiting), "job waits", "jobs wait")
	if len(waiting) == 0 {
		said = "No job can be sent now"
	}
	now := time.Now()
	t.line(text.Of(t.at(now))+said+most+".", beginsLine{now.UTC(), "begins", len(waiting), (*usd)(total.Amounts().Cost), credits(&total), total.Unknown})
}

// mostOf adds up what submissions were confirmed for, and continues a sentence with
// it.
func mostOf(subs []outbox.Submission, before text.Text) (total ledger.Tally, words text.Text) {
	for i := range subs {
		p := &subs[i].Price
		total.Add(&ledger.Entry{Estimate: p.Cost, Credits: p.Credits, Seconds: p.Seconds})
	}
	var amounts []text.Text
	if cost := total.Amounts().Cost; cost != nil {
		amounts = append(amounts, text.Of(cost.String()))
	}
	if c, ok := total.Credits(); ok {
		amounts = append(amounts, plain(c)+" credits")
	}
	if len(amounts) > 0 {
		words = ", " + before + text.Join(amounts, " and ")
	}
	if total.Unknown > 0 {
		words += text.Sprintf("; %d without a price in dollars", total.Unknown)
	}
	return total, words
}

func (t *teller) at(now time.Time) string { return now.In(t.zone).Format(time.DateTime) + "  " }

type noticeLine struct {
	Time       time.Time          `json:"time"`
	Event      account.NoticeKind `json:"event"`
	Submission text.Text          `json:"submission,omitempty"`
	Name       text.Text          `json:"name,omitempty"`
	Price      *usd               `json:"price_usd,omitempty"`
	Credits    *float64           `json:"credits,omitempty"`
	Job        text.Text          `json:"job,omitempty"`
	Words      text.Text          `json:"words,omitempty"`
}

func (t *teller) notice(n account.Notice) {
	said := told(n)
	if n.Submission != "" {
		said = words(cmp.Or(n.Name, text.Of(n.Submission))) + "  " + said
	}
	t.line(text.Of(t.at(n.At))+said, noticeLine{
		n.At.UTC(), n.Kind, text.Of(n.Submission), n.Name, (*usd)(n.Price.Cost), n.Price.Credits, text.Of(string(n.Job)), n.Words,
	})
}

// told describes a notice in words.
func told(n account.Notice) text.Text {
	switch n.Kind {
	case account.NoticeSent, account.NoticeFound:
		return made(n, n.Words)
	case account.NoticeUnsaved:
		return n.Words
	case account.NoticeSaved:
		return "outcome saved"
	case account.NoticeOpens:
		return n.Words
	case account.NoticeOnline:
		return "The server can be reached again."
	}
	return headOf(n.Kind) + ": " + n.Words
}

// headOf returns the words before the reason of a notice.
func headOf(kind account.NoticeKind) (said text.Text) {
	switch kind {
	case account.NoticeOffline:
		said = "The server can't be reached; trying again"
	case account.NoticeNoPrice:
		said = text.Of(string(account.NoticeWaits))
	case account.NoticePriceUp:
		said = text.Of(outbox.QueueReprice.Word())
	case account.NoticeExpired:
		said = "not sent"
	case account.NoticePaused:
		said = "paused"
	case account.NoticeUnknown:
		said = "maybe charged"
	case account.NoticeAsks:
		said = "only you can tell"
	default:
		said = text.Of(string(kind))
	}
	return said
}

// made describes the result of a request.
func made(n account.Notice, why text.Text) text.Text {
	said := text.Of(string(n.Kind)+" as ") + text.Of(string(n.Job))
	if n.Kind == account.NoticeFound {
		said = "found: it is " + text.Of(string(n.Job))
	}
	if n.Price.Known() {
		said += ", " + price(n.Price)
	}
	if why != "" {
		said += ", " + why
	}
	return said
}

type endsLine struct {
	Time     time.Time `json:"time"`
	Event    text.Text `json:"event"`
	Sent     int       `json:"sent"`
	Resolved int       `json:"resolved"` // of Sent, those whose answer was lost at first
	Left     int       `json:"left"`
	Refused  int       `json:"refused"`
	Unknown  int       `json:"unknown"`
	Unsaved  int       `json:"not_saved"` // answers that could not be saved
}

// end prints the summary.
func (t *teller) end(s account.Sum) {
	said := text.Sprintf("%d sent", s.Sent)
	if s.Resolved > 0 {
		said += text.Sprintf(", %d of them after a lost answer", s.Resolved)
	}
	if s.Left+s.Refused+s.Unknown+s.Unsaved > 0 {
		said += "; " + text.Of(leftWords(s))
	}
	now := time.Now()
	t.line(text.Of(t.at(now))+said+".", endsLine{now.UTC(), "ends", s.Sent, s.Resolved, s.Left, s.Refused, s.Unknown, s.Unsaved})
}

// tellLeft names the submissions that need the user, and what to do about them.
func tellLeft(v voice, rows []outbox.QueueRow) {
	const open = "open dubtop, view 5, and press enter on it"
	for i := range rows {
		r := &rows[i]
		var code, what text.Text
		var hint text.Text = open
		switch r.State {
		case outbox.QueueUnsaved:
			code, what, hint = "not_saved", "is charged", "note the id; dubtop queue drain finds out what happened"
		case outbox.QueueUnknown:
			code, what = "unknown", "may have been charged"
		case outbox.QueueRefused:
			code, what, hint = "refused", "was refused", "open dubtop, view 5, and edit or drop it"
		case outbox.QueueExpired:
			code, what, hint = "expired", "was not sent", "open dubtop, view 5, and edit it"
		case outbox.QueueReprice:
			code, what = "price_up", text.Of("costs "+r.Cost.String()+" now")
		case outbox.QueuePaused:
			code, what, hint = "paused", "is paused", "open dubtop, view 5, and resume it"
		case outbox.QueueUnpriced:
			code, what, hint = "no_price", "has", "open dubtop, view 5, and edit or drop it"
		default:
			continue
		}
		message := text.Clean(string(cmp.Or(r.Name, text.Of(r.ID))), maxName) + " " + what
		switch {
		case r.State == outbox.QueueUnpriced:
			message += " " + r.Reason
		case r.Reason != "":
			message += ": " + r.Reason
		}
		v.say("left", said{Code: code, Message: message, Hint: hint})
	}
}

// maxName is the maximum length of a name in a sentence, in bytes.
const maxName = 60
