package simulator

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The published rules for batches (https://sync.so/docs/api-reference). How
// many may run at once is not published; here it is five.
const (
	batchLeast       = 20
	batchMost        = 500
	batchFileLimit   = 5 << 20
	batchSeconds     = 30
	batchConcurrency = 5
)

// batch is a group of generations under one id.
type batch struct {
	id       string
	created  time.Time
	expanded time.Time // when its jobs are created
	webhook  string
	items    []batchItem
	held     string // a fixed status; "" derives it from the jobs
}

type batchItem struct {
	requestID string
	job       *job
}

// metrics are a batch's counts in JSON.
type metrics struct {
	Total     int `json:"total_generations"`
	Succeeded int `json:"success_count"`
	Failed    int `json:"failed_count"`
	Pending   int `json:"pending_count"`
}

// batchWire is a batch in JSON.
type batchWire struct {
	ID         string  `json:"id"`
	CreatedAt  string  `json:"created_at"`
	Status     string  `json:"status"`
	Metrics    metrics `json:"metrics"`
	WebhookURL any     `json:"webhookUrl"`
	OutputURL  string  `json:"outputUrl"`
}

// count counts the jobs by status. Before they are created, nothing is pending.
func (b *batch) count(now time.Time) (m metrics, working bool) {
	m.Total = len(b.items)
	if now.Before(b.expanded) {
		return m, false
	}
	for _, item := range b.items {
		switch item.job.status(now) {
		case completed:
			m.Succeeded++
		case failed, rejected:
			m.Failed++
		case processing:
			m.Pending, working = m.Pending+1, true
		default:
			m.Pending++
		}
	}
	return m, working || m.Succeeded+m.Failed > 0
}

// status derives the status from the jobs. A batch is completed once all have
// ended, however they ended.
func (b *batch) status(now time.Time) string {
	m, working := b.count(now)
	switch {
	case b.held != "":
		return b.held
	case now.Before(b.expanded):
		return pending
	case m.Pending == 0:
		return completed
	case working:
		return processing
	default:
		return jobsCreated
	}
}

func (s *Server) shownBatch(b *batch, now time.Time) batchWire {
	m, _ := b.count(now)
	wire := batchWire{
		ID: b.id, CreatedAt: b.created.UTC().Format(time.RFC3339), Status: b.status(now), Metrics: m,
		WebhookURL: orNull(b.webhook),
	}
	if wire.Status == completed {
		wire.OutputURL = s.base + "/v2/batches/" + b.id + "/result"
	}
	return wire
}

func (s *Server) createBatch(w http.ResponseWriter, r *http.Request) {
	if !s.opts.Plan.Batches() {
		drain(r)
		refuse(http.StatusPaymentRequired, "batch_plan_required", "Batch needs the Scale plan").
			advising("Upgrade the plan.").write(w)
		return
	}
	file, fields, f := readBatchForm(r)
	var lines []batchLine
	if f == nil {
		lines, f = s.batchLines(file)
	}
	if f != nil {
		drain(r)
		f.write(w)
		return
	}
	if dry, _ := strconv.ParseBool(fields["dry_run"]); dry {
		writeJSON(w, http.StatusCreated, map[string]string{"status": "VALIDATED"})
		return
	}
	s.mu.Lock()
	now := s.now()
	var wire batchWire
	if s.batchesRunning(now) >= batchConcurrency {
		f = refuse(http.StatusTooManyRequests, "concurrency_limit_reached",
			"Batch concurrency limit reached. Wait for a batch to finish.")
	} else {
		b := s.makeBatch(lines, fields["webhook_url"], now)
		s.acceptedBatches = append(s.acceptedBatches, AcceptedBatch{ID: b.id, Time: now, Lines: len(lines), Body: file})
		wire = s.shownBatch(b, now)
	}
	s.mu.Unlock()
	if f != nil {
		f.write(w)
		return
	}
	writeJSON(w, http.StatusCreated, wire)
}

func (s *Server) batchesRunning(now time.Time) int {
	n := 0
	for _, b := range s.batches {
		if status := b.status(now); status != completed && status != failed {
			n++
		}
	}
	return n
}

// readBatchForm reads the JSON Lines file and the text fields sent with it.
func readBatchForm(r *http.Request) (file []byte, fields map[string]string, f *failure) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, nil, invalid("A multipart body with an input file is required")
	}
	fields = make(map[string]string)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, invalid("The multipart body could not be read")
		}
		text, err := io.ReadAll(io.LimitReader(part, batchFileLimit+1))
		if err != nil {
			return nil, nil, invalid("The multipart body could not be read")
		}
		if len(text) > batchFileLimit {
			return nil, nil, refuse(http.StatusBadRequest, "batch_file_too_large", "The file is larger than 5 MB")
		}
		if part.FormName() == "input" {
			file = text
		} else {
			fields[part.FormName()] = string(text)
		}
	}
	if file == nil {
		return nil, nil, invalid("The input file is missing")
	}
	return file, fields, nil
}

