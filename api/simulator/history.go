package simulator

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"
)

// tellHistory fills a new account with past jobs, assets and batches.
func (s *Server) tellHistory() {
	now := s.now()
	s.pastGenerations(s.opts.Generations, now)
	if s.opts.Generations == 0 {
		return
	}
	if s.opts.Profile == Current {
		s.pastProjects()
	}
	s.pastAssets(min(57, s.opts.Generations))
	if s.opts.Plan.Batches() {
		s.pastBatches(now)
	}
	if s.opts.Demo {
		s.beginDemo(now)
	}
}

// pastGenerations adds n ended jobs, newest first: an hour apart on average,
// closer if n would not fit into 90 days.
func (s *Server) pastGenerations(n int, now time.Time) {
	jobs := make([]job, n)
	s.jobs.order = make([]*job, n)
	s.jobs.byID = make(map[string]*job, n)
	gap := min(time.Hour, 90*24*time.Hour/time.Duration(max(1, n)))
	age := 5 * time.Minute
	for k := range n {
		r := stream(s.opts.Seed, "history", uint64(k))
		age += time.Duration(r.ExpFloat64()*float64(gap)) + time.Millisecond
		j := &jobs[n-1-k]
		j.id, j.plot, j.source = newUUID(r), uint64(k), surface(r)
		s.pastLife(j, r, now.Add(-age).Truncate(time.Millisecond), age)
		s.jobs.order[n-1-k] = j
		s.jobs.byID[j.id] = j
	}
}

// pastLife gives a job a life that ended before now.
func (s *Server) pastLife(j *job, r *rand.Rand, created time.Time, age time.Duration) {
	name, seconds := s.outline(j.plot)
	j.seconds = seconds
	waits, works := usualTimes(name, seconds, r)
	j.outcome, j.code = fate(r)
	switch {
	case s.opts.Reliable:
		j.outcome, j.code = completed, ""
	case name == "react-1" && seconds > 15:
		j.outcome, j.code = failed, "generation_model_duration_exceeded"
		j.reason = fmt.Sprintf("The input is %.0f s long; react-1 takes up to 15 s.", seconds)
	case j.outcome == rejected:
		works = 0
	}
	waits, works = s.sped(waits), s.sped(works)
	if life := waits + works; life >= age {
		works = max(0, age-waits-time.Second)
		waits = min(waits, age)
	}
	j.begin(created, waits, works)
}

// surface returns where a past job came from.
func surface(r *rand.Rand) string {
	surfaces := []string{"api", "api", "api", "api", "studio_lite", "studio_advanced", "premiere-plugin", "mcp"}
	return surfaces[r.IntN(len(surfaces))]
}

// outline returns the model and the output length of a made-up job.
func (s *Server) outline(plot uint64) (name string, seconds float64) {
	r := stream(s.opts.Seed, "outline", plot)
	switch n := r.IntN(100); {
	case n < 46:
		name = "lipsync-2"
	case n < 66:
		name = "lipsync-2-pro"
	case n < 84:
		name = "sync-3"
	case n < 94:
		name = "react-1"
	default:
		name = "lipsync-1.9.0-beta"
	}
	seconds = math.Round(4 + 44*r.Float64()*r.Float64() + 12*r.Float64())
	if name == "react-1" {
		seconds = math.Round(4 + 14*r.Float64())
	}
	if s.isTake(plot) {
		seconds = 6 + float64(plot/4%9) // one length for all takes, which react-1 can make too
	}
	return name, seconds
}

// isTake reports whether a made-up job is a take of a shot: the others have the
// same video and sound.
func (s *Server) isTake(plot uint64) bool { return strings.Contains(s.title(plot), "_take") }

// creationOf returns what a job was made from. For a made-up job it is
// generated each time, so that a long history takes little memory.
func (s *Server) creationOf(j *job) *creation {
	if j.made != nil {
		return j.made
	}
	name, seconds := s.outline(j.plot)
	return s.madeUp(j.plot, name, seconds)
}

// madeUp returns the creation of a made-up job.
func (s *Server) madeUp(plot uint64, name string, seconds float64) *creation {
	r := stream(s.opts.Seed, "plot", plot)
	title := s.title(plot)
	c := &creation{Model: name, OutputFileName: title, ProjectID: s.projectOf(title), Options: json.RawMessage(madeUpOptions(name, r))}
	visual := input{Type: "video", URL: "/media/" + shot(title) + lengthSuffix(seconds+2) + ".mp4"}
	if name == "sync-3" && r.IntN(8) == 0 {
		visual = input{Type: "image", URL: "/media/" + shot(title) + ".png"}
	}
	sound := title
	if s.isTake(plot) {
		sound, _, _ = strings.Cut(title, "_take")
		visual = input{Type: "video", URL: "/media/" + shot(title) + lengthSuffix(seconds+2) + ".mp4"}
	}
	audible := input{Type: "audio", URL: "/media/" + sound + lengthSuffix(seconds) + ".wav"}
	if r.IntN(10) == 0 && sound == title {
		script := strings.Repeat("A calm word about what is new this week. ", 1+int(seconds)/3)
		audible = input{Type: "text", Provider: &speech{"elevenlabs", "voice_anna", strings.TrimSpace(script), 0.5, 0.75}}
	}
	c.Input = []input{visual, audible}
	if r.IntN(12) == 0 {
		c.OutputFileName = ""
	}
	return c
}

