// Package simulator is a whole Sync account in memory behind the real wire:
// generations that live and end, prices, plans, limits, batches, assets, media
// files, and every fault a client must survive. It judges clients, so it knows
// nothing of ours: it imports no package of dubtop, and is imported only by
// main and by tests. It never calls out, and never starts a goroutine that
// outlives a request or a listener.
package simulator

import (
	"cmp"
	"context"
	"encoding/binary"
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

// Options describe the account to be made. The zero Options are a Creator
// account without history that speaks Seed.
type Options struct {
	// Profile is the age of the API; "" is Seed.
	Profile Profile
	// Plan sets concurrency, length and batch rules; "" is Creator.
	Plan Plan
	// Slots replaces the plan's concurrency; 0 keeps it.
	Slots int
	// Speed divides durations; 0 is 1. Timestamps stay wall-clock.
	Speed float64
	// Seed chooses the story: same seed, same clock, same answers.
	Seed uint64
	// Generations is how many ended jobs the account has at the start.
	Generations int
	// Demo makes a believable account in which things happen by themselves. It
	// fills in what is zero: an Enterprise plan with 6 slots, speed 8, 214
	// generations. What is sent to it completes within 20 seconds.
	Demo bool
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Key is the account's API key; "" makes one from the seed, which anybody can
	// do: see NewKey.
	Key string
	// BaseURL and StorageURL are the two origins as links tell them. They
	// default to loopback addresses that only RoundTripper knows; Listen
	// replaces them.
	BaseURL, StorageURL string
	// Credits makes the account bill in credits: estimates then carry some.
	Credits bool
	// Reliable makes every job complete unless told otherwise.
	Reliable bool
	// IgnoreKeys takes no notice of idempotency keys, as Strict does.
	IgnoreKeys bool
	// HideSlots tells nowhere how many slots the plan has, nor how many are taken:
	// a refusal says only that they are.
	HideSlots bool
	// Unpriced names models for which there is no price to be had.
	Unpriced []string
}

// Server is the account. Its methods may be called from any goroutine.
type Server struct {
	opts Options
	key  string
	now  func() time.Time
	api  *http.ServeMux
	disk *http.ServeMux

	mu              sync.Mutex
	base, storage   string
	revoked         bool
	made            uint64 // things made so far: every one has its own chance
	jobs            ledger
	assets          []*asset
	batches         []*batch
	projects        []string // that some job is in
	replays         map[string]replay
	late            []lateArrival
	colleague       colleague
	faults          map[string][]Fault
	limiter         limiter
	requests        []*entry
	accepted        []Accepted
	acceptedBatches []AcceptedBatch
}

// New makes an account.
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

// withDefaults fills in what was left zero.
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
	if !(o.Speed > 0) { // NaN too
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

// Key is the account's API key.
func (s *Server) Key() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.key
}

// BaseURL is the origin of the API, such as http://127.0.0.1:8700.
func (s *Server) BaseURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.base
}

// StorageURL is the origin of media files and results.
func (s *Server) StorageURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.storage
}

// API serves the API's origin.
func (s *Server) API() http.Handler { return s.origin("api", s.api) }

// Storage serves the second origin: media files, outputs, result files. It
// never needs a key.
func (s *Server) Storage() http.Handler { return s.origin("storage", s.disk) }

// origin logs each request and lets it meet its fault, for real connections.
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

// errRefused is what a handler panics with when the connection was never made.
var errRefused = errors.New("simulator: connection refused")

// serve answers one request.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, origin string, mux *http.ServeMux) {
	_, route := mux.Handler(r)
	fault := s.nextFault(route)
	if fault.Refuse {
		panic(errRefused)
	}
	e := s.record(r, origin, route)
	if s.opts.Now != nil { // whoever has a clock of its own shows it, as every server does
		w.Header().Set("Date", s.opts.Now().UTC().Format(http.TimeFormat))
	}
	a := &answer{ResponseWriter: w, fault: fault, limited: s.tooMany(), ctx: r.Context()}
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		e.Status = a.status
	}()
	wait(r.Context(), fault.Delay)
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat)) // its own clock, which may differ from ours
	if fault.DropBefore {
		drain(r)
		panic(http.ErrAbortHandler)
	}
	if fault.replaces() && !fault.After && fault.LateAccept == 0 {
		drain(r)
		a.replace()
		return
	}
	r = r.WithContext(context.WithValue(r.Context(), faultKey{}, fault))
	if route == "" {
		refuse(http.StatusNotFound, "", "Cannot "+r.Method+" "+r.URL.Path).write(a)
		return
	}
	mux.ServeHTTP(a, r)
}

// drain reads what the client is still sending, so that it hears the answer.
func drain(r *http.Request) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, 64<<20)) // its loss changes nothing
	}
}

// faultKey is where a handler finds the fault of its request.
type faultKey struct{}

func faultOf(r *http.Request) Fault {
	f, _ := r.Context().Value(faultKey{}).(Fault)
	return f
}

// newID is a fresh id of the form that generations and assets have.
func (s *Server) newID() string {
	s.made++
	return newUUID(stream(s.opts.Seed, "id", s.made))
}

// newUUID draws a version 4 UUID.
func newUUID(r *rand.Rand) string {
	var raw uuid.UUID
	binary.BigEndian.PutUint64(raw[:8], r.Uint64())
	binary.BigEndian.PutUint64(raw[8:], r.Uint64())
	raw[6] = raw[6]&0x0f | 0x40
	raw[8] = raw[8]&0x3f | 0x80
	return raw.String()
}