// batchLine is one request of the file.
type batchLine struct {
	requestID string
	creation  *creation
	seconds   float64
}

// batchLines checks the file line by line.
func (s *Server) batchLines(file []byte) ([]batchLine, *failure) {
	var lines []batchLine
	seen := make(map[string]bool)
	number := 0
	for text := range bytes.Lines(file) {
		number++
		if text = bytes.TrimSpace(text); len(text) == 0 {
			continue
		}
		line, f := s.batchLine(text)
		if f == nil && seen[line.requestID] {
			f = refuse(http.StatusBadRequest, "batch_duplicate_request_id", "request_id "+line.requestID+" is used twice")
		}
		if f != nil {
			f.Message = fmt.Sprintf("Line %d: %v", number, f.Message)
			return nil, f
		}
		seen[line.requestID] = true
		lines = append(lines, line)
	}
	switch {
	case len(lines) < batchLeast:
		return nil, refuse(http.StatusBadRequest, "batch_insufficient_records", "A batch needs at least 20 records")
	case len(lines) > batchMost:
		return nil, refuse(http.StatusBadRequest, "batch_too_many_requests", "A batch takes at most 500 records")
	}
	return lines, nil
}

func (s *Server) batchLine(text []byte) (batchLine, *failure) {
	var raw struct {
		RequestID string                     `json:"request_id"`
		Endpoint  string                     `json:"endpoint"`
		Payload   map[string]json.RawMessage `json:"payload"`
	}
	if json.Unmarshal(text, &raw) != nil || raw.RequestID == "" || raw.Payload == nil {
		return batchLine{}, refuse(http.StatusBadRequest, "batch_invalid_jsonl", "not an object with request_id, endpoint and payload")
	}
	if raw.Endpoint != "/v2/generate" {
		return batchLine{}, refuse(http.StatusBadRequest, "batch_invalid_endpoint", "endpoint must be /v2/generate")
	}
	rules := reader{members: raw.Payload, profile: s.opts.Profile}
	c := rules.creation()
	if len(rules.broken) > 0 {
		return batchLine{}, refuse(http.StatusBadRequest, "batch_invalid_jsonl", strings.Join(rules.broken, "; "))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, in := range c.Input {
		if in.Type != "image" && s.inputSeconds(in, nil) > batchSeconds {
			return batchLine{}, refuse(http.StatusBadRequest, "generation_input_duration_greater_than_max_duration", "inputs in a batch may be up to 30 s long")
		}
	}
	if f := s.refusal(c, nil); f != nil {
		f.StatusCode, f.Reason = http.StatusBadRequest, http.StatusText(http.StatusBadRequest)
		return batchLine{}, f
	}
	return batchLine{raw.RequestID, c, s.outputSeconds(c, nil)}, nil
}

// makeBatch starts a batch. Its jobs are created after a while and then start
// one after the other. The lock must be held.
func (s *Server) makeBatch(lines []batchLine, webhook string, now time.Time) *batch {
	s.made++
	chance := stream(s.opts.Seed, "batch", s.made)
	b := &batch{
		id: fmt.Sprintf("batch_%012x", chance.Uint64()>>16), created: now, webhook: webhook,
		expanded: now.Add(s.sped(between(chance, 8, 16))),
	}
	for i, line := range lines {
		j := &job{id: s.newID(), seconds: line.seconds, source: "api", made: line.creation, batch: true}
		r := stream(s.opts.Seed, "life", s.made)
		waits, works := usualTimes(line.creation.Model, line.seconds, r)
		if j.outcome, j.code = fate(r); s.opts.Reliable {
			j.outcome, j.code = completed, ""
		}
		s.start(j, b.expanded, waits+time.Duration(i)*4*time.Second, works)
		b.items = append(b.items, batchItem{line.requestID, j})
	}
	s.batches = append(s.batches, b)
	return b
}

// batchOf finds a batch by the id in the path.
func (s *Server) batchOf(id string) (*batch, *failure) {
	for _, b := range s.batches {
		if b.id == id {
			return b, nil
		}
	}
	return nil, refuse(http.StatusNotFound, "", "Batch not found")
}

func (s *Server) getBatch(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	b, f := s.batchOf(r.PathValue("id"))
	var wire batchWire
	if f == nil {
		wire = s.shownBatch(b, s.now())
	}
	s.mu.Unlock()
	if f != nil {
		f.write(w)
		return
	}
	writeJSON(w, http.StatusOK, wire)
}

func (s *Server) listBatches(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	status := strings.ToUpper(q.Get("status"))
	if status != "" && !slices.Contains([]string{pending, jobsCreated, processing, completed, failed}, status) {
		invalid("status must be one of the following values: PENDING, JOBS_CREATED, PROCESSING, COMPLETED, FAILED").write(w)
		return
	}
	after, err := time.Parse(time.RFC3339, cmp.Or(q.Get("created_after"), "0001-01-01T00:00:00Z"))
	before, err2 := time.Parse(time.RFC3339, cmp.Or(q.Get("created_before"), "9999-01-01T00:00:00Z"))
	if err != nil || err2 != nil {
		invalid("created_after and created_before must be ISO 8601 date strings").write(w)
		return
	}
	list := []batchWire{}
	s.mu.Lock()
	now := s.now()
	sorted := slices.SortedStableFunc(slices.Values(s.batches), func(a, b *batch) int { return b.created.Compare(a.created) })
	for _, b := range sorted {
		wire := s.shownBatch(b, now)
		if (status == "" || status == wire.Status) && b.created.After(after) && b.created.Before(before) {
			list = append(list, wire)
		}
	}
	s.mu.Unlock()
	writeJSON(w, http.StatusOK, list)
}

// followBatchResult redirects from a batch's outputUrl. It needs no key.
func (s *Server) followBatchResult(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	now := s.now()
	b, f := s.batchOf(r.PathValue("id"))
	link := ""
	switch {
	case f != nil:
	case b.status(now) != completed:
		f = refuse(http.StatusNotFound, "", "There are no results yet")
	default:
		link = s.storage + "/batch/" + b.id + ".jsonl?sig=" + s.token(b.id, now)
	}
	s.mu.Unlock()
	if f != nil {
		f.write(w)
		return
	}
	w.Header().Set("Location", link)
	writeBody(w, http.StatusFound, "text/plain; charset=utf-8", []byte("Found"))
}

// batchResult returns the JSON Lines file behind a batch's outputUrl: one line
// per request, in an order that clients must not rely on. The lock must be
// held.
func (s *Server) batchResult(b *batch, now time.Time) []byte {
	var out bytes.Buffer
	for _, item := range slices.Backward(b.items) {
		line, err := json.Marshal(map[string]any{"request_id": item.requestID, "response": s.shown(item.job, now)})
		if err != nil {
			panic(err)
		}
		out.Write(line)
		out.WriteByte('\n')
	}
	return out.Bytes()
}
