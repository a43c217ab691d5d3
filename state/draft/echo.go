package draft

import (
	"encoding/json"

	"dubtop/api"
)

// Decoded decodes echoed options, with numbers as float64 so that 0.5 and 5e-1
// are equal. It returns nil for invalid JSON.
func Decoded(j api.JSON) any {
	var v any
	_ = json.Unmarshal(j, &v)
	return v
}

// Blank reports whether a JSON value is empty: null, false, 0, "", an empty
// list, or an object with only such values.
func Blank(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case float64:
		return v == 0
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		for _, member := range v {
			if !Blank(member) {
				return false
			}
		}
		return true
	}
	return false
}
