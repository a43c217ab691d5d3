package cli

import (
	"cmp"
	"context"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/inputs"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/purchase"
)

// bill is what jobs cost and what that leaves, as it is shown before a yes.
type bill struct {
	prices
	quote   purchase.Quote
	charge  ledger.Charge
	most    *api.Micros // nil: nothing bounds it
	verdict ledger.Verdict
	effect  []string // the rest of the budgets
	balance text.Text
}

// bill adds up prices and weighs them.
func (w World) bill(ctx context.Context, a *login, j *journal.Journal, p prices) (b bill, err error) {
	b.prices = p
	subs := b.submissions()
	each := make([]outbox.Price, len(subs))
	for i := range subs {
		each[i] = subs[i].Price
	}
	b.quote, b.charge = purchase.QuoteOfAll(each), ledger.ChargeFor(subs)
	if most, known := purchase.Most(b.mosts()); known && len(p.jobs) > 0 {
		b.most = &most
	}
	if err := account.LearnProjects(ctx, a.client, j, &a.settings.Guard); err != nil {
		return b, a.named(err)
	}
	purse, err := account.ReadPurse(ctx, j, a.settings.Guard.Scope)
	if err != nil {
		return b, journalFailed(err)
	}
	b.weigh(a, &purse)
	if standing, err := a.client.Account(ctx); err == nil { // many servers don't tell
		now := time.Now()
		s := state.Standing{Account: standing, At: now}
		b.balance, _ = s.After(b.charge, ledger.Unsent(purse.Pending), now)
	}
	return b, nil
}

// weigh checks the charge against the budgets.
func (b *bill) weigh(a *login, purse *account.Purse) {
	now := time.Now()
	subs := b.submissions()
	b.verdict, b.effect = purse.Weigh(&a.settings.Guard, subs, now), purse.Effect(&a.settings.Guard, subs, now)
}

// submissions returns the priced submissions.
func (b *bill) submissions() []outbox.Submission {
	subs := make([]outbox.Submission, len(b.jobs))
	for i := range b.jobs {
		subs[i] = b.jobs[i].Submission
	}
	return subs
}

// mosts returns the most that each job may cost.
func (b *bill) mosts() []*api.Micros {
	each := make([]*api.Micros, len(b.jobs))
	for i := range b.jobs {
		each[i] = b.jobs[i].Most
	}
	return each
}

// lines tell the price of the jobs and what remains after it.
func (b *bill) lines() (said []text.Text) {
	add := func(label, words text.Text) {
		if words != "" {
			said = append(said, "  "+label+": "+words)
		}
	}
	said = append(said, cmp.Or(b.quote.Words(), "Nothing to pay"))
	if b.most != nil && b.charge.Total != nil && *b.most > *b.charge.Total {
		add("at most", text.Of(b.most.String()))
	}
	if len(b.jobs) == 1 {
		b.one(add)
	}
	for _, words := range b.verdict.Words {
		add("budget", text.Of(words))
	}
	for _, words := range b.effect {
		add("budget", text.Of(words))
	}
	add("balance", b.balance)
	return append(said, b.warnings()...)
}

// one adds the facts that the price of a single job is based on.
func (b *bill) one(add func(label, words text.Text)) {
	sub := &b.jobs[0].Submission
	if sub.Kind == outbox.SubmitBatch {
		add("batch", text.Count(sub.BatchLines, "job", "jobs"))
	}
	add("model", cmp.Or(text.Of(sub.Model), "several models"))
	if s := sub.Price.Seconds; s > 0 {
		add("length", inputs.Seconds(s)+" of output")
	}
	add("based on", text.Of(sub.Price.Basis))
}

// warningsMost limits the warnings and the rows left out that are listed.
const warningsMost = 12

