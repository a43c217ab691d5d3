package draft

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// batchShape says, in one sentence, why a whole file is not lines of JSON, so
// that one mistake is not told once for every line. The problem has no words
// where the file may be read line by line.
func batchShape(raw []byte) LineProblem {
	for _, look := range []func([]byte) LineProblem{
		encodingTrouble, lineEndTrouble, arrayTrouble, quoteTrouble, spreadTrouble, noJSONTrouble,
	} {
		if p := look(raw); p.Words != "" {
			return p
		}
	}
	return LineProblem{}
}

func wholeFile(format string, args ...any) LineProblem {
	return LineProblem{Words: fmt.Sprintf(format, args...)}
}

// encodingTrouble recognises what is not text in UTF-8 at all.
func encodingTrouble(raw []byte) LineProblem {
	switch {
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")):
		return wholeFile("the file is a ZIP archive or a spreadsheet, not text: export the requests as JSONL")
	case bytes.HasPrefix(raw, []byte("\x1f\x8b")):
		return wholeFile("the file is compressed with gzip: unpack it first")
	case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")):
		return wholeFile("the file is UTF-16: save it as UTF-8")
	}
	switch at := bytes.IndexByte(raw, 0); {
	case at < 0:
		return LineProblem{}
	case at < 2 && len(raw) > 3 && raw[at+2] == 0:
		return wholeFile("the file is UTF-16: save it as UTF-8")
	default:
		p := position(raw, at)
		p.Words = "a NUL byte: the file is not text, or was damaged"
		return p
	}
}

// lineEndTrouble recognises the line ends of old Macs.
func lineEndTrouble(raw []byte) LineProblem {
	at := bytes.IndexByte(bytes.TrimRight(raw, "\r\n"), '\r')
	if at < 0 || bytes.IndexByte(bytes.TrimRight(raw, "\r\n"), '\n') >= 0 {
		return LineProblem{}
	}
	return wholeFile(`the lines end in CR, as on old Macs: a batch needs LF line ends (tr '\r' '\n' < old > new)`)
}

// arrayTrouble recognises one JSON value around all requests.
func arrayTrouble(raw []byte) LineProblem {
	text := bytes.TrimSpace(bytes.TrimPrefix(raw, []byte("\ufeff")))
	if bytes.HasPrefix(text, []byte("[")) {
		return wholeFile("the file is one JSON array: a batch has one request a line (jq -c '.[]' old > new)")
	}
	name, found := wrapper(text)
	if !found {
		return LineProblem{}
	}
	return wholeFile("the file is one JSON object with the requests in %q: a batch has one request a line (jq -c '.%s[]' old > new)", name, name)
}

// wrapper is the first member of an object where that is a list.
func wrapper(text []byte) (name string, found bool) {
	dec := json.NewDecoder(bytes.NewReader(text))
	var tokens [3]json.Token
	for i := range tokens {
		t, err := dec.Token()
		if err != nil {
			return "", false
		}
		tokens[i] = t
	}
	name, isName := tokens[1].(string)
	return name, isName && tokens[0] == json.Delim('{') && tokens[2] == json.Delim('[') && plainMember.MatchString(name)
}

// quoteTrouble recognises the quotes of a word processor where JSON's belong.
func quoteTrouble(raw []byte) LineProblem {
	var first LineProblem
	lines, start := 0, 0
	for text := range bytes.SplitSeq(raw, []byte("\n")) {
		if at := strayQuote(text); at >= 0 {
			if lines++; lines == 1 {
				first = position(raw, start+at)
			}
		}
		start += len(text) + 1
	}
	if lines == 0 {
		return LineProblem{}
	}
	first.Words = `curly quotes (“ ”) where JSON needs straight ones ("); turn smart quotes off in the editor that wrote the file`
	if lines > 1 {
		first.Words += fmt.Sprintf("; the same in %d lines", lines)
	}
	return first
}

// strayQuote is where a curly quote breaks the JSON of a line, -1 if none
// does. Inside a string they are as good as any character.
func strayQuote(line []byte) int {
	if bytes.Contains(line, []byte("\xe2\x80")) && !json.Valid(line) {
		at := syntaxError(line)
		if r, _ := utf8.DecodeRune(line[at:]); r == '“' || r == '”' || r == '„' || r == '‘' || r == '’' {
			return at
		}
	}
	return -1
}

// spreadTrouble recognises requests that run over several lines.
func spreadTrouble(raw []byte) LineProblem {
	dec := json.NewDecoder(bytes.NewReader(raw))
	for n := 1; ; n++ {
		var value json.RawMessage
		if dec.Decode(&value) != nil {
			return LineProblem{}
		}
		if breaks := bytes.Count(value, []byte("\n")); breaks > 0 {
			p := position(raw, int(dec.InputOffset())-len(value))
			p.Words = fmt.Sprintf("request %d runs over %d lines: a batch has one request a line (jq -c . old > new)", n, breaks+1)
			return p
		}
	}
}

// noJSONTrouble recognises a file of another kind, such as a CSV.
func noJSONTrouble(raw []byte) LineProblem {
	if len(bytes.TrimSpace(raw)) == 0 || !utf8.Valid(raw) {
		return LineProblem{}
	}
	for text := range bytes.SplitSeq(raw, []byte("\n")) {
		if bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff"))), []byte("{")) {
			return LineProblem{}
		}
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(raw)), "\n")
	return wholeFile("the file is not JSONL: no line begins with {; its first line is %q", shorten(strings.TrimSpace(first)))
}

// position is the line and column, both from 1, of a byte of the text. Columns
// count characters.
func position(raw []byte, at int) LineProblem {
	before := raw[:min(at, len(raw))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return LineProblem{Line: 1 + bytes.Count(before, []byte("\n")), Column: 1 + utf8.RuneCount(before[start:])}
}

// syntaxError is the offset of the byte that JSON can't go on with, len(text)
// where it ends too early.
func syntaxError(text []byte) int {
	var value json.RawMessage
	e, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(text, &value))
	if !ok || endsEarly(e) {
		return len(text)
	}
	return max(0, int(e.Offset)-1)
}

func endsEarly(e *json.SyntaxError) bool { return strings.HasPrefix(e.Error(), "unexpected end") }
