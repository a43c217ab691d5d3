package api

import (
	"encoding/json"
	"regexp"
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

func TestTokensAreWhatTheirPatternsSay(t *testing.T) {
	id, key := regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`), regexp.MustCompile(`^[A-Za-z0-9._~-]{1,128}$`)
	said := []string{"", strings.Repeat("a", 128), strings.Repeat("a", 129), "a\n", "é"}
	for c := range 256 {
		said = append(said, string([]byte{'a', byte(c)}))
	}
	for _, s := range said {
		if ID(s).Valid() != id.MatchString(s) || IsIdempotencyKey(s) != key.MatchString(s) {
			t.Errorf("%q: as an id %v, as a key %v", s, ID(s).Valid(), IsIdempotencyKey(s))
		}
	}
}
