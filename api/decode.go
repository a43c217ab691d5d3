package api

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"dubtop/api/exact"
	"dubtop/api/text"
)

// The types and functions here read what the API really sends, which is not
// always what it documents: null, absent and "" mean the same, numbers come as
// strings, integers as floats. What one member of an object says may not spoil
// the object, so few of these decoders fail; but an object that says twice what
// it is, how it stands, what it costs or where its output is has said nothing.

// looseNumber reads a finite number, or a string that holds one.
func looseNumber(b []byte) (float64, bool) {
	if len(b) > 0 && (b[0] == '[' || b[0] == '{') {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(text.Loose(b)), 64)
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}

// count is a whole number of things. Negative and absurd numbers are absent.
type count struct {
	n  int64
	ok bool
}

func (c *count) UnmarshalJSON(b []byte) error {
	*c = count{}
	// 2^53: the largest number that every JSON writer can say exactly.
	if f, ok := looseNumber(b); ok && f >= 0 && f <= 1<<53 {
		*c = count{n: int64(f), ok: true}
	}
	return nil
}

// or is the count, or a value for one that is absent.
func (c count) or(absent int) int {
	if !c.ok {
		return absent
	}
	return int(c.n)
}

// dollars is an amount of money as the wire says it: a number, or a decimal
// string. It is a type apart from Micros so that Micros, when we store it
// ourselves, stays the plain integer it is.
type dollars struct{ *Micros }

func (d *dollars) UnmarshalJSON(b []byte) error {
	*d = dollars{}
	if m, ok := ParseMicros(strings.TrimSpace(text.Loose(b))); ok {
		d.Micros = &m
	}
	return nil
}

// credits is a number of credits, absent where it is none.
type credits struct{ *float64 }

func (c *credits) UnmarshalJSON(b []byte) error {
	*c = credits{}
	if f, ok := looseNumber(b); ok && f >= 0 && f < 1e12 {
		c.float64 = &f
	}
	return nil
}

// reason is the text of an error member: a string, a list of strings, or an
// object that holds one.
type reason struct{ text.Text }

func (r *reason) UnmarshalJSON(b []byte) error {
	r.Text = ""
	for range 3 { // an error in an error is met, but no deeper
		if !exact.IsObject(b) {
			return r.Text.UnmarshalJSON(b)
		}
		var w wireReason
		_ = exact.Decode(b, w.members())
		if r.Text = cmp.Or(w.Message, w.Detail, w.Reason); r.Text != "" || w.Error == nil {
			return nil
		}
		b = w.Error
	}
	return nil
}

// wireReason is an error that is an object.
type wireReason struct {
	Message text.Text
	Detail  text.Text
	Reason  text.Text
	Error   raw
}

func (w *wireReason) members() []exact.Member {
	return []exact.Member{
		{Name: "message", Into: &w.Message},
		{Name: "detail", Into: &w.Detail},
		{Name: "reason", Into: &w.Reason},
		{Name: "error", Into: &w.Error},
	}
}

// raw is a value as it came.
type raw []byte

func (r *raw) UnmarshalJSON(b []byte) error {
	*r = b
	return nil
}

// reader is a pointer to T that reads JSON.
type reader[T any] interface {
	*T
	json.Unmarshaler
}

// objects is a list of which the members that cannot be read are left out; it
// is empty where the answer has no list.
type objects[T any, P reader[T]] []T

func (o *objects[T, P]) UnmarshalJSON(b []byte) error {
	*o = nil
	for item := range exact.Elements(b) {
		var v T
		if P(&v).UnmarshalJSON(item) == nil {
			*o = append(*o, v)
		}
	}
	return nil
}

// list is the list that an answer is made of. Unlike a list inside an object it
// must be one: what cannot be read must not pass for a list of none. An element
// that cannot be read costs itself, and is counted.
type list[T any, P reader[T]] struct {
	items   []T
	skipped int
}

func (l *list[T, P]) UnmarshalJSON(b []byte) error {
	*l = list[T, P]{items: []T{}}
	if !exact.IsList(b) {
		return errShape
	}
	for item := range exact.Elements(b) {
		var v T
		if P(&v).UnmarshalJSON(item) != nil {
			l.skipped++
			continue
		}
		l.items = append(l.items, v)
	}
	if l.skipped > 0 && len(l.items) == 0 {
		return errShape
	}
	return nil
}

// List is an answer that lists all there are of something.
type List[T any] struct {
	Items []T
	// Skipped counts the elements that could not be read, or had no id. They
	// exist, so what is not in Items is not gone.
	Skipped int
}

// identified leaves out the items without an id, which could not be told from
// each other. It is false for a list of nothing but those: that is no list.
func identified[T any, P reader[T]](l list[T, P], id func(T) ID) (List[T], bool) {
	kept := slices.DeleteFunc(slices.Clone(l.items), func(v T) bool { return id(v) == "" })
	skipped := l.skipped + len(l.items) - len(kept)
	return List[T]{Items: kept, Skipped: skipped}, len(kept) > 0 || skipped == 0
}
