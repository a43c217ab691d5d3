package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// BatchStatus is where a batch stands, as the API says it.
type BatchStatus string

// The documented batch statuses. Completed means that every item ended, also
// if some failed; Failed that the batch itself did.
const (
	BatchPending     BatchStatus = "PENDING"
	BatchJobsCreated BatchStatus = "JOBS_CREATED"
	BatchProcessing  BatchStatus = "PROCESSING"
	BatchCompleted   BatchStatus = "COMPLETED"
	BatchFailed      BatchStatus = "FAILED"
)

// Terminal reports whether the batch can never change again.
func (s BatchStatus) Terminal() bool { return s == BatchCompleted || s == BatchFailed }

// Batch is one batch. https://sync.so/docs/api-reference/api/batch-api/get
type Batch struct {
	ID         ID
	CreatedAt  Time
	Status     BatchStatus
	Total      int
	Succeeded  int
	Failed     int
	Pending    int // 0 on fresh batches: progress is (Succeeded+Failed)/Total
	WebhookURL URL
	Output     URL // the JSONL of results; empty until ready
	Raw        JSON
}

// The documented limits of a batch.
const (
	BatchMinLines   = 20
	BatchMaxLines   = 500
	BatchMaxBytes   = 5 << 20
	BatchMaxSeconds = 30 // of each input
)

// BatchResult is one line of a batch's result file.
type BatchResult struct {
	RequestID  ID
	Generation Generation // zero where the line has an error only
	Error      Text
}

// UnmarshalJSON keeps the word as it is said, made safe to draw; it never
// fails.
func (s *BatchStatus) UnmarshalJSON(b []byte) error {
	*s = BatchStatus(Clean(looseString(b), maxWord))
	return nil
}

// wireMetrics is a batch's counts: the schema says snake_case, the example
// beside it camelCase.
type wireMetrics struct {
	Total      count `json:"total_generations"`
	Succeeded  count `json:"success_count"`
	Failed     count `json:"failed_count"`
	Pending    count `json:"pending_count"`
	TotalC     count `json:"totalGenerations"`
	SucceededC count `json:"successCount"`
	FailedC    count `json:"failedCount"`
	PendingC   count `json:"pendingCount"`
}

// metrics is wireMetrics, of nothing where the answer has another type.
type metrics wireMetrics

func (m *metrics) UnmarshalJSON(b []byte) error {
	*m = metrics{}
	if isObject(b) {
		_ = json.Unmarshal(b, (*wireMetrics)(m))
	}
	return nil
}

// wireBatch is a batch in every spelling it was ever sent in.
type wireBatch struct {
	ID           ID          `json:"id"`
	CreatedAt    Time        `json:"created_at"`
	CreatedAtC   Time        `json:"createdAt"`
	Status       BatchStatus `json:"status"`
	Metrics      metrics     `json:"metrics"`
	WebhookURL   URL         `json:"webhookUrl"`
	OldWebhook   URL         `json:"webhook_url"`
	OutputURL    URL         `json:"outputUrl"`
	OldOutputURL URL         `json:"output_url"`
}

// UnmarshalJSON reads a batch in either spelling. Members of an unexpected
// type are absent.
func (b *Batch) UnmarshalJSON(data []byte) error {
	var w wireBatch
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	m := w.Metrics
	*b = Batch{
		ID: w.ID, CreatedAt: cmp.Or(w.CreatedAt, w.CreatedAtC), Status: w.Status,
		Total:      cmp.Or(m.Total, m.TotalC).or(0),
		Succeeded:  cmp.Or(m.Succeeded, m.SucceededC).or(0),
		Failed:     cmp.Or(m.Failed, m.FailedC).or(0),
		Pending:    cmp.Or(m.Pending, m.PendingC).or(0),
		WebhookURL: cmp.Or(w.WebhookURL, w.OldWebhook),
		Output:     cmp.Or(w.OutputURL, w.OldOutputURL),
	}
	return nil
}

