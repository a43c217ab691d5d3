package output

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var field = regexp.MustCompile(`\{([^{}]*)\}`)

// Check describes the fault in a template with these fields, or returns "".
func Check(template string, fields ...string) string {
	for _, found := range field.FindAllStringSubmatch(template, -1) {
		if !slices.Contains(fields, tidy(found[1])) {
			return fmt.Sprintf("{%s} is not a field; fields: %s", found[1], List(fields...))
		}
	}
	if rest := field.ReplaceAllString(template, ""); strings.ContainsAny(rest, "{}") {
		return "a brace is not closed"
	}
	return ""
}

// List writes fields as a template has them: "{stem}, {lang} and {n}".
func List(fields ...string) string {
	var b strings.Builder
	for i, f := range fields {
		switch {
		case i > 0 && i == len(fields)-1:
			b.WriteString(" and ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString("{" + f + "}")
	}
	return b.String()
}

func tidy(field string) string { return strings.ToLower(strings.TrimSpace(field)) }

// has reports whether a template contains a field.
func has(template, name string) bool {
	return slices.ContainsFunc(field.FindAllStringSubmatch(template, -1), func(found []string) bool { return tidy(found[1]) == name })
}

// separators join fields, and are left out beside an empty one.
const separators = "-_ "

// Fill replaces the fields of a template by their values. An empty value leaves
// no gap: of "a_{lang}_b" remains "a_b".
func Fill(template string, value func(field string) string) string {
	var b strings.Builder
	last, empty := 0, false // empty: a field without a value is at the end
	literal := func(s string) {
		if empty {
			s = joined(&b, s)
		}
		b.WriteString(s)
		empty = empty && s == ""
	}
	for _, at := range field.FindAllStringSubmatchIndex(template, -1) {
		literal(template[last:at[0]])
		v := value(tidy(template[at[2]:at[3]]))
		b.WriteString(v)
		empty = v == ""
		last = at[1]
	}
	literal(template[last:])
	if empty {
		return strings.TrimRight(b.String(), separators)
	}
	return b.String()
}

// joined returns what remains of the text after an empty field, and cuts what
// comes before it: one of the two separators, or the only one at an edge.
func joined(b *strings.Builder, next string) string {
	before := b.String()
	if before == "" || strings.HasSuffix(before, "/") {
		return strings.TrimLeft(next, separators)
	}
	if next == "" || !strings.ContainsAny(next[:1], separators+"./") {
		return next
	}
	b.Reset()
	b.WriteString(strings.TrimRight(before, separators))
	return next
}
