package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// A profile is one key on one server. A key that replaces another belongs to
// the same account, but starts with its own profile. Joining makes the new
// journal point to the old one; after that the new one accepts no more
// spending, even in a process that has it open.

// ProfileName is the directory of a profile's journal. fingerprint is the
// key's, or ""; base is the API's base URL.
func ProfileName(fingerprint, base string) string {
	host := "unknown"
	if u, err := url.Parse(base); err == nil && u.Host != "" {
		host = u.Host
	}
	host = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '_'
	}, strings.ToLower(host))
	if fingerprint == "" {
		fingerprint = "nokey"
	}
	return fingerprint + "-" + host
}

// profilePath is the path of a profile's journal in stateDir.
func profilePath(stateDir, profile string) string {
	return filepath.Join(stateDir, profile, "journal.db")
}

// HasProfile reports whether a profile has a journal, or remains of one, in
// stateDir. It creates nothing.
func HasProfile(stateDir, profile string) (bool, error) {
	path := profilePath(stateDir, profile)
	for _, file := range []string{path, path + "-wal"} {
		_, err := os.Lstat(file)
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return false, fmt.Errorf("can't tell whether there is a journal: %w", err)
		}
	}
	return false, nil
}

// OpenProfile opens a profile's journal as Open does, following joins. A
// missing journal at the end of a join is an error, because its money would be
// out of sight.
func OpenProfile(ctx context.Context, stateDir, profile string) (*Journal, error) {
	for seen := []string{}; len(seen) < mostJoins; seen = append(seen, profile) {
		path := profilePath(stateDir, profile)
		if _, err := os.Stat(path); err != nil && len(seen) > 0 {
			return nil, fmt.Errorf("the journal %s, which this key was joined to, can't be opened; put it back: %w", path, err)
		}
		j, err := Open(ctx, path)
		if err != nil {
			return nil, err
		}
		to, err := joinedTo(ctx, j.db)
		if err == nil && to == "" {
			return j, nil
		}
		if err := errors.Join(j.failed(err), j.Close()); err != nil {
			return nil, err
		}
		profile = to
	}
	return nil, fmt.Errorf("%w: the profiles are joined in a circle", ErrJoin)
}

// mostJoins limits the length of a chain of joins.
const mostJoins = 64

// Join makes the profile from, of a new key, point to the journal of the
// profile to, and copies the new key's lists and notes there. The caller must
// have proof that both are one account: the new key can read a generation made
// with the old one.
//
// It returns ErrJoin if the servers differ, if to has no journal, or if from
// has confirmed submissions, which would be out of sight. Repeating a join is
// no error. A process that has from open must reopen the profile, and can spend
// nothing until then.
func Join(ctx context.Context, stateDir, from, to string) error {
	if err := joinable(from, to); err != nil {
		return err
	}
	end, err := endOf(ctx, stateDir, to)
	if err != nil {
		return err
	}
	err = joinInto(ctx, end, profilePath(stateDir, from), to)
	return errors.Join(err, end.Close())
}

// joinInto makes the journal at path point to the profile to, whose own chain
// of joins ends at the journal end.
func joinInto(ctx context.Context, end *Journal, path, to string) error {
	if end.Path() == path {
		return fmt.Errorf("%w: %s leads here already", ErrJoin, to)
	}
	j, err := Open(ctx, path)
	if err != nil {
		return err
	}
	err = j.write(ctx, func(tx *sql.Tx) error { return mayJoin(ctx, tx, to) })
	if err == nil {
		err = carry(ctx, j, end)
	}
	if err == nil {
		err = j.write(ctx, func(tx *sql.Tx) error { return join(ctx, tx, to) })
	}
	return errors.Join(err, j.Close())
}

// joinable checks the names only.
func joinable(from, to string) error {
	for _, name := range []string{from, to} {
		if name == "" || name != filepath.Base(name) || !filepath.IsLocal(name) {
			return fmt.Errorf("%w: %q is no profile", ErrJoin, name)
		}
	}
	_, server, _ := strings.Cut(from, "-")
	_, other, _ := strings.Cut(to, "-")
	switch {
	case from == to:
		return fmt.Errorf("%w: they are the same", ErrJoin)
	case server != other:
		return fmt.Errorf("%w: one is of %s, the other of %s", ErrJoin, server, other)
	}
	return nil
}

// endOf opens the journal at the end of a profile's chain of joins.
func endOf(ctx context.Context, stateDir, profile string) (*Journal, error) {
	if _, err := os.Stat(profilePath(stateDir, profile)); err != nil {
		return nil, fmt.Errorf("%w: there is no journal of %s: %w", ErrJoin, profile, err)
	}
	return OpenProfile(ctx, stateDir, profile)
}

// mayJoin returns an error if a journal must not be joined to a profile.
func mayJoin(ctx context.Context, tx *sql.Tx, to string) error {
	old, err := joinedTo(ctx, tx)
	if err == nil && old != "" && old != to {
		return fmt.Errorf("%w: it is joined to %s", ErrJoin, old)
	}
	if err != nil || old == to {
		return err
	}
	own, err := ownMoney(ctx, tx)
	if err == nil && own > 0 {
		return fmt.Errorf("%w: the new key has %d records of money, which would be out of sight", ErrJoin, own)
	}
	return err
}

// join records the join, unless money was spent since the first check.
func join(ctx context.Context, tx *sql.Tx, to string) error {
	if err := mayJoin(ctx, tx, to); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO meta (name, value) VALUES ('joined_to', ?)", to)
	return err
}