// Batches lists all batches, newest first.
// https://sync.so/docs/api-reference/api/batch-api/list
func (c *Client) Batches(ctx context.Context) ([]Batch, error) {
	var all list[Batch]
	if err := c.array(ctx, call{path: "/v2/batch"}, &all); err != nil {
		return nil, err
	}
	named, ok := identified(all, func(b Batch) ID { return b.ID })
	if !ok {
		return nil, c.notAPI("batches without ids")
	}
	return named, nil
}

// Batch fetches one batch.
// https://sync.so/docs/api-reference/api/batch-api/get
func (c *Client) Batch(ctx context.Context, id ID) (Batch, error) {
	if err := c.checkID(id); err != nil {
		return Batch{}, err
	}
	var b Batch
	raw, err := c.object(ctx, call{path: "/v2/batch/" + string(id)}, &b)
	if err != nil {
		return Batch{}, err
	}
	if b.ID == "" {
		return Batch{}, c.notAPI("a batch without an id")
	}
	b.Raw = raw
	return b, nil
}

// ValidateBatch has the server check a JSONL file without creating anything
// (dry_run). It costs nothing, but is sent once all the same: a server that
// did not know dry_run would create a batch. Should one do that, the error
// names the batch. https://sync.so/docs/developer-guides/batch-processing
func (c *Client) ValidateBatch(ctx context.Context, jsonl []byte) error {
	f := newForm(fingerprint(jsonl))
	f.file("input", "batch.jsonl", "application/jsonl", bytes.NewReader(jsonl), int64(len(jsonl)))
	f.field("dry_run", "true")
	body, err := c.once(ctx, f.request("/v2/batch", ""))
	if err != nil {
		return err
	}
	var w struct {
		ID     ID   `json:"id"`
		Status Text `json:"status"`
	}
	if !isObject(body) || json.Unmarshal(body, &w) != nil {
		return c.notAPI("an answer of an unknown shape")
	}
	if w.ID != "" {
		return &Error{
			Kind: KindNotAPI, Sent: true, foreign: true,
			Message:    c.say("the server was asked to check a batch, and created " + string(w.ID) + " instead"),
			Suggestion: "Look at it under Batches before sending anything.",
		}
	}
	if w.Status == "" {
		return c.notAPI("an answer without a verdict")
	}
	return nil
}

// CreateBatch sends a batch once, by the rules of CreateGeneration. Batch
// creation is not idempotent on any known server.
// https://sync.so/docs/api-reference/api/batch-api/create
func (c *Client) CreateBatch(ctx context.Context, p Paid) (Batch, error) {
	if err := c.checkPaid(p); err != nil {
		return Batch{}, err
	}
	f := newForm(p.IdempotencyKey)
	f.file("input", "batch.jsonl", "application/jsonl", bytes.NewReader(p.Body), int64(len(p.Body)))
	if p.WebhookURL != "" {
		f.field("webhook_url", p.WebhookURL)
	}
	body, err := c.once(ctx, f.request("/v2/batch", p.IdempotencyKey))
	if err != nil {
		return Batch{}, err
	}
	var b Batch
	if !isObject(body) || json.Unmarshal(body, &b) != nil || !b.ID.Valid() {
		return Batch{}, c.noID("batch")
	}
	b.Raw = body
	return b, nil
}

// maxResults is the most bytes of a result file: 500 lines of a generation.
const maxResults = 32 << 20

