package jobset

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"dubtop/state/draft"
)

// Lines makes a row from each line of a JSONL file. A line is a line of a batch
// file, an API request, or an object whose members are a table's columns. dir
// is the file's folder, for relative paths.
func Lines(raw []byte, dir, home string, like draft.Draft) (Set, error) {
	data, err := decoded(raw)
	if err != nil {
		return Set{}, err
	}
	t := newSheet(dir, home, like)
	number := 0
	ids := map[string]int{} // lines by request_id
	for line := range bytes.SplitSeq(data, []byte("\n")) {
		number++
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if len(t.set.Rows) == MaxRows {
			return Set{}, &Problem{Words: fmt.Sprintf("the file has more than %d rows: split it", MaxRows)}
		}
		r := Row{Where: fmt.Sprintf("line %d", number), Draft: t.like.Clone()}
		if len(line) > maxRecord {
			r.Trouble = fmt.Sprintf("line %d: the line is longer than %d kB", number, maxRecord>>10)
		} else if trouble := t.object(&r, line); trouble != nil {
			trouble.Line = number
			r.Trouble = trouble.Error()
		}
		if id := r.Where; id != fmt.Sprintf("line %d", number) {
			if first, twice := ids[id]; twice {
				r.Rival = fmt.Sprintf("line %d: its request_id is that of line %d too", number, first)
				r.Out = true
			} else {
				ids[id] = number
			}
		}
		t.set.Rows = append(t.set.Rows, r)
	}
	if len(t.set.Rows) == 0 {
		return Set{}, &Problem{Words: "the file is empty"}
	}
	t.set.number()
	return t.set, nil
}

// object reads one line into a row and returns the problem with it, or nil.
func (t *sheet) object(r *Row, line []byte) *Problem {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(line, &members); err != nil {
		p := Problem{Words: "not a JSON object: " + err.Error()}
		if e, ok := errors.AsType[*json.SyntaxError](err); ok {
			p.Column = max(1, utf8.RuneCount(line[:min(len(line), int(e.Offset))]))
		}
		return &p
	}
	if id, ok := members["request_id"]; ok {
		_ = json.Unmarshal(id, &r.Where) // keeps numbers as written in the line
		r.Stem, r.ID = r.Where, r.Where
	}
	payload, batch := members["payload"]
	_, request := members["input"]
	switch {
	case batch:
		return problem(t.request(r, payload))
	case request:
		return problem(t.request(r, line))
	}
	var strange []string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		c := columnOf(name)
		value, plain := plainValue(members[name])
		if c == "" || !plain {
			strange = append(strange, strconv.Quote(name))
			continue
		}
		t.fill(r, c, value)
	}
	if len(strange) > 0 {
		return problem("a row can't hold " + strings.Join(strange, ", "))
	}
	return nil
}

// problem is a problem with a whole line, nil for "".
func problem(words string) *Problem {
	if words == "" {
		return nil
	}
	return &Problem{Words: words}
}

// plainValue returns a JSON string, number or boolean as it would be typed.
func plainValue(raw json.RawMessage) (typed string, ok bool) {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return "", false
	}
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case bool, float64:
		return strings.TrimSpace(string(raw)), true
	}
	return "", false
}

// request fills a row from an API request. Members that the request leaves out
// are the same as in every row.
func (t *sheet) request(r *Row, raw json.RawMessage) (trouble string) {
	d, err := draft.FromRequest(raw)
	if err != nil {
		return err.Error()
	}
	like, visual := r.Draft, d.Visual
	d.Model = cmp.Or(d.Model, like.Model)
	if len(d.Options) == 0 {
		d.Options = like.Options
	}
	d.WebhookURL, d.ProjectID, d.VoiceID = cmp.Or(d.WebhookURL, like.WebhookURL), cmp.Or(d.ProjectID, like.ProjectID), cmp.Or(d.VoiceID, like.VoiceID)
	d.OutputFileName, d.Label = cmp.Or(d.OutputFileName, like.OutputFileName), like.Label
	d.Audio = t.located(d.Audio)
	for i := range d.More {
		d.More[i].Audio = t.located(d.More[i].Audio)
	}
	kind := d.VisualKind
	r.Draft = d
	t.fill(r, columnVideo, visual)
	r.Draft.VisualKind = kind
	return ""
}
