package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"dubtop/state/outbox"
)

// ErrRestored means that the journal was restored from a backup, and its queue not
// taken over yet.
var ErrRestored = errors.New("this journal was restored from a backup, and another dubtop may send what waits in it")

// The settings of a restored journal: when its backup was made, for good, and
// takeOverSetting until its queue is taken over.
const (
	restoredSetting = "restored_from"
	takeOverSetting = "take_over"
)

// heldBack pauses the queue of a restored journal until it is taken over: locks
// are per machine, so nothing else keeps two journals from sending the same.
func (j *Journal) heldBack(ctx context.Context, made time.Time) error {
	return errors.Join(
		j.SaveSetting(ctx, restoredSetting, strconv.FormatInt(nanos(made), 10)),
		j.SaveSetting(ctx, takeOverSetting, "due"),
		j.PauseQueue(ctx, true),
	)
}

// Restored returns when the backup was made that the journal was restored from, zero
// if it was not, and whether its queue is still to be taken over.
func (j *Journal) Restored(ctx context.Context) (from time.Time, held bool, err error) {
	value, ok, err := j.Setting(ctx, restoredSetting)
	if err != nil || !ok {
		return time.Time{}, false, err
	}
	at, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return time.Time{}, false, fmt.Errorf("%w: the setting %s: %w", ErrDamaged, restoredSetting, err)
	}
	_, held, err = j.Setting(ctx, takeOverSetting)
	return instant(at), held, err
}

// TakeOver lets the queue of a restored journal be sent from here. made are the
// waiting submissions that another dubtop seems to have sent, which are of unknown
// outcome from now on. It returns ErrTaken if one of them has changed since.
func (j *Journal) TakeOver(ctx context.Context, made []outbox.Submission) error {
	return j.spend(ctx, func(tx *sql.Tx) error {
		for _, s := range made {
			old, err := stored(ctx, tx, s.ID)
			if err != nil {
				return err
			}
			if s.State != outbox.SubmissionUnknown || !old.state.Waits() || old.key != s.IdempotencyKey {
				return ErrTaken
			}
			if err := record(ctx, tx, s, old); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM settings WHERE name = ?", takeOverSetting); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, saveSetting, pausedSetting, "false"); err != nil {
			return err
		}
		return revise(ctx, tx)
	})
}
