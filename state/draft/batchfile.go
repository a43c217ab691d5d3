package draft

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dubtop/api"
	"dubtop/state/jsoncheck"
)

// maxLineProblems limits the problems of a batch file that are listed.
const maxLineProblems = 50

// BatchFile is a checked JSONL file of requests.
// https://sync.so/docs/api-reference/api/batch-api/create
type BatchFile struct {
	Lines    []BatchLine // the valid lines
	Bytes    int
	SHA256   string // of Exact, in hexadecimal
	Problems []jsoncheck.Problem
	More     int                 // number of problems not listed
	Warnings []jsoncheck.Problem // doubts about a line that may still be sent
	Exact    []byte              // the bytes to send
}

// BatchLine is one request of a batch.
type BatchLine struct {
	Number    int // from 1
	RequestID string
	Request   api.CreateRequest
	Seconds   float64 // of output, 0 if unknown
	About     bool    // Seconds is a guess
}

// BatchEnv provides the facts that CheckBatch needs. Any field may
// be zero; checks that depend on it are then skipped.
type BatchEnv struct {
	Now time.Time // server's clock, for link expiry
	// Found returns the finding about an input's file, if it was inspected.
	Found func(in api.CreateInput) (f Finding, looked bool)
}

// Model is the model of all lines, or "" if they differ.
func (f BatchFile) Model() string {
	var model string
	for i, l := range f.Lines {
		if i > 0 && l.Request.Model != model {
			return ""
		}
		model = l.Request.Model
	}
	return model
}

