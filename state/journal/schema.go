package journal

import (
	"context"
	"database/sql"
	"fmt"
)

// step upgrades the file from one version to the next.
type step struct {
	sql  string
	fill func(context.Context, *sql.Tx) error // for what SQL can't do; may be nil
	last string                               // runs after fill
}

// schema lists the steps in order. Never change a released step; append a new
// one.
func schema() []step {
	return []step{
		{sql: schema1},
		{sql: schema2, fill: openLedger, last: schema2Last},
		{sql: schema3},
		{sql: schema4},
		{sql: schema5},
		{sql: schema6},
		{sql: schema7},
		{sql: schema8},
		{sql: schema9},
		{sql: schema10},
		{sql: schema11},
		{sql: schema12},
		{sql: schema13},
		{sql: schema14},
		{sql: schema15},
		{sql: schema16},
		{sql: schema17},
	}
}

func (s step) take(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, s.sql); err != nil {
		return err
	}
	if s.fill != nil {
		if err := s.fill(ctx, tx); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, s.last)
	return err
}

// Times are nanoseconds since 1970, 0 for none; money is in millionths of a US
// dollar. Triggers make the transitions append-only, because records of money
// must stay.
const schema1 = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('readable_from', '1');

CREATE TABLE submissions (
	id            TEXT PRIMARY KEY,
	kind          TEXT NOT NULL,
	state         TEXT NOT NULL,
	key           TEXT NOT NULL,
	draft         TEXT NOT NULL,
	body          BLOB,
	files         TEXT NOT NULL,
	batch_lines   INTEGER NOT NULL,
	webhook_url   TEXT NOT NULL,
	cost_micros   INTEGER,
	credits       REAL,
	frames        INTEGER NOT NULL,
	seconds       REAL NOT NULL,
	basis         TEXT NOT NULL,
	approximate   INTEGER NOT NULL,
	unpriced      INTEGER NOT NULL,
	priced_at     INTEGER NOT NULL,
	created_at    INTEGER NOT NULL,
	confirmed_at  INTEGER NOT NULL,
	sent_at       INTEGER NOT NULL,
	answered_at   INTEGER NOT NULL,
	generation_id TEXT NOT NULL,
	batch_id      TEXT NOT NULL,
	lead          TEXT NOT NULL,
	reason        TEXT NOT NULL,
	model         TEXT NOT NULL,
	name          TEXT NOT NULL,
	owner         TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX submissions_by_time ON submissions (created_at);
CREATE INDEX submissions_under_way ON submissions (owner) WHERE state = 'sending';

CREATE TABLE transitions (
	seq        INTEGER PRIMARY KEY AUTOINCREMENT,
	submission TEXT NOT NULL,
	at         INTEGER NOT NULL,
	state      TEXT NOT NULL,
	key        TEXT NOT NULL,
	body_hash  TEXT NOT NULL,
	reason     TEXT NOT NULL
) STRICT;
CREATE INDEX transitions_by_submission ON transitions (submission);
CREATE TRIGGER transitions_stay BEFORE DELETE ON transitions
	BEGIN SELECT RAISE(ABORT, 'the history of submissions is append-only'); END;
CREATE TRIGGER transitions_are_final BEFORE UPDATE ON transitions
	BEGIN SELECT RAISE(ABORT, 'the history of submissions is append-only'); END;

CREATE TABLE costs (
	generation_id TEXT PRIMARY KEY,
	submission    TEXT NOT NULL,
	model         TEXT NOT NULL,
	micros        INTEGER,
	credits       REAL,
	at            INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE drafts (
	id         TEXT PRIMARY KEY,
	updated_at INTEGER NOT NULL,
	draft      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`

// Version 2 adds the lists, the ledger, the queue, labels and notes. Version 1
// can still read its own tables, so readable_from stays.
//
// Lists are clustered in display order, so that the newest rows are on the
// fewest pages. Triggers make the ledger append-only, and its head says where
// it ends; see ledger.go.
const schema2 = `
CREATE TABLE generations (
	id         TEXT NOT NULL,
	created    INTEGER NOT NULL,
	status     TEXT NOT NULL,
	model      TEXT NOT NULL,
	name       TEXT NOT NULL,
	named      INTEGER NOT NULL,
	length     REAL NOT NULL,
	error      TEXT NOT NULL,
	error_code TEXT NOT NULL,
	started    INTEGER NOT NULL,
	ended      INTEGER NOT NULL,
	has_output INTEGER NOT NULL,
	gone       INTEGER NOT NULL,
	PRIMARY KEY (created DESC, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX generations_by_id ON generations (id);

CREATE TABLE batches (
	id         TEXT PRIMARY KEY,
	created    INTEGER NOT NULL,
	status     TEXT NOT NULL,
	total      INTEGER NOT NULL,
	succeeded  INTEGER NOT NULL,
	failed     INTEGER NOT NULL,
	has_output INTEGER NOT NULL,
	name       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE seen (list TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE ledger (
	seq        INTEGER PRIMARY KEY,
	kind       TEXT NOT NULL,
	at         INTEGER NOT NULL,
	server_at  INTEGER NOT NULL,
	submission TEXT NOT NULL,
	job        TEXT NOT NULL,
	batch      INTEGER NOT NULL,
	model      TEXT NOT NULL,
	label      TEXT NOT NULL,
	seconds    REAL NOT NULL,
	frames     INTEGER NOT NULL,
	estimate   INTEGER,
	actual     INTEGER,
	basis      TEXT NOT NULL,
	credits    REAL,
	outcome    TEXT NOT NULL,
	prev       BLOB NOT NULL,
	sum        BLOB NOT NULL
) STRICT;
CREATE INDEX ledger_by_submission ON ledger (submission, kind);
CREATE INDEX ledger_by_job ON ledger (job, kind);
CREATE TRIGGER ledger_stays BEFORE DELETE ON ledger
	BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_is_final BEFORE UPDATE ON ledger
	BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TABLE ledger_head (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	seq INTEGER NOT NULL,
	sum BLOB NOT NULL
) STRICT;

CREATE TABLE queue (
	submission  TEXT PRIMARY KEY,
	position    INTEGER NOT NULL,
	paused      INTEGER NOT NULL DEFAULT 0,
	enqueued_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE labels (
	id    TEXT NOT NULL,
	place INTEGER NOT NULL,
	label TEXT NOT NULL,
	PRIMARY KEY (id, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE notes (id TEXT PRIMARY KEY, note TEXT NOT NULL) STRICT, WITHOUT ROWID;
`

// The costs of version 1 were a copy of the estimates; the ledger replaces
// them.
const schema2Last = `DROP TABLE costs;`

// Version 3 indexes submissions by job and draft, so that bodies are not read,
// and counts every change of submissions and the queue, by any process. Version
// 1 can still read its own tables.
const schema3 = `
CREATE INDEX submissions_by_generation ON submissions (generation_id, state, id) WHERE generation_id != '';
CREATE INDEX submissions_by_batch ON submissions (batch_id, state, id) WHERE batch_id != '';
CREATE INDEX submissions_open ON submissions (state, sent_at) WHERE state IN ('sending', 'unknown', 'dropped');
CREATE INDEX submissions_by_draft ON submissions (draft ->> '$.updatedAt') WHERE draft ->> '$.updatedAt' IS NOT NULL;

INSERT INTO meta VALUES ('revision', '1');
` + counting

// counting uses triggers, so that no writer can forget it.
const counting = `
CREATE TRIGGER submissions_come AFTER INSERT ON submissions
	BEGIN UPDATE meta SET value = value + 1 WHERE name = 'revision'; END;
CREATE TRIGGER submissions_change AFTER UPDATE ON submissions
	BEGIN UPDATE meta SET value = value + 1 WHERE name = 'revision'; END;
CREATE TRIGGER queue_grows AFTER INSERT ON queue
	BEGIN UPDATE meta SET value = value + 1 WHERE name = 'revision'; END;
CREATE TRIGGER queue_changes AFTER UPDATE ON queue
	BEGIN UPDATE meta SET value = value + 1 WHERE name = 'revision'; END;
CREATE TRIGGER queue_shrinks AFTER DELETE ON queue
	BEGIN UPDATE meta SET value = value + 1 WHERE name = 'revision'; END;
CREATE TRIGGER queue_is_held AFTER INSERT ON settings WHEN NEW.name = 'queue_held'
	BEGIN UPDATE meta SET value = value + 1 WHERE name = 'revision'; END;
`

// Version 4 gives every draft an id, indexes submissions by it, and counts
// changes of drafts. Before, drafts were identified by the time of the last
// edit. Version 1 can still read its own tables.
const schema4 = `
UPDATE drafts SET id = lower(hex(randomblob(16))) WHERE id = '';
UPDATE drafts SET draft = json_set(draft, '$.id', id) WHERE json_valid(draft) AND draft ->> '$.id' = '';
UPDATE submissions SET draft = json_set(draft, '$.id',
		(SELECT id FROM drafts WHERE drafts.draft ->> '$.updatedAt' = submissions.draft ->> '$.updatedAt'))
	WHERE draft ->> '$.id' = '' AND draft ->> '$.updatedAt' IN (SELECT draft ->> '$.updatedAt' FROM drafts);
CREATE INDEX submissions_by_draft_id ON submissions (draft ->> '$.id') WHERE draft ->> '$.id' IS NOT NULL;

INSERT INTO meta VALUES ('drafts', '1');
CREATE TRIGGER drafts_come AFTER INSERT ON drafts
	BEGIN UPDATE meta SET value = value + 1 WHERE name = 'drafts'; END;
CREATE TRIGGER drafts_go AFTER DELETE ON drafts
	BEGIN UPDATE meta SET value = value + 1 WHERE name = 'drafts'; END;
`

// Version 5 adds the saved sums of the ledger, counts changes of the labels of
// jobs that are in it, and keeps the queue in order. Version 1 can still read its own tables.
const schema5 = `
CREATE TABLE ledger_sums (
	one        INTEGER PRIMARY KEY CHECK (one = 1),
	seq        INTEGER NOT NULL,
	sum        BLOB NOT NULL,
	labels     INTEGER NOT NULL,
	checked_at INTEGER NOT NULL,
	sums       BLOB NOT NULL,
	seal       BLOB NOT NULL
) STRICT;
CREATE INDEX queue_in_order ON queue (position, submission, paused, enqueued_at);

INSERT INTO meta VALUES ('labels', '1');
CREATE TRIGGER labels_come AFTER INSERT ON labels WHEN EXISTS (SELECT 1 FROM ledger WHERE job = NEW.id OR submission = NEW.id)
	BEGIN UPDATE meta SET value = value + 1 WHERE name = 'labels'; END;
CREATE TRIGGER labels_change AFTER UPDATE ON labels WHEN EXISTS (SELECT 1 FROM ledger WHERE job = NEW.id OR submission = NEW.id)
	BEGIN UPDATE meta SET value = value + 1 WHERE name = 'labels'; END;
CREATE TRIGGER labels_go AFTER DELETE ON labels WHEN EXISTS (SELECT 1 FROM ledger WHERE job = OLD.id OR submission = OLD.id)
	BEGIN UPDATE meta SET value = value + 1 WHERE name = 'labels'; END;
`

// migrate upgrades the file to this program's version, completely or not at
// all.
func migrate(ctx context.Context, db *sql.DB) error {
	version, err := version(ctx, db)
	if err != nil {
		return err
	}
	if version == schemaVersion {
		return nil
	}
	if version > schemaVersion {
		return newer(version)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // no effect after the commit
	// Another process may have upgraded it in the meantime.
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	for n := version; n < schemaVersion; n++ {
		if err := schema()[n].take(ctx, tx); err != nil {
			return err
		}
	}
	stamp := fmt.Sprintf("PRAGMA user_version = %d; PRAGMA application_id = %d", schemaVersion, applicationID)
	if _, err := tx.ExecContext(ctx, stamp); err != nil {
		return err
	}
	return tx.Commit()
}
