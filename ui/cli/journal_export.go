package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/verdict"
)

func (w World) exportCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "export",
		Short: "Print the books, labels, notes and verdicts as JSON lines",
		Long: `Prints what another producer needs to see your work beside theirs, with dubtop
journal beside. Each line is an object with "kind":
  books    first: "account", "server", "exported_at"
  entry    "entry": a job with its costs, as dubtop spend --entries --json has it
  label    "job", "labels"
  note     "job", "note"
  verdict  "job", "verdict", "note"
  end      last: how many "entries" there were
It contains no key, no link and no request.`,
		Example: "  dubtop journal export > books.jsonl",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return w.export(c) },
	}
}

// bookLine is a line of exported books.
type bookLine struct {
	Kind     string          `json:"kind"`
	Account  *text.Text      `json:"account,omitempty"`
	Server   *text.Text      `json:"server,omitempty"`
	Exported *time.Time      `json:"exported_at,omitempty"`
	Entry    *spentEntry     `json:"entry,omitempty"`
	Job      text.Text       `json:"job,omitempty"`
	Labels   []text.Text     `json:"labels,omitempty"`
	Verdict  verdict.Verdict `json:"verdict,omitempty"`
	Note     text.Text       `json:"note,omitempty"`
	Entries  *int            `json:"entries,omitempty"`
}

func (w World) export(c *cobra.Command) error {
	v := voiceOf(c)
	var head bookLine
	var b spending
	var marks []bookLine
	err := w.owned(c.Context(), v, func(a *login, j *journal.Journal) (err error) {
		head = bookLine{Kind: "books", Account: new(text.Of(a.account)), Server: new(text.Of(a.client.Base())), Exported: new(time.Now().UTC().Truncate(time.Second))}
		if b, err = readSpending(c.Context(), j, spendFlags{by: string(ledger.ByDay)}, w.Zone); err == nil {
			marks, err = marksOf(c.Context(), j)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, d := range b.damage {
		v.warn(text.Of("the ledger: " + d.What + "; it is left out"))
	}
	entries := b.entries(spendFlags{}, time.UTC).Entries
	lines := []bookLine{head}
	for i := range entries {
		lines = append(lines, bookLine{Kind: "entry", Entry: &entries[i]})
	}
	lines = append(append(lines, marks...), bookLine{Kind: "end", Entries: new(len(entries))})
	var out bytes.Buffer
	for i := range lines {
		line, err := jsonLine(&lines[i])
		if err != nil {
			return err
		}
		out.Write(line)
	}
	return write(c, out.Bytes())
}

// marksOf reads the user's notes about jobs.
func marksOf(ctx context.Context, j *journal.Journal) (lines []bookLine, err error) {
	labels, err := j.Labels(ctx)
	notes, err2 := j.Notes(ctx)
	verdicts, _, err3 := j.Verdicts(ctx, 0)
	for _, id := range slices.Sorted(maps.Keys(labels)) {
		line := bookLine{Kind: "label", Job: text.Of(id)}
		for _, label := range labels[id] {
			line.Labels = append(line.Labels, text.Of(label))
		}
		lines = append(lines, line)
	}
	for _, id := range slices.Sorted(maps.Keys(notes)) {
		lines = append(lines, bookLine{Kind: "note", Job: text.Of(id), Note: text.Of(notes[id])})
	}
	for _, id := range slices.Sorted(maps.Keys(verdicts)) {
		if given := verdicts[id]; given.Verdict != verdict.None {
			lines = append(lines, bookLine{Kind: "verdict", Job: text.Of(id), Verdict: given.Verdict, Note: given.Note})
		}
	}
	return lines, errors.Join(err, err2, err3)
}

// books are the books of another producer.
type books struct {
	file            string
	account, server text.Text
	exported        time.Time
	entries         []ledger.Entry
	labels          map[string][]string
	notes, verdicts int
	whole           bool // the last line was read
}

const (
	mostBooks    = 1 << 30 // bytes of a file
	mostBookLine = 1 << 20 // bytes of a line
)

// readBooks reads an export, or standard input for -.
func readBooks(in io.Reader, path string) (b books, err error) {
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return b, err
		}
		defer f.Close()
		in = f
	}
	b = books{file: path, labels: map[string][]string{}}
	lines := bufio.NewScanner(io.LimitReader(in, mostBooks))
	lines.Buffer(nil, mostBookLine)
	for n := 1; lines.Scan(); n++ {
		var line bookLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return b, fmt.Errorf("line %d is no line of dubtop journal export", n)
		}
		if err := b.take(&line, n); err != nil {
			return b, fmt.Errorf("line %d: %w", n, err)
		}
	}
	switch {
	case lines.Err() != nil:
		return b, lines.Err()
	case !b.whole:
		return b, errors.New("its end is missing: it was not written or copied completely")
	}
	return b, nil
}

// take takes in a line. A newer dubtop may say more than is known here.
func (b *books) take(line *bookLine, n int) error {
	if first := line.Kind == "books"; first != (n == 1) || b.whole {
		return errors.New("it is not where dubtop journal export puts it")
	}
	switch line.Kind {
	case "books":
		return b.begin(line)
	case "entry":
		e, err := line.Entry.booked()
		b.entries = append(b.entries, e)
		return err
	case "label":
		for _, label := range line.Labels {
			b.labels[string(line.Job)] = append(b.labels[string(line.Job)], string(label))
		}
	case "note":
		b.notes++
	case "verdict":
		b.verdicts++
	case "end":
		if b.whole = line.Entries != nil && *line.Entries == len(b.entries); !b.whole {
			return errors.New("some jobs are missing")
		}
	}
	return nil
}

// begin takes in the first line.
func (b *books) begin(line *bookLine) error {
	if line.Server == nil || line.Exported == nil {
		return errors.New("it does not say whose books these are")
	}
	b.server, b.exported = *line.Server, *line.Exported
	if line.Account != nil {
		b.account = *line.Account
	}
	return nil
}

// booked is the entry of the ledger that a line tells of.
func (e *spentEntry) booked() (ledger.Entry, error) {
	if e == nil {
		return ledger.Entry{}, errors.New("it holds no job")
	}
	at, err := time.Parse(time.RFC3339, string(e.Time))
	if err != nil || e.Job == "" && e.Submission == "" {
		return ledger.Entry{}, errors.New("it has no time or no id")
	}
	b := ledger.Entry{
		At: at, Submission: string(e.Submission), Job: api.ID(e.Job), Batch: e.Kind == text.Of(string(outbox.SubmitBatch)),
		Model: e.Model, Label: e.Label, Estimate: (*api.Micros)(e.Estimate), Actual: (*api.Micros)(e.Actual),
		Basis: ledger.CostBasis(e.Basis), Credits: e.Credits, Outcome: e.Outcome,
	}
	if e.Seconds != nil {
		b.Seconds = *e.Seconds
	}
	return b, nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (u *usd) UnmarshalJSON(raw []byte) error {
	m, ok := api.ParseMicros(string(raw))
	if !ok {
		return errors.New("it is not an amount")
	}
	*u = usd(m)
	return nil
}

// spending adds up the books.
func (b *books) spending(f spendFlags, zone *time.Location) spending {
	l := ledger.New(b.entries)
	l.Relabel(b.labels)
	l = l.Within(ledger.Days{Since: f.since}, zone)
	return spending{ledger: l, groups: l.Groups(ledger.Grouping(f.by), zone), total: l.Total(), checked: b.exported, now: true}
}
