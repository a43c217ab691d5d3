package table

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Vocabulary makes the items comparable by cost, which a tariff knows, and by
// age, which is their rank in minutes before the start.
func (i *item) Vocabulary() Vocabulary {
	return Vocabulary{
		Fields: []string{"status"}, Words: map[string][]string{"status": {pending, processing, completed, failed}},
		Quantities: []Quantity{{"cost", Money}, {"age", Age}, {"len", Span}},
	}
}

func (i *item) Measure(field string) (value float64, known bool) {
	switch field {
	case "age":
		return Moment(start().Add(-time.Duration(i.rank) * time.Minute))
	case "len":
		return float64(i.rank), i.rank%3 != 0
	}
	return 0, false
}

// hands is a clock that stands still until it is set.
type hands struct{ now time.Time }

func (h *hands) Now() time.Time { return h.now }

// words are what filters of these tests are made of.
func words() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{
		"0", "1", "00", "3", "-2", "or", "or", "(", "-(", ")", "status:failed", "-status:pending", "status:", "cost:>2", "cost:<=1", "cost:unknown",
		"-cost:>2", "age:<5m", "age:>=1h", "len:>0:07", "len:<20s", "len:>", "shoe:1", `"a b"`, `"or"`, `"(1"`, "x(1)", "1)", `status:"failed`, `"`, "-", "--1", `a"b`, `status:"p d"`,
	})
}

func line(t *rapid.T, name string) string {
	return strings.Join(rapid.SliceOfN(words(), 0, 6).Draw(t, name), rapid.SampledFrom([]string{" ", " ", ""}).Draw(t, "gap"))
}

// understood returns a filter as a view understands it.
func understood(text string) Filter {
	var v View[item]
	v.begin(new(Collection[item]), Query{Text: text})
	return v.filter
}

// A filter that is printed and parsed again is the same.
func TestPrintedFilterParsesAsItself(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var f, again Filter
		f.Parse(line(t, "filter"))
		again.Parse(f.String())
		if !same(f.root, again.root) {
			t.Fatalf("%q is parsed as %+v, not %+v", f.String(), again, f)
		}
	})
}

func same(a, b node) bool {
	if a.shape != b.shape || a.negate != b.negate || !reflect.DeepEqual(a.term, b.term) || len(a.parts) != len(b.parts) {
		return false
	}
	for i := range a.parts {
		if !same(a.parts[i], b.parts[i]) {
			return false
		}
	}
	return true
}

// found returns which of some items a filter finds.
func found(text string, costs Figures) (found [64]bool) {
	c := new(Collection[item])
	statuses := []string{pending, processing, completed, failed, strange}
	for n := range found {
		c.Put(row(n, statuses[n%5]), start())
	}
	var v View[item]
	v.Update(c, Query{Text: text, Figures: costs, Clock: &hands{start()}})
	for i := range v.Len() {
		found[v.At(i).rank] = true
	}
	return found
}

// "or" finds the union, words beside each other the intersection, and a minus the
// complement.
func TestFilterLaws(t *testing.T) {
	t.Parallel()
	prices := &tariff{version: 3}
	rapid.Check(t, func(t *rapid.T) {
		var f, g Filter
		f.Parse(line(t, "one"))
		g.Parse(line(t, "other"))
		one, other := understood(f.String()), understood(g.String())
		if one.Empty() || other.Empty() {
			t.Skip("it is still being typed")
		}
		a, b := found(f.String(), prices), found(g.String(), prices)
		union := found("("+f.String()+") or ("+g.String()+")", prices)
		both := found("("+f.String()+") ("+g.String()+")", prices)
		neither := found("-("+f.String()+")", prices)
		for n := range a {
			if union[n] != (a[n] || b[n]) || both[n] != (a[n] && b[n]) || neither[n] == a[n] {
				t.Fatalf("row %d: %q %t, %q %t; either %t, both %t, not the first %t", n, f.String(), a[n], g.String(), b[n], union[n], both[n], neither[n])
			}
		}
	})
}

