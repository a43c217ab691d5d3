package outbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dubtop/api"
	"dubtop/state/draft"
)

// unknown returns a submission of unknown outcome: of a take, sent after noon.
func unknown(t interface{ Fatal(...any) }, id string, take int, after time.Duration) Submission {
	s := sentBody(t, id, takeBody(take))
	s.IdempotencyKey = "key-" + id
	s.SentAt, s.AnsweredAt = noon.Add(after), noon.Add(after)
	return s
}

func takeBody(take int) string {
	return fmt.Sprintf(`{"model":"lipsync-2","input":[{"type":"video","url":"https://c.example/%d.mp4"}]}`, take)
}

// takeJob returns a job of a take, created after noon.
func takeJob(id string, take int, after time.Duration) api.Generation {
	return api.Generation{
		ID: api.ID(id), Model: "lipsync-2", CreatedAt: api.Time{Time: noon.Add(after)},
		Input: []api.Input{{Type: "video", URL: api.ParseURL(fmt.Sprintf("https://c.example/%d.mp4", take))}},
	}
}

// steps returns the steps of Next in words.
func steps(r *Reconciler, now time.Time) []string {
	var out []string
	for _, s := range r.Next(now) {
		out = append(out, string(s.Kind)+" "+s.Submission+string(s.ID))
	}
	return out
}

// looks gives the reconciler jobs to look at, if it wants any, and returns its
// next steps.
func looks(r *Reconciler, now time.Time, jobs ...api.Generation) []string {
	for _, s := range r.Next(now) {
		if s.Kind == StepLook {
			r.Looked(s, jobs, 0)
		}
	}
	return steps(r, now)
}

func want(t *testing.T, why string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", why, got, want)
	}
}

func TestLostAnswerIsFound(t *testing.T) {
	var r Reconciler
	r.Track([]Submission{unknown(t, "a", 1, 0)})
	want(t, "in quarantine", looks(&r, noon.Add(89*time.Second), takeJob("j1", 1, time.Second)))
	if wake := r.Wake(noon.Add(89 * time.Second)); !wake.Equal(noon.Add(90 * time.Second)) {
		t.Errorf("it wakes at %s", wake)
	}
	got := looks(&r, noon.Add(90*time.Second), takeJob("j1", 1, time.Second), takeJob("j2", 2, time.Second))
	want(t, "after it", got, "link aj1")
	want(t, "once said", steps(&r, noon.Add(91*time.Second)))
	want(t, "nobody did it", steps(&r, noon.Add(5*time.Minute)), "link aj1")
}

func TestSearchContinuesForADay(t *testing.T) {
	var r Reconciler
	a := unknown(t, "a", 1, 0)
	r.Track([]Submission{a})
	now := noon.Add(90 * time.Second)
	want(t, "nothing there", looks(&r, now), "ask a")
	q, ok := r.Question("a", now)
	if !ok || len(q.Candidates) != 0 || !q.Until.Equal(noon.Add(LookFor)) {
		t.Errorf("question %+v, %t", q, ok)
	}
	count := 0
	for ; now.Before(noon.Add(30 * time.Hour)); now = now.Add(20 * time.Second) {
		for _, s := range r.Next(now) {
			switch s.Kind {
			case StepLook:
				count++
				r.Looked(s, nil, 0)
			default:
				t.Errorf("at %s: %s", now, s.Kind)
			}
		}
	}
	if count < 138 || count > 144 {
		t.Errorf("looked %d times in a day, want every ten minutes", count)
	}
	var next Reconciler // after a restart, days later
	next.Track([]Submission{a})
	want(t, "after a restart", looks(&next, now, takeJob("j1", 1, time.Minute)), "link aj1")
}

func TestLateAcceptanceIsLinked(t *testing.T) {
	var r Reconciler
	r.Track([]Submission{unknown(t, "a", 1, 0)})
	want(t, "first", looks(&r, noon.Add(2*time.Minute)), "ask a")
	want(t, "later", looks(&r, noon.Add(13*time.Minute), takeJob("j1", 1, 2*time.Minute)), "link aj1")
	if _, ok := r.Question("a", noon.Add(13*time.Minute)); ok {
		t.Error("the question still stands")
	}
}