// Projects lists the projects that the lines name, without duplicates, in the
// order of the file; "" stands for lines that name none.
func (f BatchFile) Projects() (ids []string) {
	for i := range f.Lines {
		if id := strings.TrimSpace(f.Lines[i].Request.ProjectID); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// batchCheck collects the problems of one file.
type batchCheck struct {
	file  BatchFile
	env   BatchEnv
	first map[string]int // line on which each request_id first appeared
	work  map[string]int // line on which each payload first appeared
	shape jsoncheck.Shape
}

// CheckBatch reads a batch file and checks every line against the documented
// limits. Problems are collected in the result; the error is only that of
// reading.
func CheckBatch(r io.Reader, env BatchEnv) (BatchFile, error) {
	raw, err := io.ReadAll(io.LimitReader(r, api.BatchMaxBytes+1))
	if err != nil {
		return BatchFile{}, fmt.Errorf("the batch file can't be read: %w", err)
	}
	sum := sha256.Sum256(raw)
	c := batchCheck{
		file:  BatchFile{Exact: raw, Bytes: len(raw), SHA256: hex.EncodeToString(sum[:])},
		env:   env,
		first: make(map[string]int),
		work:  make(map[string]int),
		shape: lineShape(),
	}
	if len(raw) > api.BatchMaxBytes {
		c.problem(0, "the file is larger than %d MB: split it", api.BatchMaxBytes>>20)
		return c.file, nil
	}
	if p := batchShape(raw); p.Words != "" {
		c.file.Problems = []jsoncheck.Problem{p}
		return c.file, nil
	}
	n := c.lines(raw)
	switch {
	case n < api.BatchMinLines:
		c.problem(0, "the file has %d lines; a batch takes at least %d", n, api.BatchMinLines)
	case n > api.BatchMaxLines:
		c.problem(0, "the file has %d lines; a batch takes at most %d: split it", n, api.BatchMaxLines)
	}
	return c.file, nil
}

func (c *batchCheck) problem(line int, format string, args ...any) {
	c.problemAt(jsoncheck.Problem{Line: line, Words: fmt.Sprintf(format, args...)})
}

func (c *batchCheck) problemAt(p jsoncheck.Problem) {
	if len(c.file.Problems) == maxLineProblems {
		c.file.More++
		return
	}
	c.file.Problems = append(c.file.Problems, p)
}

func (c *batchCheck) warn(line int, words string) {
	c.file.Warnings = append(c.file.Warnings, jsoncheck.Problem{Line: line, Words: words})
}

// lines checks every line and returns their number.
func (c *batchCheck) lines(raw []byte) int {
	raw = bytes.TrimSuffix(raw, []byte("\n"))
	if len(raw) == 0 {
		return 0
	}
	number := 0
	for text := range bytes.SplitSeq(raw, []byte("\n")) {
		number++
		if number > api.BatchMaxLines {
			continue // the number of lines is reported once
		}
		if len(bytes.TrimSpace(text)) == 0 {
			c.problem(number, "the line is empty: delete it")
			continue
		}
		c.line(number, text)
	}
	return number
}

// batchLine is a line in JSON. Payload members that this program does not know
// are left to the server.
type batchLine struct {
	RequestID string        `json:"request_id"`
	Endpoint  string        `json:"endpoint"`
	Payload   *batchPayload `json:"payload"`
}

// batchPayload is a CreateRequest plus members that may replace its inputs.
type batchPayload struct {
	api.CreateRequest
	Segments  json.RawMessage `json:"segments"`
	DubParams json.RawMessage `json:"dubParams"`
}

func (c *batchCheck) line(number int, text []byte) {
	at := func(offset int, format string, args ...any) {
		p := jsoncheck.At(text, offset, fmt.Sprintf(format, args...))
		p.Line = number
		c.problemAt(p)
	}
	switch {
	case !utf8.Valid(text):
		at(jsoncheck.InvalidByte(text), "the text is not UTF-8: save the file as UTF-8")
		return
	case bytes.HasPrefix(text, []byte("\ufeff")):
		c.problem(number, "the line begins with a byte order mark: save the file as UTF-8 without one")
		return
	}
	var l batchLine
	err := json.Unmarshal(text, &l)
	switch _, broken := errors.AsType[*json.SyntaxError](err); {
	case broken && !bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")):
		at(0, "the line is not JSON: it must begin with {, not %q", jsoncheck.Shorten(firstWord(text)))
		return
	case broken:
		words := jsoncheck.Explain(text, err)
		if words == jsoncheck.MoreText {
			words += ": each request needs its own line"
		}
		at(jsoncheck.BrokenAt(text), "%s", words)
		return
	}
	before := len(c.file.Problems) + c.file.More
	members, strange := jsoncheck.Check(text, c.shape, at)
	switch {
	case len(c.file.Problems)+c.file.More > before:
		return // values under misspelled names would be reported as missing
	case err != nil:
		c.problem(number, "%v", err)
		return
	}
	c.head(number, l, strange)
	if l.Payload == nil {
		c.missing(number, "payload", strange)
		return
	}
	seconds, about := c.payload(number, *l.Payload)
	c.twin(number, members["payload"])
	if len(c.file.Problems)+c.file.More == before {
		c.file.Lines = append(c.file.Lines, BatchLine{
			Number: number, RequestID: l.RequestID, Request: l.Payload.CreateRequest, Seconds: seconds, About: about,
		})
	}
}

func firstWord(text []byte) string {
	word, _, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	return word
}

// head checks the members beside the payload.
func (c *batchCheck) head(number int, l batchLine, strange []string) {
	switch first, twice := c.first[l.RequestID]; {
	case l.RequestID == "":
		c.missing(number, "request_id", strange)
	case twice:
		c.problem(number, "request_id %q is already used on line %d", jsoncheck.Shorten(l.RequestID), first)
	default:
		c.first[l.RequestID] = number
	}
	switch l.Endpoint {
	case "/v2/generate":
	case "":
		c.missing(number, "endpoint", strange)
	default:
		c.problem(number, `endpoint must be "/v2/generate", not %q`, jsoncheck.Shorten(l.Endpoint))
	}
}

// missing reports that a member is absent, and names any unknown members.
func (c *batchCheck) missing(number int, name string, strange []string) {
	words := name + " is missing"
	if len(strange) > 0 {
		words += fmt.Sprintf("; the line has %q", strange)
	}
	c.problem(number, "%s", words)
}

// twin rejects the same payload a second time. A deliberate second take needs
// another output name.
func (c *batchCheck) twin(number int, payload any) {
	canonical, err := json.Marshal(payload) // sorts the members
	if err != nil {
		return
	}
	if first, twice := c.work[string(canonical)]; twice {
		c.problem(number, "the same work as line %d, so you would pay twice; a second take needs its own outputFileName", first)
		return
	}
	c.work[string(canonical)] = number
}
