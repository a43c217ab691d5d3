package api

import (
	"bytes"
	"cmp"
	"context"

	"dubtop/api/exact"
	"dubtop/api/text"
)

// BatchStatus is the state of a batch in the API's words.
type BatchStatus string

// The documented batch statuses. Completed means that every item ended, even if
// some failed. Failed means that the batch itself failed.
const (
	BatchPending     BatchStatus = "PENDING"
	BatchJobsCreated BatchStatus = "JOBS_CREATED"
	BatchProcessing  BatchStatus = "PROCESSING"
	BatchCompleted   BatchStatus = "COMPLETED"
	BatchFailed      BatchStatus = "FAILED"
)

// Terminal reports whether the status is final.
func (s BatchStatus) Terminal() bool { return s == BatchCompleted || s == BatchFailed }

// Batch is one batch. https://sync.so/docs/api-reference/api/batch-api/get
type Batch struct {
	ID         ID
	CreatedAt  Time
	Status     BatchStatus
	Total      int
	Succeeded  int
	Failed     int
	Pending    int // 0 on new batches, so progress is (Succeeded+Failed)/Total
	WebhookURL URL
	Output     URL // the results as JSONL; empty until ready
	Raw        JSON
}

// The documented limits of a batch.
const (
	BatchMinLines   = 20
	BatchMaxLines   = 500
	BatchMaxBytes   = 5 << 20
	BatchMaxSeconds = 30 // per input
)

// UnmarshalJSON keeps the API's word, made safe to draw. It never fails.
func (s *BatchStatus) UnmarshalJSON(b []byte) error {
	*s = BatchStatus(text.Clean(text.Loose(b), maxWord))
	return nil
}

// wireMetrics are a batch's counts. The schema uses snake_case, the example
// next to it camelCase.
type wireMetrics struct {
	Total      count
	Succeeded  count
	Failed     count
	Pending    count
	TotalC     count
	SucceededC count
	FailedC    count
	PendingC   count
}

func (m *wireMetrics) members() []exact.Member {
	return []exact.Member{
		{Name: "total_generations", Into: &m.Total},
		{Name: "success_count", Into: &m.Succeeded},
		{Name: "failed_count", Into: &m.Failed},
		{Name: "pending_count", Into: &m.Pending},
		{Name: "totalGenerations", Into: &m.TotalC},
		{Name: "successCount", Into: &m.SucceededC},
		{Name: "failedCount", Into: &m.FailedC},
		{Name: "pendingCount", Into: &m.PendingC},
	}
}

// metrics is wireMetrics, empty if the answer has another type.
type metrics wireMetrics

func (m *metrics) UnmarshalJSON(b []byte) error {
	*m = metrics{}
	_ = exact.Decode(b, (*wireMetrics)(m).members())
	return nil
}

// wireBatch is a batch in every spelling seen so far.
type wireBatch struct {
	ID           ID
	CreatedAt    Time
	CreatedAtC   Time
	Status       BatchStatus
	Metrics      metrics
	WebhookURL   URL
	OldWebhook   URL
	OutputURL    URL
	OldOutputURL URL
}

func (w *wireBatch) members() []exact.Member {
	return []exact.Member{
		{Name: "id", Into: &w.ID, Once: true},
		{Name: "created_at", Into: &w.CreatedAt},
		{Name: "createdAt", Into: &w.CreatedAtC},
		{Name: "status", Into: &w.Status, Once: true},
		{Name: "metrics", Into: &w.Metrics},
		{Name: "webhookUrl", Into: &w.WebhookURL},
		{Name: "webhook_url", Into: &w.OldWebhook},
		{Name: "outputUrl", Into: &w.OutputURL, Once: true},
		{Name: "output_url", Into: &w.OldOutputURL, Once: true},
	}
}

// UnmarshalJSON reads a batch in either spelling. Fields of an unexpected type
// are left empty. It fails if data is not an object, or if the id, the status
// or the link to the results appears twice.
func (b *Batch) UnmarshalJSON(data []byte) error {
	var w wireBatch
	if err := exact.Decode(data, w.members()); err != nil {
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
func (c *Client) Batches(ctx context.Context) (List[Batch], error) {
	var all list[Batch, *Batch]
	if err := c.array(ctx, call{path: "/v2/batch"}, &all); err != nil {
		return List[Batch]{}, err
	}
	named, ok := identified(all, func(b Batch) ID { return b.ID })
	if !ok {
		return List[Batch]{}, c.notAPI("batches without ids")
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

// wireVerdict is the answer to a dry run. An id in it means that a batch was
// created after all.
type wireVerdict struct {
	ID     ID
	Status text.Text
}

func (w *wireVerdict) members() []exact.Member {
	return []exact.Member{{Name: "id", Into: &w.ID, Once: true}, {Name: "status", Into: &w.Status, Once: true}}
}

// UnmarshalJSON reads a verdict.
func (w *wireVerdict) UnmarshalJSON(b []byte) error { return exact.Decode(b, w.members()) }

// ValidateBatch asks the server to check a JSONL file without creating anything
// (dry_run). It is free, but sent only once, because a server that did not know
// dry_run would create a batch. If that happens, the error names the batch.
// https://sync.so/docs/api-reference/guides/batch-processing
func (c *Client) ValidateBatch(ctx context.Context, jsonl []byte) error {
	f := newForm(fingerprint(jsonl))
	f.file("input", "batch.jsonl", "application/jsonl", bytes.NewReader(jsonl), int64(len(jsonl)))
	f.field("dry_run", "true")
	body, err := c.once(ctx, f.request("/v2/batch", ""))
	if err != nil {
		return err
	}
	var w wireVerdict
	if err := decodeObject(body, &w); err != nil && w.ID == "" {
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

// CreateBatch sends a batch once, by the rules of [Client.CreateGeneration]. No
// known server makes batch creation idempotent.
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
		return Batch{}, cautious(err)
	}
	var b Batch
	if err := decodeObject(body, &b); err != nil || !b.ID.Valid() {
		return Batch{}, c.noID("batch", err)
	}
	b.Raw = body
	return b, nil
}
