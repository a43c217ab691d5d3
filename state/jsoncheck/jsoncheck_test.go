package jsoncheck_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"dubtop/state/jsoncheck"
)

func TestMistakesInMembersAreNamed(t *testing.T) {
	text, number := jsoncheck.Shape{Kind: jsoncheck.Text}, jsoncheck.Shape{Kind: jsoncheck.Number}
	voice := jsoncheck.Shape{Kind: jsoncheck.Object, Members: map[string]jsoncheck.Shape{"voiceId": text, "stability": number}}
	want := jsoncheck.Shape{Kind: jsoncheck.Object, Members: map[string]jsoncheck.Shape{
		"model": text, "input": {Kind: jsoncheck.List, Each: &voice},
	}}
	for line, problems := range map[string][]string{
		`{"model":"a","input":[{"voiceId":"b","stability":1}]}`: nil,
		`{"model":null,"new":1}`:                                nil,
		`{"Model":"a"}`:                                         {`1: "Model" must be written "model"`},
		`{"model":"a","model":"b"}`:                             {`13: "model" appears twice: only one of them would count`},
		`{"model":1}`:                                           {`9: model must be text in quotes, not a number`},
		`{"input":[{"voice_id":"b"}]}`:                          {`11: "voice_id" must be written "voiceId"`},
		`[]`:                                                    {`0: the line must be an object { }, not a list [ ]`},
	} {
		var got []string
		jsoncheck.Check([]byte(line), want, func(at int, format string, args ...any) {
			got = append(got, fmt.Sprintf("%d: ", at)+fmt.Sprintf(format, args...))
		})
		if !slices.Equal(got, problems) {
			t.Errorf("%s: %q, want %q", line, got, problems)
		}
	}
}

func TestBrokenJSONIsExplainedWhereItBreaks(t *testing.T) {
	for broken, want := range map[string]string{
		"{\n\"é\" 1}": `line 2, column 5: a colon is missing before '1'`,
		`{"a":1,}`:    `line 1, column 8: there is an extra comma before '}'`,
		`{"a":1`:      `line 1, column 7: the JSON ends too early: a quote or a bracket is not closed`,
		`{} {}`:       `line 1, column 4: ` + jsoncheck.MoreText,
	} {
		raw := []byte(broken)
		p := jsoncheck.At(raw, jsoncheck.BrokenAt(raw), jsoncheck.Explain(raw, json.Unmarshal(raw, new(any))))
		if p.String() != want {
			t.Errorf("%s: %s, want %s", broken, p, want)
		}
	}
}

// Any text has its place, however damaged it is.
func TestPlacesAreInsideTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOf(rapid.Byte()).Draw(t, "raw")
		for _, at := range []int{jsoncheck.BrokenAt(raw), jsoncheck.InvalidByte(raw)} {
			if at < 0 || at > len(raw) {
				t.Fatalf("%d of %d", at, len(raw))
			}
			if p := jsoncheck.At(raw, at, "x"); p.Line < 1 || p.Column < 1 {
				t.Fatalf("%v", p)
			}
		}
	})
}
