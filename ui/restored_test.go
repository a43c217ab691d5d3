package ui_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/state/journal"
)

// The dashboard on a restored journal sends nothing before the queue is taken
// over, and says what does that; then it goes on by itself.
func TestRestoredQueueIsNotResumedByAKey(t *testing.T) {
	t.Parallel()
	held := func(j *journal.Journal) {
		if err := errors.Join(j.SaveSetting(context.Background(), "restored_from", "1"), j.SaveSetting(context.Background(), "take_over", "due"), j.SaveSetting(context.Background(), "queue_held", "true")); err != nil {
			t.Error(err)
		}
	}
	tell(t, stage{width: 140, height: 40, journal: t.TempDir() + "/journal.db", booked: held}, func(s *story) {
		s.agree("first")
		s.Press("5")
		s.Sees("the journal was", "continues it here")
		s.Press("P")
		s.Sees("another dubtop may send from its queue: dubtop journal take-over continues it here")
		s.Pass(time.Minute)
		s.acceptsInOrder()
		if err := s.book.TakeOver(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
		s.Pass(time.Minute)
		s.acceptsInOrder("first")
	})
}

// Nor is what was lost sent again by itself: the other dubtop may have had it refused,
// and send it when the server has forgotten the key.
func TestRestoredJournalResendsNothing(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 140, height: 40, journal: t.TempDir() + "/journal.db"}, func(s *story) {
		s.lose("lost", simulator.Fault{DropBefore: true})
		ctx := context.Background()
		if err := errors.Join(s.book.SaveSetting(ctx, "restored_from", "1"), s.book.SaveSetting(ctx, "take_over", "due"), s.book.SaveSetting(ctx, "queue_held", "true")); err != nil {
			t.Fatal(err)
		}
		s.Pass(10 * time.Minute)
		s.acceptsInOrder()
		if err := s.book.TakeOver(ctx, nil); err != nil {
			t.Fatal(err)
		}
		s.Pass(time.Minute)
		s.acceptsInOrder("lost")
	})
}
