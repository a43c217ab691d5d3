package settle

import (
	"cmp"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/instant"
)

// Row is a finished generation of the organisation, and its cost.
type Row struct {
	ID       string
	Key      string // tells the keys apart; "" if unknown
	KeyName  text.Text
	Model    text.Text
	Status   text.Text
	Created  time.Time // server's clock, like Ended; zero if unknown
	Ended    time.Time
	Currency text.Text
	Cost     *api.Micros // the total; nil if unknown
	Pending  bool        // the server may know the cost later
}

// RowOf converts a row of the server. Created and Ended are left out if they
// make no sense together.
func RowOf(f *api.Finished) Row {
	r := Row{
		ID: string(f.ID), Key: f.Key.Digest, KeyName: f.Key.Name, Model: f.Model, Status: text.Of(string(f.Status)),
		Created: instant.Of(f.Created.Time), Ended: instant.Of(f.Ended.Time), Currency: f.Currency,
	}
	switch word := string(f.Costs.Availability); {
	case f.Costs.Total != nil && *f.Costs.Total >= 0 && (word == "complete" || word == ""):
		r.Cost = f.Costs.Total
	case word == "pending", word == "partial":
		r.Pending = true
	}
	return r
}

// Dollars reports whether the row is in US dollars, as a row without a currency
// is.
func (r *Row) Dollars() bool { return r.Currency == "" || strings.EqualFold(string(r.Currency), "USD") }

// Took is how long the job took from its creation on, 0 if unknown.
func (r *Row) Took() time.Duration {
	if r.Created.IsZero() || r.Ended.IsZero() {
		return 0
	}
	return max(0, r.Ended.Sub(r.Created))
}

// Keep takes over what an earlier row told and this one does not: a cost that is
// known does not become unknown again.
func (r *Row) Keep(old *Row) {
	if r.Cost == nil && old.Cost != nil {
		r.Cost, r.Currency, r.Pending = old.Cost, old.Currency, false
	}
	if r.Created.IsZero() {
		r.Created = old.Created
	}
	if r.Ended.IsZero() {
		r.Ended = old.Ended
	}
	r.Key, r.KeyName = cmp.Or(r.Key, old.Key), cmp.Or(r.KeyName, old.KeyName)
	r.Model, r.Status = cmp.Or(r.Model, old.Model), cmp.Or(r.Status, old.Status)
}

// Same reports whether the rows are equal.
func (r *Row) Same(o *Row) bool {
	a, b := *r, *o
	a.Cost, b.Cost = nil, nil
	return a == b && (r.Cost == nil) == (o.Cost == nil) && (r.Cost == nil || *r.Cost == *o.Cost)
}
