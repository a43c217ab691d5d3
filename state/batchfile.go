package state

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"dubtop/api"
)

// maxLineProblems is how many problems of a batch file are told one by one.
const maxLineProblems = 50

// BatchFile is a JSONL file of requests, checked.
// https://sync.so/docs/api-reference/api/batch-api/create
type BatchFile struct {
	Lines    []BatchLine // those that could be read
	Bytes    int
	SHA256   string // of Exact, hexadecimal
	Problems []LineProblem
	More     int    // problems beyond those in Problems
	Exact    []byte // what would be sent, byte for byte
}

// BatchLine is one request of a batch.
type BatchLine struct {
	Number    int // from 1
	RequestID string
	Request   api.CreateRequest
	Seconds   float64 // of output, 0 unknown
}

// LineProblem says what is wrong with a line, or with the file if Line is 0.
type LineProblem struct {
	Line   int // from 1
	Column int // in characters, from 1; 0 for the line as a whole
	Words  string
}

// String is the problem in one line.
func (p LineProblem) String() string {
	switch {
	case p.Line == 0:
		return p.Words
	case p.Column == 0:
		return fmt.Sprintf("line %d: %s", p.Line, p.Words)
	}
	return fmt.Sprintf("line %d, column %d: %s", p.Line, p.Column, p.Words)
}

// Model is the model of all lines, or "" where they differ.
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

// batchCheck collects what is wrong with one file.
type batchCheck struct {
	file  BatchFile
	known func(url string) (seconds float64, ok bool)
	first map[string]int // the line where a request_id was met first
	work  map[string]int // the line where the same payload was met first
	shape shape
}

