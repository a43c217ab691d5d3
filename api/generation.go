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

// Status is where a generation stands, exactly as the API says it. Unknown
// words are kept and shown as they are.
// https://sync.so/docs/api-reference/api/generate-api/get
type Status string

// The documented statuses. No generation can be cancelled; the two spellings
// of it are met on old jobs only.
const (
	Pending    Status = "PENDING"
	Processing Status = "PROCESSING"
	Completed  Status = "COMPLETED"
	Failed     Status = "FAILED"
	Rejected   Status = "REJECTED"
)

// Running reports whether the job holds one of the plan's slots.
func (s Status) Running() bool { return s == Pending || s == Processing }

// Terminal reports whether the status can never change again. An unknown
// status is not terminal.
func (s Status) Terminal() bool {
	switch s {
	case Completed, Failed, Rejected, "CANCELED", "CANCELLED":
		return true
	}
	return false
}

// Troubled reports whether the job ended without a result.
func (s Status) Troubled() bool { return s.Terminal() && s != Completed }

// Words are what a status is found by: its name in lower case and, for
// PROCESSING, "running", as screens call it.
func (s Status) Words() string {
	switch s { // without a copy for those that lists are full of
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
	}
	return strings.ToLower(string(s))
}

// Input is one item of a generation's input, as the API echoes it.
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
}

// Generation is one job as the API tells it.
// https://sync.so/docs/api-reference/api/generate-api/get
type Generation struct {
	ID               ID
	CreatedAt        Time
	Status           Status
	Model            text.Text
	Input            []Input
	Options          JSON // the object echoed, nil if none
	Segments         JSON
	WebhookURL       URL
	Output           URL // outputMediaUrl, else outputUrl
	SegmentOutput    URL
	SynthesizedAudio URL
	OutputDuration   Seconds
	OutputFileName   text.Text
	Error            text.Text
	ErrorCode        text.Text // errorCode, else error_code
	ProjectID        ID
	Progress         int  // percent, -1 where the answer has none
	Raw              JSON // the whole answer; only of single gets, nil in lists
}

// GenerationQuery narrows a list of generations. Limit and Cursor are used
// where the server knows them.
type GenerationQuery struct {
	Status []Status
	IDs    []ID // at most 100
	Limit  int  // 0: not sent; 1–100
	Cursor ID   // the last id of the page before; needs Limit
}

// GenerationPage is one answer to a list.
type GenerationPage struct {
	Items []Generation
	// Whole is set when the server ignored Limit and answered with the
	// complete history, in any order (servers of June 2026 do).
	Whole bool
	// More says that another page may follow (a full page came).
	More bool
	// Skipped counts the elements that could not be read, or had no id. They
	// exist, so what is not in Items is not gone.
	Skipped int
}

// GenerationDetails says what a single get should bring beside the job.
type GenerationDetails struct {
	Progress bool // ask for include=progress where the server knows it
}

// Reads reports whether the key can read one of these jobs, which shows that
// they are of its account. Only if the server knows none of them the answer is
// no; all else that is in the way is an error.
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

// Generation fetches one job. Its Progress is -1 where the server does not
// tell it. https://sync.so/docs/api-reference/api/generate-api/get
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

// query is the list's query. Lists are told with commas, as documented.
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

// Generations lists jobs. A Whole answer is decoded element by element and
// handed to each in turn (at most 100 at a time) when each is not nil, so a
// history of any size needs no more memory than its rows; the page's Items
// are empty then. It counts only when the error is nil.
//
// A page after a Cursor is refused with ErrUnsupported while the server is
// known to ignore Limit, and with KindInvalid or KindNotFound when the server
// no longer knows the cursor: begin again from the top then.
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

// checkQuery refuses a query that the server could not answer.
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

// CountGenerations counts jobs by status; ErrUnsupported where the server
// has no counting.
func (c *Client) CountGenerations(ctx context.Context, status ...Status) (int, error) {
	var answer wireCount
	k := call{path: "/v2/generations/count", query: GenerationQuery{Status: status}.query()}
	err := c.optional(ctx, counting, k, &answer)
	if err == nil && !answer.Count.ok {
		c.memory.missing(counting)
		err = ErrUnsupported
	}
	if hasStatus(err, http.StatusBadRequest) || hasStatus(err, http.StatusNotFound) {
		// Without counting, "count" is taken for the id of a generation.
		c.memory.missing(counting)
		err = ErrUnsupported
	}
	return answer.Count.or(0), err
}

// Costs is what a job really cost, as far as the server knows.
type Costs struct {
	Availability text.Text // complete, pending, partial, unavailable
	Total        *Micros
	Known        *Micros
	RetryAfter   Seconds
}

// Costs fetches the real cost of one job; ErrUnsupported where the server
// does not tell it.
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
	return Costs{w.Availability, w.Total.Micros, w.Known.Micros, w.RetryAfter}, err
}

// Download asks for a fresh link to the output; ErrUnsupported where the
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
		// Documented as plain text; a JSON string is taken as well.
		text := strings.Trim(strings.TrimSpace(string(a.body)), `"`)
		link = ParseURL(text)
		if _, err := link.Link(); err != nil || isHTML(a.header, a.body) {
			link = URL{}
			return c.notAPI("something that is no link")
		}
		return nil
	})
	return link, c.optionalError(downloading, err)
}
