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

// A profile is an account as far as we can tell: a key and a server. A key
// that replaces another belongs to the same account, but has a profile of its
// own. Joining leaves a word in the new journal that leads to the old one; the
// new one takes no more money then, whoever has it open.

// ProfileName names the directory of an account's journal: another key or
// another server is another account. fingerprint is that of the key, "" if
// there is none; base is the API's base URL.
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

// profilePath is where the journal of a profile lies below the directory of
// all profiles.
func profilePath(stateDir, profile string) string {
	return filepath.Join(stateDir, profile, "journal.db")
}

// HasProfile reports whether there is a journal of a profile below stateDir, or
// what is left of one. It makes none, as opening would.
func HasProfile(stateDir, profile string) (bool, error) {
	path := profilePath(stateDir, profile)
	for _, file := range []string{path, path + "-wal"} {
		_, err := os.Lstat(file)
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return false, fmt.Errorf("whether there is a journal can't be told: %w", err)
		}
	}
	return false, nil
}

// OpenProfile opens the journal of a profile below stateDir as Open does, or
// that of the profile which it was joined to. One that it was joined to and
// that is gone is an error: the money would be out of sight.
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

// mostJoins is how many keys may have followed each other.
const mostJoins = 64

// Join makes the profile from, that of a key which replaces another, lead to
// the journal of the profile to, which takes over what was seen and noted with
// the new key. The caller has the proof that both are one
// account: the new key can read a generation that was made with the old one.
//
// It is refused with ErrJoin if the servers differ, if there is no journal to
// join, and if from has submissions of its own that were confirmed: they would
// be out of sight. Joining again what is joined is no error. A process that
// has from open must open the profile anew; until then it can spend nothing.
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

// joinInto makes the journal at path lead to the profile to, that ends at end.
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

// joinable judges the names alone.
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

// endOf opens the journal that a profile leads to in the end.
func endOf(ctx context.Context, stateDir, profile string) (*Journal, error) {
	if _, err := os.Stat(profilePath(stateDir, profile)); err != nil {
		return nil, fmt.Errorf("%w: there is no journal of %s: %w", ErrJoin, profile, err)
	}
	return OpenProfile(ctx, stateDir, profile)
}

// mayJoin says why a journal can't lead to a profile.
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
		return fmt.Errorf("%w: the new key has %d records of money of its own, which would be out of sight", ErrJoin, own)
	}
	return err
}

// join leaves the word that leads on, unless money came meanwhile.
func join(ctx context.Context, tx *sql.Tx, to string) error {
	if err := mayJoin(ctx, tx, to); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO meta (name, value) VALUES ('joined_to', ?)", to)
	return err
}
