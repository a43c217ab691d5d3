package jobset

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fields are the fields of an output name template.
const Fields = "{stem}, {lang}, {model}, {label} and {n}"

var field = regexp.MustCompile(`\{([^{}]*)\}`)

// CheckTemplate describes the fault in a template, or returns "". With an empty
// template the server chooses the names.
func CheckTemplate(template string) string {
	for _, found := range field.FindAllStringSubmatch(template, -1) {
		if _, ok := fieldOf(&Row{}, found[1]); !ok {
			return fmt.Sprintf("{%s} is not a field; fields: %s", found[1], Fields)
		}
	}
	if rest := field.ReplaceAllString(template, ""); strings.ContainsAny(rest, "{}") {
		return "a brace is not closed"
	}
	return ""
}

func fieldOf(r *Row, name string) (value string, ok bool) {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "stem":
		return r.Stem, true
	case "lang":
		return r.Lang, true
	case "model":
		return r.Draft.Model, true
	case "label":
		return r.Draft.Label, true
	case "n":
		return strconv.Itoa(r.Number), true
	}
	return "", false
}

// Name names the rows that have no output name, by a template. Equal names get
// _2, _3 and so on, in the order of the rows.
func (s *Set) Name(template string) {
	taken := map[string]bool{}
	for i := range s.Rows {
		r := &s.Rows[i]
		name := strings.TrimSpace(r.Draft.OutputFileName)
		if name == "" {
			name = named(r, template)
		}
		r.Draft.OutputFileName = free(name, taken)
	}
}

// Names returns names for rows by a template, regardless of their present names.
// None of them is in taken, and all are added to it.
func Names(rows []*Row, template string, taken map[string]bool) []string {
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = free(named(r, template), taken)
	}
	return names
}

// named is the name of a row by a template.
func named(r *Row, template string) string {
	if template = strings.TrimSpace(template); template == "" {
		return ""
	}
	return plain(field.ReplaceAllStringFunc(template, func(f string) string {
		value, _ := fieldOf(r, f[1:len(f)-1])
		return value
	}))
}

// free takes a name, or the next one with a number that is not taken.
func free(name string, taken map[string]bool) string {
	if name == "" {
		return ""
	}
	first := name
	for n := 2; taken[name]; n++ {
		name = first + "_" + strconv.Itoa(n)
	}
	taken[name] = true
	return name
}

// maxName is the longest output name from a template, in characters.
const maxName = 120

// plain writes a name with the characters allowed in output names: letters,
// digits, - and _. Accents are removed, everything else becomes -, and empty
// fields leave no gap.
func plain(name string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(name) {
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_'):
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		default:
			b.WriteByte('-')
		}
	}
	name = gaps.ReplaceAllStringFunc(b.String(), func(gap string) string { return gap[:1] })
	name = strings.Trim(name[:min(len(name), maxName)], "-_")
	return name
}

var gaps = regexp.MustCompile(`[-_]{2,}`)
