package simulator

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// submission is a create request being handled.
type submission struct {
	creation *creation
	key      string            // Idempotency-Key; "" if there is none or keys are ignored
	sent     string            // the key as the client sent it
	digest   [sha256.Size]byte // of the content, independent of spelling
	uploads  []*asset          // uploaded files; they join the library once the job is accepted
	receipt  Accepted          // the record for [Server.Accepted]
}

// replay is the answer to a repeated Idempotency-Key.
type replay struct {
	digest [sha256.Size]byte
	body   []byte
	at     time.Time
}

// replayTime is how long a key is remembered.
const replayTime = 24 * time.Hour

// lateArrival is a submission that is delayed on its way.
type lateArrival struct {
	due time.Time
	submission
}

// freeGenerations is how many generations the Free plan has. They are counted
// per month, longer than a simulator lives.
const freeGenerations = 3

// maxBody is the largest JSON body read, in bytes.
const maxBody = 10 << 20

func (s *Server) createGeneration(w http.ResponseWriter, r *http.Request) {
	sub, f := s.readSubmission(r)
	if f != nil {
		drain(r)
		f.write(w)
		return
	}
	fault := faultOf(r)
	s.mu.Lock()
	now := s.now()
	if fault.LateAccept > 0 {
		s.late = append(s.late, lateArrival{due: now.Add(fault.LateAccept), submission: *sub})
		s.mu.Unlock()
		if !fault.replaces() {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(http.StatusAccepted) // the fault answers instead
		return
	}
	s.advance(now)
	body, f := s.submit(sub, now)
	s.tellSlots(w.Header(), now)
	s.mu.Unlock()
	if f != nil {
		f.write(w)
		return
	}
	writeBody(w, http.StatusCreated, "application/json; charset=utf-8", body)
}

// tellSlots sets the headers that tell how many slots of the plan are taken.
// Older servers have none. The lock must be held.
// https://sync.so/docs/product/troubleshooting
func (s *Server) tellSlots(h http.Header, now time.Time) {
	if (s.opts.Profile == Current || s.opts.Demo) && !s.opts.HideSlots {
		h.Set("X-Sync-Concurrency-Limit", strconv.Itoa(s.opts.Slots))
		h.Set("X-Sync-Active-Generations", strconv.Itoa(len(s.jobs.running(now))))
	}
}

// readSubmission reads either form of a create request.
func (s *Server) readSubmission(r *http.Request) (*submission, *failure) {
	sub := &submission{sent: r.Header.Get("Idempotency-Key")}
	if s.opts.Profile != Strict && !s.opts.IgnoreKeys {
		var f *failure
		if sub.key, f = idempotencyKey(r.Header); f != nil {
			return nil, f
		}
	}
	var members map[string]json.RawMessage
	var f *failure
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "multipart/form-data" {
		members, f = s.readForm(r, sub)
	} else {
		members, sub.receipt.Body, f = readObject(r)
		sub.digest = digest(members, nil)
	}
	if f != nil {
		return nil, f
	}
	rules := reader{members: members, profile: s.opts.Profile}
	sub.creation = rules.creation()
	if len(rules.broken) > 0 {
		f := invalid(rules.broken...)
		f.Message = rules.broken // a list, even for a single message
		return nil, f
	}
	return sub, nil
}

// idempotencyKey reads the optional header: one value of 1 to 128 unreserved
// characters (https://sync.so/docs/api-reference/guides/idempotency).
func idempotencyKey(h http.Header) (string, *failure) {
	values := h.Values("Idempotency-Key")
	if len(values) == 0 {
		return "", nil
	}
	if len(values) > 1 || !unreserved.MatchString(values[0]) {
		return "", refuse(http.StatusBadRequest, "INVALID_IDEMPOTENCY_KEY", "Idempotency-Key is invalid")
	}
	return values[0], nil
}

var unreserved = regexp.MustCompile(`^[A-Za-z0-9._~-]{1,128}$`)

// readObject reads a JSON body that must be an object.
func readObject(r *http.Request) (map[string]json.RawMessage, []byte, *failure) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, nil, refuse(http.StatusRequestEntityTooLarge, "", "request entity too large")
	}
	if err != nil {
		return nil, nil, invalid("The body could not be read")
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil || members == nil {
		return nil, nil, invalid("The body is not a JSON object")
	}
	return members, body, nil
}

