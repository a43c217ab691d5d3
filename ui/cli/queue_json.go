package cli

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api/text"
	"dubtop/state/journal"
	"dubtop/state/outbox"
)

// queueJSON writes the queue as JSON: first the items, as they are read, and then
// the rest.
type queueJSON struct {
	out  *bufio.Writer
	flag *jsonFlag
	n    int
	last bytes.Buffer // the value being written
	text []byte       // its lines
}

// queueJSON prints the queue. It writes items while others are read.
func (w World) queueJSON(c *cobra.Command, q *queue, f *jsonFlag) error {
	out := queueJSON{out: bufio.NewWriter(c.OutOrStdout()), flag: f}
	items, written := make(chan queued, 256), make(chan error)
	go func() {
		var err error
		for item := range items {
			if err == nil {
				err = out.item(&item)
			}
		}
		written <- err
	}()
	err := w.look(c.Context(), voiceOf(c), func(j *journal.Journal) error {
		return q.read(c.Context(), j, func(item *queued) error {
			items <- *item
			return nil
		})
	})
	close(items)
	if err = cmp.Or(err, <-written); err != nil {
		return err
	}
	return out.end(q)
}

// queueBegins is the document before its first item.
func queueBegins() string { return fmt.Sprintf("{\n  \"version\": %d,\n  \"items\": [", shape) }

// queueRest is the document after its items. Unknown amounts are null.
type queueRest struct {
	Total  queueTotal      `json:"total"`
	Paused bool            `json:"queue_paused"` // the user has paused the whole queue
	Sender *journal.Holder `json:"sender"`       // null: no process sends
}

type queuedItem struct {
	Place    *int       `json:"place"` // from 1; null: not waiting in line
	ID       text.Text  `json:"id"`
	Kind     text.Text  `json:"kind"`
	Jobs     int        `json:"jobs"` // 1, or the number of lines in a batch
	Name     text.Text  `json:"name"`
	Model    text.Text  `json:"model"`
	Label    text.Text  `json:"label"` // "" if it has none
	Set      text.Text  `json:"set"`   // the job set, "" if it belongs to none
	Lang     text.Text  `json:"lang"`  // "" if it is not known
	State    text.Text  `json:"state"`
	Reason   text.Text  `json:"reason"` // "" if there is none
	Price    *usd       `json:"price_usd"`
	Credits  *float64   `json:"credits"`
	Enqueued *time.Time `json:"waiting_since"` // null: not waiting in line
	Sent     *time.Time `json:"sent_at"`       // null: not sent, or known to have created nothing
}

// queueTotal counts the waiting submissions and then the others.
type queueTotal struct {
	Items         int      `json:"items"`
	Price         *usd     `json:"price_usd"`
	Credits       *float64 `json:"credits"`
	UnknownPrices int      `json:"unknown_prices"`
	Paused        int      `json:"paused"`
	Expired       int      `json:"expired"`
	PriceUp       int      `json:"price_up"`
	Unpriced      int      `json:"no_price"`
	Sending       int      `json:"sending"`
	Unknown       int      `json:"unknown"`
	MaybeCharged  *usd     `json:"maybe_charged_usd"`
	Refused       int      `json:"refused"`
}

func (q *queue) rest() queueRest {
	return queueRest{Paused: q.paused, Sender: q.sender, Total: queueTotal{
		Items: q.total.Jobs, Price: (*usd)(q.total.Amounts().Cost), Credits: credits(&q.total), UnknownPrices: q.total.Unknown,
		Paused: q.counts[outbox.QueuePaused], Expired: q.counts[outbox.QueueExpired], PriceUp: q.counts[outbox.QueueReprice], Unpriced: q.counts[outbox.QueueUnpriced],
		Sending: q.counts[outbox.QueueSending], Unknown: q.counts[outbox.QueueUnknown],
		MaybeCharged: (*usd)(q.unknown.Amounts().Cost), Refused: q.counts[outbox.QueueRefused],
	}}
}

// item writes an item.
func (w *queueJSON) item(item *queued) error {
	s := &item.sub
	d := queuedItem{
		ID: text.Of(s.ID), Kind: text.Of(string(s.Kind)), Jobs: max(1, s.BatchLines),
		Name: s.Name, Model: text.Of(s.Model), Label: item.label,
		Set: text.Of(s.Draft.Set), Lang: text.Of(s.Draft.Lang), State: text.Of(item.row.State.Word()), Reason: item.row.Reason,
		Price: (*usd)(s.Price.Cost), Credits: s.Price.Credits,
	}
	if item.row.Place > 0 {
		d.Place, d.Enqueued = &item.row.Place, &item.since
	}
	if s.State.AtStake() {
		d.Sent = &s.SentAt
	}
	before := ",\n    "
	if w.n == 0 {
		before = queueBegins() + "\n    "
	}
	w.n++
	w.last.Reset()
	if err := encode(&w.last, d, ""); err != nil {
		return err
	}
	object, err := w.flag.choose(w.last.Bytes())
	if err != nil {
		return outputFailed(err)
	}
	w.text = spread(append(w.text[:0], before...), object, "\n      ", "\n    ")
	_, err = w.out.Write(w.text)
	return unwritten(err)
}

// spread appends an object without objects in it in lines, as the standard
// library would, but much faster: there may be many.
func spread(b, object []byte, line, end string) []byte {
	quoted, escaped := false, false
	for _, c := range bytes.TrimSpace(object) {
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = c == '\\', c != '"'
		case c == '"':
			quoted = true
		case c == '}':
			b = append(b, end...)
		}
		b = append(b, c)
		switch {
		case quoted:
		case c == '{', c == ',':
			b = append(b, line...)
		case c == ':':
			b = append(b, ' ')
		}
	}
	return b
}

// end writes the rest.
func (w *queueJSON) end(q *queue) error {
	before := "\n  ],"
	if w.n == 0 {
		before = queueBegins() + "],"
	}
	w.last.Reset()
	if err := encode(&w.last, q.rest(), "  "); err != nil {
		return err
	}
	_, err := w.out.WriteString(before)
	if err == nil {
		_, err = w.out.Write(w.last.Bytes()[len("{"):])
	}
	if err == nil {
		err = w.out.Flush()
	}
	return unwritten(err)
}
