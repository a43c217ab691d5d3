package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// The schema's version is the file's user_version. The table meta has the
// oldest version that can read the file ("readable_from"), so that a later
// schema that only adds tables can stay readable.
const (
	schemaVersion = 17
	applicationID = 0x64756274 // "dubt"
)

// stillOurs runs in every writing transaction, because a newer dubtop may have
// upgraded the file since it was opened.
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

// version returns the schema's version, or an error if the file is another
// program's. The order of the queries matters, because another process may be
// creating the tables in a transaction right now.
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

// readable returns an error if this program can't read a newer file.
func readable(ctx context.Context, db *sql.DB) error {
	var from int
	err := db.QueryRowContext(ctx, "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'readable_from'").Scan(&from)
	if err != nil {
		return err
	}
	if from > schemaVersion {
		return errors.New("this version can't read the journal")
	}
	return nil
}

func newer(version int) error {
	return fmt.Errorf("%w: update dubtop; nothing can be sent (schema %d, this one knows %d)", ErrNewer, version, schemaVersion)
}
