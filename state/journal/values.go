package journal

import (
	"context"
	"database/sql"
	"time"

	"dubtop/api"
)

// nanos converts a time to nanoseconds since 1970, with 0 for the zero time.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// instant is the reverse of nanos.
func instant(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

func micros(m *api.Micros) any {
	if m == nil {
		return nil
	}
	return int64(*m)
}

// reader is a database or a transaction.
type reader interface {
	QueryContext(ctx context.Context, query string, arguments ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, arguments ...any) *sql.Row
}

// querier is a database or a transaction, for single rows.
type querier interface {
	QueryRowContext(ctx context.Context, query string, arguments ...any) *sql.Row
}

// collect reads all rows and closes them.
func collect[T any](rows *sql.Rows, scan func(*sql.Rows) (T, error)) (out []T, err error) {
	defer rows.Close()
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, item)
	}
	return out, rows.Err()
}

// lookAt records when a list was current.
func lookAt(ctx context.Context, tx *sql.Tx, list string, seen time.Time) error {
	_, err := tx.ExecContext(ctx,
		"INSERT INTO seen (list, at) VALUES (?,?) ON CONFLICT (list) DO UPDATE SET at = max(at, excluded.at)", list, nanos(seen))
	return err
}
