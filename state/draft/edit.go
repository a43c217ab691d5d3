package draft

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"dubtop/state/jsoncheck"
)

// EditText returns the draft's request as JSON for an editor, with every field
// as it was typed, whether or not it can be sent. A link may be a path.
func (d Draft) EditText(env CheckEnv) string {
	w := writer{env: env, typed: true}
	body, err := Encode(w.request(d))
	var pretty bytes.Buffer
	if err != nil || json.Indent(&pretty, body, "", "  ") != nil {
		return ""
	}
	return pretty.String() + "\n"
}

// Edit replaces the draft's request by the edited EditText. If that can't be
// read, the draft is unchanged and the problem says where and why.
func (d Draft) Edit(edited string) (Draft, jsoncheck.Problem) {
	raw := []byte(strings.TrimPrefix(edited, "\ufeff"))
	if p := unreadable(raw); p.Words != "" {
		return d, p
	}
	next, err := FromRequest(raw)
	if err != nil {
		return d, jsoncheck.Problem{Words: err.Error()}
	}
	next.ID, next.Base, next.From, next.Unknown, next.UpdatedAt, next.Label = d.ID, d.Base, d.From, d.Unknown, d.UpdatedAt, d.Label
	next.Set, next.Row, next.Lang = d.Set, d.Row, d.Lang
	for name, typed := range d.Options { // those of other models are not in the text
		if _, honoured := RulesFor(strings.TrimSpace(d.Model)).Option(name); !honoured && next.Options[name] == "" {
			next.Options[name] = typed
		}
	}
	return next, jsoncheck.Problem{}
}

// unreadable says where a text is not a request in JSON.
func unreadable(raw []byte) (first jsoncheck.Problem) {
	if !utf8.Valid(raw) {
		return jsoncheck.At(raw, jsoncheck.InvalidByte(raw), "the text is not UTF-8")
	}
	var value json.RawMessage
	if err := json.Unmarshal(raw, &value); err != nil {
		return jsoncheck.At(raw, jsoncheck.BrokenAt(raw), jsoncheck.Explain(raw, err))
	}
	jsoncheck.Check(raw, requestShape(), func(offset int, format string, args ...any) {
		if first.Words == "" {
			first = jsoncheck.At(raw, offset, fmt.Sprintf(format, args...))
		}
	})
	return first
}