// madeUpOptions returns options that the model supports.
func madeUpOptions(name string, r *rand.Rand) string {
	mode := []string{"cut_off", "bounce", "remap", "loop"}[r.IntN(4)]
	switch name {
	case "lipsync-2", "lipsync-2-pro":
		return fmt.Sprintf(`{"sync_mode":%q,"temperature":%.1f}`, mode, 0.3+0.1*float64(r.IntN(5)))
	case "react-1":
		mood := []string{"happy", "neutral", "surprised"}[r.IntN(3)]
		return fmt.Sprintf(`{"sync_mode":%q,"model_mode":"face","prompt":%q}`, mode, mood)
	default:
		return fmt.Sprintf(`{"sync_mode":%q}`, mode)
	}
}

// title returns the name of a job. Four consecutive jobs belong together: the
// languages of one film or the takes of one shot.
func (s *Server) title(plot uint64) string {
	r := stream(s.opts.Seed, "title", plot/4)
	films := []string{
		"promo", "episode", "intro", "course", "ad_spring", "trailer", "onboarding",
		"keynote", "testimonial", "webinar", "release_notes", "how_to",
	}
	languages := []string{"de", "fr", "es", "it", "pt", "ja", "ko", "en", "pl", "nl", "sv", "tr"}
	film, number, first := films[r.IntN(len(films))], 1+r.IntN(40), r.IntN(len(languages))
	place := int(plot % 4)
	language := languages[(first+place)%len(languages)]
	switch film {
	case "intro", "keynote":
		return fmt.Sprintf("%s_take%d", film, 4-place)
	case "episode", "course":
		return fmt.Sprintf("%s_%02d_%s", film, number, language)
	default:
		return fmt.Sprintf("%s_%s_%03d", film, language, number)
	}
}

// shot returns the name of the film that a title's languages share.
func shot(title string) string {
	film, _, _ := strings.Cut(title, "_")
	return film + "_plate"
}

// pastAssets fills the library with n assets.
func (s *Server) pastAssets(n int) {
	speakers := []string{"anna", "ben", "chiara", "dmitri", "elif", "farid", "grace"}
	places := []string{"studio", "office", "street", "greenscreen", "kitchen"}
	age := time.Hour
	for k := range n {
		r := stream(s.opts.Seed, "asset", uint64(k))
		age += between(r, 600, 40000)
		a := Asset{Type: "VIDEO", Age: age, Seconds: math.Round(8 + 50*r.Float64())}
		speaker, place := speakers[r.IntN(len(speakers))], places[r.IntN(len(places))]
		extension, rate := ".mp4", 1.1e6
		switch kind := r.IntN(10); {
		case kind < 3:
			a.Type, extension, rate = "AUDIO", ".wav", 96000
			place = "voice"
		case kind == 3:
			a.Type, extension, a.InputType = "IMAGE", ".png", "URL"
			a.Size = int64(200_000 + r.IntN(2_000_000))
		case kind == 4:
			a.Visibility = "USER"
		}
		a.Name = fmt.Sprintf("%s_%s_%02d%s", speaker, place, k%40+1, extension)
		if a.Type != "IMAGE" {
			a.Size = int64(a.Seconds * rate * (0.8 + 0.4*r.Float64()))
		}
		s.keepAsset(s.newAsset(a))
	}
}

// pastBatches adds three batches: one completed, one failed, one running. Their
// times are divided by the speed.
func (s *Server) pastBatches(now time.Time) {
	for i, b := range []struct {
		age   time.Duration
		lines int
	}{{26 * time.Hour, 24}, {5 * time.Hour, 40}, {s.sped(150 * time.Second), 120}} {
		lines := make([]batchLine, b.lines)
		for k := range lines {
			plot := uint64(1e6 + 1000*i + k)
			_, seconds := s.outline(plot)
			seconds = min(seconds, batchSeconds)
			lines[k] = batchLine{fmt.Sprintf("video_%03d", k+1), s.madeUp(plot, "lipsync-2", seconds), seconds}
		}
		made := s.makeBatch(lines, "", now.Add(-b.age))
		if i == 1 {
			made.held, made.expanded = failed, now.Add(never)
		}
	}
}
