package journal

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"dubtop/state"
)

// carriedAtOnce is how many rows are carried in one transaction, so that other
// processes get their turn.
const carriedAtOnce = 500

// plain lists the tables whose rows are carried as they are, with their columns.
// Left out are numbers that a journal gives itself, and processes, which are of
// the journal that they have opened.
func plain() map[string]string {
	return map[string]string{
		"notes":       "id, note",
		"verdicts":    "id, verdict, note, at",
		"hidden":      "id",
		"saved_files": "job, kind, path, size, sha256, at, mark",
		"saving":      "job, kind, path, automatic, asked, begun, reason, dropped",
		"looks":       "job, sha256, odd, words",
		"hooks":       hookColumns,
		"usage":       usageColumns,
		"batch_jobs":  "batch, job",
	}
}

// carry copies the data noted under the new key to the old journal: jobs,
// batches, labels, notes, hidden rows, verdicts, sets, drafts, saved files and
// settings. Existing data stays. It can be repeated.
func carry(ctx context.Context, from, to *Journal) error {
	generations, batches, err := from.Seen(ctx)
	if err != nil {
		return err
	}
	var page []state.Generation
	for g, err := range from.EachGeneration(ctx) {
		if err != nil {
			return err
		}
		if page = append(page, g); len(page) == carriedAtOnce {
			if err := to.SaveGenerations(ctx, page, generations); err != nil {
				return err
			}
			page = page[:0]
		}
	}
	if err := to.SaveGenerations(ctx, page, generations); err != nil {
		return err
	}
	seen, err := from.Batches(ctx)
	if err != nil {
		return err
	}
	if err := to.SaveBatches(ctx, seen, batches); err != nil {
		return err
	}
	for table, columns := range plain() {
		if err := carryRows(ctx, from, to, table, columns); err != nil {
			return err
		}
	}
	return errors.Join(carryLabels(ctx, from, to), carrySets(ctx, from, to), carrySettings(ctx, from, to), carryTakes(ctx, from, to),
		carryRuns(ctx, from, to), carryDrafts(ctx, from, to))
}

// carryRows copies the rows of a table. Rows of the other journal stay.
func carryRows(ctx context.Context, from, to *Journal, table, columns string) error {
	rows, err := from.lists.QueryContext(ctx, "SELECT "+columns+" FROM "+table)
	if err != nil {
		return from.failed(err)
	}
	defer rows.Close()
	width := strings.Count(columns, ",") + 1
	insert := "INSERT OR IGNORE INTO " + table + " (" + columns + ") VALUES (?" + strings.Repeat(",?", width-1) + ")"
	var page [][]any
	put := func() error {
		if len(page) == 0 {
			return nil
		}
		err := to.write(ctx, func(tx *sql.Tx) error {
			for _, row := range page {
				if _, err := tx.ExecContext(ctx, insert, row...); err != nil {
					return err
				}
			}
			return nil
		})
		page = page[:0]
		return err
	}
	for rows.Next() {
		row, into := make([]any, width), make([]any, width)
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return from.failed(err)
		}
		if page = append(page, row); len(page) == carriedAtOnce {
			if err := put(); err != nil {
				return err
			}
		}
	}
	return errors.Join(from.failed(rows.Err()), put())
}

// carryLabels copies the labels of rows that have none in the other journal.
func carryLabels(ctx context.Context, from, to *Journal) error {
	labels, err := from.Labels(ctx)
	if err != nil || len(labels) == 0 {
		return err
	}
	return to.write(ctx, func(tx *sql.Tx) error {
		for id, words := range labels {
			var known int
			if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM labels WHERE id = ?", id).Scan(&known); err != nil {
				return err
			}
			for i, label := range words {
				if known > 0 {
					break
				}
				if _, err := tx.ExecContext(ctx, "INSERT INTO labels (id, place, label) VALUES (?,?,?)", id, i, label); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// carryTakes copies the takes of names that are free in the other journal.
func carryTakes(ctx context.Context, from, to *Journal) error {
	takes, err := from.takes(ctx)
	if err != nil || len(takes) == 0 {
		return err
	}
	return to.write(ctx, func(tx *sql.Tx) error {
		in := takesIn{ctx, tx}
		for _, t := range takes {
			taken, err := in.Taken(t.Slot)
			if err == nil && !taken {
				err = in.Give(t)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func carryDrafts(ctx context.Context, from, to *Journal) error {
	all, err := from.Drafts(ctx)
	if err != nil {
		return err
	}
	return to.write(ctx, func(tx *sql.Tx) error {
		for _, d := range all {
			if d.Empty() {
				continue
			}
			if err := saveDraft(ctx, tx, d); err != nil {
				return err
			}
		}
		return nil
	})
}
