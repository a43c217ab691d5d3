package jobset

import (
	"strconv"
	"strings"

	"dubtop/state/output"
)

// Fields are the fields of an output name template.
const Fields = "{stem}, {lang}, {model}, {label} and {n}"

// CheckTemplate describes the fault in a template, or returns "". With an empty
// template the server chooses the names.
func CheckTemplate(template string) string {
	return output.Check(template, "stem", "lang", "model", "label", "n")
}

func (r *Row) field(name string) string {
	switch name {
	case "stem":
		return r.Stem
	case "lang":
		return r.Lang
	case "model":
		return r.Draft.Model
	case "label":
		return r.Draft.Label
	case "n":
		return strconv.Itoa(r.Number)
	}
	return ""
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
	name := output.Strict(output.Fill(template, r.field))
	return strings.Trim(name[:min(len(name), maxName)], "-_")
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
