package journal

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"

	"modernc.org/sqlite"
)

// openDB prepares a pool of one connection. It keeps its compiled statements: to
// compile one takes SQLite several times as long as to run it, and dubtop runs
// the same few all the time.
func openDB(dsn string) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(compiler{c})
	db.SetMaxOpenConns(1)
	return db, nil
}

// compiler opens connections that keep their compiled statements.
type compiler struct{ driver.Connector }

// Connect opens a connection.
func (c compiler) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	known, ok := conn.(connection)
	if !ok {
		return nil, fmt.Errorf("SQLite's driver has another kind of connection: %T", conn)
	}
	return &compiled{connection: known, kept: make(map[string]*statement)}, nil
}

// connection is what SQLite's driver can do.
type connection interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// mostKept limits the statements that a connection keeps.
const mostKept = 200

// compiled is a connection with its compiled statements. Like every connection it
// is used by one goroutine at a time.
type compiled struct {
	connection
	kept map[string]*statement
}

// statement is compiled. It can't be run again while its rows are being read.
type statement struct {
	runs driver.Stmt
	busy bool
}

// ExecContext runs a statement.
func (c *compiled) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.connection.ExecContext(ctx, query, args)
	}
	return s.runs.(driver.StmtExecContext).ExecContext(ctx, args)
}

// QueryContext runs a statement and returns its rows.
func (c *compiled) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.connection.QueryContext(ctx, query, args)
	}
	rows, err := s.runs.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.busy = true
	return readRows{rows, s}, nil
}

// statement returns a statement that is compiled, or nil if it is to be run
// without being kept.
func (c *compiled) statement(ctx context.Context, query string) (*statement, error) {
	s, known := c.kept[query]
	if known && s.busy || !known && (len(c.kept) >= mostKept || !keepable(query)) {
		return nil, nil
	}
	if known {
		return s, nil
	}
	runs, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s = &statement{runs: runs}
	c.kept[query] = s
	return s, nil
}

// keepable reports whether a statement reads or changes rows. Scripts are run
// once, and some pragmas take effect while they are compiled.
func keepable(query string) bool {
	word, _, _ := strings.Cut(query, " ")
	switch word {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH":
		return !strings.Contains(query, ";")
	}
	return false
}

// Close closes the statements and the connection.
func (c *compiled) Close() error {
	for _, s := range c.kept {
		_ = s.runs.Close() // repeats the error of its last run
	}
	clear(c.kept)
	return c.connection.Close()
}

// readRows are the rows of a kept statement.
type readRows struct {
	driver.Rows
	of *statement
}

// Close frees the statement for its next run.
func (r readRows) Close() error {
	r.of.busy = false
	return r.Rows.Close()
}
