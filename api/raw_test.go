package api

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"dubtop/api/text"
)

func TestRawAnswersAreIndented(t *testing.T) {
	j := JSON(`{"id":"a","list":[1, {"x":"{\"y\":[\\"}, []],"o":{ },"bad":"` + "\u009b31m\u202e" + `"}`)
	want := []text.Text{
		`{`, `  "id": "a",`, `  "list": [`, `    1,`, `    {`, `      "x": "{\"y\":[\\"`,
		`    },`, `    []`, `  ],`, `  "o": {},`, `  "bad": ""`, `}`,
	}
	if got := j.Lines(0); !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	if got := j.Lines(2); !slices.Equal(got, []text.Text{`{`, `  "id": "a",`, "…"}) {
		t.Errorf("cut: %q", got)
	}
}

func TestRawAnswersOfAnyShape(t *testing.T) {
	deep := strings.Repeat("[", 9000) + strings.Repeat("]", 9000)
	if got := JSON(deep).Lines(500); len(got) != 501 {
		t.Errorf("%d lines of a deep answer", len(got))
	}
	for _, s := range []string{"", "<html>\r\n<b>\x1b[31m", "{", `"`, "\xff\xfe", "null", `{"a":`} {
		for _, line := range JSON(s).Lines(10) {
			if unsafeRune(string(line)) {
				t.Errorf("%q gives %q", s, line)
			}
		}
	}
	if got := JSON("a\nb\nc").Lines(2); !slices.Equal(got, []text.Text{"a", "b", "…"}) {
		t.Errorf("%q", got)
	}
}

func TestRawAnswersKeepTheirBytes(t *testing.T) {
	var j JSON
	for in, want := range map[string]string{`{"a":1}`: `{"a":1}`, `[1]`: `[1]`, `null`: `null`, `"x"`: `null`, `3`: `null`} {
		if err := json.Unmarshal([]byte(in), &j); err != nil {
			t.Fatal(err)
		}
		if out, err := json.Marshal(j); err != nil || string(out) != want {
			t.Errorf("%s comes back as %s, %v", in, out, err)
		}
	}
}
