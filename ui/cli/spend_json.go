package cli

import (
	"time"

	"dubtop/api/text"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
)

// spendDocument is the sums in JSON. Unknown amounts are null.
type spendDocument struct {
	By     text.Text    `json:"by"`
	Since  text.Text    `json:"since"` // "": from the beginning
	Until  text.Text    `json:"until"` // "": to the end
	Scope  text.Text    `json:"scope"` // whose jobs: dubtop, key or organisation
	Groups []spentGroup `json:"groups"`
	Total  spent        `json:"total"`
	// Foreign lists amounts billed in other currencies; they are in no sum.
	Foreign []abroad `json:"foreign"`
	Damage  []damage `json:"damage"`
	// Checked is when all rows were last compared with their checksums.
	Checked text.Text `json:"checked_at"`
}

// entriesDocument is all jobs in JSON, the oldest first.
type entriesDocument struct {
	Since   text.Text    `json:"since"` // "": from the beginning
	Entries []spentEntry `json:"entries"`
	Damage  []damage     `json:"damage"`
}

// spentEntry uses the column names of the CSV. Unknown values are null.
type spentEntry struct {
	Time       text.Text `json:"time"`
	Submission text.Text `json:"submission"`
	Job        text.Text `json:"job"`
	Kind       text.Text `json:"kind"` // generation or batch
	Model      text.Text `json:"model"`
	Label      text.Text `json:"label"`
	Project    text.Text `json:"project"` // its id
	Different  bool      `json:"billed_differently"`
	Seconds    *float64  `json:"seconds"`
	Estimate   *usd      `json:"estimate_usd"`
	Actual     *usd      `json:"actual_usd"`
	Basis      text.Text `json:"actual_basis"` // billed, derived, or "" without an actual cost
	Credits    *float64  `json:"credits"`
	Outcome    text.Text `json:"outcome"` // "" until the job is known to have ended
}

type spentGroup struct {
	Key text.Text `json:"key"` // "" for jobs without a model, label or project
	spent
	Retakes     *int `json:"retakes,omitempty"` // with --retakes, like the next
	RetakesCost *usd `json:"retakes_cost_usd,omitempty"`
}

// spent uses the column names of the CSV.
type spent struct {
	Jobs          int      `json:"jobs"`
	Seconds       float64  `json:"seconds"`
	Cost          *usd     `json:"cost_usd"`
	Unknown       int      `json:"cost_unknown_jobs"`
	Guessed       int      `json:"estimated_only_jobs"`
	Failed        int      `json:"failed_jobs"`
	FailedCost    *usd     `json:"failed_cost_usd"`
	FailedUnknown int      `json:"failed_cost_unknown_jobs"`
	Credits       *float64 `json:"credits"`
	Compared      int      `json:"compared_jobs"`
	Estimated     *usd     `json:"compared_estimate_usd"`
	Actual        *usd     `json:"compared_actual_usd"`
	LowerBound    bool     `json:"lower_bound,omitempty"` // the sum exceeded the largest number
}

type damage struct {
	Row  int64     `json:"row"`
	What text.Text `json:"what"`
}

func (b *spending) document(f spendFlags) spendDocument {
	d := spendDocument{
		By: text.Of(f.by), Since: text.Of(f.since), Until: text.Of(f.until), Scope: text.Of(f.scope.Word()), Foreign: b.abroad(), Groups: []spentGroup{}, Total: spentIn(&b.total), Damage: damaged(b.damage),
		Checked: text.Of(b.checked.UTC().Format(time.RFC3339)),
	}
	for i := range b.groups {
		g := spentGroup{Key: b.groups[i].Key, spent: spentIn(&b.groups[i].Tally)}
		if f.retakes {
			t := b.retakesOf(g.Key)
			g.Retakes, g.RetakesCost = &t.Jobs, (*usd)(t.Amounts().Cost)
		}
		d.Groups = append(d.Groups, g)
	}
	return d
}

// damaged returns the damage for JSON.
func damaged(all []journal.Damage) []damage {
	out := make([]damage, len(all))
	for i, found := range all {
		out[i] = damage{found.Seq, text.Of(found.What)}
	}
	return out
}

func (b *spending) entries(f spendFlags, zone *time.Location) entriesDocument {
	d := entriesDocument{Since: text.Of(f.since), Entries: []spentEntry{}, Damage: damaged(b.damage)}
	for _, e := range b.ledger.Entries() {
		entry := spentEntry{
			Time: text.Of(e.At.In(zone).Format(time.RFC3339)), Submission: text.Of(e.Submission), Job: text.Of(string(e.Job)),
			Kind: text.Of(string(outbox.SubmitGeneration)), Model: e.Model, Label: e.Label,
			Project: text.Of(string(e.Project)), Different: e.Differs(),
			Estimate: (*usd)(e.Estimate), Actual: (*usd)(e.Actual), Basis: text.Of(string(e.Basis)), Credits: e.Credits, Outcome: e.Outcome,
		}
		if e.Batch {
			entry.Kind = text.Of(string(outbox.SubmitBatch))
		}
		if e.Seconds > 0 {
			entry.Seconds = new(e.Seconds)
		}
		d.Entries = append(d.Entries, entry)
	}
	return d
}

func spentIn(t *ledger.Tally) spent {
	a := t.Amounts()
	return spent{
		Jobs: t.Jobs, Seconds: t.Seconds, Cost: (*usd)(a.Cost), Unknown: t.Unknown, Guessed: t.Guessed,
		Failed: t.Failed, FailedCost: (*usd)(a.FailedCost), FailedUnknown: t.FailedUnknown, Credits: credits(t),
		Compared: t.Compared, Estimated: (*usd)(a.Estimated), Actual: (*usd)(a.Actual), LowerBound: t.Overflow,
	}
}

// credits returns a total in credits, or nil if nothing was billed in credits.
func credits(t *ledger.Tally) *float64 {
	if c, ok := t.Credits(); ok {
		return &c
	}
	return nil
}
