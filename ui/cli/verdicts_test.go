package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/journal"
	"dubtop/state/verdict"
	"dubtop/ui/uitest"
)

// jobs puts jobs with these names in the journal, as job0, job1 and so on.
func (d *desk) jobs(names ...string) *journal.Journal {
	d.t.Helper()
	j := d.journal()
	var rows []state.Generation
	for i, name := range names {
		id := api.ID("job" + string(rune('0'+i)))
		rows = append(rows, state.StoredGeneration(state.Generation{ID: id, Name: text.Of(name), Created: noon, Status: "COMPLETED"}, true))
	}
	must(d.t, j.SaveGenerations(d.t.Context(), rows, noon))
	return j
}

// decided writes a client's file with verdicts.
func (d *desk) decided(verdicts ...map[string]string) string {
	d.t.Helper()
	b, err := json.Marshal(map[string]any{"format": "dubtop-verdicts", "version": 1, "verdicts": verdicts})
	must(d.t, err)
	path := filepath.Join(d.t.TempDir(), "verdicts.json")
	must(d.t, os.WriteFile(path, b, 0o600))
	return path
}

func TestClientsVerdictsAreSaved(t *testing.T) {
	d := newDesk(t)
	j := d.jobs("promo_de", "promo_fr", "promo_es", "promo_it")
	must(t, j.JudgeAll(t.Context(), map[string]verdict.Given{"job0": {Verdict: verdict.Retake}, "job1": {Verdict: verdict.Approved}}, noon))
	file := d.decided(
		map[string]string{"id": "job0", "file": "promo_de.mp4", "verdict": "approved"},
		map[string]string{"id": "job1", "file": "promo_fr.mp4", "verdict": "approved"},
		map[string]string{"id": "job2", "file": "promo_es.mp4", "verdict": "retake", "note": "lips late"},
		map[string]string{"id": "job3", "file": "promo_it.mp4", "verdict": ""},
		map[string]string{"id": "foreign", "file": "other.mp4", "verdict": "approved"},
	)
	got := d.run("verdicts import " + file)
	want := "VERDICT   BEFORE  JOB       NOTE\napproved  retake  promo_de  -\nretake    -       promo_es  lips late\n\n2 verdicts saved, 1 unchanged, 1 undecided, 1 not known.\n"
	if got.status != 0 || got.out != want || !strings.Contains(got.errors, "not known, and left out: other.mp4") {
		t.Errorf("status %d, %q\n%s\nwant\n%s", got.status, got.errors, got.out, want)
	}
	all, _, err := j.Verdicts(t.Context(), 0)
	must(t, err)
	if len(all) != 3 || all["job2"] != (verdict.Given{Verdict: verdict.Retake, Note: "lips late"}) || all["job0"].Verdict != verdict.Approved {
		t.Errorf("the journal has %v", all)
	}
	// Again it changes nothing.
	got = d.run("verdicts import --json " + file)
	var r imported
	if err := json.Unmarshal([]byte(got.out), &r); err != nil || got.status != 0 || len(r.Saved) != 0 || r.Unchanged != 3 || len(r.Unknown) != 1 {
		t.Errorf("%d, %s, %v", got.status, got.out, err)
	}
}

func TestFilesThatAreNoVerdictsChangeNothing(t *testing.T) {
	d := newDesk(t)
	j := d.jobs("promo_de")
	other := filepath.Join(t.TempDir(), "other.json")
	must(t, os.WriteFile(other, []byte(`{"verdicts":[]}`), 0o600))
	for path, status := range map[string]int{
		other: StatusUsage, "/nowhere/verdicts.json": StatusUsage,
		d.decided(map[string]string{"id": "foreign", "file": "x.mp4", "verdict": "approved"}): StatusError,
		d.decided(map[string]string{"id": "job0", "file": "x.mp4", "verdict": "perhaps"}):     StatusUsage,
	} {
		if got := d.run("verdicts import " + path); got.status != status || got.out != "" || got.errors == "" {
			t.Errorf("%s: %+v, want %d", path, got, status)
		}
	}
	if all, _, err := j.Verdicts(t.Context(), 0); err != nil || len(all) != 0 {
		t.Errorf("the journal has %v, %v", all, err)
	}
}

// A client may write anything into names and notes.
func TestClientsTextsStayTexts(t *testing.T) {
	d := newDesk(t)
	d.jobs("promo")
	for _, lie := range append(uitest.Lies(), "=HYPERLINK(1)", "<script>alert(1)</script>", "\x1b[31m\u202e") {
		file := d.decided(
			map[string]string{"id": "job0", "file": lie, "verdict": "retake", "note": lie + "x"},
			map[string]string{"id": lie + "unknown", "file": lie, "verdict": "approved", "note": lie},
		)
		d.tells("verdicts", "import", file)
		d.document("verdicts", "import", "--json", file)
	}
}
