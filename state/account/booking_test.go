package account

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
)

// bookkeeper writes the same into a journal and a session, which both have the
// rules for booking an accepted submission.
type bookkeeper struct {
	t       *rapid.T
	account *Account
	subs    []outbox.Submission
	now     time.Time
}

// jobOf is the job or batch that a submission creates.
func jobOf(sub string) string { return "job-" + sub }

func (b *bookkeeper) must(errs ...error) {
	for _, err := range errs {
		if err != nil {
			b.t.Fatal(err)
		}
	}
}

// anyID is the id of a submission or of its job, which a list may show before
// the answer comes.
func (b *bookkeeper) anyID() string {
	id := b.subs[rapid.IntRange(0, len(b.subs)-1).Draw(b.t, "of")].ID
	if rapid.Bool().Draw(b.t, "job") {
		return jobOf(id)
	}
	return id
}

func (b *bookkeeper) agree() {
	d := draft.Draft{
		ID: fmt.Sprint("d", len(b.subs)), Model: "lipsync-2", Visual: "asset:v", Audio: "asset:a", UpdatedAt: b.now,
		Label: rapid.SampledFrom([]string{"", "", "spring", " autumn "}).Draw(b.t, "label"), OutputFileName: fmt.Sprint("promo", len(b.subs)),
	}
	s, err := outbox.NewSubmission(fmt.Sprint("s", len(b.subs)), d, draft.CheckEnv{Now: b.now})
	b.must(err)
	price := outbox.Price{Frames: 250, Seconds: 10}
	if rapid.Bool().Draw(b.t, "priced") {
		price.Cost = new(api.Micros(1_250_001))
	}
	b.must(s.Estimate(price, b.now))
	s.Unpriced = price.Cost == nil
	b.must(s.Confirm(b.now, "key-"+s.ID))
	if rapid.Bool().Draw(b.t, "batch") {
		s.Kind = outbox.SubmitBatch
	}
	b.must(b.account.Journal.SaveSubmission(b.t.Context(), s))
	b.subs = append(b.subs, s)
}

// send has a submission accepted, at once or after an unknown outcome. An
// acceptance is reported twice.
func (b *bookkeeper) send() {
	s, ctx := &b.subs[rapid.IntRange(0, len(b.subs)-1).Draw(b.t, "submission")], b.t.Context()
	outcome := rapid.SampledFrom([]api.Outcome{api.Accepted, api.Accepted, api.Unknown}).Draw(b.t, "outcome")
	switch s.State {
	case outbox.SubmissionConfirmed:
		b.must(s.Send(b.now), b.account.Journal.BeginSending(ctx, *s))
	case outbox.SubmissionUnknown:
		outcome = api.Accepted
	}
	if s.State != outbox.SubmissionSent {
		b.must(s.Answer(outcome, api.ID(jobOf(s.ID)), "", b.now.Add(time.Second)))
	}
	b.must(b.account.Journal.SaveSubmission(ctx, *s))
	if s.State == outbox.SubmissionSent {
		b.account.accepted(&outbox.TaskResult{Submission: *s}, b.now)
	}
}

func (b *bookkeeper) label() {
	id, label := b.anyID(), rapid.SampledFrom([]string{"", "winter", "client x"}).Draw(b.t, "label")
	b.must(b.account.Journal.LabelAll(b.t.Context(), []string{id}, label))
	b.account.Store.SetLabel(api.ID(id), label)
}

func (b *bookkeeper) note() {
	id, note := b.anyID(), rapid.SampledFrom([]string{"", "redo", "good"}).Draw(b.t, "note")
	b.must(b.account.Journal.NoteAll(b.t.Context(), []string{id}, note))
	b.account.Store.Notes.Set(id, text.Of(note))
}

// compare fails if a new session would show other entries, labels or notes than
// the running one.
func (b *bookkeeper) compare() {
	ctx, j, got := b.t.Context(), b.account.Journal, b.account.Store
	labels, err := j.Labels(ctx)
	b.must(err)
	notes, err := j.Notes(ctx)
	b.must(err)
	entries, damage, err := readEntries(ctx, j)
	b.must(err)
	want := state.NewStore()
	want.BringLabels(labels)
	want.Notes = state.NewNotes(notes)
	want.BringLedger(entries, b.now)
	if mine, theirs := entriesOf(&got.Ledger), entriesOf(&want.Ledger); !slices.Equal(mine, theirs) || len(damage) > 0 {
		b.t.Fatalf("the session has\n%q\nthe journal\n%q %v", mine, theirs, damage)
	}
	for _, s := range b.subs {
		job := jobOf(s.ID)
		if mine, theirs := got.LabelOf(api.ID(job)), want.LabelOf(api.ID(job)); mine != theirs {
			b.t.Fatalf("%s is labelled %q in the session, %q in the journal", job, mine, theirs)
		}
		for _, id := range []string{s.ID, job} {
			if mine, theirs := got.Notes.Of(id), want.Notes.Of(id); mine != theirs {
				b.t.Fatalf("the note of %s is %q in the session, %q in the journal", id, mine, theirs)
			}
		}
	}
}

// entriesOf returns a ledger's entries, sorted so that those of the same moment
// can be compared.
func entriesOf(l *ledger.Ledger) (lines []string) {
	for e := range l.All() {
		cost := "unknown"
		if e.Estimate != nil {
			cost = fmt.Sprint(*e.Estimate)
		}
		lines = append(lines, fmt.Sprint(e.Job, e.Submission, e.At.UTC(), e.Batch, e.Model, e.Label, e.Name, e.Seconds, cost, e.Credits == nil))
	}
	slices.Sort(lines)
	return lines
}

// The rules for booking an acceptance, and for the label and note that the job
// inherits, are in the journal's transaction and in the session. Both must
// agree on random histories.
func TestSessionAndJournalBookAlike(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		j, err := journal.OpenMemory()
		if err != nil {
			rt.Fatal(err)
		}
		defer j.Close()
		b := &bookkeeper{t: rt, now: time.Date(2026, 11, 20, 18, 30, 0, 0, time.UTC)}
		b.account = New(Config{Client: silentClient(t), Journal: j}, b.now)
		b.account.Store.BringLedger(new(ledger.Ledger), b.now)
		b.agree()
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			b.now = b.now.Add(time.Second)
			switch rapid.SampledFrom([]string{"agree", "send", "send", "label", "note"}).Draw(rt, "step") {
			case "agree":
				b.agree()
			case "send":
				b.send()
			case "label":
				b.label()
			case "note":
				b.note()
			}
			b.compare()
		}
	})
}
