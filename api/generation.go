package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"dubtop/api/text"
)

// Status is the state of a generation in the API's words. Unknown words are
// kept and shown as they are.
// https://sync.so/docs/api-reference/api/generate-api/get
type Status string

// The documented statuses. Generations cannot be cancelled; the two spellings
// of it occur on old jobs only.
const (
	Pending    Status = "PENDING"
	Processing Status = "PROCESSING"
	Completed  Status = "COMPLETED"
	// CompletedPartial is documented for dialogue edits: there is a result, but it
	// is not complete.
	CompletedPartial Status = "COMPLETED_PARTIAL"
	Failed           Status = "FAILED"
	Rejected         Status = "REJECTED"
)

// Running reports whether the job occupies a slot of the plan.
func (s Status) Running() bool { return s == Pending || s == Processing }

// Terminal reports whether the status is final. An unknown status is not.
func (s Status) Terminal() bool {
	switch s {
	case Completed, CompletedPartial, Failed, Rejected, "CANCELED", "CANCELLED":
		return true
	}
	return false
}

// Produced reports whether the job ended with a result, whole or in part.
func (s Status) Produced() bool { return s == Completed || s == CompletedPartial }

// Troubled reports whether the job ended without a result.
func (s Status) Troubled() bool { return s.Terminal() && !s.Produced() }

// Words returns the words that a status can be found by: its name in lower case
// and, for PROCESSING, "running", as the screen calls it.
func (s Status) Words() string {
	switch s { // no allocation for the common ones
	case Pending:
		return "pending"
	case Processing:
		return "processing running"
	case Completed:
		return "completed"
	case Failed:
		return "failed"
	case Rejected:
		return "rejected"
	case CompletedPartial:
		return "completed_partial partial"
	}
	return strings.ToLower(string(s))
}

// Input is one input of a generation, as echoed by the API.
type Input struct {
	Type     text.Text // video, image, audio, text
	URL      URL
	AssetID  ID
	RefID    text.Text
	Provider *Provider
}

// Provider is the speech of a text input.
type Provider struct {
	Name    text.Text
	VoiceID ID
	Script  text.Text

	Stability, SimilarityBoost *float64 // nil if absent
}

// Generation is a job as reported by the API.
// https://sync.so/docs/api-reference/api/generate-api/get
type Generation struct {
	ID               ID
	CreatedAt        Time
	Status           Status
	Model            text.Text
	Input            []Input
	Options          JSON // the object as echoed; nil if absent
	Segments         JSON
	DubParams        JSON
	WebhookURL       URL
	Output           URL // outputMediaUrl, else outputUrl
	SegmentOutput    URL
	SynthesizedAudio URL
	OutputDuration   Seconds
	OutputFileName   text.Text
	Error            text.Text
	ErrorCode        text.Text // errorCode, else error_code
	ProjectID        ID
	Progress         int  // percent; -1 if not reported
	Raw              JSON // the whole answer; nil for jobs from a list
}

// GenerationQuery narrows a list of generations. Limit and Cursor are used if
// the server supports them.
type GenerationQuery struct {
	Status []Status
	IDs    []ID // at most 100
	Limit  int  // 1–100; 0 is not sent
	Cursor ID   // last id of the previous page; needs Limit
}

// GenerationPage is one answer with a list of generations.
type GenerationPage struct {
	Items []Generation
	// Whole is set if the server ignored Limit and sent the complete history,
	// in any order, as the servers of June 2026 do.
	Whole bool
	// More reports that another page may follow, because this one is full.
	More bool
	// Skipped counts elements that could not be read or had no id. They exist,
	// so a job missing from Items may not be gone.
	Skipped int
}

// GenerationDetails selects what a single get returns beside the job.
type GenerationDetails struct {
	Progress bool // ask for include=progress if the server supports it
}

// Reads reports whether the key can read at least one of these jobs, which
// shows that they belong to its account. It reports false only if the server
// knows none of them; any other problem is an error.
func (c *Client) Reads(ctx context.Context, ids []ID) (bool, error) {
	for _, id := range ids {
		job, err := c.Generation(ctx, id, GenerationDetails{})
		if err == nil {
			return job.ID == id, nil
		}
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != KindNotFound {
			return false, err
		}
	}
	return false, nil
}

// Generation returns one job. Its Progress is -1 if the server does not report
// it.
// https://sync.so/docs/api-reference/api/generate-api/get
func (c *Client) Generation(ctx context.Context, id ID, want GenerationDetails) (Generation, error) {
	if err := c.checkID(id); err != nil {
		return Generation{}, err
	}
	k := call{path: "/v2/generate/" + string(id)}
	if want.Progress && !c.memory.lacks(progress) {
		k.query = url.Values{"include": {"progress"}}
	}
	var g Generation
	raw, err := c.object(ctx, k, &g)
	if k.query != nil && hasStatus(err, http.StatusBadRequest) {
		k.query = nil
		if raw, err = c.object(ctx, k, &g); err == nil {
			c.memory.missing(progress)
		}
	}
	if err != nil {
		return Generation{}, err
	}
	if g.ID == "" {
		return Generation{}, c.notAPI("a generation without an id")
	}
	g.Raw = raw
	return g, nil
}

