package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"

	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/state/jobset"
	"dubtop/state/outbox"
)

// rowOf returns the row of the order with the same place.
func (s *submit) rowOf(r *jobset.Row) *submitRow {
	for _, x := range s.rows {
		if x.row.Number == r.Number {
			return x
		}
	}
	return &submitRow{} // every row of the order is among them
}

// waits reports whether a submission may still be accepted.
func waits(state outbox.SubmissionState) bool {
	switch state {
	case outbox.SubmissionConfirmed, outbox.SubmissionQueued, outbox.SubmissionSending, outbox.SubmissionUnknown:
		return true
	}
	return false
}

// send sends the queue until nothing is left to wait for about the rows, or
// watches the process that does. The error is that of the drain; lives is set if
// the drain goes on in the background, because the user would not wait.
func (s *submit) send(ctx context.Context, session *account.Account) (lives bool, ended error) {
	d := &account.Drain{Account: session, Follow: []string{}, Notice: s.notice}
	for _, r := range s.rows {
		if waits(r.sub.State) {
			d.Follow = append(d.Follow, r.sub.ID)
		}
	}
	if len(d.Follow) == 0 {
		return false, nil
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	o, err := s.world.run(ctx, stop, s.voice, d)
	if err != nil {
		return true, err
	}
	var left []outbox.QueueRow
	for _, row := range d.Rows() {
		if s.has(row.ID) {
			left = append(left, row)
		}
	}
	tellLeft(s.voice, left)
	if o.err == nil {
		return false, nil
	}
	return false, s.login.named(drained(o))
}

// has reports whether a submission belongs to a row.
func (s *submit) has(id string) bool {
	for _, r := range s.rows {
		if r.sub.ID == id {
			return true
		}
	}
	return false
}

// notice tells what keeps a row from being sent.
func (s *submit) notice(n account.Notice) {
	if n.Kind == account.NoticeSent || n.Submission != "" && !s.has(n.Submission) {
		return
	}
	said := told(n)
	if n.Submission != "" {
		said = words(cmp.Or(n.Name, text.Of(n.Submission))) + ": " + said
	}
	s.voice.warn(said)
}

// submitJSON is the shape of submit --json.
type submitJSON struct {
	Run    text.Text         `json:"run"`
	Set    text.Text         `json:"set"`
	Bought int               `json:"bought"`
	Joined int               `json:"joined"`
	Price  *usd              `json:"price_usd"` // of the jobs bought now
	Jobs   []submittedJSON   `json:"jobs"`
	Follow text.Text         `json:"follow"` // the command that follows them
	counts map[text.Text]int // of the rows by state
}

// submittedJSON is a row of it.
type submittedJSON struct {
	Row        text.Text  `json:"row"`
	Name       text.Text  `json:"name"`
	Submission text.Text  `json:"submission"`
	ID         *text.Text `json:"id"`
	State      text.Text  `json:"state"`
	Attempt    int        `json:"attempt"`
	Joined     bool       `json:"joined"`
	Price      *usd       `json:"price_usd"`
	Reason     text.Text  `json:"reason"`
}

// stateWord names what became of a submission.
func stateWord(state outbox.SubmissionState) text.Text {
	switch state {
	case outbox.SubmissionConfirmed, outbox.SubmissionQueued:
		return "waiting"
	case outbox.SubmissionSent:
		return stateAccepted
	case outbox.SubmissionRejected, "":
		return stateRefused
	case outbox.SubmissionSending, outbox.SubmissionUnknown:
		return text.Of(string(state))
	}
	return "dropped"
}

// The states that the exit status depends on.
const (
	stateAccepted text.Text = "accepted"
	stateRefused  text.Text = "refused"
)

// report prints what became of the rows, as the journal has it, and returns what
// the exit status tells. ended is why sending ended early.
func (s *submit) report(ctx context.Context, ended error) error {
	ctx = context.WithoutCancel(ctx)
	d, err := s.document(ctx)
	if err != nil {
		return cmp.Or(ended, err)
	}
	accepted := d.counts[stateAccepted]
	if s.voice.json {
		err = writeJSON(s.c, d)
	} else {
		err = write(s.c, s.ids(&d))
	}
	if accepted > 0 {
		said := said{Code: "accepted", Message: text.Count(accepted, "job is", "jobs are") + " accepted and paid for", Hint: d.Follow + " follows"}
		s.voice.say("accepted", said)
	}
	return cmp.Or(err, s.outcome(&d, ended))
}

// document reads what became of the rows.
func (s *submit) document(ctx context.Context) (submitJSON, error) {
	d := submitJSON{Run: text.Of(s.run), Jobs: []submittedJSON{}, counts: map[text.Text]int{}}
	var ids []string
	for _, r := range s.rows {
		if r.sub.ID != "" {
			ids = append(ids, r.sub.ID)
		}
	}
	subs, err := s.j.SubmissionsByID(ctx, ids)
	if err != nil {
		return d, journalFailed(err)
	}
	if len(s.bill.jobs) > 0 {
		d.Price = (*usd)(s.bill.quote.Cost())
	}
	for _, r := range s.rows {
		sub := subs[r.sub.ID]
		if r.sub.ID == "" && !r.joined {
			continue // left out
		}
		x := submittedJSON{
			Row: text.Of(r.id), Name: cmp.Or(sub.Name, r.row.Name("")), Submission: text.Of(r.sub.ID), State: stateWord(sub.State),
			Attempt: r.attempt, Joined: r.joined, Price: (*usd)(sub.Price.Cost), Reason: sub.Reason,
		}
		if job := sub.Job(); job != "" {
			x.ID = new(text.Of(string(job)))
			s.after.jobs = append(s.after.jobs, job)
		}
		if d.counts[x.State]++; r.joined {
			d.Joined++
		} else {
			d.Bought++
		}
		d.Set = cmp.Or(d.Set, text.Of(sub.Draft.Set))
		d.Jobs = append(d.Jobs, x)
	}
	d.Follow = d.follow()
	return d, nil
}

// follow is the command that follows the jobs.
func (d *submitJSON) follow() text.Text {
	if d.Set != "" {
		return "dubtop wait --set " + d.Set
	}
	for _, x := range d.Jobs {
		if x.ID != nil {
			return "dubtop wait " + *x.ID
		}
	}
	return "dubtop queue drain"
}

// ids lists the jobs, or with --queue the submissions, one a line.
func (s *submit) ids(d *submitJSON) []byte {
	var b bytes.Buffer
	for i := range d.Jobs {
		switch x := &d.Jobs[i]; {
		case s.queueOnly:
			fmt.Fprintln(&b, x.Submission)
		case x.ID != nil:
			fmt.Fprintln(&b, *x.ID)
		}
	}
	return b.Bytes()
}

// outcome returns the error that sets the exit status: why sending ended early,
// or that rows are not accepted.
func (s *submit) outcome(d *submitJSON, ended error) error {
	accepted, refused := d.counts[stateAccepted], d.counts[stateRefused]
	short := len(d.Jobs) - accepted
	if f, ok := errors.AsType[*Failure](ended); ok && short > 0 {
		c := *f
		if f.Status == StatusInterrupted && accepted < len(d.Jobs) {
			c.Hint = "the rest stays in the queue: dubtop queue drain sends it; nothing has to be bought again"
		}
		return &c
	}
	switch {
	case ended != nil && short > 0:
		return ended
	case s.queueOnly && refused+d.counts["dropped"] == 0, short == 0:
		return nil
	case len(d.Jobs) == 1 && refused == 1 && !d.Jobs[0].Joined:
		return &Failure{Status: StatusError, Code: "refused", Err: fmt.Errorf("refused, nothing was charged: %s", d.Jobs[0].Reason), Hint: "change the job, and submit it again"}
	}
	return &Failure{
		Status: StatusPartly, Code: "left", Err: fmt.Errorf("%d of %d are not accepted: %s", short, len(d.Jobs), d.states()), Hint: d.advice(s.run),
	}
}

// states counts the rows that are not accepted.
func (d *submitJSON) states() text.Text {
	var parts []text.Text
	for _, state := range []text.Text{"waiting", "sending", "unknown", stateRefused, "dropped"} {
		if n := d.counts[state]; n > 0 {
			parts = append(parts, text.Sprintf("%d %s", n, state))
		}
	}
	return text.Join(parts, ", ")
}

// advice says what to do about rows that are not accepted.
func (d *submitJSON) advice(run string) string {
	switch {
	case d.counts["unknown"] > 0:
		return "dubtop queue ls shows them; an unknown outcome is settled in view 5"
	case d.counts[stateRefused] > 0 && run != "":
		return "--retry-failed buys the refused rows again"
	}
	return "dubtop queue ls shows them"
}