// A job that somebody else with the same request could have made is never
// linked without asking: it was created before the request was sent or more
// than two minutes after it was given up, by the server's clock, or there are
// several.
func TestPossiblyForeignJobIsAskedAbout(t *testing.T) {
	const skew = 7 * time.Hour // between the server's clock and ours
	sent := unknown(t, "a", 1, 300*time.Millisecond)
	sent.AnsweredAt = noon.Add(20 * time.Second)
	interrupted := sent
	interrupted.AnsweredAt = noon.Add(9 * time.Hour) // when dubtop was started again
	uploaded := sent
	uploaded.Files, uploaded.AnsweredAt = []draft.File{{Field: "video", Path: "/take.mp4", SHA256: "aa"}}, noon.Add(10*time.Minute)
	type jobs []api.Generation
	at := func(id string, after time.Duration) api.Generation { return takeJob(id, 1, skew+after) }
	for _, c := range []struct {
		why     string
		sub     Submission
		jobs    jobs
		skipped int
		want    string
		words   string
	}{
		{"while it was on its way", sent, jobs{at("j1", 5*time.Second)}, 0, "link aj1", ""},
		{"in the second in which it was sent", sent, jobs{at("j1", 0)}, 0, "link aj1", ""},
		{"a second before", sent, jobs{at("j1", -time.Second)}, 0, "ask a", "before this was sent"},
		{"a minute before", sent, jobs{at("j1", -time.Minute)}, 0, "ask a", "before this was sent"},
		{"two minutes after the end", sent, jobs{at("j1", 140*time.Second)}, 0, "link aj1", ""},
		{"a second later", sent, jobs{at("j1", 141*time.Second)}, 0, "ask a", "long after this request ended"},
		{"hours later", sent, jobs{at("j1", 5*time.Hour)}, 0, "ask a", "long after this request ended"},
		{"two", sent, jobs{at("j1", time.Second), at("j2", 2*time.Second)}, 0, "ask a", "2 jobs could belong to this request"},
		{"one more that is hours later", sent, jobs{at("j1", time.Second), at("j2", 5*time.Hour)}, 0, "ask a", "2 jobs"},
		{"one more that is earlier", sent, jobs{at("j1", time.Second), at("j2", -time.Minute)}, 0, "ask a", "2 jobs"},
		{"one more that could not be read", sent, jobs{at("j1", time.Second)}, 1, "ask a", "not certain"},
		{"before it was interrupted", interrupted, jobs{at("j1", time.Second)}, 0, "link aj1", ""},
		{"while nobody was there", interrupted, jobs{at("j1", 5*time.Minute)}, 0, "ask a", "long after this request ended"},
		{"at the end of a long upload", uploaded, jobs{at("j1", 10*time.Minute)}, 0, "link aj1", ""},
	} {
		r := Reconciler{Matcher: Matcher{Skew: skew}}
		r.Track([]Submission{c.sub})
		now := noon.Add(10 * time.Hour)
		for _, s := range r.Next(now) {
			if s.Kind == StepLook {
				r.Looked(s, c.jobs, c.skipped)
			}
		}
		want(t, c.why, steps(&r, now), c.want)
		if q, ok := r.Question("a", now); ok != (c.words != "") || !strings.Contains(q.Words(), c.words) {
			t.Errorf("%s: it is asked %v, %q", c.why, ok, q.Words())
		}
	}
}

// The user's choice about one twin leaves only one job for the other.
func TestTwinIsLinkedOnceTheOtherIsDecided(t *testing.T) {
	var r Reconciler
	now := noon.Add(5 * time.Minute)
	a, b := unknown(t, "a", 1, 0), unknown(t, "b", 1, time.Second)
	r.Track([]Submission{a, b})
	want(t, "two and two", looks(&r, now, takeJob("j1", 1, time.Second), takeJob("j2", 1, 2*time.Second)), "ask a", "ask b")
	a.State, a.GenerationID = SubmissionSent, "j1"
	r.Track([]Submission{a, b})
	want(t, "one of each", steps(&r, now), "link bj2")
}

