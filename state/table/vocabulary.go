package table

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Vocabulary lists the fields and words that a filter can use.
type Vocabulary struct {
	Fields []string // fields supported by FieldValue
	// Words lists all values of a field in lower case, for fields with few
	// possible values. Other fields may have any value.
	Words map[string][]string
	// Names are the fields whose values are names: one typed in full means only
	// its rows, not those of longer names.
	Names []string
	// Quantities are the fields that are compared with < and >.
	Quantities []Quantity
}

// Quantity is a field that is compared with < and >.
type Quantity struct {
	Field string
	Kind  Kind
}

// kindOf returns the kind of a quantity, 0 if the field is none.
func (v *Vocabulary) kindOf(field string) Kind {
	for _, q := range v.Quantities {
		if q.Field == field {
			return q.Kind
		}
	}
	return 0
}

// fields returns the names of all fields.
func (v *Vocabulary) fields() []string {
	fields := slices.Clone(v.Fields)
	for _, q := range v.Quantities {
		fields = append(fields, q.Field)
	}
	return fields
}

// Worded is a row type whose filters can be checked.
type Worded interface {
	// Vocabulary may be called on a zero row.
	Vocabulary() Vocabulary
}

// vocabulary returns that of the rows; ok is false if they have none, or if the
// filter names no field.
func (v *View[T]) vocabulary() (known Vocabulary, ok bool) {
	row, ok := any(new(T)).(Worded)
	if !ok || !v.filter.fielded() {
		return known, false
	}
	return row.Vocabulary(), true
}

// resolve understands the comparisons in the filter.
func (v *View[T]) resolve() {
	known, ok := v.vocabulary()
	if !ok {
		return
	}
	v.filter.root.terms(func(t *term) {
		if kind := known.kindOf(t.field); kind != 0 {
			t.limit, _ = limitOf(kind, t.value)
		}
	})
	v.filter.root = v.filter.root.typed()
}

// typed returns a node without the comparisons that are still being typed.
func (n node) typed() node {
	if n.shape == one {
		if n.term.unfinished() {
			return node{}
		}
		return n
	}
	var parts []node
	for _, p := range n.parts {
		if p = p.typed(); !p.empty() {
			parts = append(parts, p)
		}
	}
	if len(parts) == 0 {
		return node{}
	}
	done := joined(n.shape, parts)
	done.negate = done.negate != n.negate
	return done
}

// unfinished reports whether a comparison has no amount yet.
func (t *term) unfinished() bool {
	return t.limit.kind != 0 && strings.Trim(t.value, "<>=$") == ""
}

// settle finds the names in the filter that were typed in full.
func (v *View[T]) settle() {
	known, ok := v.vocabulary()
	if !ok || len(known.Names) == 0 {
		return
	}
	v.filter.root.terms(func(t *term) {
		t.exact = t.field != "" && slices.Contains(known.Names, t.field) && v.has(t.field, t.value)
	})
}

// has reports whether a row has exactly a value.
func (v *View[T]) has(field, value string) bool {
	return slices.ContainsFunc(v.rows.order, func(e *entry[T]) bool {
		found, ok := e.row().FieldValue(field)
		return ok && found == value
	})
}

// mostRead limits the rows read to collect words.
const mostRead = 5000

// mostWords limits the values of a field among them: a field with more has names.
const mostWords = 50

// Mistake is a part of a filter that is not understood, or that is probably
// misspelt.
type Mistake struct {
	Part string // as typed, in lower case
	Why  string
	Near string // the word probably meant; "" if nothing is near
	// Certain means that no row can ever match the part, because all values of its
	// field are known; other words may come with the next job.
	Certain bool
}

// Error describes the mistake in one sentence.
func (m *Mistake) Error() string {
	if m.Near != "" {
		return m.Why + "; " + m.Near + "?"
	}
	return m.Why
}

// Check returns the first part of a filter that rows with a vocabulary do not
// understand: a field that they don't have, or a comparison. It returns nil if
// there is none.
func (v Vocabulary) Check(text string) *Mistake {
	return v.check(text, func(*term, bool) *Mistake { return nil })
}

// CheckWhole is Check for a filter that nobody is typing any more, such as that of
// a script: it also refuses what a filter leaves out while it is typed, such as
// label: without a value. Otherwise an empty variable would choose everything.
func (v Vocabulary) CheckWhole(text string) (found *Mistake) {
	if found = v.Check(text); found != nil {
		return found
	}
	p := parser{rest: strings.ToLower(text), drafts: true}
	typed := p.group()
	typed.signed(false, func(t *term, _ bool) {
		if found == nil && t.field != "" && strings.Trim(t.value, "<>=$") == "" {
			found = &Mistake{Part: t.text, Why: t.field + ": has no value"}
		}
	})
	var f Filter
	f.Parse(text)
	if found == nil && f.Empty() && strings.TrimSpace(text) != "" {
		found = &Mistake{Part: text, Why: "it says nothing"}
	}
	return found
}

