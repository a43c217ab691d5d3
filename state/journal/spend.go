package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// spend runs f in a transaction that may lead to spending. It refuses if the
// journal was joined to another, because the next start would not see the
// record.
func (j *Journal) spend(ctx context.Context, f func(*sql.Tx) error) error {
	if err := j.Writable(); err != nil {
		return err
	}
	return j.write(ctx, func(tx *sql.Tx) error {
		to, err := joinedTo(ctx, tx)
		if err != nil {
			return err
		}
		if to != "" {
			return fmt.Errorf("%w, that of %s: start dubtop again", ErrJoined, to)
		}
		return f(tx)
	})
}

// joinedTo is the profile a journal is joined to, or "".
func joinedTo(ctx context.Context, db querier) (profile string, err error) {
	err = db.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = 'joined_to'").Scan(&profile)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return profile, err
}
