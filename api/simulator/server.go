// Package simulator is a complete Sync account in memory behind the real HTTP
// API: generations with a life of their own, prices, plans, limits, batches,
// assets, media files, and every fault that a client must survive.
//
// It judges clients, so it shares no code with ours: it imports no package of
// dubtop and is imported only by main and by tests. It never makes outgoing
// calls, and never starts a goroutine that outlives a request or a listener.
package simulator

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Options configure the account. The zero Options are a Creator account without
// history and with the profile Seed.
type Options struct {
	// Profile is the version of the API; "" means Seed.
	Profile Profile
	// Plan determines concurrency, length and batch rules; "" means Creator.
	Plan Plan
	// Slots overrides the plan's concurrency if not 0.
	Slots int
	// Speed divides durations; 0 means 1. Timestamps follow the wall clock.
	Speed float64
	// Seed determines all random choices: the same seed and clock give the same
	// answers.
	Seed uint64
	// Generations is the number of ended jobs at the start.
	Generations int
	// Demo creates a believable account in which things happen by themselves.
	// It replaces zero values: Enterprise plan with 6 slots, speed 8, 214
	// generations. Jobs sent to it complete within 20 seconds.
	Demo bool
	// Now is the clock; nil means [time.Now].
	Now func() time.Time
	// Key is the account's API key. "" derives one from the seed, which anybody
	// can do; see [NewKey].
	Key string
	// BaseURL and StorageURL are the origins used in links. By default they are
	// loopback addresses that only RoundTripper knows; Listen replaces them.
	BaseURL, StorageURL string
	// Credits makes the account bill in credits, so that estimates contain
	// some.
	Credits bool
	// Reliable makes every job complete unless requested otherwise.
	Reliable bool
	// IgnoreKeys ignores idempotency keys, as Strict does.
	IgnoreKeys bool
	// HideSlots hides how many slots the plan has and how many are taken. A
	// refusal says only that none is free.
	HideSlots bool
	// CostDelay is how long after the end of a job its costs are unknown.
	CostDelay time.Duration
	// Billing is the billing model: usage, credits, free or enterprise. "" means
	// free on the plan Free, else credits if Credits is set, else usage.
	Billing string
	// Funds is the balance at the start, in dollars or credits; 0 means 50.
	Funds float64
	// OutputSize makes outputs large: from a fiftieth of this many bytes to all
	// of them; 0 leaves outputs as small as they are.
	OutputSize int64
	// OutputRate is how many bytes of an output are sent a second; 0 means all.
	OutputRate int64
	// Flaky is how often, from 0 to 1, fetching an output goes wrong in one of
	// the ways of storages.
	Flaky float64
	// Unpriced lists models without a price.
	Unpriced []string
}

// Server is a simulated account. It is safe for concurrent use.
type Server struct {
	opts Options
	key  string
	now  func() time.Time
	api  *http.ServeMux
	disk *http.ServeMux

	mu              sync.Mutex
	base, storage   string
	revoked         bool
	made            uint64 // number of things made, each with its own random source
	jobs            ledger
	assets          []*asset
	tickets         []*ticket
	batches         []*batch
	projects        []*Project
	replays         map[string]replay
	late            []lateArrival
	colleague       colleague
	faults          map[string][]Fault
	limiter         limiter
	requests        []*entry
	account         json.RawMessage // answered instead of the account; nil: its own
	accepted        []Accepted
	acceptedBatches []AcceptedBatch
}

// New returns an account.
func New(o Options) *Server {
	o = o.withDefaults()
	s := &Server{
		opts: o, key: o.Key, now: o.Now, base: o.BaseURL, storage: o.StorageURL,
		api: http.NewServeMux(), disk: http.NewServeMux(),
		replays: make(map[string]replay), faults: make(map[string][]Fault),
	}
	for _, route := range s.routes() {
		if route.in(o.Profile) {
			s.api.HandleFunc(route.pattern, s.guarded(route))
		}
	}
	for pattern, handler := range s.diskRoutes() {
		s.disk.HandleFunc(pattern, handler)
	}
	s.tellHistory()
	return s
}

