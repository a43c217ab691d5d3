package cli

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dubtop/state/table"
)

// shape is the version of the JSON that commands print: the member "version",
// first in every document and in every line of JSON lines. New members don't
// change it; it rises when one goes or changes its meaning.
const shape = 1

// allFields is the value of --json without a list of fields.
const allFields = "all"

// format is how a command prints its answer: as text, unless a flag says
// otherwise.
type format struct {
	json     jsonFlag
	csv, ids bool
}

// jsonFlag is the flag --json: with a list of fields, or alone for all of them.
// It implements pflag.Value.
type jsonFlag struct {
	on     bool
	chosen []string // nil: all
	known  []string
}

// String returns the value as typed.
func (f *jsonFlag) String() string {
	switch {
	case !f.on:
		return ""
	case f.chosen == nil:
		return allFields
	}
	return strings.Join(f.chosen, ",")
}

// Type names the value in the help.
func (f *jsonFlag) Type() string { return "fields" }

// Set parses a list of fields.
func (f *jsonFlag) Set(list string) error {
	f.on, f.chosen = list != "false", nil
	if list == "" || list == allFields || list == "true" || list == "false" {
		return nil
	}
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		switch {
		case slices.Contains(f.known, name):
			f.chosen = append(f.chosen, name)
		case len(f.known) == 0:
			return fmt.Errorf("no fields can be chosen here")
		default:
			return fmt.Errorf("%s", unknownName("field", name, f.known))
		}
	}
	return nil
}

// fits reports whether a word after --json is a list of its fields, rather than
// an argument of the command.
func (f *jsonFlag) fits(word string) bool {
	return slices.ContainsFunc(strings.Split(word, ","), func(name string) bool { return slices.Contains(f.known, name) })
}

// unknownName says that a name is unknown, and which is nearest or which there
// are.
func unknownName(what, name string, known []string) string {
	if near := table.Nearest(strings.ToLower(name), known); near != "" {
		return fmt.Sprintf("no %s is called %q; %s?", what, name, near)
	}
	if len(known) == 0 {
		return fmt.Sprintf("no %s is called %q; there is none yet", what, name)
	}
	return fmt.Sprintf("no %s is called %q; there are %s", what, name, strings.Join(known, ", "))
}

// addJSON adds the flag --json, with which fields of the answer can be chosen.
func addJSON(c *cobra.Command, f *jsonFlag, fields []string) {
	f.known = fields
	c.Flags().Var(f, "json", "print JSON, all of it or these fields, and errors as JSON")
	c.Flags().Lookup("json").NoOptDefVal = allFields
	if len(fields) == 0 {
		return
	}
	c.Long = strings.TrimSpace(description(c)) + "\n\n" + wrap(fmt.Sprintf("Fields of --json (version %d): %s.", shape, strings.Join(fields, ", ")))
	// This fails only if the flag does not exist.
	_ = c.RegisterFlagCompletionFunc("json", func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		before := typed[:strings.LastIndexByte(typed, ',')+1]
		var all []string
		for _, name := range fields {
			all = append(all, before+name)
		}
		return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	})
}

// description is the description of a command.
func description(c *cobra.Command) string {
	if c.Long == "" {
		return c.Short + "."
	}
	return c.Long
}

// wrap breaks a paragraph of help into lines.
func wrap(words string) string {
	const width = 82
	var b strings.Builder
	n := 0
	for word := range strings.FieldsSeq(words) {
		switch {
		case n == 0:
		case n+1+len(word) > width:
			b.WriteByte('\n')
			n = 0
		default:
			b.WriteByte(' ')
			n++
		}
		b.WriteString(word)
		n += len(word)
	}
	return b.String()
}

// members returns the names of the members of a struct in JSON, in order.
func members(document any) (names []string) {
	for _, f := range reflect.VisibleFields(reflect.TypeOf(document)) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			names = append(names, name)
		}
	}
	return names
}

// joinFields writes "--json a,b" as "--json=a,b" where a or b is a field of the
// command: the value of a flag that may stand alone needs the sign.
func joinFields(root *cobra.Command, args []string) []string {
	c, _, err := root.Find(args)
	if err != nil {
		return args
	}
	flag := c.Flags().Lookup("json")
	if flag == nil {
		return args
	}
	f, ok := flag.Value.(*jsonFlag)
	i := slices.Index(args, "--json")
	if !ok || i < 0 || i+1 == len(args) || slices.Contains(args[:i], "--") || !f.fits(args[i+1]) {
		return args
	}
	return slices.Concat(args[:i], []string{"--json=" + args[i+1]}, args[i+2:])
}

// asksJSON reports whether a command line asks for JSON, even if it can't be
// parsed.
func asksJSON(args []string) bool {
	return slices.ContainsFunc(args, func(arg string) bool { return arg == "--json" || strings.HasPrefix(arg, "--json=") })
}

// choose returns the members of a JSON object that were asked for, in that order.
func (f *jsonFlag) choose(object []byte) ([]byte, error) {
	if f.chosen == nil {
		return object, nil
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(object, &all); err != nil {
		return nil, err
	}
	out := []byte("{")
	for i, name := range f.chosen {
		if i > 0 {
			out = append(out, ',')
		}
		value := all[name]
		if value == nil { // left out where it says nothing
			value = json.RawMessage("null")
		}
		out = append(fmt.Appendf(out, "%q:", name), value...)
	}
	return append(out, '}'), nil
}
