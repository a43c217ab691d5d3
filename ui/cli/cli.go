// Package cli is the other user interface over the same api and state:
// sub-commands for scripts. What was asked for goes to the standard output and
// nothing else does; what went wrong goes to the standard error, with an exit
// status that a script can rely on. It draws nothing and colours nothing.
package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/journal"
	"dubtop/state/settings"
)

// World is what the commands need from their surroundings.
type World struct {
	Env     settings.Env
	Zone    *time.Location // whose days are counted
	Version string         // for the User-Agent

	Transport http.RoundTripper // nil: the network
	Signals   <-chan os.Signal  // that end a drain; nil: those of the process
}

// Commands are the sub-commands of dubtop that scripts use.
func Commands(w World) []*cobra.Command {
	return []*cobra.Command{w.queueCommand(), w.spendCommand(), w.joinCommand()}
}

// login is the key that a command works with, and what it leads to.
type login struct {
	stateDir, profile string // where its journal lies, under that of all of them
	client            *api.Client
	settings          settings.Settings
	keyFrom           string // where the key was found, in words
}

// login finds the key. It needs no network. What is odd about
// the configuration is said.
func (w World) login(v voice) (login, error) {
	set, problems := settings.Load(w.Env)
	key, source, more := settings.FindKey(w.Env)
	for _, p := range append(problems, more...) {
		p.File = settings.Short(w.Env, p.File)
		v.warn(text.Of(p.String()))
	}
	if !source.Found {
		return login{}, &Failure{
			Status: StatusAuth, Code: "no_key",
			Err:  fmt.Errorf("%s (the key tells whose queue and books to look at)", source),
			Hint: "set SYNC_API_KEY, or start dubtop and let it save the key",
		}
	}
	client, err := api.New(api.Config{BaseURL: set.BaseURL, Key: key, Version: w.Version, Transport: w.Transport})
	if err != nil {
		return login{}, &Failure{Status: StatusUsage, Code: "configuration", Err: err, Hint: "mend base_url in the configuration, or SYNC_BASE_URL"}
	}
	dir, err := settings.StateDir(w.Env)
	if err != nil {
		return login{}, &Failure{Status: StatusError, Code: "configuration", Err: err}
	}
	return login{
		stateDir: dir, profile: journal.ProfileName(key.Fingerprint(), client.Base()), client: client, settings: set,
		keyFrom: settings.Short(w.Env, source.String()),
	}, nil
}

// look reads from the account's journal. Without one it does nothing: looking
// makes none. A key that no answer ever came for is tried first, lest a wrong
// one be told that there is nothing.
func (w World) look(ctx context.Context, v voice, read func(*journal.Journal) error) error {
	a, err := w.login(v)
	if err != nil {
		return err
	}
	j, err := a.open(ctx, v)
	if err != nil || j == nil {
		return err
	}
	if err := j.Writable(); err != nil { // of a newer dubtop; it can be read
		v.warn(text.Of(err.Error()))
	}
	return journalFailed(errors.Join(read(j), j.Close()))
}

// open opens the account's journal, nil if there is none.
func (a login) open(ctx context.Context, v voice) (*journal.Journal, error) {
	has, err := journal.HasProfile(a.stateDir, a.profile)
	if err != nil {
		return nil, journalFailed(err)
	}
	if !has {
		return nil, a.try(ctx, v)
	}
	j, err := journal.OpenProfile(ctx, a.stateDir, a.profile)
	if err != nil {
		return nil, journalFailed(err)
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

// tryTime is how long a key is tried for.
const tryTime = 10 * time.Second

// try asks the server whether the key is one. Where it can't be asked, that is
// said, and the command goes on.
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
	v.warn(text.Of("nothing is known here of the account of this key, and the key could not be tried: " + err.Error()))
	return nil
}

// named says which key it is that an error is about.
func (a login) named(err error) error {
	if e, ok := errors.AsType[*api.Error](err); ok && e.Kind == api.KindAuth {
		return a.refused(err)
	}
	return err
}

// refused is the failure of a key that the server does not take.
func (a login) refused(err error) error {
	return &Failure{
		Status: StatusAuth, Code: "auth", Err: fmt.Errorf("the key from %s: %w", a.keyFrom, err),
		Hint: "put the right one there, or let dubtop save it",
	}
}

func journalFailed(err error) error {
	if err == nil {
		return nil
	}
	return &Failure{Status: StatusError, Code: "journal", Err: err}
}

// write puts out what was asked for, all at once.
func write(c *cobra.Command, text []byte) error {
	if _, err := c.OutOrStdout().Write(text); err != nil {
		return &Failure{Status: StatusError, Code: "output", Err: fmt.Errorf("the answer can't be written: %w", err)}
	}
	return nil
}

// writeJSON puts a value out as one indented document.
func writeJSON(c *cobra.Command, value any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(value); err != nil {
		return &Failure{Status: StatusError, Code: "output", Err: err}
	}
	return write(c, b.Bytes())
}
