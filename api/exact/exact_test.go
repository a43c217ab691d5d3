package exact

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// word accepts any JSON value.
type word string

func (w *word) UnmarshalJSON(b []byte) error {
	*w = word(b)
	return nil
}

func decode(object string) (id, name word, err error) {
	err = Decode([]byte(object), []Member{{"id", &id, true}, {"name", &name, false}})
	return id, name, err
}

func TestOnlyTheExactNameCounts(t *testing.T) {
	for object, want := range map[string]string{
		`{"id":1,"name":2}`:                      "1 2 <nil>",
		`{"ID":1,"Name":2}`:                      "  <nil>",
		`{"ID":3,"id":1,"nAme":4,"name":2}`:      "1 2 <nil>",
		`{"id":1,"ID":3,"name":2,"NAME":4}`:      "1 2 <nil>",
		`{"\u0069d":1,"n\u0061me":2}`:            "1 2 <nil>",
		`{"id":1,"name":2,"name":3}`:             "1 2 <nil>",
		`{"id":1,"name":2,"id":1}`:               "1 2 " + ErrTwice.Error(),
		`{"id":1,"\u0069d":3,"name":2}`:          "1 2 " + ErrTwice.Error(),
		`{"id":1,"id":null}`:                     "1  " + ErrTwice.Error(),
		` { "id" : { "id" : [ 3 ] } , "name":2}`: `{ "id" : [ 3 ] } 2 <nil>`,
		`{"x":{"id":7},"y":["id","}"],"id":1}`:   "1  <nil>",
		`{"x":"\"id\":\\","id":1}`:               "1  <nil>",
		`{"\u017fid":1,"\u212aid":1}`:            "  <nil>", // letters that fold to others
		`{}`:                                     "  <nil>",
		`[]`:                                     "  " + ErrShape.Error(),
		`null`:                                   "  " + ErrShape.Error(),
		``:                                       "  " + ErrShape.Error(),
	} {
		id, name, err := decode(object)
		if got := fmt.Sprint(id, " ", name, " ", err); got != want {
			t.Errorf("%s\n got %s\nwant %s", object, got, want)
		}
	}
}

// bad is a member that cannot be read.
type bad struct{}

var errBad = errors.New("bad")

func (bad) UnmarshalJSON([]byte) error { return errBad }

func TestUnreadableMemberIsAnError(t *testing.T) {
	var id word
	members := []Member{{"x", bad{}, false}, {"id", &id, true}}
	if err := Decode([]byte(`{"x":1,"id":2}`), members); !errors.Is(err, errBad) || id != "2" {
		t.Errorf("%v, and the member behind it is %q", err, id)
	}
	if err := Decode([]byte(`{"x":1,"id":2,"id":2}`), members); !errors.Is(err, ErrTwice) {
		t.Errorf("%v", err)
	}
}

// anyJSON generates valid JSON with the spacing and escapes of various writers.
func anyJSON() *rapid.Generator[string] {
	space := rapid.SampledFrom([]string{"", "", " ", "\n\t"})
	text := rapid.OneOf(
		rapid.SampledFrom([]string{`"id"`, `"ID"`, `"\u0069d"`, `""`, `"\\"`, `"\""`, `"]}"`, `"a,b:c"`}),
		rapid.Map(rapid.String(), func(s string) string { b, _ := json.Marshal(s); return string(b) }))
	plain := rapid.OneOf(text, rapid.SampledFrom([]string{"null", "true", "false", "0", "-1.5e+3"}))
	var deep func(depth int) *rapid.Generator[string]
	deep = func(depth int) *rapid.Generator[string] {
		if depth == 0 {
			return plain
		}
		return rapid.Custom(func(t *rapid.T) string {
			gap := func() string { return space.Draw(t, "space") }
			kind := rapid.IntRange(0, 2).Draw(t, "kind")
			if kind == 0 {
				return plain.Draw(t, "plain")
			}
			var parts []string
			for range rapid.IntRange(0, 4).Draw(t, "size") {
				part := gap() + deep(depth-1).Draw(t, "value") + gap()
				if kind == 1 {
					part = gap() + text.Draw(t, "name") + gap() + ":" + part
				}
				parts = append(parts, part)
			}
			all := strings.Join(parts, ",")
			if kind == 1 {
				return gap() + "{" + gap() + all + "}" + gap()
			}
			return gap() + "[" + gap() + all + "]" + gap()
		})
	}
	return deep(3)
}

// TestAgreesWithGoOnValidJSON compares members and elements with those found by Go's
// own decoder.
func TestAgreesWithGoOnValidJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyJSON().Draw(t, "json")
		var got, want bytes.Buffer
		for name, value := range Members([]byte(s)) {
			fmt.Fprintf(&got, "%q %s\n", name, compact(t, value))
		}
		for value := range Elements([]byte(s)) {
			fmt.Fprintf(&got, "%s\n", compact(t, value))
		}
		dec := json.NewDecoder(strings.NewReader(s))
		open, _ := dec.Token()
		for _, container := open.(json.Delim); container && dec.More(); {
			if open == json.Delim('{') {
				name, _ := dec.Token()
				fmt.Fprintf(&want, "%q ", name)
			}
			var raw json.RawMessage
			if err := dec.Decode(&raw); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&want, "%s\n", compact(t, raw))
		}
		if got.String() != want.String() {
			t.Errorf("%s\n got %s\nwant %s", s, got.String(), want.String())
		}
	})
}

func compact(t *rapid.T, b []byte) string {
	var out bytes.Buffer
	if err := json.Compact(&out, b); err != nil {
		t.Fatalf("%q: %v", b, err)
	}
	return out.String()
}

// TestInvalidJSONEnds shows that even invalid JSON makes it neither panic nor
// loop.
func TestInvalidJSONEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := []byte(rapid.StringOf(rapid.SampledFrom([]rune(`{}[]",:\ n1`))).Draw(t, "bytes"))
		n := 0
		for range Members(b) {
			n++
		}
		for range Elements(b) {
			n++
		}
		if n > 2*len(b) {
			t.Errorf("%d parts of %q", n, b)
		}
	})
}

func TestStringsAreUnquoted(t *testing.T) {
	for in, want := range map[string]string{`"a"`: "a", `"\u0061\n"`: "a\n", `""`: "", `"`: "", `1`: "", ``: ""} {
		if got := Unquote([]byte(in)); got != want {
			t.Errorf("%s is %q, want %q", in, got, want)
		}
	}
}
