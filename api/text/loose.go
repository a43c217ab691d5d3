package text

import (
	"bytes"
	"encoding/json"
	"strings"
)

// UnmarshalJSON cleans the result of Loose. It never fails.
func (t *Text) UnmarshalJSON(b []byte) error {
	*t = Clean(Loose(b), Max)
	return nil
}

// Loose reads a JSON string, the text of a number or a boolean, or a list of
// those, joined with semicolons. Anything else is empty. The result is not
// clean.
func Loose(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	switch b[0] {
	case '"':
		if len(b) < 2 {
			return ""
		}
		if inner := b[1 : len(b)-1]; !bytes.ContainsAny(inner, "\\") && isPlain(string(inner)) {
			return string(inner)
		}
		var s string
		_ = json.Unmarshal(b, &s)
		return s
	case '[':
		var items []json.RawMessage
		_ = json.Unmarshal(b, &items)
		var words []string
		for _, item := range items {
			if item[0] == '[' {
				continue // one level is enough, and keeps hostile nesting cheap
			}
			if s := Loose(item); s != "" {
				words = append(words, s)
			}
		}
		return strings.Join(words, "; ")
	case 'n', '{':
		return ""
	}
	return string(b)
}
