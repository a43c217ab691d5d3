package simulator

import (
	"math"
	"math/rand/v2"
	"time"
)

// job is one generation. Its status depends on the clock alone, and on Finish.
type job struct {
	id                  string
	created, start, end time.Time
	seconds             float64 // length of the output
	outcome             string  // final status
	code, reason        string  // why it failed; reason is the message
	source              string  // the surface it came from
	by                  string  // the name of another key that made it
	plot                uint64  // number in the made-up history, if made is nil
	made                *creation
	batch               bool // part of a batch: it takes no slot and is in no list
}

// never is a time too far in the future to matter.
const never = 100 * 365 * 24 * time.Hour

func (j *job) status(now time.Time) string {
	switch {
	case now.Before(j.start):
		return pending
	case now.Before(j.end):
		return processing
	default:
		return j.outcome
	}
}

func (j *job) ended(now time.Time) bool { return !now.Before(j.end) }

// progress returns 0 to 100.
func (j *job) progress(now time.Time) int {
	if now.Before(j.start) {
		return 0
	}
	if j.ended(now) {
		return 100
	}
	return int(100 * now.Sub(j.start) / j.end.Sub(j.start))
}

// begin starts the job's life at a time.
func (j *job) begin(at time.Time, waits, works time.Duration) {
	j.created = at
	j.start = at.Add(waits)
	j.end = j.start.Add(works)
}

// stream returns a random source for the n-th thing of a kind, so that the
// numbers drawn for one thing never depend on another.
func stream(seed uint64, kind string, n uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed^hash(kind), n*0x9e3779b97f4a7c15+1))
}

// hash is FNV-1a.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// between returns a duration evenly distributed over [low, high) seconds.
func between(r *rand.Rand, low, high float64) time.Duration {
	return time.Duration((low + r.Float64()*(high-low)) * float64(time.Second))
}

// usualTimes returns how long a job waits and works at speed 1, near the times
// that the vendor's documentation gives for clips of 30 s and 2 min.
func usualTimes(model string, seconds float64, r *rand.Rand) (waits, works time.Duration) {
	at30, at120 := 120.0, 360.0
	switch model {
	case "lipsync-1.9.0-beta":
		at30, at120 = 45, 180
	case "lipsync-2-pro":
		at30, at120 = 210, 540
	case "react-1":
		at30, at120 = 120, 480
	case "sync-3":
		at30, at120 = 750, 3000
	}
	mean := at30 + (seconds-30)*(at120-at30)/90
	if seconds < 30 {
		mean = at30 * (0.4 + 0.6*seconds/30)
	}
	return between(r, 5, 40), between(r, 0.75*mean, 1.25*mean)
}

// fate draws how a job ends. About 6% do not complete.
func fate(r *rand.Rand) (outcome, code string) {
	switch n := r.IntN(1000); {
	case n < 8:
		return rejected, ""
	case n < 60:
		codes := asyncCodes()
		return failed, codes[r.IntN(len(codes))]
	default:
		return completed, ""
	}
}

// asyncCodes returns the errors that occur only after a job was accepted.
func asyncCodes() []string {
	return []string{
		"generation_pipeline_failed",
		"generation_input_video_inaccessible",
		"generation_input_audio_invalid",
		"generation_input_face_selection_invalid",
		"generation_infra_resource_exhausted",
		"generation_unknown_error",
		"generation_media_probe_timeout",
		"generation_infra_storage_error",
		"generation_input_resolution_unsupported",
	}
}

// frameRate is the rate that outputs are normalised to and bills count, in
// frames per second.
const frameRate = 25

// wholeFrames rounds a length to whole frames.
func wholeFrames(seconds float64) float64 {
	return math.Max(1, math.Round(seconds*frameRate)) / frameRate
}
