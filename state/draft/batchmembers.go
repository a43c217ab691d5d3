package draft

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

var plainMember = regexp.MustCompile(`^[A-Za-z0-9_]{1,40}$`)

// shape describes a valid value of a batch line. Go's JSON decoder accepts
// names in any case and takes the last of two equal names, but the server does
// neither, so names are checked before decoding.
type shape struct {
	kind    string           // one of the kinds below; "" for anything
	members map[string]shape // of an object; nil to skip the check
	each    *shape           // element of a list
}

// lineShape is the shape of a line.
// https://sync.so/docs/api-reference/api/batch-api/create
func lineShape() shape {
	return shape{kind: anObject, members: map[string]shape{
		"request_id": {kind: aText}, "endpoint": {kind: aText}, "payload": requestShape(),
	}}
}

// requestShape is the shape of a request.
// https://sync.so/docs/api-reference/api/generate-api/create
func requestShape() shape {
	text, number := shape{kind: aText}, shape{kind: aNumber}
	object := func(members map[string]shape) shape { return shape{kind: anObject, members: members} }
	options, overrides := map[string]shape{}, map[string]shape{}
	for _, o := range RulesFor("").Options {
		if o.Parent == "" {
			options[o.Name] = shape{}
		}
	}
	for _, o := range SegmentOptions("") {
		if o.Parent == "" {
			overrides[o.Name] = shape{}
		}
	}
	voice := object(map[string]shape{"name": text, "voiceId": text, "script": text, "stability": number, "similarityBoost": number})
	input := object(map[string]shape{"type": text, "url": text, "assetId": text, "refId": text, "provider": voice})
	crop := object(map[string]shape{"refId": text, "startTime": number, "endTime": number})
	segment := object(map[string]shape{"startTime": number, "endTime": number, "audioInput": crop, "optionsOverride": object(overrides)})
	dub := object(map[string]shape{"providerName": text, "targetLang": text, "sourceLang": text})
	return object(map[string]shape{
		"model": text, "input": {kind: aList, each: &input}, "options": object(options), "segments": {kind: aList, each: &segment},
		"webhookUrl": text, "outputFileName": text, "projectId": text, "dubParams": dub,
	})
}

// The kinds of JSON values, as shown to the user.
const (
	aText    = "text in quotes"
	aNumber  = "a number"
	aList    = "a list [ ]"
	anObject = "an object { }"
)

// memberCheck walks the JSON of one line along its shape.
type memberCheck struct {
	line    []byte
	dec     *json.Decoder
	problem func(at int, format string, args ...any)
	strange []string // unknown members of the outermost object
	path    []string
}

// checkMembers reports every name and value kind in a line that differs from
// its shape. It returns the line's members and the unknown names in the
// outermost object. The line must be valid JSON.
func checkMembers(line []byte, want shape, problem func(at int, format string, args ...any)) (members map[string]any, strange []string) {
	c := memberCheck{line: line, dec: json.NewDecoder(bytes.NewReader(line)), problem: problem}
	members, _ = c.value(want).(map[string]any)
	return members, c.strange
}

// next is the offset of the next token.
func (c *memberCheck) next() int {
	at := int(c.dec.InputOffset())
	for at < len(c.line) && strings.IndexByte(" \t\r\n,:", c.line[at]) >= 0 {
		at++
	}
	return at
}

// value walks and returns one value. null counts as absent.
func (c *memberCheck) value(want shape) any {
	at := c.next()
	t, err := c.dec.Token()
	if err != nil {
		return nil
	}
	kind := kindOfToken(t)
	if t != nil && want.kind != "" && kind != want.kind {
		c.problem(at, "%s must be %s, not %s", c.name(), want.kind, kind)
		want = shape{}
	}
	switch t {
	case json.Delim('{'):
		return c.object(want.members)
	case json.Delim('['):
		each := shape{}
		if want.each != nil {
			each = *want.each
		}
		list := []any{}
		for c.dec.More() {
			list = append(list, c.value(each))
		}
		_, _ = c.dec.Token() // the closing bracket; the line is valid
		return list
	}
	return t
}

func (c *memberCheck) object(members map[string]shape) map[string]any {
	seen := map[string]any{}
	for c.dec.More() {
		at := c.next()
		t, _ := c.dec.Token() // a name; the line is valid
		name, _ := t.(string)
		if members != nil {
			c.member(at, name, members, seen)
		}
		c.path = append(c.path, name)
		seen[name] = c.value(members[name])
		c.path = c.path[:len(c.path)-1]
	}
	_, _ = c.dec.Token() // the closing bracket; the line is valid
	return seen
}

// member checks a name. A near miss is reported as a misspelling; other unknown
// names are left to the server.
func (c *memberCheck) member(at int, name string, members map[string]shape, seen map[string]any) {
	if _, known := members[name]; known {
		if _, twice := seen[name]; twice {
			c.problem(at, "%q appears twice: only one of them would count", name)
		}
		return
	}
	if meant := nearest(name, members); meant != "" {
		c.problem(at, "%q must be written %q", shorten(name), meant)
		return
	}
	if len(c.path) == 0 {
		c.strange = append(c.strange, shorten(name))
	}
}

// name is the path of the current value, as in the file.
func (c *memberCheck) name() string {
	if len(c.path) == 0 {
		return "the line"
	}
	return strings.Join(c.path, ".")
}

// nearest returns the known member with the same letters, ignoring case and
// separators; "" if there is none.
func nearest(name string, members map[string]shape) string {
	for _, known := range slices.Sorted(maps.Keys(members)) {
		if folded(name) == folded(known) {
			return known
		}
	}
	return ""
}

// folded removes case and separators from a name.
func folded(name string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if strings.ContainsRune("_- .", r) {
			return -1
		}
		return r
	}, name))
}

func kindOfToken(t json.Token) string {
	switch t := t.(type) {
	case json.Delim:
		if t == '[' {
			return aList
		}
		return anObject
	case string:
		return aText
	case bool:
		return fmt.Sprint(t)
	case float64:
		return aNumber
	}
	return "null"
}

// jsonWords explains a JSON syntax error to the user.
func jsonWords(text []byte, err error) string {
	e, ok := errors.AsType[*json.SyntaxError](err)
	if !ok {
		return err.Error()
	}
	at := syntaxError(text)
	r, _ := utf8.DecodeRune(text[at:])
	found, words := fmt.Sprintf("%q", r), e.Error()
	switch {
	case endsEarly(e):
		return "the JSON ends too early: a quote or a bracket is not closed"
	case strings.HasSuffix(words, "after top-level value"):
		return "there is more text after the request: each request needs its own line"
	case strings.HasSuffix(words, "after object key:value pair"), strings.HasSuffix(words, "after array element"):
		return "a comma or a closing bracket is missing before " + found
	case strings.HasSuffix(words, "after object key"):
		return "a colon is missing before " + found
	case strings.HasSuffix(words, "object key string") && r == '}', strings.HasSuffix(words, "beginning of value") && r == ']':
		return "there is an extra comma before " + found
	case strings.HasSuffix(words, "object key string"):
		return "expected a name in double quotes, not " + found
	case strings.HasSuffix(words, "in string literal"):
		return "there is a control character inside a string: write it as \\n or \\t"
	case strings.HasSuffix(words, "looking for beginning of value"):
		return "expected a value, not " + found
	}
	return "not JSON: " + words
}