// warnings lists what to know about the jobs, and the rows that are left out.
func (b *bill) warnings() (said []text.Text) {
	for i := range b.jobs {
		x := &b.jobs[i]
		for _, words := range x.notes() {
			said = append(said, "  but: "+x.label(len(b.jobs) > 1)+words)
		}
	}
	for _, l := range b.left {
		said = append(said, "  left out: "+words(l.row.Name(""))+": "+l.why)
	}
	if more := len(said) - warningsMost; more > 0 {
		said = append(said[:warningsMost], text.Sprintf("  and %d more like these", more))
	}
	return said
}

// notes lists what to know about a job: the warnings about its inputs, the job
// that it repeats, and hosts whose names may imitate others.
func (x *priced) notes() []text.Text {
	said := append([]text.Text{}, text.All(x.Warnings)...)
	if x.row.Twin != "" {
		said = append(said, "again: "+text.Of(x.row.Twin))
	}
	for _, h := range x.Submission.Hosts() {
		said = append(said, "host "+h.Wire+" reads "+h.Read)
	}
	return said
}

// label begins a line about one of several jobs.
func (x *priced) label(several bool) text.Text {
	if !several {
		return ""
	}
	return words(x.row.Name("")) + ": "
}

// billJSON is the shape of estimate --json.
type billJSON struct {
	Jobs     int         `json:"jobs"`
	Price    *usd        `json:"price_usd"`
	Most     *usd        `json:"at_most_usd"`
	Credits  *float64    `json:"credits"`
	Unpriced int         `json:"unpriced"`
	About    bool        `json:"approximate"`
	Seconds  float64     `json:"seconds"`
	Budget   string      `json:"budget"`
	Budgets  []text.Text `json:"budgets"`
	Balance  text.Text   `json:"balance"`
	Rows     []rowJSON   `json:"rows"`
}

// rowJSON is a row of it.
type rowJSON struct {
	Row      text.Text   `json:"row"`
	Name     text.Text   `json:"name"`
	Lang     text.Text   `json:"lang"`
	Model    text.Text   `json:"model"`
	Price    *usd        `json:"price_usd"`
	Most     *usd        `json:"at_most_usd"`
	Credits  *float64    `json:"credits"`
	About    bool        `json:"approximate"`
	Seconds  float64     `json:"seconds"`
	Basis    text.Text   `json:"basis"`
	Warnings []text.Text `json:"warnings"`
	Left     text.Text   `json:"left_out"`
}

// document returns the bill for JSON.
func (b *bill) document() billJSON {
	d := billJSON{
		Jobs: len(b.jobs), Price: (*usd)(b.quote.Cost()), Most: (*usd)(b.most), Budget: levelWord(b.verdict.Level),
		Credits: b.quote.Credits(), Unpriced: b.quote.Unpriced(), About: b.quote.About(),
		Budgets: append(text.All(b.verdict.Words), text.All(b.effect)...), Balance: b.balance, Rows: []rowJSON{},
	}
	if d.Budgets == nil {
		d.Budgets = []text.Text{}
	}
	for i := range b.jobs {
		x := &b.jobs[i]
		p := &x.Submission.Price
		d.Seconds += p.Seconds
		row := rowOf(x.row.Number, x.row.Name(""), x.row.Lang, x.Submission.Model)
		row.Price, row.Most, row.Credits, row.About = (*usd)(p.Cost), (*usd)(x.Most), p.Credits, p.Approximate
		row.Seconds, row.Basis = p.Seconds, text.Of(p.Basis)
		row.Warnings = x.notes()
		d.Rows = append(d.Rows, row)
	}
	for _, l := range b.left {
		row := rowOf(l.row.Number, l.row.Name(""), l.row.Lang, l.row.Draft.Model)
		row.Left = l.why
		d.Rows = append(d.Rows, row)
	}
	return d
}

func rowOf(number int, name text.Text, lang, model string) rowJSON {
	return rowJSON{Row: text.Sprint(number), Name: name, Lang: text.Of(lang), Model: text.Of(model), Warnings: []text.Text{}}
}

// levelWord names how a charge compares with the budgets.
func levelWord(l ledger.VerdictLevel) string {
	switch l {
	case ledger.BudgetHard:
		return "hard"
	case ledger.BudgetSoft:
		return "soft"
	}
	return "ok"
}