// check is Check, and then asks about the words of each field.
func (v *Vocabulary) check(text string, words func(t *term, negate bool) *Mistake) (found *Mistake) {
	whole := strings.ToLower(text)
	p := parser{rest: whole, drafts: true}
	typed, fields := p.group(), v.fields()
	typed.signed(false, func(t *term, negate bool) {
		if found == nil && t.field == "" && !strings.Contains(whole, `"`+t.text) {
			found = v.colonless(t.text)
		}
		if found != nil || t.field == "" || strings.HasPrefix(t.value, "//") { // a link, not a field
			return
		}
		switch kind := v.kindOf(t.field); {
		case kind != 0:
			if _, trouble := limitOf(kind, t.value); trouble != "" {
				found = &Mistake{Part: t.text, Why: t.field + ": " + trouble}
			}
		case !slices.Contains(fields, t.field):
			found = unknownField(t.text, t.field, fields)
		case t.value != "":
			found = words(t, negate)
		}
	})
	return found
}

// colonless describes a comparison without its colon, which is searched as text.
func (v *Vocabulary) colonless(word string) *Mistake {
	at := strings.IndexAny(word, "<>")
	if at < 0 || v.kindOf(word[:at]) == 0 || strings.Trim(word[at:], "<>=$") == "" {
		return nil
	}
	return &Mistake{Part: word, Why: word + " has no colon", Near: word[:at] + ":" + word[at:]}
}

// signed calls do with each term, and whether it is negated.
func (n *node) signed(negate bool, do func(t *term, negate bool)) {
	negate = negate != n.negate
	if n.shape == one {
		do(&n.term, negate)
	}
	for i := range n.parts {
		n.parts[i].signed(negate, do)
	}
}

// Mistake returns the first probable mistake in the filter: what its fields do
// not understand, an unknown status, or a word without matches. It returns nil if
// there is none.
func (v *View[T]) Mistake() *Mistake {
	if v.rows == nil {
		return nil
	}
	return v.mistake(v.Len() > 0, v.read)
}

// mistake is Mistake of a filter that finds something or nothing; read returns the
// values of a field.
func (v *View[T]) mistake(finds bool, read func(field string) []string) *Mistake {
	row, ok := any(new(T)).(Worded)
	if !ok || !strings.ContainsAny(v.query.Text, ":<>") {
		return nil
	}
	known := row.Vocabulary()
	return known.check(v.query.Text, func(t *term, negate bool) *Mistake {
		if !negate && finds && v.filter.root.shape != either || t.value == "none" {
			return nil // it has matches
		}
		return wordMistake(t, known.Words[t.field], read)
	})
}

func unknownField(part, field string, fields []string) *Mistake {
	m := &Mistake{Part: part, Why: fmt.Sprintf("no field is called %q", field), Near: Nearest(field, fields)}
	if m.Near == "" {
		m.Why += ", so it is searched as text; fields: " + strings.Join(fields, ", ")
	}
	return m
}

// wordMistake describes an unknown value of a field. It also accepts values found
// in the rows, because a server may use undocumented ones.
func wordMistake(t *term, known []string, read func(field string) []string) *Mistake {
	if within(known, t.value) {
		return nil
	}
	inRows := read(t.field)
	near := Nearest(t.value, append(slices.Clone(known), inRows...))
	m := &Mistake{Part: t.text, Why: fmt.Sprintf("no %s is called %q", t.field, t.value), Near: near, Certain: known != nil}
	switch {
	case within(inRows, t.value):
		return nil
	case near != "":
		return m
	case known == nil:
		return nil // any value is possible
	}
	m.Why += "; known: " + strings.Join(known, ", ")
	return m
}

// read returns the values of a field in the newest rows, or nil if there are
// too many.
func (v *View[T]) read(field string) (words []string) {
	seen := make(map[string]struct{})
	for i := range min(v.rows.Len(), mostRead) {
		value, ok := rowOf(v.rows.At(i)).FieldValue(field)
		if _, again := seen[value]; !ok || again || value == "" {
			continue
		}
		seen[value] = struct{}{}
		words = append(words, value)
		if len(words) > mostWords { // names, notes
			return nil
		}
	}
	return words
}

// Nearest returns the word that was probably meant, or "". It assumes that the
// first letter is correct.
func Nearest(word string, among []string) string {
	if len(among) == 0 || word == "" {
		return ""
	}
	far := func(w string) int {
		switch {
		case w == "" || w[0] != word[0]:
			return len(word) + len(w)
		case len(word) > 2 && strings.HasPrefix(w, word): // it is being typed
			return 0
		}
		if swapped(word, w) {
			return 1
		}
		return levenshtein.ComputeDistance(word, w)
	}
	near := slices.MinFunc(among, func(a, b string) int { return cmp.Compare(far(a), far(b)) })
	if far(near) > max(1, (len(word)+1)/3) {
		return ""
	}
	return near
}

// swapped reports whether two words differ by two letters that changed places.
func swapped(a, b string) bool {
	i := 0
	for i < min(len(a), len(b))-1 && a[i] == b[i] {
		i++
	}
	return len(a) == len(b) && i < len(a)-1 && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