func TestSeveralMatchesAreAskedAbout(t *testing.T) {
	var r Reconciler
	r.Track([]Submission{unknown(t, "a", 1, 0)})
	now := noon.Add(2 * time.Minute)
	want(t, "two", looks(&r, now, takeJob("j2", 1, 2*time.Second), takeJob("j1", 1, time.Second)), "ask a")
	q, _ := r.Question("a", now)
	if len(q.Candidates) != 2 || q.Candidates[0].ID != "j1" {
		t.Errorf("candidates %v", q.Candidates)
	}
	for _, c := range q.Choices() {
		if q.Risk(c) == "" {
			t.Errorf("%s without its risk", c)
		}
	}
	linked := unknown(t, "b", 1, 0)
	linked.State, linked.GenerationID = SubmissionSent, "j2"
	r.Track([]Submission{unknown(t, "a", 1, 0), linked})
	want(t, "one turned out to be another's", steps(&r, now), "link aj1")
}

func TestTwinsAreNotMixedUp(t *testing.T) {
	now := noon.Add(5 * time.Minute)
	a, b, other := unknown(t, "a", 1, time.Minute), unknown(t, "b", 1, 0), unknown(t, "c", 2, 0)
	j1, j2, j3 := takeJob("j1", 1, time.Second), takeJob("j2", 1, 61*time.Second), takeJob("j3", 1, 62*time.Second)
	for _, c := range []struct {
		why  string
		subs []Submission
		jobs []api.Generation
		want []string
	}{
		{"as many as there are", []Submission{a, b, other}, []api.Generation{j2, j1}, []string{"ask a", "ask b", "ask c"}},
		{"one too few", []Submission{a, b}, []api.Generation{j2}, []string{"ask a", "ask b"}},
		{"one too many", []Submission{a, b}, []api.Generation{j1, j2, j3}, []string{"ask a", "ask b"}},
		{"none", []Submission{a, b}, nil, []string{"ask a", "ask b"}},
	} {
		var r Reconciler
		r.Track(c.subs)
		want(t, c.why, looks(&r, now, c.jobs...), c.want...)
	}
}

func TestTwinStillBeingSentIsWaitedFor(t *testing.T) {
	var r Reconciler
	now := noon.Add(5 * time.Minute)
	a, b := unknown(t, "a", 1, 0), unknown(t, "b", 1, 4*time.Minute)
	b.State = SubmissionSending
	r.Track([]Submission{a, b})
	want(t, "one is on its way", looks(&r, now, takeJob("j1", 1, 4*time.Minute)))
	b.State, b.AnsweredAt = SubmissionUnknown, now
	r.Track([]Submission{a, b})
	want(t, "it is in quarantine", steps(&r, now))
	b.State, b.GenerationID = SubmissionSent, "j1"
	r.Track([]Submission{a, b})
	want(t, "it was its job", steps(&r, now), "ask a")
}

