package cli

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/output"
	"dubtop/state/verdict"
)

// remembered fills the journal with jobs of all kinds, as a dashboard leaves them.
func (d *desk) remembered() *journal.Journal {
	d.t.Helper()
	j := d.journal()
	row := func(id string, minutes int, status api.Status, name string) state.Generation {
		g := state.Generation{
			ID: api.ID(id), Created: noon.Add(90*time.Second - time.Duration(minutes)*time.Minute), Status: status, Model: "lipsync-2", Name: text.Of(name), Length: 28,
		}
		return state.StoredGeneration(g, true)
	}
	done := row("g1", 1, api.Completed, "promo \"de\"")
	done.HasOutput, done.Started, done.Ended, done.Length = true, noon, noon.Add(90*time.Second), 28.5
	failed := row("g2", 2, api.Failed, "promo_es")
	failed.Error, failed.ErrorCode = "no face", "generation_input_validation_failed"
	gone := row("g3", 3, api.Completed, "promo_fr")
	gone.Gone, gone.Model, gone.Length = true, "sync-3", 0
	must(d.t, j.SaveGenerations(d.t.Context(), []state.Generation{row("g0", 0, api.Processing, "日本\x1b[31m"), done, failed, gone}, noon))
	must(d.t, j.LabelAll(d.t.Context(), []string{"g1"}, "acme"))
	must(d.t, j.NoteAll(d.t.Context(), []string{"g1"}, "noisy"))
	must(d.t, j.JudgeAll(d.t.Context(), map[string]verdict.Given{"g1": {Verdict: verdict.Approved}}, noon))
	booked(d.t, j, noon, ledger.Entry{Job: "g1", Submission: "s1", Estimate: new(api.Micros(1_000_000))})
	must(d.t, j.AppendEntry(d.t.Context(), journal.Entry{
		Kind: journal.EntryCost, Entry: ledger.Entry{At: noon, Job: "g1", Actual: new(api.Micros(1_250_000)), Basis: ledger.BasisBilled},
	}))
	booked(d.t, j, noon, ledger.Entry{Job: "g0", Submission: "s0", Estimate: new(api.Micros(500_000))})
	must(d.t, j.SaveFile(d.t.Context(), output.File{Job: "g1", Kind: output.Output, Path: "/films/promo.mp4", Size: 9, At: noon}))
	lost := confirmed(d.t, "s9", "lost", dollarPrice(2_000_000))
	sent(d.t, j, lost, api.Unknown, "no answer")
	d.world.Transport = answers{}
	return j
}

// ls reads the journal alone: the network is off in these tests.
func TestJobsAreListed(t *testing.T) {
	d := newDesk(t)
	d.remembered()
	d.says("ls", `ID  STATUS      MODEL      NAME        LABEL  VERDICT   LENGTH    COST  CREATED              WHY
g0  processing  lipsync-2  日本        -      -           0:28  ~$0.50  2026-11-24 12:01:30  -
s9  unknown     lipsync-2  lost        -      -           0:10  ~$2.00  2026-11-24 12:01:00  no answer
g1  completed   lipsync-2  promo "de"  acme   approved    0:29   $1.25  2026-11-24 12:00:30  -
g2  failed      lipsync-2  promo_es    -      -           0:28       -  2026-11-24 11:59:30  no face
g3  completed   sync-3     promo_fr    -      -              -       -  2026-11-24 11:58:30  -
`)
	d.says("ls -q --limit 2", "g0\ns9\n")
	d.says("ls -q -- status:completed -model:sync-3", "g1\n")
	d.says("ls -q status:unknown", "s9\n")
	d.says("ls -q --sort cost --limit 2", "s9\ng1\n")
	d.says("ls -q --sort age --reverse --limit 1", "g3\n")
	d.says("ls -q saved:yes note:noisy verdict:approved", "g1\n")
	d.says("ls -q cost:>1.5 or status:failed", "s9\ng2\n")
	d.says("ls -q label:nobody", "")
	d.says("ls status:rejected", "No jobs.\n")
}

// The shape is a promise to scripts: fields may come, but none may go or change.
func TestJobsAsJSON(t *testing.T) {
	d := newDesk(t)
	d.remembered()
	d.says("ls --json --limit 3", `{
  "version": 1,
  "items": [
    {"id":"g0","status":"processing","model":"lipsync-2","name":"日本","label":"","set":"","lang":"","project":"","project_id":"","verdict":"","note":"","seconds":28,"cost_usd":0.50,"cost_basis":"estimate","created_at":"2026-11-24T11:01:30Z","started_at":null,"ended_at":null,"took_seconds":null,"error":"","error_code":"","has_output":false,"saved_path":"","gone":false},
    {"id":"s9","status":"unknown","model":"lipsync-2","name":"lost","label":"","set":"","lang":"","project":"","project_id":"","verdict":"","note":"","seconds":10,"cost_usd":2.00,"cost_basis":"estimate","created_at":"2026-11-24T11:01:00Z","started_at":null,"ended_at":null,"took_seconds":null,"error":"no answer","error_code":"","has_output":false,"saved_path":"","gone":false},
    {"id":"g1","status":"completed","model":"lipsync-2","name":"promo \"de\"","label":"acme","set":"","lang":"","project":"","project_id":"","verdict":"approved","note":"noisy","seconds":28.5,"cost_usd":1.25,"cost_basis":"billed","created_at":"2026-11-24T11:00:30Z","started_at":"2026-11-24T11:00:00Z","ended_at":"2026-11-24T11:01:30Z","took_seconds":90,"error":"","error_code":"","has_output":true,"saved_path":"/films/promo.mp4","gone":false}
  ],
  "as_of": "2026-11-24T11:00:00Z"
}
`)
	d.says("ls --json id,status status:failed", `{
  "version": 1,
  "items": [
    {"id":"g2","status":"failed"}
  ],
  "as_of": "2026-11-24T11:00:00Z"
}
`)
	d.says("ls --json id status:rejected", "{\n  \"version\": 1,\n  \"items\": [],\n  \"as_of\": \"2026-11-24T11:00:00Z\"\n}\n")
	if got := d.run("ls --csv --limit 1"); !strings.HasPrefix(got.out, "id,status,model,name,label,") || !strings.Contains(got.out, "\r\ng0,processing,lipsync-2,日本,") {
		t.Errorf("%+v", got)
	}
}

