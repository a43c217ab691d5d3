package journal

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/outbox"
)

// QueueItem is a submission in the queue.
type QueueItem struct {
	Submission outbox.Submission
	Enqueued   time.Time
	Paused     bool
}

// Enqueue saves a confirmed submission and appends it to the queue, or leaves
// it in its place; it is durable when nil is returned. It leaves the queue when
// it is sent, and returns to its place if nothing was created.
func (j *Journal) Enqueue(ctx context.Context, s outbox.Submission, now time.Time) error {
	return j.EnqueueAll(ctx, []outbox.Submission{s}, nil, now)
}

// EnqueueAll enqueues several submissions in order, all or none. Those with
// paused(i) wait until PauseItem resumes them, such as all but the pilot of a
// group; a nil paused pauses none.
func (j *Journal) EnqueueAll(ctx context.Context, subs []outbox.Submission, paused func(i int) bool, now time.Time) error {
	return j.enqueueAll(ctx, subs, paused, now, func(*sql.Tx) error { return nil })
}

// enqueueAll does more in the same transaction, first.
func (j *Journal) enqueueAll(ctx context.Context, subs []outbox.Submission, paused func(i int) bool, now time.Time, more func(*sql.Tx) error) error {
	for i := range subs {
		if s := &subs[i]; s.State != outbox.SubmissionConfirmed && s.State != outbox.SubmissionQueued {
			return fmt.Errorf("%w: it is %s, and only a confirmed one can be queued", outbox.ErrTransition, s.State)
		}
	}
	return j.spend(ctx, func(tx *sql.Tx) error {
		if err := more(tx); err != nil {
			return err
		}
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

// placeLast appends a submission to the queue, unless it is in it.
func placeLast(ctx context.Context, tx *sql.Tx, id string, paused bool, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO queue (submission, position, paused, enqueued_at)
		SELECT ?, coalesce(max(position), 0) + 1, ?, ? FROM queue WHERE true
		ON CONFLICT DO UPDATE SET paused = true WHERE excluded.paused AND NOT paused`, id, paused, nanos(now))
	return err
}

// Queue lists the queue in order. Refused submissions are listed in their
// places until they are edited or removed with Dequeue.
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

// Listed is an item of the queue with the facts that a list shows. Its
// submission has no draft, files or key.
type Listed struct {
	QueueItem
	Label string // of the draft, or set later
}

// EachQueued is like Queue for a long list: it calls each for every item, until
// that fails, and keeps nothing.
func (j *Journal) EachQueued(ctx context.Context, each func(*Listed) error) error {
	labels, err := j.queueLabels(ctx)
	if err != nil {
		return err
	}
	rows, err := j.lists.QueryContext(ctx, `SELECT id, kind, state, batch_lines, cost_micros, credits, seconds, approximate,
		confirmed_at, sent_at, reason, model, name, enqueued_at, paused, body, draft
		FROM queue CROSS JOIN submissions ON id = submission WHERE `+inTheQueue+" ORDER BY position, submission")
	if err != nil {
		return j.failed(err)
	}
	defer rows.Close()
	for rows.Next() {
		item, err := scanListed(rows, labels)
		if err != nil {
			return j.failed(err)
		}
		if err := each(&item); err != nil {
			return err
		}
	}
	return j.failed(rows.Err())
}

// queueLabels returns the labels that were set after a submission was queued,
// by its id. They are few; looking for each as it is listed would take a tenth
// of the time.
func (j *Journal) queueLabels(ctx context.Context) (map[string]string, error) {
	rows, err := j.lists.QueryContext(ctx, "SELECT id, label FROM queue CROSS JOIN labels ON id = submission ORDER BY place DESC")
	if err != nil {
		return nil, j.failed(err)
	}
	labels := make(map[string]string)
	_, err = collect(rows, func(rows *sql.Rows) (struct{}, error) {
		var id, label string
		err := rows.Scan(&id, &label)
		labels[id] = label
		return struct{}{}, err
	})
	return labels, j.failed(err)
}

// scanListed uses plain types, for the reason given at scanGeneration.
func scanListed(rows *sql.Rows, labels map[string]string) (item Listed, err error) {
	var (
		s                                       = &item.Submission
		kind, state, reason, model, name, draft string
		cost                                    sql.NullInt64
		credits                                 sql.NullFloat64
		lines, approximate, paused              int64
		confirmedAt, sentAt, enqueuedAt         int64
	)
	err = rows.Scan(&s.ID, &kind, &state, &lines, &cost, &credits, &s.Price.Seconds, &approximate,
		&confirmedAt, &sentAt, &reason, &model, &name, &enqueuedAt, &paused, &s.Body, &draft)
	if err != nil {
		return item, err
	}
	s.Kind, s.State, s.BatchLines = outbox.SubmissionKind(kind), outbox.SubmissionState(state), int(lines)
	s.Reason, s.Model, s.Name = text.Of(reason), model, text.Of(name)
	if cost.Valid {
		s.Price.Cost = new(api.Micros(cost.Int64))
	}
	if credits.Valid {
		s.Price.Credits = new(credits.Float64)
	}
	s.Price.Approximate, item.Paused = approximate != 0, paused != 0
	s.ConfirmedAt, s.SentAt, item.Enqueued = instant(confirmedAt), instant(sentAt), instant(enqueuedAt)
	tags, err := tagsOf(draft)
	s.Draft.Set, s.Draft.Lang, item.Label = tags.Set, tags.Lang, tags.Label
	if label, later := labels[s.ID]; later {
		item.Label = label
	}
	return item, err
}

// draftTags are the words of a draft for the user's own records.
type draftTags struct{ Label, Set, Lang string }

// tagsOf reads the tags of a draft. Most have none, and are not parsed.
func tagsOf(draft string) (tags draftTags, err error) {
	if !strings.Contains(draft, `"label"`) && !strings.Contains(draft, `"set"`) && !strings.Contains(draft, `"lang"`) {
		return tags, nil
	}
	if err := json.Unmarshal([]byte(draft), &tags); err != nil {
		return tags, fmt.Errorf("%w: a draft in the queue can't be read: %w", ErrDamaged, err)
	}
	return tags, nil
}

// Dequeue removes a submission that no longer waits from the queue, such as a
// refused one. It stays in the journal. It is no error if it is not in the
// queue. Drop a waiting one instead. A submission being sent or of unknown
// outcome keeps its place, because it may return to it.
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
		return fmt.Errorf("%w: it is still waiting in the queue, drop it instead", outbox.ErrTransition)
	}
	_, err = tx.ExecContext(ctx, "DELETE FROM queue WHERE submission = ?", id)
	return err
}

// TakeBack removes a submission from the queue and saves its draft, both or
// neither: in both places it could be paid for twice, and in none it would be
// lost. Pass a waiting submission after Edit, a refused one as it is.
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

// Revisions returns two counters: queue grows with every change of submissions
// or the queue, and drafts with every draft saved or deleted, by any process.
func (j *Journal) Revisions(ctx context.Context) (queue, drafts int64, err error) {
	err = j.db.QueryRowContext(ctx, `SELECT (SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'revision'),
		(SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'drafts')`).Scan(&queue, &drafts)
	return queue, drafts, j.failed(err)
}

// Reorder sorts the named submissions into the places they occupy together.
// Others keep their places, including those added by another process. It fails
// if one is named twice or is not in Queue.
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

// PauseItem pauses a waiting submission for all processes, or resumes it. It
// keeps its place.
func (j *Journal) PauseItem(ctx context.Context, id string, paused bool) error {
	return j.spend(ctx, func(tx *sql.Tx) error {
		if _, err := placeOf(ctx, tx, id, waiting); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE queue SET paused = ? WHERE submission = ?", paused, id)
		return err
	})
}

// Drop gives up a waiting submission for good. It stays in the journal as
// dropped.
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

// placeOf returns the place of a submission in the queue that matches the
// condition wanted, or why there is none.
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

// PauseQueue pauses the whole queue for all processes, also after a restart, or
// resumes it.
func (j *Journal) PauseQueue(ctx context.Context, paused bool) error {
	return j.write(ctx, func(tx *sql.Tx) error {
		if !paused {
			var held bool
			err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM settings WHERE name = ?)", takeOverSetting).Scan(&held)
			if err != nil || held {
				return cmp.Or(err, ErrRestored)
			}
		}
		_, err := tx.ExecContext(ctx, saveSetting, pausedSetting, strconv.FormatBool(paused))
		return err
	})
}

// QueuePaused reports whether PauseQueue has paused the queue.
func (j *Journal) QueuePaused(ctx context.Context) (bool, error) {
	value, _, err := j.Setting(ctx, pausedSetting)
	return value == "true", err
}

const pausedSetting = "queue_held"

// notPaused is checked before anything is sent, so that a pause also stops
// processes that have not noticed it yet.
func notPaused(ctx context.Context, tx *sql.Tx, id string) error {
	var paused bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM queue WHERE submission = ?1 AND (paused
		OR EXISTS (SELECT 1 FROM settings WHERE name = ?2 AND value = 'true')))`, id, pausedSetting).Scan(&paused)
	if paused {
		return ErrPaused
	}
	return err
}

// revise tells other processes that something about the queue has changed.
func revise(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "UPDATE meta SET value = value + 1 WHERE name = 'revision'")
	return err
}

// SetSlots saves the number of slots set by the user for all processes; 0 to
// detect it.
func (j *Journal) SetSlots(ctx context.Context, n int) error {
	return j.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, saveSetting, slotsSetting, strconv.Itoa(n))
		if err == nil {
			err = revise(ctx, tx)
		}
		return err
	})
}

// Slots returns the number saved by SetSlots, or 0.
func (j *Journal) Slots(ctx context.Context) (int, error) {
	value, ok, err := j.Setting(ctx, slotsSetting)
	if err != nil || !ok {
		return 0, err
	}
	n, err := strconv.Atoi(value)
	return max(n, 0), err
}

const slotsSetting = "slots_set"
