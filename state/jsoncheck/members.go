package jsoncheck

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Shape describes a valid value. Go's JSON decoder accepts names in any case and
// takes the last of two equal names, but the server does neither, so names are
// checked before decoding.
type Shape struct {
	Kind    string           // one of the kinds below; "" for anything
	Members map[string]Shape // of an object; nil to skip the check
	Each    *Shape           // element of a list
}

// The kinds of JSON values, as shown to the user.
const (
	Text   = "text in quotes"
	Number = "a number"
	List   = "a list [ ]"
	Object = "an object { }"
)

// memberCheck walks the JSON of one line along its shape.
type memberCheck struct {
	line    []byte
	dec     *json.Decoder
	problem func(at int, format string, args ...any)
	strange []string // unknown members of the outermost object
	path    []string
}

// Check reports every name and value kind in a line that differs from its shape.
// It returns the line's members and the unknown names in the outermost object.
// The line must be valid JSON.
func Check(line []byte, want Shape, problem func(at int, format string, args ...any)) (members map[string]any, strange []string) {
	c := memberCheck{line: line, dec: json.NewDecoder(bytes.NewReader(line)), problem: problem}
	members, _ = c.value(want).(map[string]any)
	return members, c.strange
}

// next is the offset of the next token.
func (c *memberCheck) next() int {
	at := int(c.dec.InputOffset())
	for at < len(c.line) && strings.IndexByte(" \t\r\n,:", c.line[at]) >= 0 {
		at++
	}
	return at
}

// value walks and returns one value. null counts as absent.
func (c *memberCheck) value(want Shape) any {
	at := c.next()
	t, err := c.dec.Token()
	if err != nil {
		return nil
	}
	kind := kindOfToken(t)
	if t != nil && want.Kind != "" && kind != want.Kind {
		c.problem(at, "%s must be %s, not %s", c.name(), want.Kind, kind)
		want = Shape{}
	}
	switch t {
	case json.Delim('{'):
		return c.object(want.Members)
	case json.Delim('['):
		each := Shape{}
		if want.Each != nil {
			each = *want.Each
		}
		list := []any{}
		for c.dec.More() {
			list = append(list, c.value(each))
		}
		_, _ = c.dec.Token() // the closing bracket; the line is valid
		return list
	}
	return t
}

func (c *memberCheck) object(members map[string]Shape) map[string]any {
	seen := map[string]any{}
	for c.dec.More() {
		at := c.next()
		t, _ := c.dec.Token() // a name; the line is valid
		name, _ := t.(string)
		if members != nil {
			c.member(at, name, members, seen)
		}
		c.path = append(c.path, name)
		seen[name] = c.value(members[name])
		c.path = c.path[:len(c.path)-1]
	}
	_, _ = c.dec.Token() // the closing bracket; the line is valid
	return seen
}

// member checks a name. A near miss is reported as a misspelling; other unknown
// names are left to the server.
func (c *memberCheck) member(at int, name string, members map[string]Shape, seen map[string]any) {
	if _, known := members[name]; known {
		if _, twice := seen[name]; twice {
			c.problem(at, "%q appears twice: only one of them would count", name)
		}
		return
	}
	if meant := nearest(name, members); meant != "" {
		c.problem(at, "%q must be written %q", Shorten(name), meant)
		return
	}
	if len(c.path) == 0 {
		c.strange = append(c.strange, Shorten(name))
	}
}

// name is the path of the current value, as in the file.
func (c *memberCheck) name() string {
	if len(c.path) == 0 {
		return "the line"
	}
	return strings.Join(c.path, ".")
}

// nearest returns the known member with the same letters, ignoring case and
// separators; "" if there is none.
func nearest(name string, members map[string]Shape) string {
	for _, known := range slices.Sorted(maps.Keys(members)) {
		if folded(name) == folded(known) {
			return known
		}
	}
	return ""
}

// folded removes case and separators from a name.
func folded(name string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if strings.ContainsRune("_- .", r) {
			return -1
		}
		return r
	}, name))
}

func kindOfToken(t json.Token) string {
	switch t := t.(type) {
	case json.Delim:
		if t == '[' {
			return List
		}
		return Object
	case string:
		return Text
	case bool:
		return fmt.Sprint(t)
	case float64:
		return Number
	}
	return "null"
}
