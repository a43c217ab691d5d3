package journal

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/outbox"
)

// ofEveryKind saves submissions that ended in every way.
func ofEveryKind(t *testing.T, j *Journal) map[string]outbox.Submission {
	t.Helper()
	enqueued(t, j, 1)
	for id, o := range map[string]api.Outcome{
		"sent": api.Accepted, "refused": api.Refused, "limited": api.Limited, "unknown": api.Unknown, "given-up": api.Unknown, "sending": -1,
	} {
		s := sending(t, confirmed(id))
		if err := j.BeginSending(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if id == "sending" {
			continue
		}
		if err := j.SaveSubmission(t.Context(), answered(t, s, o, "g-"+api.ID(id))); err != nil {
			t.Fatal(err)
		}
	}
	s := listed(t, j)["given-up"]
	if err := s.Drop(noon); err != nil {
		t.Fatal(err)
	}
	if err := j.SaveSubmission(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	limited := listed(t, j)["limited"]
	if err := j.Enqueue(t.Context(), limited, noon); err != nil {
		t.Fatal(err)
	}
	if err := j.Drop(t.Context(), "limited", noon); err != nil { // its outcome is known
		t.Fatal(err)
	}
	batch := confirmed("batch")
	batch.Kind, batch.Body = outbox.SubmitBatch, []byte(strings.Repeat("line\n", 100_000))
	batch = sending(t, batch)
	if err := j.BeginSending(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	if err := j.SaveSubmission(t.Context(), answered(t, batch, api.Accepted, "b-batch")); err != nil {
		t.Fatal(err)
	}
	return listed(t, j)
}

func TestUnresolvedSubmissions(t *testing.T) {
	j := opened(t, journalPath(t))
	all := ofEveryKind(t, j)
	got, err := j.Unresolved(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []outbox.Submission{all["given-up"], all["sending"], all["unknown"]}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("outstanding is %+v, want %+v", got, want)
	}
	for id, s := range all { // the same according to the rules of submissions
		if open := s.MayHaveCost() && s.State != outbox.SubmissionSent; open != (id == "given-up" || id == "sending" || id == "unknown") {
			t.Errorf("%s: unresolved is %t", id, open)
		}
	}
}

func TestJobLeadsToItsSubmission(t *testing.T) {
	j := opened(t, journalPath(t))
	all := ofEveryKind(t, j)
	claims, err := j.Claims(t.Context())
	if want := (map[api.ID]string{"g-sent": "sent", "b-batch": "batch"}); err != nil || !reflect.DeepEqual(claims, want) {
		t.Errorf("claims are %v, %v; want %v", claims, err, want)
	}
	for job, id := range claims {
		s, ok, err := j.SubmissionOf(t.Context(), job)
		if err != nil || !ok || !reflect.DeepEqual(s, all[id]) {
			t.Errorf("%s came of %s: %t, %v", job, s.ID, ok, err)
		}
	}
	for _, job := range []api.ID{"", "g-unknown", "stranger"} {
		if s, ok, err := j.SubmissionOf(t.Context(), job); ok || err != nil || s.ID != "" {
			t.Errorf("%q came of %q, %v", job, s.ID, err)
		}
	}
}

// Bodies of batches are large, and claims are read often.
func TestClaimsAreReadWithoutBodies(t *testing.T) {
	j := opened(t, journalPath(t))
	for query, index := range map[string]string{
		"SELECT generation_id, id FROM submissions WHERE generation_id != '' AND state = 'sent'":                               "COVERING INDEX submissions_by_generation",
		"SELECT batch_id, id FROM submissions WHERE batch_id != '' AND state = 'sent'":                                         "COVERING INDEX submissions_by_batch",
		"SELECT id FROM submissions WHERE generation_id = ?1 AND generation_id != ''":                                          "COVERING INDEX submissions_by_generation",
		"SELECT id FROM submissions WHERE state IN ('sending', 'unknown', 'dropped') AND (state != 'dropped' OR sent_at != 0)": "INDEX submissions_open",
	} {
		var id, parent, unused int
		var plan string
		if err := j.db.QueryRowContext(t.Context(), "EXPLAIN QUERY PLAN "+query, "x").Scan(&id, &parent, &unused, &plan); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(plan, index) {
			t.Errorf("%s: %s, want %s", query, plan, index)
		}
	}
}

func TestEmptyJournal(t *testing.T) {
	j, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	claims, err := j.Claims(t.Context())
	if len(claims) != 0 || err != nil {
		t.Error(claims, err)
	}
	if all, err := j.Unresolved(t.Context()); len(all) != 0 || err != nil {
		t.Error(all, err)
	}
	if n, _, err := j.Revisions(t.Context()); n < 1 || err != nil {
		t.Error(n, err)
	}
}

// A copy from before the sending looks like an answer that nothing was sent,
// which would allow sending it again.
func TestOldCopyIsNoAnswer(t *testing.T) {
	j := opened(t, journalPath(t))
	stale := confirmed("s1")
	now := sending(t, stale)
	if err := j.BeginSending(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"SaveSubmission": j.SaveSubmission(t.Context(), stale),
		"Enqueue":        j.Enqueue(t.Context(), stale, noon),
	} {
		if !errors.Is(err, ErrBackwards) {
			t.Errorf("%s = %v, want ErrBackwards", what, err)
		}
	}
	if err := j.BeginSending(t.Context(), now); !errors.Is(err, ErrTaken) {
		t.Errorf("sending it again: %v, want ErrTaken", err)
	}
	unknown := answered(t, now, api.Unknown, "")
	if err := j.SaveSubmission(t.Context(), unknown); err != nil {
		t.Fatal(err)
	}
	again := unknown
	if err := again.Resend(noon.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := j.BeginResending(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	if err := j.SaveSubmission(t.Context(), unknown); !errors.Is(err, ErrBackwards) {
		t.Errorf("the unknown outcome from before it was sent again: %v, want ErrBackwards", err)
	}
	if err := j.SaveSubmission(t.Context(), answered(t, again, api.Accepted, "g1")); err != nil {
		t.Errorf("the answer: %v", err)
	}
}

// The journal's confirmed request is sent, not the request in a window that
// missed the change.
func TestOnlyTheConfirmedRequestIsSent(t *testing.T) {
	j := opened(t, journalPath(t))
	enqueued(t, j, 1)
	bytes, key := sending(t, confirmed("q0")), sending(t, confirmed("q0"))
	bytes.Body = []byte(`{"model":"sync-3"}`)
	key.IdempotencyKey = "another"
	for what, s := range map[string]outbox.Submission{"other bytes": bytes, "another key": key} {
		if err := j.BeginSending(t.Context(), s); !errors.Is(err, ErrBackwards) {
			t.Errorf("%s: %v, want ErrBackwards", what, err)
		}
	}
	if err := j.BeginSending(t.Context(), sending(t, confirmed("q0"))); err != nil {
		t.Error(err)
	}
}