func TestDroppedSubmissionMayStillOwnTheJob(t *testing.T) {
	var r Reconciler
	a, b := unknown(t, "a", 1, 0), unknown(t, "b", 1, 0)
	if err := b.Drop(noon.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	r.Track([]Submission{a, b})
	want(t, "dropped twin", looks(&r, noon.Add(5*time.Minute), takeJob("j1", 1, 0)), "ask a")
}

func TestLeadIsFollowedFirst(t *testing.T) {
	a := unknown(t, "a", 1, 0)
	a.Lead = "j9"
	r := Reconciler{Proven: true}
	r.Track([]Submission{a})
	step := r.Next(noon)
	if len(step) != 1 || step[0].Kind != StepFollow || step[0].ID != "j9" {
		t.Fatalf("steps %v", step)
	}
	g := takeJob("j9", 1, 0)
	r.Followed(step[0], &g)
	want(t, "it is the one", steps(&r, noon.Add(time.Second)), "link aj9")

	cold := Reconciler{Proven: true}
	cold.Track([]Submission{a})
	cold.Followed(cold.Next(noon)[0], nil)
	want(t, "there is no such job", steps(&cold, noon.Add(10*time.Second)), "resend a")

	odd := Reconciler{}
	odd.Track([]Submission{a})
	g = takeJob("j9", 2, 0)
	odd.Followed(odd.Next(noon)[0], &g)
	want(t, "the job is of something else", steps(&odd, noon.Add(10*time.Second)))
}

func TestPromisedJobIsNotGivenToAnother(t *testing.T) {
	a, b := unknown(t, "a", 1, 0), unknown(t, "b", 1, 0)
	a.Lead = "j1"
	var r Reconciler
	r.Track([]Submission{a, b})
	g := takeJob("j1", 1, 0)
	r.Followed(r.Next(noon)[0], &g)
	want(t, "by its lead", steps(&r, noon), "link aj1")
	want(t, "its twin", looks(&r, noon.Add(90*time.Second), g), "ask b")
	b.State, b.GenerationID = SubmissionSent, "j1" // another window linked it
	r.Track([]Submission{a, b})
	want(t, "somebody was faster", steps(&r, noon.Add(2*time.Minute)), "ask a")
}

func TestResendNeedsAProof(t *testing.T) {
	a := unknown(t, "a", 1, 0)
	var unproven Reconciler
	unproven.Track([]Submission{a})
	want(t, "unproven", steps(&unproven, noon.Add(time.Minute)))

	r := Reconciler{Proven: true}
	r.Track([]Submission{a})
	want(t, "at once", steps(&r, noon.Add(4*time.Second)))
	want(t, "soon", steps(&r, noon.Add(5*time.Second)), "resend a")
	a.AnsweredAt = noon.Add(10 * time.Minute)
	r.Track([]Submission{a})
	want(t, "lost again", steps(&r, noon.Add(19*time.Minute)), "look ")
	want(t, "after a longer wait", steps(&r, noon.Add(20*time.Minute)), "resend a")

	late := Reconciler{Proven: true}
	late.Track([]Submission{a})
	want(t, "after an hour", looks(&late, noon.Add(ReplayWindow)), "ask a")

	batch := unknown(t, "b", 1, 0)
	batch.Kind, batch.BatchLines = SubmitBatch, 20
	r.Track([]Submission{batch})
	want(t, "a batch", steps(&r, noon.Add(time.Minute)))
}

func TestBatchesAreAlwaysAskedAbout(t *testing.T) {
	s := submissionIn(t, SubmissionUnknown)
	s.Kind, s.BatchLines = SubmitBatch, 20
	r := Reconciler{Proven: true}
	r.Track([]Submission{s})
	now := noon.Add(2 * time.Minute)
	step := r.Next(now)
	if len(step) != 1 || step[0].Kind != StepLookBatches {
		t.Fatalf("steps %v", step)
	}
	r.LookedAtBatches(step[0], []api.Batch{{ID: "b1", Total: 20, CreatedAt: api.Time{Time: noon}}})
	want(t, "one fits", steps(&r, now), "ask s1")
	q, ok := r.Question("s1", now)
	if !ok || len(q.Candidates) != 1 || slices.Contains(q.Choices(), ChoiceResend) {
		t.Errorf("question %+v, %t, choices %v", q, ok, q.Choices())
	}
}

func TestFileMatchesOnlyIfNothingElseDoes(t *testing.T) {
	file := sentBody(t, "f", `{"model":"m","input":[{"type":"video"}]}`)
	file.Files = []draft.File{{Field: "video", Path: "/take.mp4", SHA256: "aa"}}
	named := sentBody(t, "n", `{"model":"m","input":[{"type":"video","assetId":"x1"}]}`)
	job := func(id, asset string) api.Generation {
		return api.Generation{
			ID: api.ID(id), Model: "m", CreatedAt: api.Time{Time: noon},
			Input: []api.Input{{Type: "video", AssetID: api.ID(asset)}},
		}
	}
	now := noon.Add(2 * time.Minute)
	var r Reconciler
	r.Track([]Submission{file, named})
	want(t, "each has its own", looks(&r, now, job("j1", "x1"), job("j2", "x2")), "link fj2", "link nj1")
	var one Reconciler
	one.Track([]Submission{file, named})
	want(t, "there is one only", looks(&one, now, job("j1", "x1")), "ask f", "link nj1")
	other := file
	other.ID, other.Files = "g", []draft.File{{Field: "video", Path: "/other.mp4", SHA256: "bb"}}
	var two Reconciler
	two.Track([]Submission{file, other})
	want(t, "two files", looks(&two, now, job("j1", "x1"), job("j2", "x2")), "ask f", "ask g")
}

func TestLateAnswerIsIgnored(t *testing.T) {
	var r Reconciler
	a := unknown(t, "a", 1, 0)
	r.Track([]Submission{a})
	early := r.Next(noon.Add(90 * time.Second))[0]
	a.AnsweredAt = noon.Add(2 * time.Minute) // it was resent meanwhile
	r.Track([]Submission{a})
	r.Looked(early, []api.Generation{takeJob("j1", 1, 0)}, 0)
	want(t, "from before", steps(&r, noon.Add(200*time.Second)))
	want(t, "looked again", looks(&r, noon.Add(210*time.Second), takeJob("j1", 1, 0)), "link aj1")
}

func TestClockSetBackDoesNotEndTheSearch(t *testing.T) {
	var r Reconciler
	r.Track([]Submission{unknown(t, "a", 1, -2*time.Hour)})
	want(t, "first", looks(&r, noon), "ask a")
	want(t, "an hour back", looks(&r, noon.Add(-time.Hour), takeJob("j1", 1, -2*time.Hour)), "link aj1")
}

// One job is never linked to two submissions, nothing is resent without a proof,
// and a submission is linked only to its own job.
func TestReconcilerLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Reconciler{Proven: rapid.Bool().Draw(t, "proven")}
		var subs []Submission
		var jobs []api.Generation
		owner := make(map[api.ID]string)
		now := noon
		for range rapid.IntRange(5, 60).Draw(t, "events") {
			now = now.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "pause")) * time.Second)
			after := now.Sub(noon)
			take := rapid.IntRange(1, 2).Draw(t, "take")
			switch rapid.IntRange(0, 5).Draw(t, "event") {
			case 0, 1:
				subs = append(subs, unknown(t, fmt.Sprintf("s%d", len(subs)), take, after))
			case 2:
				jobs = append(jobs, takeJob(fmt.Sprintf("j%d", len(jobs)), take, after))
			case 3:
				if len(subs) > 0 {
					s := &subs[rapid.IntRange(0, len(subs)-1).Draw(t, "which")]
					_ = s.Drop(now)
				}
			}
			r.Track(subs)
			for _, step := range r.Next(now) {
				obey(t, &r, step, subs, jobs, owner, now)
			}
		}
	})
}

