package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"dubtop/state/draft"
	"dubtop/state/outbox"
)

// QueueItem is a submission that waits for its turn.
type QueueItem struct {
	Submission outbox.Submission
	Enqueued   time.Time
	Paused     bool
}

// Enqueue records a confirmed submission and puts it at the end of the queue,
// or leaves it at its place if it has one; both are durable when nil is
// returned. It leaves the queue by itself when it is sent, and comes back to
// its place when nothing was created.
func (j *Journal) Enqueue(ctx context.Context, s outbox.Submission, now time.Time) error {
	return j.EnqueueAll(ctx, []outbox.Submission{s}, nil, now)
}

// EnqueueAll does what Enqueue does for many, in their order: all of them or
// none. Those for which paused is true wait until PauseItem lets them go on,
// such as all but the pilot of a group; with nil none is paused.
func (j *Journal) EnqueueAll(ctx context.Context, subs []outbox.Submission, paused func(i int) bool, now time.Time) error {
	for i := range subs {
		if s := &subs[i]; s.State != outbox.SubmissionConfirmed && s.State != outbox.SubmissionQueued {
			return fmt.Errorf("%w: it is %s, and only what is confirmed may wait in the queue", outbox.ErrTransition, s.State)
		}
	}
	return j.spend(ctx, func(tx *sql.Tx) error {
		for i, s := range subs {
			if err := j.save(ctx, tx, s); err != nil {
				return err
			}
			if err := placeLast(ctx, tx, s.ID, paused != nil && paused(i), now); err != nil {
				return err
			}
		}
		return nil
	})
}

