package cli

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/sheet"
)

// value is the value of a field. The zero value is unknown: null in JSON, and an
// empty cell in CSV.
type value struct {
	kind  kind
	words text.Text
	n     int64
	f     float64
	at    time.Time
	any   any
}

type kind uint8

const (
	unknown kind = iota
	isText
	isInt
	isFloat
	isBool
	isTime
	isUSD
	isAny
)

func textOf[S ~string](s S) value { return value{kind: isText, words: text.Of(string(s))} }

// clean is the value of a text that needs no cleaning.
func clean(t text.Text) value { return value{kind: isText, words: t} }

func count(n int) value { return value{kind: isInt, n: int64(n)} }

func number(f float64) value { return value{kind: isFloat, f: f} }

// wholePositive is a whole number that is unknown if it is 0.
func wholePositive(n int64) value {
	if n == 0 {
		return value{}
	}
	return value{kind: isInt, n: n}
}

// positive is a number that is unknown if it is 0.
func positive(f float64) value {
	if f == 0 {
		return value{}
	}
	return number(f)
}

func yes(b bool) value {
	v := value{kind: isBool}
	if b {
		v.n = 1
	}
	return v
}

// moment is a time; the zero time is unknown.
func moment(t time.Time) value {
	if t.IsZero() {
		return value{}
	}
	return value{kind: isTime, at: t}
}

// money is an exact amount in dollars; nil is unknown.
func money(m *api.Micros) value {
	if m == nil {
		return value{}
	}
	return value{kind: isUSD, n: int64(*m)}
}

// nested is a list or an object. It has a cell in CSV as JSON.
func nested(v any) value { return value{kind: isAny, any: v} }

// appendJSON appends the value as JSON.
func (v value) appendJSON(b []byte) []byte {
	switch v.kind {
	case isText:
		return appendQuoted(b, string(v.words))
	case isInt:
		return strconv.AppendInt(b, v.n, 10)
	case isFloat:
		return strconv.AppendFloat(b, v.f, 'f', -1, 64)
	case isBool:
		return strconv.AppendBool(b, v.n != 0)
	case isTime:
		return append(v.at.UTC().AppendFormat(append(b, '"'), time.RFC3339Nano), '"')
	case isUSD:
		m := usd(v.n)
		if said, err := m.MarshalJSON(); err == nil {
			return append(b, said...)
		}
	case isAny:
		if said, err := json.Marshal(v.any); err == nil {
			return append(b, escaped(string(said))...)
		}
	}
	return append(b, "null"...)
}

// appendQuoted appends a clean text as a JSON string.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}

// shown returns the value for a person; "" if there is nothing to say.
func (v value) shown() text.Text {
	switch v.kind {
	case unknown:
		return ""
	case isText:
		return v.words
	}
	said := v.appendJSON(nil)
	if v.kind == isTime {
		said = said[1 : len(said)-1]
	}
	if v.kind == isAny && (string(said) == "null" || string(said) == "[]") {
		return ""
	}
	return text.Of(string(said))
}

// link is a link; unknown if there is none or it can't be used.
func link(u api.URL) value {
	checked, err := u.Link()
	if err != nil {
		return value{}
	}
	return textOf(checked)
}

// raw is an object or list of the API as it came.
func raw(b api.JSON) value {
	if len(b) == 0 {
		return value{}
	}
	return nested(b)
}

// cell returns the value for a spreadsheet.
func (v value) cell() string {
	switch v.kind {
	case unknown:
		return ""
	case isText:
		return sheet.Cell(v.words)
	case isTime:
		return v.at.UTC().Format(time.RFC3339)
	case isAny:
		return sheet.Cell(text.Of(string(v.appendJSON(nil))))
	}
	return string(v.appendJSON(nil))
}

// escaped writes the characters of JSON that control a terminal, or can't be seen on
// it, as JSON's own escapes. Line breaks stay.
func escaped(s string) string {
	hidden := func(r rune) bool { return r != '\n' && (unicode.IsControl(r) || text.Invisible(r)) }
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case !hidden(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
