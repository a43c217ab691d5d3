package api

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestInvalidIDsAreDropped(t *testing.T) {
	for in, valid := range map[string]bool{
		`"` + idOne + `"`: true, `"batch_abc123"`: true, `42`: true,
		`"../assets"`: false, `"a b"`: false, `""`: false, `null`: false, `"a\u200bb"`: false,
		`"a\nb"`: false, `"` + strings.Repeat("x", 129) + `"`: false, `"a?b"`: false, `"a%2f"`: false,
	} {
		var id ID
		if err := json.Unmarshal([]byte(in), &id); err != nil || id.Valid() != valid {
			t.Errorf("%s: %q valid %v, %v", in, id, id.Valid(), err)
		}
		if unsafeRune(string(id)) {
			t.Errorf("%s: %q is not safe to draw", in, id)
		}
	}
}
