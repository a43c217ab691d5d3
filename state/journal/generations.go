package journal

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
)

// SaveGenerations saves jobs as seen at the given time, all or none. It keeps
// saved facts that the rows lack: an end, the times of changes, a name. Rows
// that stand for submissions are skipped, and unchanged rows are not written.
func (j *Journal) SaveGenerations(ctx context.Context, rows []state.Generation, seen time.Time) error {
	const atOnce = 500 // SQLite's own limit is higher
	return j.transact(ctx, j.lists, func(tx *sql.Tx) error {
		put, err := tx.PrepareContext(ctx, putGeneration)
		if err != nil {
			return err
		}
		defer put.Close()
		for some := range slices.Chunk(rows, atOnce) {
			if err := saveSome(ctx, tx, put, some, seen); err != nil {
				return err
			}
		}
		return lookAt(ctx, tx, "generations", seen)
	})
}

// saveSome looks the rows up together: one by one took longer than writing them.
func saveSome(ctx context.Context, tx *sql.Tx, put *sql.Stmt, rows []state.Generation, seen time.Time) error {
	ids := make([]api.ID, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	in, args := among(ids)
	found, err := tx.QueryContext(ctx, "SELECT "+generationColumns+" FROM generations WHERE id IN "+in, args...)
	if err != nil {
		return err
	}
	all, err := collect(found, scanGeneration)
	if err != nil {
		return err
	}
	known := make(map[api.ID]*state.Generation, len(all))
	for i := range all {
		known[all[i].ID] = &all[i]
	}
	for i := range rows {
		if rows[i].Submission != "" || rows[i].ID == "" {
			continue
		}
		if err := saveGeneration(ctx, put, rows[i], known, seen); err != nil {
			return err
		}
	}
	return nil
}

func saveGeneration(ctx context.Context, put *sql.Stmt, g state.Generation, known map[api.ID]*state.Generation, seen time.Time) error {
	if old, ok := known[g.ID]; ok {
		g = joined(g, old, seen)
		if g.Same(old) {
			return nil
		}
	}
	known[g.ID] = &g // a later row may be about the same job
	_, err := put.ExecContext(ctx, string(g.ID), nanos(g.Created), string(g.Status), g.Model, g.Name, g.Named(),
		float64(g.Length), g.Error, g.ErrorCode, nanos(g.Started), nanos(g.Ended), g.HasOutput, g.Gone, string(g.ProjectID()), int64(g.MadeFrom))
	return err
}

// joined is g with the facts that only old has. It keeps only observed times of
// changes, because a night may pass between two saves.
func joined(g state.Generation, old *state.Generation, seen time.Time) state.Generation {
	started, ended := g.Started, g.Ended
	if started.IsZero() {
		started = old.Started
	}
	if ended.IsZero() {
		ended = old.Ended
	}
	g.Absorb(old, seen)
	g.Started, g.Ended = started, ended
	return g
}

const generationColumns = `id, created, status, model, name, named, length, error, error_code,
	started, ended, has_output, gone, project, inputs`

const putGeneration = `INSERT INTO generations (` + generationColumns + `) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
	ON CONFLICT (id) DO UPDATE SET created = excluded.created, status = excluded.status, model = excluded.model,
		name = excluded.name, named = excluded.named, length = excluded.length, error = excluded.error,
		error_code = excluded.error_code, started = excluded.started, ended = excluded.ended,
		has_output = excluded.has_output, gone = excluded.gone, project = excluded.project,
		inputs = excluded.inputs`

// scanGeneration scans generationColumns. It uses plain types, because our own
// cost a reflection each and there may be a hundred thousand rows.
func scanGeneration(rows *sql.Rows) (state.Generation, error) {
	var (
		g                       state.Generation
		id, status, project     string
		length                  float64
		named, output, gone     int64
		created, started, ended int64
	)
	err := rows.Scan(&id, &created, &status, &g.Model, &g.Name, &named, &length, &g.Error, &g.ErrorCode,
		&started, &ended, &output, &gone, &project, (*int64)(&g.MadeFrom))
	g.ID, g.Status, g.Length = api.ID(id), api.Status(status), api.Seconds(length)
	g.Created, g.Started, g.Ended = instant(created), instant(started), instant(ended)
	g.HasOutput, g.Gone = output != 0, gone != 0
	g.SetProject(api.ID(project))
	return state.StoredGeneration(g, named != 0), err
}

// joinedColumns are generationColumns as one text: SQLite takes locks for every
// column that is fetched, which takes longer than splitting the text here.
const joinedColumns = `concat_ws(char(31), id, created, status, model, name, named, format('%!.17g', length), error, error_code,
	started, ended, has_output, gone, project, inputs)`

// errColumns means that a text has the separator of joinedColumns in it.
var errColumns = errors.New("a row can't be split")

// scanJoined scans joinedColumns.
func scanJoined(rows *sql.Rows) (g state.Generation, err error) {
	var row string
	if err := rows.Scan(&row); err != nil {
		return g, err
	}
	var c [15]string
	for i := range c {
		var more bool
		if c[i], row, more = strings.Cut(row, "\x1f"); more != (i < len(c)-1) {
			return g, errColumns
		}
	}
	integer := func(i int) (n int64) {
		n, unread := strconv.ParseInt(c[i], 10, 64)
		err = cmp.Or(err, unread)
		return n
	}
	length, unread := strconv.ParseFloat(c[6], 64)
	g = state.Generation{
		ID: api.ID(strings.Clone(c[0])), Created: instant(integer(1)), Status: api.Status(c[2]), Model: c[3],
		Name: text.Of(strings.Clone(c[4])), Length: api.Seconds(length), Error: text.Of(c[7]), ErrorCode: text.Of(c[8]),
		Started: instant(integer(9)), Ended: instant(integer(10)), HasOutput: integer(11) != 0, Gone: integer(12) != 0,
	}
	*(*int64)(&g.MadeFrom) = integer(14)
	g.SetProject(api.ID(strings.Clone(c[13])))
	named := integer(5) != 0
	return state.StoredGeneration(g, named), cmp.Or(err, unread)
}

// Generations returns at most limit jobs, newest first, after the given one in
// that order; the zero Generation starts with the newest.
func (j *Journal) Generations(ctx context.Context, limit int, after state.Generation) ([]state.Generation, error) {
	page, err := generationsAfter(ctx, j.lists, joinedColumns, scanJoined, limit, after)
	if errors.Is(err, errColumns) {
		page, err = generationsAfter(ctx, j.lists, generationColumns, scanGeneration, limit, after)
	}
	return page, j.failed(err)
}

func generationsAfter(ctx context.Context, r reader, columns string, scan func(*sql.Rows) (state.Generation, error), limit int, after state.Generation) ([]state.Generation, error) {
	query := "SELECT " + columns + " FROM generations ORDER BY created DESC, id LIMIT ?"
	arguments := []any{limit}
	if after.ID != "" {
		query = "SELECT " + columns + ` FROM generations
			WHERE created <= ?2 AND (created < ?2 OR id > ?3) ORDER BY created DESC, id LIMIT ?1`
		arguments = append(arguments, nanos(after.Created), string(after.ID))
	}
	rows, err := r.QueryContext(ctx, query, arguments...)
	if err != nil {
		return nil, err
	}
	return collect(rows, scan)
}

// GenerationsOf returns those of some jobs that were ever seen, by id.
func (j *Journal) GenerationsOf(ctx context.Context, ids []api.ID) (map[api.ID]state.Generation, error) {
	found := make(map[api.ID]state.Generation, len(ids))
	for _, id := range ids {
		rows, err := j.lists.QueryContext(ctx, "SELECT "+generationColumns+" FROM generations WHERE id = ?", string(id))
		if err != nil {
			return nil, j.failed(err)
		}
		known, err := collect(rows, scanGeneration)
		if err != nil {
			return nil, j.failed(err)
		}
		for i := range known {
			found[id] = known[i]
		}
	}
	return found, nil
}

// EachGeneration yields all jobs ever seen, newest first, until the first
// error, which comes with a zero job. It reads in pages, so that the journal
// can be used at the same time. Jobs saved during the iteration may be missing.
func (j *Journal) EachGeneration(ctx context.Context) iter.Seq2[state.Generation, error] {
	const atOnce = 2000
	return func(yield func(state.Generation, error) bool) {
		var last state.Generation
		for {
			page, err := j.Generations(ctx, atOnce, last)
			if err != nil {
				yield(state.Generation{}, err)
				return
			}
			for _, g := range page {
				if !yield(g, nil) {
					return
				}
			}
			if len(page) < atOnce {
				return
			}
			last = page[len(page)-1]
		}
	}
}

// RunningIDs returns the ids of the jobs that were running when last seen.
func (j *Journal) RunningIDs(ctx context.Context) (ids []api.ID, err error) {
	rows, err := j.lists.QueryContext(ctx, "SELECT id FROM generations WHERE status IN ('PENDING', 'PROCESSING') AND gone = 0")
	if err != nil {
		return nil, j.failed(err)
	}
	ids, err = collect(rows, func(rows *sql.Rows) (id api.ID, err error) { return id, rows.Scan(&id) })
	return ids, j.failed(err)
}