// Of a filter that narrows another only rows of the other are found.
func TestNarrowedFilterFindsNothingElse(t *testing.T) {
	t.Parallel()
	prices := &tariff{version: 3}
	rapid.Check(t, func(t *rapid.T) {
		long := line(t, "filter")
		short := long[:rapid.IntRange(0, len(long)).Draw(t, "typed")]
		if rapid.Bool().Draw(t, "other") {
			short = line(t, "other")
		}
		f, g := understood(long), understood(short)
		if !f.narrows(&g) {
			return
		}
		all := found(short, prices)
		for n, yes := range found(long, prices) {
			if yes && !all[n] {
				t.Fatalf("%q finds row %d, %q does not", long, n, short)
			}
		}
	})
}

func TestComparisons(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		filter string
		want   int
	}{
		{"age:<5m", 5},
		{"age:<=5m", 6},
		{"age:>1h", 3},
		{"len:>0:50 len:<1:00", 6},
		{"len:unknown", 22},
		{"-len:unknown", 42},
		{"len:>1h", 0},
		{"len:<30s or len:>=30s", 42}, // what is not known is neither
		{"-len:<30s", 44},
		{"len:", 64},
		{"len:>", 64},
		{"len:30", 0},
		{"len:>soon", 0},
		{"status:none", 0},
	} {
		found, n := found(test.filter, nil), 0
		for _, yes := range found {
			if yes {
				n++
			}
		}
		if n != test.want {
			t.Errorf("%q finds %d, want %d", test.filter, n, test.want)
		}
	}
}

func TestWhatIsNotUnderstoodIsSaid(t *testing.T) {
	t.Parallel()
	known := new(item).Vocabulary()
	for _, test := range []struct{ filter, want string }{
		{"cost:>1.50 or (age:<2h -len:>1m30s)", ""},
		{"cost:", ""},
		{"cost:>", ""},
		{"cost:5", "cost: needs > or < before 5"},
		{"cost:cheap", "cost: needs > or <, as in >1.50"},
		{"age:<2", `age: does not understand "2"; try <2h`},
		{"1 or (2 len:>9x)", `len: does not understand "9x"; try >30s`},
		{"csot:>1", `no field is called "csot"; cost?`},
		{"cost>5", "cost>5 has no colon; cost:>5?"},
		{"-(1 or age<=2h)", "age<=2h has no colon; age:<=2h?"},
		{`"cost>5"`, ""},
		{"cost>", ""}, // still being typed
		{"price>5", ""},
		{"lens:>1s", `no field is called "lens"; len?`},
	} {
		got := ""
		if m := known.Check(test.filter); m != nil {
			got = m.Error()
		}
		if got != test.want {
			t.Errorf("%q: %q, want %q", test.filter, got, test.want)
		}
	}
}

// An age passes its limit while nothing else changes.
func TestAgesFollowTheClock(t *testing.T) {
	t.Parallel()
	c := filled([]item{row(1, pending), row(2, failed), row(3, completed)})
	clock := &hands{start()}
	q := Query{Text: "age:<3m", Clock: clock}
	var v View[item]
	v.Update(c, q)
	if v.Len() != 2 {
		t.Fatalf("%v are younger than three minutes", seen(&v))
	}
	clock.now = clock.now.Add(time.Minute)
	if !v.Update(c, q) || v.Len() != 1 {
		t.Errorf("a minute later %v are", seen(&v))
	}
	clock.now = clock.now.Add(time.Millisecond)
	if v.Update(c, q) {
		t.Error("rows are checked for every tick of the clock")
	}
}

func TestLastWordIsCompleted(t *testing.T) {
	t.Parallel()
	c := filled([]item{row(1, pending), row(2, "failed twice"), row(3, strange)})
	var v View[item]
	v.Update(c, Query{})
	for _, test := range []struct{ typed, want string }{
		{"", ""},
		{"x ", ""},
		{"s", "status:"},
		{"x or -(l", "x or -(len:"},
		{"status:", "status:pending status:processing status:completed status:failed status:dreaming"},
		{"-status:p", "-status:pending -status:processing"},
		{"x status:d", "x status:dreaming"},
		{"status:failed", ""},
		{"cost:", "cost:> cost:< cost:unknown"},
		{"cost:u", "cost:unknown"},
		{"shoe:", ""},
	} {
		before, words := v.Complete(test.typed)
		for i, w := range words {
			words[i] = before + w
		}
		if got := strings.Join(words, " "); got != test.want {
			t.Errorf("%q goes on as %q, want %q", test.typed, got, test.want)
		}
	}
}