// The same jobs come out of the stream and out of a filter that fits all of them.
func TestFilteredAndStreamedJobsAreTheSame(t *testing.T) {
	d := newDesk(t)
	j := d.remembered()
	var many []state.Generation
	for i := range 450 {
		many = append(many, state.StoredGeneration(state.Generation{
			ID: api.ID(fmt.Sprintf("m%03d", i)), Created: noon.Add(-time.Duration(i) * time.Hour), Status: api.Completed, Model: "sync-3", Length: api.Seconds(float64(i) / 7),
		}, false))
	}
	must(t, j.SaveGenerations(t.Context(), many, noon))
	streamed, filtered := d.run("ls --json"), d.run("ls --json -- -nothing")
	if streamed.out != filtered.out || strings.Count(streamed.out, "\n    {") != 455 || streamed.status != 0 {
		t.Errorf("%d and %d bytes, %s", len(streamed.out), len(filtered.out), streamed.errors)
	}
}

// A view of the configuration is a filter, and more words narrow it; what was
// hidden in the dashboard is hidden here.
func TestViewsAndHiddenJobsAreListedAsInTheDashboard(t *testing.T) {
	d := newDesk(t)
	j := d.remembered()
	d.configure("[views]\nnight = \"status:failed or label:acme\"\n")
	d.says("ls -q --view night", "g1\ng2\n")
	d.says("ls -q --view night model:lipsync status:failed", "g2\n")
	must(t, j.Hide(t.Context(), []string{"g2", "s9"}, true))
	d.says("ls -q", "g0\ng1\ng3\n")
	d.says("ls -q --reverse", "g3\ng1\ng0\n")
	d.says("ls -q --view night", "g1\n")
	d.says("ls -q hidden:yes", "s9\ng2\n")
	d.says("ls -q --view night hidden:yes", "g2\n")
	must(t, j.SaveSetting(t.Context(), journal.ListSetting+"generations", `{"views":[{"name":"mine","filter":"label:acme"},{"name":"night","filter":"status:none"}]}`))
	d.says("ls -q --view mine", "g1\n")
	d.says("ls -q --view night", "g1\n")
	if names, _ := d.world.CompleteViews([]string{"queue"})(nil, nil, ""); strings.Join(names, " ") != "queue night mine" {
		t.Errorf("views are completed as %q", names)
	}
}

func TestMistakesInListing(t *testing.T) {
	d := newDesk(t)
	d.configure("[views]\nnight = \"status:failed\"\n")
	d.remembered()
	for line, want := range map[string]string{
		"ls --sort price":  "no order is called \"price\"; there are age",
		"ls --sort leng":   "no order is called \"leng\"; length?",
		"ls --limit -1":    "--limit must not be below 0",
		"ls --json --csv":  "--csv and --json can't be used together",
		"ls status:faild":  `no status is called "faild"; failed?`,
		"ls stauts:failed": `no field is called "stauts"; status?`,
		"ls cost:1":        "cost: needs > or < before 1",
		"ls --view nigth":  `--view: no view is called "nigth"; night?`,
	} {
		if got := d.run(line); got.status != StatusUsage || got.out != "" || !strings.Contains(got.errors, want) {
			t.Errorf("%s: %+v", line, got)
		}
	}
	if got := d.run("ls label:acne"); got.status != 0 || !strings.Contains(got.errors, `no label is called "acne"; acme?`) {
		t.Errorf("a label that may come: %+v", got)
	}
}

// An account without a list on this machine is asked for it, and the list stays.
func TestAFirstListComesFromTheServer(t *testing.T) {
	d := newDesk(t)
	server, _ := d.served()
	first := d.run("ls -q")
	if first.status != 0 || strings.Count(first.out, "\n") != 3 || first.errors != "" {
		t.Fatalf("%+v", first)
	}
	id := server.Add(simulator.Job{})
	if again := d.run("ls -q"); again.out != first.out {
		t.Errorf("the list is not kept: %+v", again)
	}
	if fresh := d.run("ls -q --refresh"); fresh.out != id+"\n"+first.out || fresh.status != 0 {
		t.Errorf("not refreshed: %+v", fresh)
	}
}

func TestNoListWithoutTheServer(t *testing.T) {
	d := newDesk(t)
	d.world.Transport = answers{}
	if got := d.run("ls --json"); got.status != StatusError || got.out != "" || errorOf(t, got.errors).Code != "network" || errorOf(t, got.errors).Hint == "" {
		t.Errorf("%+v", got)
	}
}
