package journal

import (
	"errors"
	"fmt"
	"testing"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/outbox"
)

// batchOf returns a confirmed batch of a file.
func batchOf(t *testing.T, id, file string, told ...string) outbox.Submission {
	t.Helper()
	s := confirmed(id)
	s.Kind, s.Draft, s.Body, s.Shown = outbox.SubmitBatch, draft.Draft{}, []byte(file), told
	return sending(t, s)
}

// A second batch of the same file is sent only if the user was told of each
// earlier one, and not while one is being sent. A refused batch does not count.
func TestSecondBatchOfAFileNeedsTheWarning(t *testing.T) {
	for _, c := range []struct {
		first api.Outcome // -1: being sent
		file  string
		told  []string
		ok    bool
	}{
		{api.Accepted, "a", nil, false},
		{api.Accepted, "a", []string{"another"}, false},
		{api.Accepted, "a", []string{"first"}, true},
		{api.Accepted, "b", nil, true},
		{api.Unknown, "a", nil, false},
		{api.Unknown, "a", []string{"first"}, true},
		{-1, "a", []string{"first"}, false},
		{-1, "b", nil, true},
		{api.Refused, "a", nil, true},
		{api.NotSent, "a", nil, true},
	} {
		t.Run(fmt.Sprintf("%d %s %v", c.first, c.file, c.told), func(t *testing.T) {
			path := journalPath(t)
			j, other := opened(t, path), opened(t, path)
			first := batchOf(t, "first", "a")
			if err := j.BeginSending(t.Context(), first); err != nil {
				t.Fatal(err)
			}
			if c.first >= 0 {
				if err := j.SaveSubmission(t.Context(), answered(t, first, c.first, "b1")); err != nil {
					t.Fatal(err)
				}
			}
			err := other.BeginSending(t.Context(), batchOf(t, "second", c.file, c.told...))
			if c.ok && err != nil || !c.ok && !errors.Is(err, ErrSameFile) {
				t.Error(err)
			}
			if _, there := listed(t, j)["second"]; there != c.ok {
				t.Errorf("the journal has the second one: %t", there)
			}
		})
	}
}

func TestBatchesOfAFileAreListed(t *testing.T) {
	j := opened(t, journalPath(t))
	ofEveryKind(t, j)
	before := listed(t, j)["batch"]
	found, err := j.SentFiles(t.Context(), before.Body)
	if err != nil || len(found) != 1 {
		t.Fatalf("%+v, %v", found, err)
	}
	f := found[0]
	if f.Submission != "batch" || f.Batch != "b-batch" || f.State != outbox.SubmissionSent || *f.Price.Cost != 1_250_001 || !f.SentAt.Equal(before.SentAt) {
		t.Errorf("%+v", f)
	}
	for _, other := range [][]byte{nil, before.Body[1:], append([]byte(" "), before.Body[1:]...)} {
		if found, err := j.SentFiles(t.Context(), other); err != nil || len(found) != 0 {
			t.Errorf("of another file: %+v, %v", found, err)
		}
	}
}
