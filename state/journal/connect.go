package journal

import (
	"database/sql"
	"fmt"
	"net/url"
	"time"
)

// busyTimeout is how long a write waits for another process.
const busyTimeout = 5 * time.Second

// access is how a connection treats the file.
type access int

const (
	durable  access = iota // what is committed is on the disk
	careless               // what is committed may be lost with the power, but nothing is torn
	readers                // nothing is written
)

// connect prepares a pool of one connection: writes queue up here instead of
// waiting for a lock. Nothing is opened until it is used.
func connect(path string, mode access) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, mode))
	if err != nil {
		return nil, explain(path, err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// dsn asks for transactions that take the write lock when they begin: two
// processes that both read and then write could not be told apart later.
func dsn(path string, mode access) string {
	q := url.Values{"_txlock": {"immediate"}}
	pragmas := []string{fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds())}
	switch mode {
	case durable:
		pragmas = append(pragmas, "journal_mode(WAL)", "synchronous(FULL)")
	case careless:
		pragmas = append(pragmas, "journal_mode(WAL)", "synchronous(NORMAL)")
	case readers:
		q.Set("mode", "ro")
		q.Set("_txlock", "deferred")
	}
	q["_pragma"] = pragmas
	u := url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}
	return u.String()
}
