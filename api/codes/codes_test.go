package codes

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// catalogue lists the codes of the vendor's catalogue, of the pages that name
// further ones, and those that old jobs still have.
func catalogue(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("testdata/catalogue.txt")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(text))
}

func TestCatalogueIsComplete(t *testing.T) {
	all := catalogue(t)
	for _, code := range all {
		h, ok := Find(code)
		if !ok {
			t.Errorf("%s is not explained", code)
			continue
		}
		if n := len(h.Short); n < 4 || n > 18 {
			t.Errorf("%s: %q does not fit the column", code, h.Short)
		}
		for _, words := range []string{h.Why, h.Fix} {
			if len(strings.Fields(words)) < 2 || !strings.HasSuffix(words, ".") {
				t.Errorf("%s: %q", code, words)
			}
		}
		if !slices.Contains([]Remedy{None, Again, Edit, Model, Plan, Pay, Support}, h.Remedy) {
			t.Errorf("%s: remedy %q", code, h.Remedy)
		}
	}
	for _, code := range All() {
		if !slices.Contains(append(all, "generation_input_image_invalid"), code) {
			t.Errorf("%s is explained, but nobody names it", code)
		}
	}
	if known := All(); len(known) != len(slices.Compact(slices.Sorted(slices.Values(known)))) {
		t.Error("a code is there twice")
	}
}

func TestOnlyWholeCodesAreFound(t *testing.T) {
	for _, code := range []string{"", "#", "# inputs", "generation", "pipeline_failed", "internal_error\t", "dead video link", "INTERNAL_ERROR"} {
		if h, ok := Find(code); ok {
			t.Errorf("%q: %+v", code, h)
		}
	}
	for code, want := range map[string]string{
		"generation_input_taste_poor": "bad input", "org_limit_reached": "limit reached", "lipsync_infra_tired": "service trouble", "moon_timeout": "service trouble",
	} {
		if h, ok := Guess(code); !ok || h.Short != want {
			t.Errorf("%s: %+v", code, h)
		}
	}
	if h, ok := Guess("something_entirely_new"); ok {
		t.Errorf("%+v", h)
	}
}

func TestWordsAreClean(t *testing.T) {
	if bad := regexp.MustCompile(`[^\t\n -~×]`).FindString(codes); bad != "" {
		t.Errorf("%q", bad)
	}
}
