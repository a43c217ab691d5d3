package state

import (
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/table"
)

func TestFilterMistakesAreReported(t *testing.T) {
	c := filled(account(50))
	for _, test := range []struct{ filter, want string }{
		{"promo", ""},
		{"status:failed", ""},
		{"status:fail", ""},
		{"status:", ""},
		{"-status:running", ""},
		{"status:faild", `no status is called "faild"; failed?`},
		{"-status:faild", `no status is called "faild"; failed?`},
		{"promo status:compelted", `no status is called "compelted"; completed?`},
		{"status:done", `no status is called "done"; known: pending, running`},
		{"stauts:failed", `no field is called "stauts"; status?`},
		{"stat:", `no field is called "stat"; status?`},
		{"shoe:42", `no field is called "shoe", so it is searched as text; fields: id, name, model`},
		{"https://sync.so/x", ""},
		{"model:synk-3", `no model is called "synk-3"; sync-3?`},
		{"model:sync", ""},
		{"name:nobody-calls-it-so", ""}, // names may be anything
		{"note:retake", ""},
		{":", ""},
		{"-", ""},
	} {
		var v table.View[Generation]
		v.Update(c, table.Query{Text: test.filter})
		got := mistake(&v)
		if test.want == "" && got != "" || !strings.HasPrefix(got, test.want) {
			t.Errorf("%q is doubted as %q, want %q", test.filter, got, test.want)
		}
	}
}

// mistake returns the mistake in a view's filter in words.
func mistake(v *table.View[Generation]) string {
	if m := v.Mistake(); m != nil {
		return m.Error()
	}
	return ""
}

func TestUndocumentedStatusIsNoMistake(t *testing.T) {
	g := job(1, "QUEUED_FOR_REVIEW")
	c := filled([]Generation{NewGeneration(g)})
	var v table.View[Generation]
	for filter, want := range map[string]string{"-status:queued": "", "status:queued": "", "-status:queuedd": "no status"} {
		v.Update(c, table.Query{Text: filter})
		if got := mistake(&v); want == "" && got != "" || !strings.HasPrefix(got, want) {
			t.Errorf("%q is doubted as %q", filter, got)
		}
	}
}

// TestVocabularyMatchesTheFilters compares a row's vocabulary with what filters
// match.
func TestVocabularyMatchesTheFilters(t *testing.T) {
	rows := []table.Searchable{
		new(Generation), new(Batch), new(BatchItem), new(Asset), new(Model), new(outbox.QueueRow), new(ledger.Entry),
	}
	for _, row := range rows {
		v := row.(table.Worded).Vocabulary()
		for _, field := range v.Fields {
			if _, ok := row.FieldValue(field); !ok {
				t.Errorf("%T has no %q", row, field)
			}
		}
		if _, ok := row.FieldValue("shoe"); ok {
			t.Errorf("%T has any field", row)
		}
	}
	for status, word := range map[api.Status]string{
		api.Pending: "pending", api.Processing: "running", api.Completed: "completed", api.Failed: "failed", api.Rejected: "rejected",
	} {
		g := NewGeneration(job(1, status))
		f := filter("status:" + word)
		if !f.Match(&g) {
			t.Errorf("status:%s does not find %s", word, status)
		}
	}
	for status, word := range map[api.BatchStatus]string{
		api.BatchPending: "pending", api.BatchJobsCreated: "created", api.BatchProcessing: "running", api.BatchCompleted: "completed", api.BatchFailed: "failed",
	} {
		b := NewBatch(api.Batch{ID: "b", Status: status})
		f := filter("status:" + word)
		if !f.Match(&b) {
			t.Errorf("status:%s does not find %s", word, status)
		}
	}
	for intent, word := range map[outbox.SubmissionState]string{outbox.SubmissionSending: "sending", outbox.SubmissionUnknown: "unknown"} {
		sub := &outbox.Submission{ID: "s", State: intent, SentAt: time.Unix(1, 0)}
		g, b := SubmissionRow(sub, 0), BatchSubmissionRow(sub, 0)
		f := filter("status:" + word)
		if !f.Match(&g) || !f.Match(&b) {
			t.Errorf("status:%s does not find what is %s", word, word)
		}
	}
}