// digest identifies the content of a request: its fields in any order, and the
// files.
func digest(members map[string]json.RawMessage, files [][]byte) [sha256.Size]byte {
	var value any
	text, err := json.Marshal(members)
	if err == nil && json.Unmarshal(text, &value) == nil {
		text, _ = json.Marshal(value) // it was just decoded, so it can be encoded
	}
	return sha256.Sum256(bytes.Join(append([][]byte{text}, files...), []byte{0}))
}

// submit creates the generation, or repeats the earlier answer if the key is
// known. The lock must be held.
func (s *Server) submit(sub *submission, now time.Time) ([]byte, *failure) {
	if old, ok := s.replays[sub.key]; ok && sub.key != "" && now.Sub(old.at) < replayTime {
		if old.digest != sub.digest {
			return nil, refuse(http.StatusConflict, "IDEMPOTENCY_PAYLOAD_CONFLICT",
				"The Idempotency-Key was used with another request")
		}
		return old.body, nil
	}
	if s.opts.Plan == Free && len(s.accepted) >= freeGenerations {
		return nil, refuse(http.StatusPaymentRequired, "free_tier_generations_exhausted",
			"Monthly free generations are used up").advising("Upgrade the plan.")
	}
	if f := s.refusal(sub.creation, sub.uploads); f != nil {
		return nil, f
	}
	if f := s.full(now); f != nil {
		return nil, f
	}
	j := s.make(sub.creation, s.outputSeconds(sub.creation, sub.uploads), now)
	for _, a := range sub.uploads {
		s.keepAsset(a)
	}
	receipt := sub.receipt
	receipt.ID, receipt.Time, receipt.IdempotencyKey = j.id, now, sub.sent
	s.accepted = append(s.accepted, receipt)
	body, err := json.Marshal(s.shown(j, now))
	if err != nil {
		panic(err)
	}
	if sub.key != "" {
		s.replays[sub.key] = replay{digest: sub.digest, body: body, at: now}
	}
	return body, nil
}

// full returns a refusal if the plan has no room for another generation, else
// nil.
func (s *Server) full(now time.Time) *failure {
	active := len(s.jobs.running(now))
	if active < s.opts.Slots {
		return nil
	}
	if s.opts.HideSlots {
		return refuse(http.StatusTooManyRequests, "concurrency_limit_reached", "Too many generations are running.")
	}
	return &failure{
		StatusCode: http.StatusTooManyRequests, ErrorCode: "concurrency_limit_reached",
		Message:           fmt.Sprintf("%d of %d generations are already running", active, s.opts.Slots),
		ActiveGenerations: active, ConcurrencyLimit: s.opts.Slots,
		RetryAfterSeconds: 30, UpgradeURL: "https://sync.so/billing",
	}
}

// make starts a generation whose source is the API.
func (s *Server) make(c *creation, seconds float64, now time.Time) *job {
	j := &job{id: s.newID(), seconds: seconds, source: "api", made: c}
	r := stream(s.opts.Seed, "life", s.made)
	waits, works := usualTimes(c.Model, seconds, r)
	j.outcome, j.code = fate(r)
	if s.opts.Reliable || s.opts.Demo {
		j.outcome, j.code = completed, ""
	}
	if s.opts.Demo { // somebody is watching, perhaps for the first time
		j.begin(now, min(s.sped(waits), between(r, 1.5, 3)), min(s.sped(works), between(r, 8, 14)))
		s.jobs.insert(j, now)
		return j
	}
	s.start(j, now, waits, works)
	return j
}

// start divides the times by the speed and records the job.
func (s *Server) start(j *job, now time.Time, waits, works time.Duration) {
	switch j.outcome {
	case rejected:
		works = 0
	case failed: // failures happen early
		works /= 3
	}
	j.begin(now, s.sped(waits), s.sped(works))
	s.jobs.insert(j, now)
}

func (s *Server) sped(d time.Duration) time.Duration {
	return time.Duration(float64(d) / s.opts.Speed)
}

// advance brings the account up to now: delayed requests arrive, and the
// colleague works. The lock must be held.
func (s *Server) advance(now time.Time) {
	s.colleagueWorks(now)
	s.late = slices.DeleteFunc(s.late, func(l lateArrival) bool {
		if l.due.After(now) {
			return false
		}
		_, _ = s.submit(&l.submission, l.due) // nobody is waiting for a refusal
		return true
	})
}