// query returns the URL query. Lists are joined with commas, as documented.
func (q GenerationQuery) query() url.Values {
	v := url.Values{}
	if len(q.Status) > 0 {
		v.Set("status", join(q.Status))
	}
	if len(q.IDs) > 0 {
		v.Set("ids", join(q.IDs))
	}
	if q.Limit > 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	if q.Cursor != "" {
		v.Set("cursor", string(q.Cursor))
	}
	return v
}

func join[T ~string](items []T) string {
	var b strings.Builder
	for i, item := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(string(item))
	}
	return b.String()
}

// Generations lists jobs.
//
// If the answer is Whole and each is not nil, the jobs are decoded one by one
// and passed to each, at most 100 at a time, and Items is empty. A history of
// any size then needs no more memory than the jobs that each keeps. They count
// only if the error is nil.
//
// A page after a Cursor fails with [ErrUnsupported] while the server is known
// to ignore Limit. It fails with [KindInvalid] or [KindNotFound] if the server
// no longer knows the cursor; start again from the top then.
// https://sync.so/docs/api-reference/api/generate-api/list
func (c *Client) Generations(ctx context.Context, q GenerationQuery, each func([]Generation)) (GenerationPage, error) {
	if err := c.checkQuery(q); err != nil {
		return GenerationPage{}, err
	}
	asked := q.Limit
	if c.memory.lacks(limits) {
		q.Limit = 0
	}
	page, err := c.list(ctx, q, asked, each)
	if q.Limit > 0 && q.Cursor == "" && hasStatus(err, http.StatusBadRequest) {
		q.Limit = 0
		if page, err = c.list(ctx, q, asked, each); err == nil {
			c.memory.missing(limits)
		}
	}
	if err == nil && page.Whole && asked > 0 {
		c.memory.missing(paging)
	}
	return page, err
}

// checkQuery refuses a query that the server cannot answer.
func (c *Client) checkQuery(q GenerationQuery) error {
	for _, id := range q.IDs {
		if err := c.checkID(id); err != nil {
			return err
		}
	}
	if q.Cursor == "" {
		return nil
	}
	if c.memory.lacks(paging) || c.memory.lacks(limits) {
		return ErrUnsupported
	}
	return c.checkID(q.Cursor)
}

// CountGenerations returns the number of jobs with one of the statuses, or
// [ErrUnsupported] if the server cannot count.
func (c *Client) CountGenerations(ctx context.Context, status ...Status) (int, error) {
	var answer wireCount
	k := call{path: "/v2/generations/count", query: GenerationQuery{Status: status}.query()}
	err := c.optional(ctx, counting, k, &answer)
	if err == nil && !answer.Count.ok {
		c.memory.missing(counting)
		err = ErrUnsupported
	}
	if hasStatus(err, http.StatusBadRequest) || hasStatus(err, http.StatusNotFound) {
		// A server without counting takes "count" for the id of a generation.
		c.memory.missing(counting)
		err = ErrUnsupported
	}
	return answer.Count.or(0), err
}

// Costs is the actual cost of a job, as far as the server knows it.
type Costs struct {
	Availability text.Text // complete, pending, partial, unavailable
	Total        *Micros
	Known        *Micros
	RetryAfter   Seconds
}

// Costs returns the actual cost of a job, or [ErrUnsupported] if the server
// does not report costs.
func (c *Client) Costs(ctx context.Context, id ID) (Costs, error) {
	if err := c.checkID(id); err != nil {
		return Costs{}, err
	}
	var w wireCosts
	err := c.optional(ctx, costing, call{path: "/v2/generate/" + string(id) + "/costs"}, &w)
	if err == nil && w.Availability == "" && w.Total.Micros == nil && w.Known.Micros == nil {
		c.memory.missing(costing)
		err = ErrUnsupported
	}
	return w.costs(), err
}

// Download returns a fresh link to the output, or [ErrUnsupported] if the
// server has no such call. The link itself is fetched without the key.
func (c *Client) Download(ctx context.Context, id ID) (URL, error) {
	if err := c.checkID(id); err != nil {
		return URL{}, err
	}
	if c.memory.lacks(downloading) {
		return URL{}, ErrUnsupported
	}
	var link URL
	k := call{path: "/v2/generations/" + string(id) + "/download"}
	err := c.retry(ctx, k, func(ctx context.Context, dog *watchdog) error {
		a, err := c.exchange(ctx, dog, k)
		if err != nil {
			return err
		}
		// Documented as plain text, but a JSON string is accepted too.
		text := strings.Trim(strings.TrimSpace(string(a.body)), `"`)
		link = ParseURL(text)
		if _, err := link.Link(); err != nil || isHTML(a.header, a.body) {
			link = URL{}
			return c.notAPI("something other than a link")
		}
		return nil
	})
	return link, c.optionalError(downloading, err)
}
