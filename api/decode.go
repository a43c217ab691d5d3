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

// The types and functions in this file read the API's real answers, which do
// not always match its documentation. null, absent and "" mean the same; numbers come
// as strings and integers as floats.
//
// One bad field must not spoil the whole object, so few of these decoders fail.
// But an object that gives its id, status, price or output twice is rejected.

// looseNumber reads a finite number, or a string that contains one.
func looseNumber(b []byte) (float64, bool) {
	if len(b) > 0 && (b[0] == '[' || b[0] == '{') {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(text.Loose(b)), 64)
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}

// count is a non-negative whole number. Negative and absurd numbers count as
// absent.
type count struct {
	n  int64
	ok bool
}

func (c *count) UnmarshalJSON(b []byte) error {
	*c = count{}
	// 2^53 is the largest integer that every JSON writer can represent exactly.
	if f, ok := looseNumber(b); ok && f >= 0 && f <= 1<<53 {
		*c = count{n: int64(f), ok: true}
	}
	return nil
}

// or returns the count, or absent if there is none.
func (c count) or(absent int) int {
	if !c.ok {
		return absent
	}
	return int(c.n)
}

// dollars is an amount of money as sent: a number or a decimal string. It is
// separate from [Micros] so that Micros stays a plain integer when we store it.
type dollars struct{ *Micros }

func (d *dollars) UnmarshalJSON(b []byte) error {
	*d = dollars{}
	if m, ok := ParseMicros(strings.TrimSpace(text.Loose(b))); ok {
		d.Micros = &m
	}
	return nil
}

// credits is a number of credits, absent if it is not a number.
type credits struct{ *float64 }

func (c *credits) UnmarshalJSON(b []byte) error {
	*c = credits{}
	if f, ok := looseNumber(b); ok && f >= 0 && f < 1e12 {
		c.float64 = &f
	}
	return nil
}

// reason is the text of an error field: a string, a list of strings, or an
// object that contains one.
type reason struct{ text.Text }

func (r *reason) UnmarshalJSON(b []byte) error {
	r.Text = ""
	for range 3 { // errors are nested, but not more deeply
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

// wireReason is an error given as an object.
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

// raw is a value as sent.
type raw []byte

func (r *raw) UnmarshalJSON(b []byte) error {
	*r = b
	return nil
}

// reader is implemented by a pointer to T that reads JSON.
type reader[T any] interface {
	*T
	json.Unmarshaler
}

// objects is a list without the elements that cannot be read. It is empty if
// the value is not a list.
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

// list is an answer that is a list. Unlike a list inside an object it must be
// one, because an unreadable answer must not pass for an empty list. Elements
// that cannot be read are left out and counted.
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

// List is an answer with all items of a kind.
type List[T any] struct {
	Items []T
	// Skipped counts elements that could not be read or had no id. They exist,
	// so an item missing from Items may not be gone.
	Skipped int
}

// identified leaves out the items without an id, which could not be told apart.
// It reports false if the list has nothing else.
func identified[T any, P reader[T]](l list[T, P], id func(T) ID) (List[T], bool) {
	kept := slices.DeleteFunc(slices.Clone(l.items), func(v T) bool { return id(v) == "" })
	skipped := l.skipped + len(l.items) - len(kept)
	return List[T]{Items: kept, Skipped: skipped}, len(kept) > 0 || skipped == 0
}
