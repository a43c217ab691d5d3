package api

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"dubtop/api/text"
)

// The types and functions here read what the API really sends, which is not
// always what it documents: null, absent and "" mean the same, numbers come as
// strings, integers as floats. Nothing in one member of an object may spoil the
// object, so none of these decoders fails.

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
// object with a message.
type reason struct{ text.Text }

func (r *reason) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		var o struct {
			Message text.Text `json:"message"`
		}
		_ = json.Unmarshal(b, &o)
		r.Text = o.Message
		return nil
	}
	return r.Text.UnmarshalJSON(b)
}

// objects is a list of which the members that are no objects are left out; it
// is empty where the answer has no list.
type objects[T any] []T

func (o *objects[T]) UnmarshalJSON(b []byte) error {
	*o = nil
	if len(b) == 0 || b[0] != '[' || json.Unmarshal(b, (*[]T)(o)) == nil {
		return nil
	}
	*o = nil
	var raw []json.RawMessage
	_ = json.Unmarshal(b, &raw)
	for _, item := range raw {
		if !isObject(item) {
			continue
		}
		var v T
		_ = json.Unmarshal(item, &v) // a member of another type is absent
		*o = append(*o, v)
	}
	return nil
}

// list is the list that an answer is made of. Unlike a list inside an object it
// must be one, and hold objects alone: what cannot be read must not pass for a
// list of none.
type list[T any] []T

func (l *list[T]) UnmarshalJSON(b []byte) error {
	var raw []json.RawMessage
	if !isArray(b) || json.Unmarshal(b, &raw) != nil {
		return errShape
	}
	*l = make(list[T], len(raw))
	for i, item := range raw {
		if !isObject(item) || json.Unmarshal(item, &(*l)[i]) != nil {
			return errShape
		}
	}
	return nil
}

// isObject reports whether valid JSON is an object.
func isObject(b []byte) bool {
	i := skipSpace(b, 0)
	return i < len(b) && b[i] == '{'
}

// isArray reports whether valid JSON is a list.
func isArray(b []byte) bool {
	i := skipSpace(b, 0)
	return i < len(b) && b[i] == '['
}

// identified leaves out the items without an id, which could not be told from
// each other. It is false for a list of nothing but those: that is no list.
func identified[T any](items []T, id func(T) ID) ([]T, bool) {
	kept := slices.DeleteFunc(slices.Clone(items), func(v T) bool { return id(v) == "" })
	return kept, len(kept) > 0 || len(items) == 0
}
