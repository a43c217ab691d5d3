package text

import (
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Of cleans a text to at most Max bytes.
func Of(s string) Text { return Clean(s, Max) }

// All cleans texts, each to at most Max bytes.
func All(texts []string) []Text {
	if texts == nil {
		return nil
	}
	clean := make([]Text, len(texts))
	for i, s := range texts {
		clean[i] = Of(s)
	}
	return clean
}

// Sprintf is fmt.Sprintf, cleaned to at most Max bytes.
func Sprintf(format string, args ...any) Text { return Of(fmt.Sprintf(format, args...)) }

// Sprint is fmt.Sprint, cleaned to at most Max bytes.
func Sprint(args ...any) Text { return Of(fmt.Sprint(args...)) }

// Count returns a number with its noun: 1 job, 3 jobs.
func Count(n int, one, many Text) Text {
	if n == 1 {
		return "1 " + one
	}
	return Sprintf("%d %s", n, many)
}

// Length formats the length of a clip as 0:28 or 1:02:03; "" if it is not known.
func Length(seconds float64) Text {
	n := int(math.Round(seconds))
	switch {
	case seconds <= 0:
		return ""
	case n >= 3600:
		return Sprintf("%d:%02d:%02d", n/3600, n/60%60, n%60)
	}
	return Sprintf("%d:%02d", n/60, n%60)
}

// Join concatenates texts with a separator.
func Join(texts []Text, separator Text) Text {
	var b strings.Builder
	for i, t := range texts {
		if i > 0 {
			b.WriteString(string(separator))
		}
		b.WriteString(string(t))
	}
	return Text(b.String())
}

// Repeat returns a text n times, empty for n below 1.
func Repeat(t Text, n int) Text { return Text(strings.Repeat(string(t), max(0, n))) }

// UnmarshalText cleans a text from a configuration file or a map key in JSON.
// It never fails.
func (t *Text) UnmarshalText(b []byte) error {
	*t = Of(string(b))
	return nil
}

// Scan cleans a text from a database. NULL becomes "".
func (t *Text) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*t = ""
	case string:
		*t = Of(v)
	case []byte:
		*t = Of(string(v))
	default:
		*t = Sprint(v)
	}
	return nil
}

// Masked returns a text that is being typed with as many characters as s, so
// that a cursor can be placed in it. A character that Clean would drop or
// change is shown as a box.
func Masked(s string) Text {
	if isPlain(s) {
		return Text(s)
	}
	out, marks := make([]byte, 0, len(s)), maxMarks
	for _, r := range s {
		if unicode.In(r, unicode.Mn, unicode.Me) {
			marks++
		} else {
			marks = 0
		}
		switch {
		case unicode.Is(unicode.Zs, r) && r != '\u3000':
			r = ' '
		case marks > maxMarks, isBreak(r), Invisible(r), unicode.IsControl(r), r&0xfffe == 0xfffe, r == utf8.RuneError:
			r = '□'
		}
		out = utf8.AppendRune(out, r)
	}
	return Text(out)
}

// Lower returns the text in lower case.
func (t Text) Lower() Text { return Of(strings.ToLower(string(t))) }