// BatchResults fetches the result file of a batch, without the key beyond the
// API's own origin. https://sync.so/docs/developer-guides/batch-processing
func (c *Client) BatchResults(ctx context.Context, b Batch) ([]BatchResult, error) {
	link, err := b.Output.Link()
	if err != nil {
		return nil, c.invalid("the batch has no results to fetch: " + err.Error())
	}
	var results []BatchResult
	k := call{path: link, limit: maxResults}
	err = c.retry(ctx, k, func(ctx context.Context, dog *watchdog) error {
		dog.unlimited()
		a, err := c.download(ctx, dog, k)
		if err != nil {
			return err
		}
		if isHTML(a.header, a.body) {
			return c.notAPI("HTML")
		}
		results, err = c.results(a.body)
		return err
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

// download fetches a link without the key. Where the API's own origin wants
// the key for it, it gets the key, and the link that it then names is fetched
// without again.
func (c *Client) download(ctx context.Context, dog *watchdog, k call) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, k.path, http.NoBody)
	if err != nil {
		return answer{}, c.invalid("the link cannot be read")
	}
	own := sameOrigin(r.URL, c.base)
	res, err := c.do(ctx, dog, c.media, r, other)
	if own && (hasStatus(err, http.StatusUnauthorized) || hasStatus(err, http.StatusForbidden)) {
		res, err = c.unlock(ctx, dog, r)
	}
	if err != nil {
		return answer{}, staleLink(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := c.readAll(ctx, res, k.limit)
	return answer{res.Header, body}, err
}

// staleLink makes a refusal of a link what it is: not one of the key.
func staleLink(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == KindAuth {
		e.Kind, e.Message = KindNotFound, "the link is no longer good"
		e.Suggestion = "Refresh to get a new one."
	}
	return err
}

// unlock asks the base origin with the key, and follows where it leads
// without.
func (c *Client) unlock(ctx context.Context, dog *watchdog, r *http.Request) (*http.Response, error) {
	if err := c.limiter(other).wait(ctx); err != nil {
		return nil, c.unsent(err)
	}
	res, err := c.reads.Do(r.Clone(ctx))
	if err != nil {
		return nil, c.broken(ctx, r.URL.Host, err)
	}
	if res.StatusCode < 300 || res.StatusCode > 399 {
		return c.judge(dog, res, r, other)
	}
	_ = res.Body.Close()
	target, err := r.URL.Parse(res.Header.Get("Location"))
	if err != nil || checkLink(target) != nil {
		return nil, c.notAPI("a redirect to nowhere")
	}
	next, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), http.NoBody)
	if err != nil {
		return nil, c.notAPI("a redirect to nowhere")
	}
	return c.do(ctx, dog, c.media, next, other)
}

// wireResult is one line of a result file. Response is a generation, or an
// HTTP answer that holds one.
type wireResult struct {
	RequestID  ID              `json:"request_id"`
	RequestIDC ID              `json:"requestId"`
	Response   json.RawMessage `json:"response"`
	Error      reason          `json:"error"`
}

// results reads a result file. A line that cannot be read spoils the file: a
// job must not be lost in silence.
func (c *Client) results(file []byte) ([]BatchResult, error) {
	var all []BatchResult
	n := 0
	for line := range bytes.Lines(file) {
		n++
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		var r BatchResult
		if !isObject(line) || json.Unmarshal(line, &r) != nil {
			e := c.notAPI(fmt.Sprintf("a result file whose line %d is broken", n))
			e.again = true
			return nil, e
		}
		all = append(all, r)
	}
	if len(all) == 0 {
		return nil, c.notAPI("an empty result file")
	}
	return all, nil
}

// UnmarshalJSON reads one line of a result file in any of its shapes.
func (r *BatchResult) UnmarshalJSON(b []byte) error {
	var w wireResult
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*r = BatchResult{RequestID: cmp.Or(w.RequestID, w.RequestIDC), Error: w.Error.Text}
	if !isObject(w.Response) {
		return nil
	}
	var wrapped struct {
		Body    json.RawMessage `json:"body"`
		Message reason          `json:"message"`
	}
	inner := w.Response
	if json.Unmarshal(inner, &wrapped) == nil && isObject(wrapped.Body) {
		inner = wrapped.Body
		_ = json.Unmarshal(inner, &wrapped)
	}
	_ = json.Unmarshal(inner, &r.Generation)
	r.Error = cmp.Or(r.Error, r.Generation.Error, wrapped.Message.Text)
	if r.Generation.ID == "" {
		r.Generation = Generation{}
	}
	return nil
}
