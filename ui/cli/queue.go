package cli

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dubtop/state"
	"dubtop/state/journal"
)

func (w World) queueCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "queue",
		Short: "The jobs that were confirmed and wait to be sent",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(w.queueListCommand())
	return c
}

func (w World) queueListCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "ls",
		Short: "List what waits, in the order in which it will be sent",
		Long: `Lists what waits in the queue, in the order in which it will be sent, what it
costs, and who sends it. It reads the journal of the key's account, and needs no
network.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var q queue
			err := w.look(c.Context(), voiceOf(c), func(j *journal.Journal) error { return q.read(c, j) })
			switch {
			case err != nil:
				return err
			case asJSON:
				return writeJSON(c, q.document())
			}
			return write(c, q.text(w.Zone))
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON, and errors as JSON")
	return c
}

// queue is what a look at the queue finds.
type queue struct {
	items  []journal.QueueItem
	sender *journal.Holder // nil: nobody sends
	total  state.Tally
	paused int
	asks   int // items whose price has to be confirmed again
}

func (q *queue) read(c *cobra.Command, j *journal.Journal) error {
	items, err := j.Queue(c.Context())
	if err != nil {
		return err
	}
	q.items = items
	for i := range items {
		p := &items[i].Submission.Price
		q.total.Add(&state.LedgerEntry{Estimate: p.Cost, Credits: p.Credits, Seconds: p.Seconds})
		switch standing(&items[i]) {
		case itemPaused:
			q.paused++
		case itemAsks:
			q.asks++
		}
	}
	who, held, err := j.Holder()
	if held {
		q.sender = &who
	}
	return err
}

// The words for how an item stands.
const (
	itemWaits  = "waiting"
	itemPaused = "paused"
	itemAsks   = "price to be confirmed"
)

// standing is how an item stands. To let a paused one go on is not enough
// while its price has to be confirmed.
func standing(i *journal.QueueItem) string {
	switch {
	case i.Submission.State == state.SubmissionEstimated:
		return itemAsks
	case i.Paused:
		return itemPaused
	}
	return itemWaits
}

func (q *queue) text(zone *time.Location) []byte {
	var b bytes.Buffer
	if len(q.items) == 0 {
		b.WriteString("Nothing waits.\n")
	} else {
		t := table{titles: []string{">#", "ID", "NAME", "MODEL", "STATE", ">PRICE", "WAITING SINCE"}}
		for i := range q.items {
			item := &q.items[i]
			s := &item.Submission
			t.add(strconv.Itoa(i+1), words(s.ID), words(name(s)), words(s.Model), standing(item), price(s.Price),
				item.Enqueued.In(zone).Format("2006-01-02 15:04:05"))
		}
		b.Write(t.bytes())
		b.WriteString("\n" + q.sums() + "\n")
	}
	switch {
	case q.sender != nil:
		fmt.Fprintf(&b, "Sent by %s, since %s.\n", words(q.sender.String()), q.sender.Since.In(zone).Format("2006-01-02 15:04:05"))
	case len(q.items) > 0:
		b.WriteString("Nobody sends from the queue now.\n")
	}
	return b.Bytes()
}

// sums is the line of totals.
func (q *queue) sums() string {
	said := []string{fmt.Sprintf("%d in the queue", len(q.items))}
	if cost := q.total.Amounts().Cost; cost != nil {
		said[0] += ", " + cost.String() + " in all"
	}
	if credits, ok := q.total.Credits(); ok {
		said[0] += ", " + plain(credits) + " credits"
	}
	for _, part := range []struct {
		n    int
		what string
	}{
		{q.total.Unknown, "without a price in dollars"}, {q.paused, itemPaused}, {q.asks, "with a " + itemAsks},
	} {
		if part.n > 0 {
			said = append(said, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	return strings.Join(said, "; ") + "."
}

// name is what an item is called.
func name(s *state.Submission) string {
	if s.Kind == state.SubmitBatch {
		return fmt.Sprintf("%s (batch of %d)", s.Name, s.BatchLines)
	}
	return s.Name
}

// price is what an item will cost, for a cell.
func price(p state.Price) string {
	text := dollars(p.Cost)
	switch {
	case p.Cost == nil && p.Credits != nil:
		text = plain(*p.Credits) + " credits"
	case p.Cost == nil:
		return none
	}
	if p.Approximate {
		text = "~" + text
	}
	return text
}

// queueDocument is the queue for programs. Unknown amounts are null.
type queueDocument struct {
	Items  []queuedItem    `json:"items"`
	Total  queueTotal      `json:"total"`
	Sender *journal.Holder `json:"sender"` // null: nobody sends
}

type queuedItem struct {
	Place    int       `json:"place"` // from 1
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`
	Jobs     int       `json:"jobs"` // 1, or the lines of a batch
	Name     string    `json:"name"`
	Model    string    `json:"model"`
	State    string    `json:"state"`
	Price    *usd      `json:"price_usd"`
	Credits  *float64  `json:"credits"`
	Enqueued time.Time `json:"waiting_since"`
}

type queueTotal struct {
	Items       int      `json:"items"`
	Price       *usd     `json:"price_usd"`
	Credits     *float64 `json:"credits"`
	Unknown     int      `json:"unknown_prices"`
	Paused      int      `json:"paused"`
	Unconfirmed int      `json:"prices_to_be_confirmed"`
}

func (q *queue) document() queueDocument {
	d := queueDocument{Items: make([]queuedItem, len(q.items)), Sender: q.sender, Total: queueTotal{
		Items: len(q.items), Price: (*usd)(q.total.Amounts().Cost), Credits: credits(&q.total),
		Unknown: q.total.Unknown, Paused: q.paused, Unconfirmed: q.asks,
	}}
	for i := range q.items {
		item := &q.items[i]
		s := &item.Submission
		d.Items[i] = queuedItem{
			Place: i + 1, ID: clean(s.ID), Kind: string(s.Kind), Jobs: max(1, s.BatchLines),
			Name: clean(s.Name), Model: clean(s.Model), State: standing(item),
			Price: (*usd)(s.Price.Cost), Credits: s.Price.Credits, Enqueued: item.Enqueued,
		}
	}
	return d
}
