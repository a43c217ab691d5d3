package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/state/journal"
	"dubtop/state/settings"
)

// World holds everything the commands get from outside.
type World struct {
	Env     settings.Env
	Zone    *time.Location // the time zone of days and times
	Version string         // for the User-Agent

	Open      func(link string) error // opens a browser; nil: there is none
	Transport http.RoundTripper       // nil: the network
	Signals   <-chan os.Signal        // end a drain; nil: those of the process
	Asks      func() bool             // whether somebody can be asked; nil: at a terminal

	late func() <-chan time.Time // tells when a key is slow; nil: after patience
}

// login is the API key of a command and what belongs to it.
type login struct {
	stateDir, profile string // the directory of all journals, and the key's own journal in it
	client            *api.Client
	settings          settings.Settings
	keyFrom           string // where the key was found, in words
	account           string // its name in the configuration, "" if it has none
}

// login finds the key, without using the network. It warns about problems in
// the configuration.
func (w World) login(v voice) (login, error) {
	set, problems := settings.Load(w.Env)
	if set.AccountFault != nil {
		return login{}, AccountFailed(set.AccountFault)
	}
	key, source, more := w.findKey(context.Background(), v, set.Account)
	w.warnOf(v, append(problems, more...))
	return w.loginWith(set, key, source)
}

// loginWith is the login of a key that was found.
func (w World) loginWith(set settings.Settings, key api.Secret, source settings.KeySource) (login, error) {
	if !source.Found {
		return login{}, &Failure{
			Status: StatusAuth, Code: "no_key",
			Err:  fmt.Errorf("%s (the key selects the account)", source),
			Hint: keyHint(set.Account),
		}
	}
	client, err := api.New(api.Config{BaseURL: set.BaseURL, Key: key, Version: w.Version, Transport: w.Transport})
	if err != nil {
		return login{}, &Failure{Status: StatusUsage, Code: "configuration", Err: err, Hint: "fix base_url in the configuration, or SYNC_BASE_URL"}
	}
	dir, err := settings.StateDir(w.Env)
	if err != nil {
		return login{}, &Failure{Status: StatusError, Code: "configuration", Err: err}
	}
	return login{
		stateDir: dir, profile: journal.ProfileName(key.Fingerprint(), client.Base()), client: client, settings: set,
		keyFrom: settings.Short(w.Env, source.String()), account: set.Account.Named(),
	}, nil
}

// look reads from the account's journal; it never creates one. If the key has
// never been used successfully it is tested first, so that a wrong key does not
// look like an empty account.
func (w World) look(ctx context.Context, v voice, read func(*journal.Journal) error) error {
	a, err := w.login(v)
	if err != nil {
		return err
	}
	return a.look(ctx, v, read)
}

func (a login) look(ctx context.Context, v voice, read func(*journal.Journal) error) error {
	j, err := a.open(ctx, v)
	if err != nil || j == nil {
		return err
	}
	if err := j.Writable(); err != nil { // written by a newer dubtop: it can only be read
		v.warn(text.Of(err.Error()))
	}
	return journalFailed(errors.Join(read(j), j.Close()))
}

// existing opens the account's journal, and returns nil if there is none. It asks
// nobody.
func (a login) existing(ctx context.Context) (*journal.Journal, error) {
	has, err := journal.HasProfile(a.stateDir, a.profile)
	if err != nil || !has {
		return nil, err
	}
	return journal.OpenProfile(ctx, a.stateDir, a.profile)
}

// opened opens the account's journal, and makes one if the server accepts the key.
func (a login) opened(ctx context.Context) (*journal.Journal, error) {
	j, err := a.existing(ctx)
	if err == nil && j == nil {
		if _, err := a.client.Models(ctx); err != nil {
			return nil, a.named(err)
		}
		j, err = journal.OpenProfile(ctx, a.stateDir, a.profile)
	}
	return j, journalFailed(err)
}

// enter finds the key and opens the account's journal, as opened does.
func (w World) enter(ctx context.Context, v voice) (a login, j *journal.Journal, err error) {
	if a, err = w.login(v); err == nil {
		j, err = a.opened(ctx)
	}
	return a, j, err
}

// open opens the account's journal, and returns nil if there is none. A key that was
// never used is tested.
func (a login) open(ctx context.Context, v voice) (*journal.Journal, error) {
	j, err := a.existing(ctx)
	switch {
	case err != nil:
		return nil, journalFailed(err)
	case j == nil:
		return nil, a.try(ctx, v)
	}
	untried, err := j.Untried(ctx)
	if err = journalFailed(err); err == nil && untried {
		err = a.try(ctx, v)
	}
	if err != nil {
		return nil, cmp.Or(err, j.Close())
	}
	return j, nil
}

// session returns a session on an open journal, without lists, for a command that
// asks the server or sends: with the slots and budgets of the configuration. All
// its requests share one client and so one limiter.
func (a login) session(j *journal.Journal, home string) *account.Account {
	return account.New(account.Config{
		Client: a.client, Journal: j, Home: home, Pace: a.settings.Refresh.Pace(),
		Slots: a.settings.Queue.Slots, Reserve: a.settings.Queue.Reserve, Fair: a.settings.Queue.Fair, Start: a.settings.Queue.Start, Guard: a.settings.Guard,
		Visibility: a.settings.Upload.Visibility,
	}, time.Now())
}

// ask runs requests to the server that need no journal, with the account's client.
func (w World) ask(v voice, do func(*api.Client) error) error {
	a, err := w.login(v)
	if err != nil {
		return err
	}
	err = do(a.client)
	if f, ok := errors.AsType[*Failure](err); ok && f.Code == codeUnsupported {
		// A server that lacks the path does not look at the key.
		return cmp.Or(a.try(context.Background(), v), err)
	}
	return a.named(err)
}

// create opens the account's journal, and makes it if there is none. A new key is
// tested first.
func (a login) create(ctx context.Context, v voice) (*journal.Journal, error) {
	j, err := a.open(ctx, v)
	if err != nil || j != nil {
		return j, err
	}
	j, err = journal.OpenProfile(ctx, a.stateDir, a.profile)
	return j, journalFailed(err)
}

// tryTime is the time limit for testing a key.
const tryTime = 10 * time.Second

// try asks the server whether the key is valid. If the server cannot be asked,
// it warns and succeeds.
func (a login) try(ctx context.Context, v voice) error {
	limited, stop := context.WithTimeout(ctx, tryTime)
	defer stop()
	_, err := a.client.Models(limited)
	e, ok := errors.AsType[*api.Error](err)
	switch {
	case err == nil || ctx.Err() != nil:
		return ctx.Err()
	case ok && e.Kind == api.KindAuth:
		return a.refused(err)
	}
	v.warn(text.Of("there is no data for this key yet, and the key could not be checked: " + err.Error()))
	return nil
}

// named adds to an error about the key where the key was found.
func (a login) named(err error) error {
	if e, ok := errors.AsType[*api.Error](err); ok && e.Kind == api.KindAuth {
		return a.refused(err)
	}
	return err
}

// refused returns the failure for a key that the server refuses.
func (a login) refused(err error) error {
	return &Failure{
		Status: StatusAuth, Code: "auth", Err: fmt.Errorf("the key from %s: %w", a.keyFrom, err),
		Hint: "put the right key there; dubtop auth status says what else sets one",
	}
}

// journalFailed is an error of the journal, unless it is another failure.
func journalFailed(err error) error {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f
	}
	if _, told := errors.AsType[*api.Error](err); err == nil || told || errors.Is(err, context.Canceled) {
		return err
	}
	return &Failure{Status: StatusError, Code: "journal", Err: err}
}