// CheckBatch reads a batch file and checks it line by line against the
// published limits. known gives the length of an input in seconds where it
// was measured already; it may be nil. All problems are collected; the error
// is that of reading.
func CheckBatch(r io.Reader, known func(url string) (seconds float64, ok bool)) (BatchFile, error) {
	raw, err := io.ReadAll(io.LimitReader(r, api.BatchMaxBytes+1))
	if err != nil {
		return BatchFile{}, fmt.Errorf("the batch file can't be read: %w", err)
	}
	sum := sha256.Sum256(raw)
	c := batchCheck{
		file:  BatchFile{Exact: raw, Bytes: len(raw), SHA256: hex.EncodeToString(sum[:])},
		known: known,
		first: make(map[string]int),
		work:  make(map[string]int),
		shape: lineShape(),
	}
	if len(raw) > api.BatchMaxBytes {
		c.problem(0, "the file is larger than %d MB: split it", api.BatchMaxBytes>>20)
		return c.file, nil
	}
	if p := batchShape(raw); p.Words != "" {
		c.file.Problems = []LineProblem{p}
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
	c.problemAt(LineProblem{Line: line, Words: fmt.Sprintf(format, args...)})
}

func (c *batchCheck) problemAt(p LineProblem) {
	if len(c.file.Problems) == maxLineProblems {
		c.file.More++
		return
	}
	c.file.Problems = append(c.file.Problems, p)
}

// lines checks every line and gives their number.
func (c *batchCheck) lines(raw []byte) int {
	raw = bytes.TrimSuffix(raw, []byte("\n"))
	if len(raw) == 0 {
		return 0
	}
	number := 0
	for text := range bytes.SplitSeq(raw, []byte("\n")) {
		number++
		if number > api.BatchMaxLines {
			continue // one problem with the number says it all
		}
		if len(bytes.TrimSpace(text)) == 0 {
			c.problem(number, "the line is empty: delete it")
			continue
		}
		c.line(number, text)
	}
	return number
}

// batchLine is a line on the wire. Payload members that this program does not
// know are left to the server.
type batchLine struct {
	RequestID string          `json:"request_id"`
	Endpoint  string          `json:"endpoint"`
	Payload   json.RawMessage `json:"payload"`
}

// batchPayload is a CreateRequest, and what may replace its inputs.
type batchPayload struct {
	api.CreateRequest
	Segments  json.RawMessage `json:"segments"`
	DubParams json.RawMessage `json:"dubParams"`
}

func (c *batchCheck) line(number int, text []byte) {
	at := func(offset int, format string, args ...any) {
		p := position(text, offset)
		c.problemAt(LineProblem{Line: number, Column: p.Column, Words: fmt.Sprintf(format, args...)})
	}
	var any json.RawMessage
	switch err := json.Unmarshal(text, &any); {
	case !utf8.Valid(text):
		at(invalidByte(text), "the text is not UTF-8: save the file as UTF-8")
		return
	case bytes.HasPrefix(text, []byte("\ufeff")):
		c.problem(number, "a byte order mark stands before the text: save the file as UTF-8 without one")
		return
	case err != nil && !bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")):
		at(0, "the line is not JSON: it must begin with {, not %q", shorten(firstWord(text)))
		return
	case err != nil:
		at(syntaxError(text), "%s", jsonWords(text, err))
		return
	}
	before := len(c.file.Problems) + c.file.More
	strange := checkMembers(text, c.shape, at)
	if len(c.file.Problems)+c.file.More > before {
		return // what a wrong name stands for is missing, which need not be told too
	}
	var l batchLine
	if err := json.Unmarshal(text, &l); err != nil {
		c.problem(number, "%v", err)
		return
	}
	c.head(number, l, strange)
	if !present(l.Payload) {
		c.missing(number, "payload", strange)
		return
	}
	var p batchPayload
	if err := json.Unmarshal(l.Payload, &p); err != nil {
		c.problem(number, "payload: %v", err)
		return
	}
	seconds := c.payload(number, p)
	c.twin(number, l.Payload)
	if len(c.file.Problems)+c.file.More == before {
		c.file.Lines = append(c.file.Lines, BatchLine{
			Number: number, RequestID: l.RequestID, Request: p.CreateRequest, Seconds: seconds,
		})
	}
}

func firstWord(text []byte) string {
	word, _, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	return word
}

// invalidByte is the offset of the first byte that is not UTF-8.
func invalidByte(text []byte) (at int) {
	for at < len(text) {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size <= 1 {
			break
		}
		at += size
	}
	return at
}

// head checks what stands beside the payload.
func (c *batchCheck) head(number int, l batchLine, strange []string) {
	switch first, twice := c.first[l.RequestID]; {
	case l.RequestID == "":
		c.missing(number, "request_id", strange)
	case twice:
		c.problem(number, "request_id %q is used on line %d already", shorten(l.RequestID), first)
	default:
		c.first[l.RequestID] = number
	}
	switch l.Endpoint {
	case "/v2/generate":
	case "":
		c.missing(number, "endpoint", strange)
	default:
		c.problem(number, `endpoint must be "/v2/generate", not %q`, shorten(l.Endpoint))
	}
}

// missing says that a member is not there, and what stands there instead.
func (c *batchCheck) missing(number int, name string, strange []string) {
	words := name + " is missing"
	if len(strange) > 0 {
		words += fmt.Sprintf("; the line has %q", strange)
	}
	c.problem(number, "%s", words)
}

// twin refuses the same work a second time. Two takes are told apart by their
// output names.
func (c *batchCheck) twin(number int, payload json.RawMessage) {
	var v any
	if json.Unmarshal(payload, &v) != nil {
		return
	}
	canonical, err := json.Marshal(v) // members in order
	if err != nil {
		return
	}
	if first, twice := c.work[string(canonical)]; twice {
		c.problem(number, "the same work as line %d: it would be paid twice; a second take needs an outputFileName of its own", first)
		return
	}
	c.work[string(canonical)] = number
}

// payload checks one request and gives the length of its result, in seconds,
// 0 unknown.
func (c *batchCheck) payload(number int, p batchPayload) float64 {
	if p.Model == "" {
		c.problem(number, "model is missing")
	}
	rules := RulesFor(p.Model)
	for _, o := range rules.Options {
		if v, ok := p.Options[o.Name]; ok && v != nil {
			if words := o.objection(v); words != "" {
				c.problem(number, "%s", words)
			}
		}
	}
	if _, words := checkOutputName(p.OutputFileName); words != "" {
		c.problem(number, "outputFileName: %s", words)
	}
	if _, words := checkWebhook(p.WebhookURL); words != "" {
		c.problem(number, "webhookUrl: %s", words)
	}
	n := c.inputs(number, p, rules)
	c.balance(number, p, n)
	mode, _ := p.Options[optionSyncMode].(string)
	seconds, _ := OutputSeconds(mode, n.visualSeconds, n.audioSeconds, n.image)
	return seconds
}

// inputCount is what a request's inputs add up to.
type inputCount struct {
	visuals, audios             int
	image                       bool
	strange                     bool // an input of a type that is none
	visualSeconds, audioSeconds float64
}

func (c *batchCheck) inputs(number int, p batchPayload, rules Rules) inputCount {
	var n inputCount
	for _, in := range p.Input {
		switch in.Type {
		case "video", "image":
			n.visuals++
			n.image = in.Type == "image"
			if n.image && !rules.Image {
				c.problem(number, "%s takes no images", p.Model)
			}
			n.visualSeconds = c.source(number, in, rules)
		case "audio":
			n.audios++
			n.audioSeconds = c.source(number, in, rules)
		case "text":
			n.audios++
			n.audioSeconds = c.voice(number, in.Provider)
		default:
			n.strange = true
			c.problem(number, "an input's type must be video, image, audio or text, not %q", shorten(in.Type))
		}
	}
	return n
}

// balance checks that there is one thing to see and something to hear.
func (c *batchCheck) balance(number int, p batchPayload, n inputCount) {
	segments, dub := present(p.Segments), present(p.DubParams)
	switch {
	case n.strange:
		// it may have been meant as either
	case n.visuals != 1:
		c.problem(number, "there must be exactly one video or image, not %d", n.visuals)
	case dub && n.audios > 0:
		c.problem(number, "dubParams brings its own audio: leave out audio and text")
	case !dub && n.audios == 0:
		c.problem(number, "there is no audio and no text")
	case n.audios > 1 && !segments:
		c.problem(number, "there are %d audios: several need segments", n.audios)
	}
}

func present(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// source checks a link or an asset, and gives its length in seconds, 0
// unknown.
func (c *batchCheck) source(number int, in api.CreateInput, rules Rules) float64 {
	switch {
	case in.URL == "" && in.AssetID == "":
		c.problem(number, "the %s has neither url nor assetId; a batch can't bring files", in.Type)
		return 0
	case in.URL == "":
		return 0
	}
	if err := checkLink(in.URL); err != nil {
		c.problem(number, "%s: %v", in.Type, err)
		return 0
	}
	if c.known == nil || in.Type == "image" {
		return 0
	}
	seconds, ok := c.known(in.URL)
	if !ok {
		return 0
	}
	most := float64(api.BatchMaxSeconds)
	if rules.MaxSeconds > 0 {
		most = min(most, rules.MaxSeconds)
	}
	if seconds > most {
		c.problem(number, "the %s is %.1f s long; %.0f s is the most", in.Type, seconds, most)
	}
	return seconds
}

// voice checks a script, and guesses how long it takes to speak.
func (c *batchCheck) voice(number int, v *api.CreateVoice) float64 {
	if v == nil || v.Script == "" {
		c.problem(number, "the text has no provider.script")
		return 0
	}
	if v.VoiceID == "" {
		c.problem(number, "the text has no provider.voiceId")
	}
	if n := utf8.RuneCountInString(v.Script); n > MaxScript {
		c.problem(number, "the script has %d characters; %d is the most", n, MaxScript)
	}
	return SpeechSeconds(v.Script)
}

func shorten(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:most])) + "…"
}
