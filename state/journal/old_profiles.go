package journal

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"dubtop/api"
)

// OldProfile is the profile of another key for the same server. It may be the
// same account; the test is whether the new key can read one of its jobs.
type OldProfile struct {
	Profile     string
	Jobs        int       // number of jobs seen
	Submissions int       // confirmed submissions, which may have cost money
	Seen        time.Time // when its jobs were last polled; zero if unknown
	Newest      []api.ID  // some jobs to test with, newest first; never empty
}

// newestJobs is the number of jobs to test with, since one may have been
// deleted.
const newestJobs = 3

// OldProfiles lists the profiles in stateDir that may be the given account under an
// older key, last used first: those for the same server, with jobs, and not
// joined to others. It only reads them, and skips unreadable ones.
func OldProfiles(ctx context.Context, stateDir, profile string) ([]OldProfile, error) {
	dirs, err := os.ReadDir(stateDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the profiles of other keys can't be listed: %w", err)
	}
	var kin []OldProfile
	for _, dir := range dirs {
		if joinable(profile, dir.Name()) != nil {
			continue
		}
		if r, err := oldProfile(ctx, stateDir, dir.Name()); err == nil && len(r.Newest) > 0 {
			kin = append(kin, r)
		}
	}
	slices.SortStableFunc(kin, func(a, b OldProfile) int {
		return cmp.Or(b.Seen.Compare(a.Seen), cmp.Compare(b.Submissions, a.Submissions), strings.Compare(a.Profile, b.Profile))
	})
	return kin, ctx.Err()
}

// relative reads one profile. If it is joined to another it returns no jobs,
// because the other is listed itself.
func oldProfile(ctx context.Context, stateDir, profile string) (r OldProfile, err error) {
	path := profilePath(stateDir, profile)
	if _, err := os.Stat(path); err != nil {
		return r, err
	}
	db, err := connect(path, readers)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	schema, err := version(ctx, db)
	if err != nil {
		return r, err
	}
	if err := readable(ctx, db); err != nil {
		return r, err
	}
	if to, err := joinedTo(ctx, db); err != nil || to != "" {
		return r, err
	}
	r.Profile = profile
	return r, r.read(ctx, db, schema)
}

func (r *OldProfile) read(ctx context.Context, db *sql.DB, schema int) error {
	err := db.QueryRowContext(ctx, "SELECT count(*) FROM submissions WHERE "+ofMoney).Scan(&r.Submissions)
	if err != nil {
		return err
	}
	newest := "SELECT id FROM (SELECT generation_id id, created_at at FROM submissions WHERE generation_id != '' ORDER BY at DESC LIMIT ?1)"
	if schema > 1 { // version 1 did not save jobs
		newest = `SELECT id FROM (
			SELECT * FROM (SELECT id, created at FROM generations WHERE NOT gone ORDER BY created DESC, id LIMIT ?1)
			UNION SELECT * FROM (SELECT generation_id, sent_at FROM submissions WHERE generation_id != ''
				ORDER BY created_at DESC LIMIT ?1)) GROUP BY id ORDER BY max(at) DESC, id LIMIT ?1`
		var seen int64
		err := db.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM generations),
			coalesce((SELECT max(at) FROM seen WHERE list = 'generations'), 0)`).Scan(&r.Jobs, &seen)
		if err != nil {
			return err
		}
		r.Seen = instant(seen)
	}
	rows, err := db.QueryContext(ctx, newest, newestJobs)
	if err != nil {
		return err
	}
	r.Newest, err = collect(rows, func(rows *sql.Rows) (id api.ID, err error) {
		err = rows.Scan((*string)(&id))
		return id, err
	})
	return err
}

// ofMoney selects the submissions that may have cost money, and so must stay
// reachable.
const ofMoney = `(state NOT IN ('draft', 'estimated', 'rejected', 'dropped') OR state = 'dropped' AND sent_at != 0)`

// Untouched reports whether the journal has no records of money, so that its
// profile can be joined to another.
func (j *Journal) Untouched(ctx context.Context) (bool, error) {
	own, err := ownMoney(ctx, j.db)
	return own == 0, j.failed(err)
}

func ownMoney(ctx context.Context, db querier) (own int, err error) {
	err = db.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM ledger) +
		(SELECT count(*) FROM submissions WHERE `+ofMoney+")").Scan(&own)
	return own, err
}
