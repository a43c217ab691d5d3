package draft

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"dubtop/state/jsoncheck"
)

var plainMember = regexp.MustCompile(`^[A-Za-z0-9_]{1,40}$`)

// batchShape explains in one sentence why a whole file is not in JSON lines, so
// that one mistake is not reported for every line. The problem has no words if
// the file can be read line by line.
func batchShape(raw []byte) jsoncheck.Problem {
	for _, look := range []func([]byte) jsoncheck.Problem{
		encodingTrouble, lineEndTrouble, arrayTrouble, quoteTrouble, spreadTrouble, noJSONTrouble,
	} {
		if p := look(raw); p.Words != "" {
			return p
		}
	}
	return jsoncheck.Problem{}
}

func wholeFile(format string, args ...any) jsoncheck.Problem {
	return jsoncheck.Problem{Words: fmt.Sprintf(format, args...)}
}

// encodingTrouble recognizes files that are not UTF-8 text.
func encodingTrouble(raw []byte) jsoncheck.Problem {
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
		return jsoncheck.Problem{}
	case at < 2 && len(raw) > 3 && raw[at+2] == 0:
		return wholeFile("the file is UTF-16: save it as UTF-8")
	default:
		return jsoncheck.At(raw, at, "a NUL byte: the file is not text, or was damaged")
	}
}

// lineEndTrouble recognizes the line ends of old Macs.
func lineEndTrouble(raw []byte) jsoncheck.Problem {
	at := bytes.IndexByte(bytes.TrimRight(raw, "\r\n"), '\r')
	if at < 0 || bytes.IndexByte(bytes.TrimRight(raw, "\r\n"), '\n') >= 0 {
		return jsoncheck.Problem{}
	}
	return wholeFile(`the lines end in CR, as on old Macs: a batch needs LF line ends (tr '\r' '\n' < old > new)`)
}

// arrayTrouble recognizes a single JSON value that holds all requests.
func arrayTrouble(raw []byte) jsoncheck.Problem {
	text := bytes.TrimSpace(bytes.TrimPrefix(raw, []byte("\ufeff")))
	if bytes.HasPrefix(text, []byte("[")) {
		return wholeFile("the file is one JSON array: a batch needs one request per line (jq -c '.[]' old > new)")
	}
	name, found := wrapper(text)
	if !found {
		return jsoncheck.Problem{}
	}
	return wholeFile("the file is one JSON object with the requests in %q: a batch needs one request per line (jq -c '.%s[]' old > new)", name, name)
}

// wrapper returns the first member of an object if it is a list.
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

// quoteTrouble recognizes a word processor's quotes in place of JSON's.
func quoteTrouble(raw []byte) jsoncheck.Problem {
	var first jsoncheck.Problem
	lines, start := 0, 0
	for text := range bytes.SplitSeq(raw, []byte("\n")) {
		if at := strayQuote(text); at >= 0 {
			if lines++; lines == 1 {
				first = jsoncheck.At(raw, start+at, "")
			}
		}
		start += len(text) + 1
	}
	if lines == 0 {
		return jsoncheck.Problem{}
	}
	first.Words = `curly quotes (“ ”) where JSON needs straight ones ("); turn smart quotes off in the editor that wrote the file`
	if lines > 1 {
		first.Words += fmt.Sprintf("; the same in %d lines", lines)
	}
	return first
}

// strayQuote is the offset of a curly quote that breaks a line's JSON, or -1.
// Inside strings, curly quotes are fine.
func strayQuote(line []byte) int {
	if bytes.Contains(line, []byte("\xe2\x80")) && !json.Valid(line) {
		at := jsoncheck.BrokenAt(line)
		if r, _ := utf8.DecodeRune(line[at:]); r == '“' || r == '”' || r == '„' || r == '‘' || r == '’' {
			return at
		}
	}
	return -1
}

// spreadTrouble recognizes requests that span several lines.
func spreadTrouble(raw []byte) jsoncheck.Problem {
	dec := json.NewDecoder(bytes.NewReader(raw))
	for n := 1; ; n++ {
		var value json.RawMessage
		if dec.Decode(&value) != nil {
			return jsoncheck.Problem{}
		}
		if breaks := bytes.Count(value, []byte("\n")); breaks > 0 {
			words := fmt.Sprintf("request %d spans %d lines: a batch needs one request per line (jq -c . old > new)", n, breaks+1)
			return jsoncheck.At(raw, int(dec.InputOffset())-len(value), words)
		}
	}
}

// noJSONTrouble recognizes other kinds of files, such as CSV.
func noJSONTrouble(raw []byte) jsoncheck.Problem {
	if len(bytes.TrimSpace(raw)) == 0 || !utf8.Valid(raw) {
		return jsoncheck.Problem{}
	}
	for text := range bytes.SplitSeq(raw, []byte("\n")) {
		if bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff"))), []byte("{")) {
			return jsoncheck.Problem{}
		}
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(raw)), "\n")
	return wholeFile("the file is not JSONL: no line begins with {; its first line is %q", jsoncheck.Shorten(strings.TrimSpace(first)))
}
