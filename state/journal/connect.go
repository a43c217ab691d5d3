package journal

import (
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"time"
)

// busyTimeout is how long a write waits for other processes.
const busyTimeout = 5 * time.Second

// access is how a connection uses the file.
type access int

const (
	synced   access = iota // commits are on the disk
	careless               // a power cut may lose commits, but not corrupt the file
	readers                // read only
	alone                  // nobody else uses the file, and no log is left beside it
)

// connect prepares a pool of one connection, so that writes queue up in Go
// instead of waiting for SQLite's lock. The file is opened on first use.
func connect(path string, mode access) (*sql.DB, error) {
	db, err := openDB(dsn(path, mode))
	if err != nil {
		return nil, explain(path, err)
	}
	return db, nil
}

// dsn makes transactions take the write lock when they begin, so that two
// processes can't both read and then write. The path is made absolute, because
// SQLite takes the first part of a relative one in a link for a host.
func dsn(path string, mode access) string {
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	q := url.Values{"_txlock": {"immediate"}}
	pragmas := []string{fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds())}
	switch mode {
	case synced:
		pragmas = append(pragmas, "journal_mode(WAL)", "synchronous(FULL)")
	case careless:
		pragmas = append(pragmas, "journal_mode(WAL)", "synchronous(NORMAL)")
	case alone:
		pragmas = append(pragmas, "journal_mode(DELETE)", "synchronous(FULL)")
	case readers:
		q.Set("mode", "ro")
		q.Set("_txlock", "deferred")
	}
	q["_pragma"] = pragmas
	u := url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}
	return u.String()
}