// withDefaults fills in zero values.
func (o Options) withDefaults() Options {
	if o.Demo {
		o.Plan = cmp.Or(o.Plan, Enterprise)
		o.Slots = cmp.Or(o.Slots, 6)
		o.Speed = cmp.Or(o.Speed, 8)
		o.Generations = cmp.Or(o.Generations, 214)
	}
	o.Profile = cmp.Or(o.Profile, Seed)
	o.Plan = cmp.Or(o.Plan, Creator)
	o.Slots = cmp.Or(o.Slots, o.Plan.Concurrency())
	if !(o.Speed > 0) { // also NaN
		o.Speed = 1
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Key == "" {
		r := stream(o.Seed, "key", 0)
		o.Key = fmt.Sprintf("sk-sim-%08x.%016x", r.Uint32(), r.Uint64())
	}
	o.BaseURL = cmp.Or(strings.TrimRight(o.BaseURL, "/"), "http://127.0.0.1:8700")
	o.StorageURL = cmp.Or(strings.TrimRight(o.StorageURL, "/"), "http://127.0.0.1:8701")
	return o
}

// Key returns the account's API key.
func (s *Server) Key() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.key
}

// BaseURL returns the origin of the API, such as http://127.0.0.1:8700.
func (s *Server) BaseURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.base
}

// StorageURL returns the origin of media files and results.
func (s *Server) StorageURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.storage
}

// API returns the handler for the API's origin.
func (s *Server) API() http.Handler { return s.origin("api", s.api) }

// Storage returns the handler for the second origin: media files, outputs,
// result files. It never needs a key.
func (s *Server) Storage() http.Handler { return s.origin("storage", s.disk) }

// origin logs each request and applies its fault, for real connections.
func (s *Server) origin(name string, mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			recovered := recover()
			if err, ok := recovered.(error); ok && errors.Is(err, errRefused) {
				panic(http.ErrAbortHandler)
			}
			if recovered != nil {
				panic(recovered)
			}
		}()
		s.serve(w, r, name, mux)
	})
}

// errRefused is the panic value of a handler whose connection was refused.
var errRefused = errors.New("simulator: connection refused")

// serve handles one request.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, origin string, mux *http.ServeMux) {
	_, route := mux.Handler(r)
	fault, set := s.nextFault(route)
	if !set && route == routeOutput {
		fault = s.flaky()
		fault.Rate = s.opts.OutputRate
	}
	if fault.Refuse {
		panic(errRefused)
	}
	e := s.record(r, origin, route)
	if s.opts.Now != nil { // with its own clock, the server shows it in Date
		w.Header().Set("Date", s.opts.Now().UTC().Format(http.TimeFormat))
	}
	a := &answer{ResponseWriter: w, fault: fault, limited: s.tooMany(), ctx: r.Context()}
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		e.Status = a.status
	}()
	wait(r.Context(), fault.Delay)
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat)) // the simulated clock may differ from the real one
	if fault.DropBefore {
		drain(r)
		panic(http.ErrAbortHandler)
	}
	if fault.IgnoreRange {
		r.Header.Del("Range")
	}
	if fault.replaces() && !fault.After && fault.LateAccept == 0 {
		drain(r)
		a.replace()
		return
	}
	r = r.WithContext(context.WithValue(r.Context(), faultKey{}, fault))
	fault.slow(r)
	if route == "" {
		refuse(http.StatusNotFound, "", "Cannot "+r.Method+" "+r.URL.Path).write(a)
		return
	}
	mux.ServeHTTP(a, r)
}

// drain reads the rest of the request, so that the client gets to read the
// answer.
func drain(r *http.Request) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, 64<<20)) // losing it changes nothing
	}
}

// faultKey is the context key of a request's fault.
type faultKey struct{}

func faultOf(r *http.Request) Fault {
	f, _ := r.Context().Value(faultKey{}).(Fault)
	return f
}

// newID returns a new id in the form of those of generations and assets.
func (s *Server) newID() string {
	s.made++
	return newUUID(stream(s.opts.Seed, "id", s.made))
}

// newUUID returns a random version 4 UUID.
func newUUID(r *rand.Rand) string {
	var raw uuid.UUID
	binary.BigEndian.PutUint64(raw[:8], r.Uint64())
	binary.BigEndian.PutUint64(raw[8:], r.Uint64())
	raw[6] = raw[6]&0x0f | 0x40
	raw[8] = raw[8]&0x3f | 0x80
	return raw.String()
}
