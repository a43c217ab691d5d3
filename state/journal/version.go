package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// The schema's version is the file's user_version. The table meta says from
// which version on a program can read the file ("readable_from"), so that a
// later schema that only adds can declare itself readable by this one.
const (
	schemaVersion = 4
	applicationID = 0x64756274 // "dubt"
)

// stillOurs is asked in every transaction that writes: a newer dubtop may have
// brought the file to its version since it was opened.
func stillOurs(ctx context.Context, tx *sql.Tx) error {
	var version int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > schemaVersion {
		return newer(version)
	}
	return nil
}

// version reads the schema's version, and whether the file is ours. The order
// matters: another process may be making the tables right now, and does so
// together with the rest.
func version(ctx context.Context, db *sql.DB) (version int, err error) {
	var tables, application int
	for _, q := range []struct {
		sql string
		to  *int
	}{
		{"SELECT count(*) FROM sqlite_schema", &tables},
		{"PRAGMA application_id", &application},
		{"PRAGMA user_version", &version},
	} {
		if err := db.QueryRowContext(ctx, q.sql).Scan(q.to); err != nil {
			return 0, err
		}
	}
	if tables > 0 && application != applicationID {
		return 0, fmt.Errorf("%w: the file is another program's database; move it away and start again", ErrDamaged)
	}
	return version, nil
}

// readable reports whether a newer file says that this program can read it.
func readable(ctx context.Context, db *sql.DB) error {
	var from int
	err := db.QueryRowContext(ctx, "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'readable_from'").Scan(&from)
	if err != nil {
		return err
	}
	if from > schemaVersion {
		return errors.New("the journal can't be read by this version")
	}
	return nil
}

func newer(version int) error {
	return fmt.Errorf("%w: update dubtop; nothing can be sent (schema %d, this one knows %d)", ErrNewer, version, schemaVersion)
}
