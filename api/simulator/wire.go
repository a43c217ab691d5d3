package simulator

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The statuses of a generation. Batches also have jobsCreated.
const (
	pending     = "PENDING"
	jobsCreated = "JOBS_CREATED"
	processing  = "PROCESSING"
	completed   = "COMPLETED"
	partial     = "COMPLETED_PARTIAL"
	failed      = "FAILED"
	rejected    = "REJECTED"
)

// generation is a generation in JSON. Nil fields are left out, so that one type
// serves every profile.
type generation struct {
	ID              string          `json:"id"`
	CreatedAt       string          `json:"createdAt"`
	Status          string          `json:"status"`
	Model           string          `json:"model"`
	Input           []input         `json:"input"`
	Options         json.RawMessage `json:"options,omitempty"`
	Segments        json.RawMessage `json:"segments,omitempty"`
	WebhookURL      any             `json:"webhookUrl,omitempty"`
	OutputURL       any             `json:"outputUrl,omitempty"`
	OutputMediaURL  any             `json:"outputMediaUrl,omitempty"`
	SegmentOutput   any             `json:"segmentOutputUrl,omitempty"`
	OutputDuration  any             `json:"outputDuration,omitempty"`
	OutputFileName  any             `json:"outputFileName,omitempty"`
	SynthesizedURL  any             `json:"synthesizedAudioUrl,omitempty"`
	ProjectID       any             `json:"projectId,omitempty"`
	Error           any             `json:"error,omitempty"`
	OldErrorCode    any             `json:"error_code,omitempty"`
	ErrorCode       any             `json:"errorCode,omitempty"`
	ProgressPercent any             `json:"progress_percent,omitempty"`
}

// absent returns a JSON null. A nil any is left out instead.
func absent() any { return json.RawMessage("null") }

// orNull returns s, or null if it is empty.
func orNull(s string) any {
	if s == "" {
		return absent()
	}
	return s
}

// failure is an error and also its JSON body.
type failure struct {
	Message           any    `json:"message"`
	Reason            string `json:"error,omitempty"`
	StatusCode        int    `json:"statusCode"`
	ErrorCode         string `json:"errorCode,omitempty"`
	Suggestion        string `json:"suggestion,omitempty"`
	Field             string `json:"field,omitempty"`
	RequestID         string `json:"requestId,omitempty"`
	ActiveGenerations int    `json:"activeGenerations,omitempty"`
	ConcurrencyLimit  int    `json:"concurrencyLimit,omitempty"`
	RetryAfterSeconds int    `json:"retryAfterSeconds,omitempty"`
	UpgradeURL        string `json:"upgradeUrl,omitempty"`
}

// refuse returns a failure with the status' standard reason phrase.
func refuse(status int, code, message string) *failure {
	return &failure{StatusCode: status, Reason: http.StatusText(status), ErrorCode: code, Message: message}
}

// advising adds a suggestion.
func (f *failure) advising(suggestion string) *failure {
	f.Suggestion = suggestion
	return f
}

// write answers with the error.
func (f *failure) write(w http.ResponseWriter) {
	if f.RetryAfterSeconds > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfterSeconds))
	}
	writeJSON(w, f.StatusCode, f)
}

// writeJSON answers with v. It panics if v cannot be encoded.
func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	writeBody(w, status, "application/json; charset=utf-8", body)
}

func writeBody(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone
}

// stamp formats a time like those of generations and assets.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// listOf parses a list in any of the three encodings that clients use: text
// with commas, repeated keys, or a JSON array as text (as sent by the published
// TypeScript SDK).
func listOf(q url.Values, key string) []string {
	var out []string
	for _, value := range q[key] {
		var array []string
		if strings.HasPrefix(strings.TrimSpace(value), "[") && json.Unmarshal([]byte(value), &array) == nil {
			out = append(out, array...)
			continue
		}
		out = append(out, strings.Split(value, ",")...)
	}
	kept := out[:0]
	for _, item := range out {
		if item = strings.TrimSpace(item); item != "" {
			kept = append(kept, item)
		}
	}
	return kept
}

// maxPage is the most items on a page of most lists.
const maxPage = 100

// limitOf parses limit, 1 to 100; fallback if absent.
func limitOf(q url.Values, fallback, most int) (int, *failure) {
	text := q.Get("limit")
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, invalid("limit must be an integer from 1 to " + strconv.Itoa(most))
	}
	return n, nil
}

// invalid returns the validation layer's 400, which lists the broken rules.
func invalid(rules ...string) *failure {
	if len(rules) == 1 {
		return refuse(http.StatusBadRequest, "", rules[0])
	}
	f := refuse(http.StatusBadRequest, "", "")
	f.Message = rules
	return f
}