// placeLast gives a submission the last place, if it has none.
func placeLast(ctx context.Context, tx *sql.Tx, id string, paused bool, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO queue (submission, position, paused, enqueued_at)
		SELECT ?, coalesce(max(position), 0) + 1, ?, ? FROM queue WHERE true
		ON CONFLICT DO UPDATE SET paused = true WHERE excluded.paused AND NOT paused`, id, paused, nanos(now))
	return err
}

// Queue lists what waits, in order. What was refused when its turn came is
// listed at its place, so that it can be made anew or taken off with Dequeue.
func (j *Journal) Queue(ctx context.Context) ([]QueueItem, error) {
	rows, err := j.db.QueryContext(ctx, "SELECT "+submissionColumns+`, enqueued_at, paused
		FROM queue JOIN submissions ON id = submission WHERE `+inTheQueue+" ORDER BY position, submission")
	if err != nil {
		return nil, j.failed(err)
	}
	items, err := collect(rows, func(rows *sql.Rows) (item QueueItem, err error) {
		var at int64
		item.Submission, err = scanSubmission(rows, &at, &item.Paused)
		item.Enqueued = instant(at)
		return item, err
	})
	return items, j.failed(err)
}

// Dequeue takes a submission off the queue that waits no more: one that was
// refused, say. It stays among the submissions as it is. One that has no place
// is no error. What waits must be dropped instead, and what is being sent or in
// doubt keeps its place, because it may come back to it.
func (j *Journal) Dequeue(ctx context.Context, id string) error {
	return j.spend(ctx, func(tx *sql.Tx) error { return dequeue(ctx, tx, id) })
}

func dequeue(ctx context.Context, tx *sql.Tx, id string) error {
	old, err := stored(ctx, tx, id)
	switch {
	case err != nil:
		return err
	case old.state == outbox.SubmissionSending || old.state == outbox.SubmissionUnknown:
		return ErrTaken
	}
	var waits bool
	err = tx.QueryRowContext(ctx,
		"SELECT EXISTS (SELECT 1 FROM queue JOIN submissions ON id = submission WHERE id = ? AND "+waiting+")", id).Scan(&waits)
	if err != nil {
		return err
	}
	if waits {
		return fmt.Errorf("%w: it still waits in the queue, drop it instead", outbox.ErrTransition)
	}
	_, err = tx.ExecContext(ctx, "DELETE FROM queue WHERE submission = ?", id)
	return err
}

// TakeBack takes a submission out of the queue and keeps what was asked for as
// the draft in the form, both or neither: what stood in both could be paid for
// twice, what stood in none would be lost. One that waited is given as Edit has
// left it, one that was refused as it is.
func (j *Journal) TakeBack(ctx context.Context, s outbox.Submission, d draft.Draft) error {
	return j.spend(ctx, func(tx *sql.Tx) error {
		leave := func() error { return j.save(ctx, tx, s) }
		if s.State == outbox.SubmissionRejected {
			leave = func() error { return dequeue(ctx, tx, s.ID) }
		}
		if err := leave(); err != nil {
			return err
		}
		return saveDraft(ctx, tx, d)
	})
}

// Revisions gives two numbers: queue grows whenever anything about the submissions
// or the queue changes, and drafts whenever a draft is kept or taken out, whoever
// does it.
func (j *Journal) Revisions(ctx context.Context) (queue, drafts int64, err error) {
	err = j.db.QueryRowContext(ctx, `SELECT (SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'revision'),
		(SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'drafts')`).Scan(&queue, &drafts)
	return queue, drafts, j.failed(err)
}

// Reorder puts the named submissions into the given order, at the places that
// they have together: all that wait, or a part, such as two that change
// places. What is not named stays where it is, also what another process has
// added. All is refused if one is named twice or is not in Queue.
func (j *Journal) Reorder(ctx context.Context, ids []string) error {
	return j.spend(ctx, func(tx *sql.Tx) error {
		places := make([]int64, 0, len(ids))
		for _, id := range ids {
			place, err := placeOf(ctx, tx, id, inTheQueue)
			if err != nil {
				return err
			}
			if slices.Contains(places, place) {
				return fmt.Errorf("%w twice: %s", ErrNotQueued, id)
			}
			places = append(places, place)
		}
		slices.Sort(places)
		for i, id := range ids {
			if _, err := tx.ExecContext(ctx, "UPDATE queue SET position = ? WHERE submission = ?", places[i], id); err != nil {
				return err
			}
		}
		return nil
	})
}

// PauseItem keeps a submission that waits from being sent, by any process, or
// lets it go on. It keeps its place.
func (j *Journal) PauseItem(ctx context.Context, id string, paused bool) error {
	return j.spend(ctx, func(tx *sql.Tx) error {
		if _, err := placeOf(ctx, tx, id, waiting); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE queue SET paused = ? WHERE submission = ?", paused, id)
		return err
	})
}

// Drop gives a submission up that waits, for good: nobody can send it any
// more. Nothing is deleted; it stays among the submissions as dropped.
func (j *Journal) Drop(ctx context.Context, id string, now time.Time) error {
	return j.spend(ctx, func(tx *sql.Tx) error {
		if _, err := placeOf(ctx, tx, id, waiting); err != nil {
			return err
		}
		s, err := scanSubmission(tx.QueryRowContext(ctx, "SELECT "+submissionColumns+" FROM submissions WHERE id = ?", id))
		if err != nil {
			return err
		}
		if err := s.Drop(now); err != nil {
			return err
		}
		return j.save(ctx, tx, s)
	})
}

// placeOf gives the place of a submission that is in the queue and stands as
// wanted, or says why it does not.
func placeOf(ctx context.Context, tx *sql.Tx, id, wanted string) (place int64, err error) {
	err = tx.QueryRowContext(ctx,
		"SELECT position FROM queue JOIN submissions ON id = submission WHERE id = ? AND "+wanted, id).Scan(&place)
	if !errors.Is(err, sql.ErrNoRows) {
		return place, err
	}
	old, err := stored(ctx, tx, id)
	switch {
	case err != nil:
		return 0, err
	case old.state == outbox.SubmissionDropped:
		return 0, ErrDropped
	case old.state.AtStake():
		return 0, ErrTaken
	}
	return 0, ErrNotQueued
}

// HoldQueue keeps everything that waits from being sent, by any process and also
// after the next start, or lets it go on.
func (j *Journal) HoldQueue(ctx context.Context, held bool) error {
	return j.SaveSetting(ctx, heldSetting, strconv.FormatBool(held))
}

// QueueHeld reports whether HoldQueue holds the queue.
func (j *Journal) QueueHeld(ctx context.Context) (bool, error) {
	value, _, err := j.Setting(ctx, heldSetting)
	return value == "true", err
}

const heldSetting = "queue_held"

// notPaused is asked before anything is sent: a pause, of the submission or of
// the whole queue, holds also for a process that has not heard of it.
func notPaused(ctx context.Context, tx *sql.Tx, id string) error {
	var paused bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM queue WHERE submission = ?1 AND (paused
		OR EXISTS (SELECT 1 FROM settings WHERE name = ?2 AND value = 'true')))`, id, heldSetting).Scan(&paused)
	if paused {
		return ErrPaused
	}
	return err
}

// SetSlots keeps how many jobs the user lets run at once, 0 to have it found
// out. Every process on the journal goes by it.
func (j *Journal) SetSlots(ctx context.Context, n int) error {
	return j.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO settings (name, value) VALUES (?,?)", slotsSetting, strconv.Itoa(n))
		if err == nil {
			_, err = tx.ExecContext(ctx, "UPDATE meta SET value = value + 1 WHERE name = 'revision'")
		}
		return err
	})
}

// Slots gives what SetSlots kept, 0 if that is nothing.
func (j *Journal) Slots(ctx context.Context) (int, error) {
	value, ok, err := j.Setting(ctx, slotsSetting)
	if err != nil || !ok {
		return 0, err
	}
	n, err := strconv.Atoi(value)
	return max(n, 0), err
}

const slotsSetting = "slots_set"
