package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"dubtop/api/text"
	"dubtop/state/outbox"
)

// ErrNotSaved means that the outcome of a paid request could not be saved.
var ErrNotSaved = errors.New("an answer could not be saved")

// saveFor is how long a run retries saving an answer before it ends, since a
// disk may be full for a moment.
const saveFor = time.Minute

// unsaved reports whether some answer is not saved. The error is set once it
// should be given up.
func (d *Drain) unsaved(now time.Time) (bool, error) {
	all := d.Account.Outbox.Unsaved()
	switch {
	case len(all) == 0:
		d.saving = time.Time{}
		return false, nil
	case d.saving.IsZero():
		d.saving = now
	}
	if d.Account.Journal.Writable() == nil && now.Sub(d.saving) < saveFor {
		return true, nil
	}
	var said []string
	for i := range all {
		said = append(said, string(all[i].Submission.Name+": "+all[i].Words()))
	}
	return true, fmt.Errorf("%w, and counts as unknown from the next start on (%s): %w", ErrNotSaved, strings.Join(said, "; "), all[0].Why)
}

// saveLast tries once more to save at the end of a run.
func (d *Drain) saveLast() {
	for _, w := range d.Account.SaveLast() {
		d.away++
		d.apply(w.Run(context.Background()))
	}
}

// tellSaving reports that an answer could not be saved, or was saved after all.
func (d *Drain) tellSaving(done outbox.TaskResult, now time.Time) {
	sub := &done.Submission
	switch {
	case d.Account.Outbox.AnswerUnsaved(sub.ID):
		u := outbox.Unsaved{Submission: *sub, Why: done.Unrecorded}
		d.tell(sub, NoticeUnsaved, u.Words()+": "+text.Words(u.Why), now)
	case done.Kind == outbox.TaskNote && done.Unrecorded == nil:
		d.tell(sub, NoticeSaved, "", now)
	}
}
