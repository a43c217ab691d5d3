package simulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// Job is a generation created outside the API: by a colleague, a script, the
// web page.
type Job struct {
	ID     string // generated if empty
	Model  string // lipsync-2 if empty
	Visual string // link to the video, or to an image if it ends in png, jpg, jpeg or webp; generated if empty
	Audio  string // link to the audio; generated if empty
	Script string // text to be spoken, instead of Audio
	Name   string // outputFileName
	// Options is the options object as JSON, or "".
	Options string
	// Seconds is the length of the output; 0 derives it from the inputs.
	Seconds float64
	// Age is the time since it was created.
	Age time.Duration
	// Status fixes the status. PENDING and PROCESSING last until Finish;
	// COMPLETED, FAILED and REJECTED have already ended; "" means a normal
	// life.
	Status string
	// Pending and Processing are the phases of a normal life; 0 means the
	// model's usual time. They are not divided by the speed.
	Pending, Processing time.Duration
	// Outcome is the end of a normal life; "" means COMPLETED.
	Outcome string
	// ErrorCode and Error are the reason for a failure. An empty Error means
	// the code's own message.
	ErrorCode, Error string
	Source           string // where it came from; "" means api
	Key              string // the name of the key that made it; "" means the account's own
	ProjectID        string
}

// Asset is a file of the account's library; see
// https://sync.so/docs/api-reference.
type Asset struct {
	ID      string // generated if empty
	Type    string // VIDEO, AUDIO or IMAGE; "" means VIDEO
	Name    string
	URL     string // "" means a playable file on the storage origin
	Seconds float64
	Size    int64
	Age     time.Duration
	// Bare leaves out all optional fields.
	Bare       bool
	Visibility string // USER or ORGANIZATION; "" means ORGANIZATION
	InputType  string // "" means UPLOAD
	ProjectID  string
}

// Batch is a batch created outside the API. Its status never changes.
type Batch struct {
	ID         string // generated if empty
	Age        time.Duration
	Status     string // "" means PROCESSING
	Total      int
	Succeeded  int
	Failed     int
	WebhookURL string
}

// Add adds a job to the account and returns its id.
func (s *Server) Add(g Job) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.advance(now)
	j := &job{
		id: g.ID, source: cmp.Or(g.Source, "api"), by: g.Key, outcome: cmp.Or(g.Outcome, completed),
		code: g.ErrorCode, reason: g.Error, made: g.creation(s.made),
	}
	if j.id == "" {
		j.id = s.newID()
	}
	if g.ProjectID != "" && s.project(g.ProjectID) == nil {
		s.addProject(Project{ID: g.ProjectID})
	}
	j.seconds = g.Seconds
	if j.seconds == 0 {
		j.seconds = s.outputSeconds(j.made, nil)
	}
	s.live(j, g, now)
	s.jobs.insert(j, now)
	return j.id
}

// creation returns the inputs of the job.
func (g Job) creation(number uint64) *creation {
	c := &creation{Model: cmp.Or(g.Model, "lipsync-2"), OutputFileName: g.Name, ProjectID: g.ProjectID}
	if g.Options != "" {
		c.Options = json.RawMessage(g.Options)
	}
	seconds := cmp.Or(g.Seconds, 28)
	visual := input{Type: "video", URL: cmp.Or(g.Visual, fmt.Sprintf("/media/shot_%d%s.mp4", number, lengthSuffix(seconds)))}
	if image := path.Ext(g.Visual); slices.Contains([]string{".png", ".jpg", ".jpeg", ".webp"}, strings.ToLower(image)) {
		visual.Type = "image"
	}
	audible := input{Type: "audio", URL: cmp.Or(g.Audio, fmt.Sprintf("/media/line_%d%s.wav", number, lengthSuffix(seconds)))}
	if g.Script != "" {
		audible = input{Type: "text", Provider: &speech{"elevenlabs", "voice_anna", g.Script, 0.5, 0.75}}
	}
	c.Input = []input{visual, audible}
	return c
}

// live gives the job the requested life.
func (s *Server) live(j *job, g Job, now time.Time) {
	waits, works := usualTimes(j.made.Model, j.seconds, stream(s.opts.Seed, "life", s.made))
	waits, works = cmp.Or(g.Pending, s.sped(waits)), cmp.Or(g.Processing, s.sped(works))
	j.begin(now.Add(-g.Age).Truncate(time.Millisecond), waits, works)
	switch g.Status {
	case "":
		return
	case pending:
		j.start, j.end = now.Add(never), now.Add(never)
	case processing:
		j.start, j.end = earlier(j.start, now), now.Add(never)
	default:
		j.outcome = g.Status
		j.start, j.end = earlier(j.start, now), earlier(j.end, now)
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// AddAsset adds an asset to the library and returns its id.
func (s *Server) AddAsset(a Asset) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := s.newAsset(a)
	s.keepAsset(kept)
	return kept.ID
}

// AddBatch adds a batch with generated jobs to the account and returns its id.
func (s *Server) AddBatch(b Batch) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	lines := make([]batchLine, b.Total)
	for i := range lines {
		lines[i] = batchLine{fmt.Sprintf("video_%03d", i+1), s.madeUp(s.made+uint64(i), "lipsync-2", 12), 12}
	}
	made := s.makeBatch(lines, b.WebhookURL, now.Add(-b.Age))
	made.held = cmp.Or(b.Status, processing)
	made.id = cmp.Or(b.ID, made.id)
	for i, item := range made.items {
		j := item.job
		j.start, j.end, j.outcome, j.code = made.created, made.created, completed, ""
		switch {
		case i < b.Succeeded:
		case i < b.Succeeded+b.Failed:
			j.outcome, j.code = failed, "generation_input_video_inaccessible"
		default:
			j.end = now.Add(never)
		}
	}
	made.expanded = made.created
	if made.held == pending {
		made.expanded = now.Add(never)
	}
	return made.id
}

// Finish ends a job now as COMPLETED, FAILED or REJECTED, with an error code or
// "". It reports whether the job exists.
func (s *Server) Finish(id, status, errCode string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.jobs.byID[id]
	if j == nil {
		return false
	}
	now := s.now()
	j.start, j.end = earlier(j.start, now), now
	j.outcome, j.code = status, errCode
	return true
}

// Remove deletes a job, as somebody else might do.
func (s *Server) Remove(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.jobs.byID[id]
	if j != nil {
		s.jobs.remove(j)
	}
	return j != nil
}

// SetRunning makes exactly n jobs pending or processing: it adds jobs that
// never end, or completes the newest.
func (s *Server) SetRunning(n int) {
	for range n - s.Running() {
		s.Add(Job{Status: processing})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	running := slices.SortedFunc(slices.Values(s.jobs.running(now)), byCreation)
	for _, j := range running[min(n, len(running)):] {
		j.start, j.end, j.outcome = earlier(j.start, now), now, completed
	}
}

// Running returns how many jobs are pending or processing.
func (s *Server) Running() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.advance(now)
	return len(s.jobs.running(now))
}

// RevokeKey makes the key invalid until [Server.RestoreKey].
func (s *Server) RevokeKey() { s.revoke(true) }

// RestoreKey makes a revoked key valid again.
func (s *Server) RestoreKey() { s.revoke(false) }

// RotateKey replaces the key, as the owner of an account may do. The old key
// becomes invalid; everything else stays.
func (s *Server) RotateKey(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key = key
}

func (s *Server) revoke(revoked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = revoked
}