// obey carries out a step, and checks that it is allowed.
func obey(t *rapid.T, r *Reconciler, step Step, subs []Submission, jobs []api.Generation, owner map[api.ID]string, now time.Time) {
	at := slices.IndexFunc(subs, func(s Submission) bool { return s.ID == step.Submission })
	switch step.Kind {
	case StepLook:
		r.Looked(step, jobs, 0)
	case StepResend:
		if s := &subs[at]; !r.Proven || now.Sub(s.SentAt) >= time.Hour || s.Resend(now) != nil {
			t.Fatalf("%s is to be sent once more", s.ID)
		}
		subs[at].AnsweredAt, subs[at].State = now, SubmissionUnknown
	case StepLink:
		if had := owner[step.ID]; had != "" {
			t.Fatalf("%s goes to %s and %s", step.ID, had, step.Submission)
		}
		owner[step.ID] = step.Submission
		job := jobs[slices.IndexFunc(jobs, func(g api.Generation) bool { return g.ID == step.ID })]
		if string(subs[at].Body) != fmt.Sprintf(`{"model":"lipsync-2","input":[{"type":"video","url":%q}]}`, mustLink(job)) {
			t.Fatalf("%s is not %s", job.ID, subs[at].Body)
		}
		if err := subs[at].Link(step.ID, now); err != nil {
			t.Fatal(err)
		}
	}
}

func mustLink(g api.Generation) string {
	link, _ := g.Input[0].URL.Link()
	return link
}

func BenchmarkReconcile1000(b *testing.B) {
	var subs []Submission
	var jobs []api.Generation
	for i := range 1000 {
		subs = append(subs, unknown(b, fmt.Sprint("s", i), i, 0))
		jobs = append(jobs, takeJob(fmt.Sprint("j", i), i, 0))
	}
	for b.Loop() {
		var r Reconciler
		r.Track(subs)
		if n := len(looks(&r, noon.Add(time.Hour), jobs...)); n != 1000 {
			b.Fatal(n, "linked")
		}
	}
}
