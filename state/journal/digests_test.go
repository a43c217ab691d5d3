package journal

import (
	"fmt"
	"iter"
	"slices"
	"testing"

	"dubtop/state/outbox"
)

// A journal of an older version digests its submissions when somebody looks,
// each once, and again if what it would make changes.
func TestOldSubmissionsAreDigested(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	const many = 450 // more than are digested at once
	subs := make([]outbox.Submission, many)
	for i := range subs {
		subs[i] = confirmed(fmt.Sprintf("s%03d", i))
	}
	if err := j.EnqueueAll(t.Context(), subs, nil, noon); err != nil {
		t.Fatal(err)
	}
	downgrade(t, j, 12)
	_ = j.Close()
	j = opened(t, path)
	var digested int
	one := func(*outbox.Submission) iter.Seq[int64] {
		digested++
		return slices.Values([]int64{int64(digested)})
	}
	alike := func(digests ...int64) (ids []string) {
		t.Helper()
		if err := j.EachAlike(t.Context(), digests, func(s *outbox.Submission) { ids = append(ids, s.ID) }); err != nil {
			t.Fatal(err)
		}
		return ids
	}
	if n := len(alike()); n != many {
		t.Errorf("%d of those without digests are alike", n)
	}
	for range 2 {
		if err := j.Digest(t.Context(), one); err != nil || digested != many {
			t.Fatalf("%d were digested: %v", digested, err)
		}
	}
	if got := alike(7, 3, 1<<62); !slices.Equal(got, []string{"s002", "s006"}) {
		t.Errorf("%v are alike", got)
	}
	sent := sending(t, subs[0])
	if err := j.BeginSending(t.Context(), sent); err != nil {
		t.Fatal(err)
	}
	if err := j.Digest(t.Context(), one); err != nil || digested != many {
		t.Errorf("%d were digested after a change of state: %v", digested, err)
	}
	if _, err := j.db.ExecContext(t.Context(), "UPDATE submissions SET body = x'78' WHERE id = 's000'"); err != nil {
		t.Fatal(err)
	}
	if got := alike(); !slices.Equal(got, []string{"s000"}) {
		t.Errorf("changed: %v", got)
	}
}
