package take

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/draft"
)

// Fact is something to compare two takes by, in words.
type Fact struct{ Label, Value text.Text }

// Side is one of two takes to compare.
type Side struct {
	Facts []Fact          // from the lists, in the order of the table
	Job   *api.Generation // the API's answer, for inputs and options; nil if it is not known
	// Asset returns the words for an asset; nil for its id.
	Asset func(api.ID) text.Text
}

// Line is a line of a table that compares two takes. Same means that they are
// equal, also if they are not written so, as links with other signatures.
type Line struct {
	Label, Left, Right text.Text
	Same               bool
}

// Differences compares two takes line by line: the facts, then the inputs, then
// the options. Lines that are empty on both sides are left out.
func Differences(left, right Side) []Line {
	l, r := left.cells(), right.cells()
	var lines []Line
	add := func(c cell) {
		other := find(r, c.Label)
		if c.Value+other.Value != "" {
			lines = append(lines, Line{c.Label, c.Value, other.Value, c.key() == other.key()})
		}
	}
	for _, c := range l {
		add(c)
	}
	for _, c := range r {
		if find(l, c.Label).Label == "" && c.Value != "" {
			lines = append(lines, Line{Label: c.Label, Right: c.Value})
		}
	}
	return lines
}

// cell is a fact, with another value to compare it by if there is one.
type cell struct {
	Fact
	by string
}

func (c cell) key() string {
	if c.by != "" {
		return c.by
	}
	return string(c.Value)
}

func find(cells []cell, label text.Text) cell {
	if i := slices.IndexFunc(cells, func(c cell) bool { return c.Label == label }); i >= 0 {
		return cells[i]
	}
	return cell{}
}

// cells returns the facts, inputs and options of a take.
func (s *Side) cells() (cells []cell) {
	for _, f := range s.Facts {
		cells = append(cells, cell{Fact: f})
	}
	if s.Job == nil {
		return cells
	}
	count := map[text.Text]int{}
	for i := range s.Job.Input {
		in := &s.Job.Input[i]
		label := in.Type
		if count[in.Type]++; count[in.Type] > 1 {
			label += text.Text(" ") + text.Of(strconv.Itoa(count[in.Type]))
		}
		cells = append(cells, s.inputCell(label, in))
	}
	cells = append(cells, parts("", s.Job.Options)...)
	cells = append(cells, whole("segments", s.Job.Segments)...)
	return append(cells, parts("dub ", s.Job.DubParams)...)
}

func (s *Side) inputCell(label text.Text, in *api.Input) cell {
	switch {
	case in.Provider != nil:
		return cell{Fact: Fact{label, in.Provider.Script}, by: string(in.Provider.VoiceID) + "\n" + string(in.Provider.Script)}
	case in.AssetID != "":
		words := "asset " + text.Of(string(in.AssetID))
		if s.Asset != nil {
			words = s.Asset(in.AssetID)
		}
		return cell{Fact: Fact{label, words}, by: "asset " + string(in.AssetID)}
	}
	c := cell{Fact: Fact{label, in.URL.Shown()}}
	if link, err := in.URL.Link(); err == nil {
		c.by = draft.Unsigned(link)
	}
	return c
}

// parts returns the members of an object, those that are not empty.
func parts(prefix text.Text, object api.JSON) (cells []cell) {
	members, ok := draft.Decoded(object).(map[string]any)
	if !ok {
		return whole(prefix+"options", object)
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if v := members[name]; v != nil {
			cells = append(cells, cell{Fact: Fact{prefix + text.Clean(name, mostLabel), written(v)}})
		}
	}
	return cells
}

// whole returns a value in one cell, none if it is empty.
func whole(label text.Text, j api.JSON) []cell {
	v := draft.Decoded(j)
	if draft.Blank(v) {
		return nil
	}
	return []cell{{Fact: Fact{label, written(v)}}}
}

// mostLabel is the longest name of an option, in bytes.
const mostLabel = 40

// written writes a value of JSON: a text as it is, all else as JSON.
func written(v any) text.Text {
	if s, ok := v.(string); ok {
		return text.Of(s)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return text.Of(string(b))
}
