package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api/text"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
)

func (w World) queueCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "queue",
		Short: "List, change or send the jobs in the queue",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(
		w.queueListCommand(), w.queueAddCommand(), w.drainCommand(),
		w.pauseAllCommand("pause-all", "Pause the whole queue, in every window and also after a restart", true),
		w.pauseAllCommand("resume-all", "Resume the whole queue", false),
	)
	for _, q := range queueChanges() {
		c.AddCommand(w.queueChangeCommand(q))
	}
	return c
}

func (w World) queueListCommand() *cobra.Command {
	var f jsonFlag
	c := &cobra.Command{
		Use:   "ls",
		Short: "List the queue in sending order",
		Long: `Lists the confirmed requests that are not jobs yet, like view 5: those waiting, in
sending order and with the confirmed price; those being sent; those that may have
been charged because their answer was lost (unknown); and those refused. It also
shows which process sends, and whether the queue is paused. It reads the journal
of the key's account and needs no network.

Prices marked ~ are the server's estimates; ? means that the length is a guess.

The states are waiting, paused, expired, "price up", "no price", sending, unknown,
refused.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var q queue
			if f.on {
				return w.queueJSON(c, &q, &f)
			}
			err := w.look(c.Context(), voiceOf(c), func(j *journal.Journal) error { return q.read(c.Context(), j, q.keep) })
			if err != nil {
				return err
			}
			return write(c, q.text(c.OutOrStdout(), w.Zone))
		},
	}
	addJSON(c, &f, members(queuedItem{}))
	return c
}

// queue is the content of the queue.
type queue struct {
	items   []queued        // for a table; JSON is written as they are read
	sender  *journal.Holder // nil: no process sends
	paused  bool            // the user has paused the whole queue
	held    bool            // the restored journal is not taken over
	total   ledger.Tally    // of the submissions with a place in the queue
	unknown ledger.Tally    // of the unknown outcomes
	counts  map[outbox.QueueState]int
}

// queued is a submission that is not a job yet.
type queued struct {
	row   outbox.QueueRow
	sub   outbox.Submission
	label text.Text
	since time.Time // when it was queued or sent
}

// read calls each for every item in order.
func (q *queue) read(ctx context.Context, j *journal.Journal, each func(*queued) error) error {
	q.counts = make(map[outbox.QueueState]int)
	add := func(item queued) error {
		q.add(&item)
		return each(&item)
	}
	if err := unresolved(ctx, j, add); err != nil {
		return err
	}
	var refused []queued
	now, place := time.Now(), 0
	err := j.EachQueued(ctx, func(l *journal.Listed) error {
		listed := outbox.QueueItemAt(l.Submission, l.Paused, now)
		item := queued{sub: l.Submission, label: text.Of(l.Label)}
		if item.sub.State == outbox.SubmissionRejected {
			item.row = listed.Row(0)
			item.since = item.row.Since
			refused = append(refused, item)
			return nil
		}
		place++
		item.row, item.since = listed.Row(place), l.Enqueued
		return add(item)
	})
	for i := 0; err == nil && i < len(refused); i++ {
		err = add(refused[i])
	}
	if err != nil {
		return err
	}
	if q.paused, err = j.QueuePaused(ctx); err != nil {
		return err
	}
	if _, q.held, err = j.Restored(ctx); err != nil {
		return err
	}
	who, sends, err := j.Holder()
	if sends {
		q.sender = &who
	}
	return err
}

// unresolved adds the submissions that are being sent or of unknown outcome.
func unresolved(ctx context.Context, j *journal.Journal, add func(queued) error) error {
	subs, err := j.Unresolved(ctx)
	if err != nil || len(subs) == 0 {
		return err
	}
	labels, err := j.Labels(ctx)
	if err != nil {
		return err
	}
	var box outbox.Outbox
	box.Load(outbox.Snapshot{Unresolved: subs})
	for _, row := range box.Rows() {
		sub, _ := box.Find(row.ID)
		item := queued{row: row, sub: sub, since: row.Since, label: text.Of(sub.Draft.Label)}
		if set := labels[row.ID]; len(set) > 0 {
			item.label = text.Of(set[0]) // set after the draft; "" if removed
		}
		if err := add(item); err != nil {
			return err
		}
	}
	return nil
}

func (q *queue) keep(item *queued) error {
	q.items = append(q.items, *item)
	return nil
}

// add counts an item.
func (q *queue) add(item *queued) {
	q.counts[item.row.State]++
	p := &item.sub.Price
	entry := ledger.Entry{Estimate: p.Cost, Credits: p.Credits, Seconds: p.Seconds}
	if p.Approximate {
		entry = ledger.Entry{Actual: p.Cost, Basis: ledger.BasisDerived, Credits: p.Credits, Seconds: p.Seconds}
	}
	switch {
	case item.row.Place > 0:
		q.total.Add(&entry)
	case item.row.State == outbox.QueueUnknown:
		q.unknown.Add(&entry)
	}
}

func (q *queue) text(out io.Writer, zone *time.Location) []byte {
	var b bytes.Buffer
	if len(q.items) == 0 {
		b.WriteString("The queue is empty.\n")
	} else {
		b.Write(q.table(out, zone))
		fmt.Fprintf(&b, "\n%s\n", q.sums())
	}
	switch {
	case q.held:
		b.WriteString("The queue was not taken over since the journal was restored; dubtop journal take-over does.\n")
	case q.paused:
		b.WriteString("You have paused the queue; dubtop queue drain --resume resumes it.\n")
	}
	switch {
	case q.sender != nil:
		fmt.Fprintf(&b, "Sent by %s, since %s.\n", words(q.sender.String()), q.sender.Since.In(zone).Format(time.DateTime))
	case len(q.items) > 0:
		b.WriteString("No process is sending from the queue.\n")
	}
	return b.Bytes()
}

func (q *queue) table(out io.Writer, zone *time.Location) []byte {
	const label, why = "LABEL", "WHY"
	t := columns{titles: []text.Text{">#", "ID", "NAME", label, "MODEL", "STATE", ">PRICE", "SINCE", why}}
	reasons, labels := false, false
	for i := range q.items {
		item := &q.items[i]
		s, place := &item.sub, none
		if item.row.Place > 0 {
			place = strconv.Itoa(item.row.Place)
		}
		reasons, labels = reasons || item.row.Reason != "", labels || item.label != ""
		t.add(text.Of(place), words(s.ID), words(name(s)), words(item.label), words(s.Model), text.Of(item.row.State.Word()), price(s.Price),
			text.Of(item.since.In(zone).Format(time.DateTime)), words(item.row.Reason))
	}
	if !reasons {
		t.drop(why)
	}
	if !labels {
		t.drop(label)
	}
	return t.fitted(out)
}

// sums returns the line of totals.
func (q *queue) sums() text.Text {
	said := []text.Text{text.Sprintf("%d waiting", q.total.Jobs)}
	if cost := q.total.Amounts().Cost; cost != nil {
		said[0] += ", " + dollars(cost, q.total.Kind) + " in total"
	}
	if credits, ok := q.total.Credits(); ok {
		said[0] += ", " + plain(credits) + " credits"
	}
	var maybe text.Text
	if cost := q.unknown.Amounts().Cost; cost != nil {
		maybe = ", " + dollars(cost, q.unknown.Kind) + " maybe charged"
	}
	for _, part := range []struct {
		n    int
		what text.Text
	}{
		{q.total.Unknown, "without a price in dollars"},
		{q.counts[outbox.QueuePaused], "paused"},
		{q.counts[outbox.QueueExpired], "with an expired link"},
		{q.counts[outbox.QueueReprice], "with a higher price"},
		{q.counts[outbox.QueueUnpriced], "without a new price"},
		{q.counts[outbox.QueueSending], "being sent"},
		{q.counts[outbox.QueueUnknown], "of unknown outcome" + maybe},
		{q.counts[outbox.QueueRefused], "refused"},
	} {
		if part.n > 0 {
			said = append(said, text.Sprintf("%d %s", part.n, part.what))
		}
	}
	return text.Join(said, "; ") + "."
}

// name returns the name of a submission; a batch is marked as such.
func name(s *outbox.Submission) text.Text {
	if s.Kind == outbox.SubmitBatch {
		return text.Sprintf("%s (batch of %d)", s.Name, s.BatchLines)
	}
	return s.Name
}

// price formats a price for a cell.
func price(p outbox.Price) text.Text {
	kind := outbox.CostEstimate
	if p.Approximate {
		kind = outbox.CostDerived
	}
	if p.Cost == nil && p.Credits != nil {
		return text.Of(kind.Sign()) + plain(*p.Credits) + " credits"
	}
	return dollars(p.Cost, kind)
}
