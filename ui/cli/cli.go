// Package cli is the other user interface over the same api and state:
// sub-commands for scripts. What was asked for goes to the standard output and
// nothing else does; what went wrong goes to the standard error, with an exit
// status that a script can rely on. It draws nothing and colours nothing.
package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/state/journal"
	"dubtop/state/settings"
)

// World is what the commands need from their surroundings.
type World struct {
	Env     settings.Env
	Zone    *time.Location // whose days are counted
	Version string         // for the User-Agent
}

// Commands are the sub-commands of dubtop that scripts use.
func Commands(w World) []*cobra.Command {
	return []*cobra.Command{w.queueCommand(), w.spendCommand(), w.joinCommand()}
}

// profile names the account's directory below the one of all of them. It needs
// the key, but no network. What is odd about the configuration is said.
func (w World) profile(v voice) (stateDir, profile string, err error) {
	stateDir, profile, _, err = w.account(v)
	return stateDir, profile, err
}

// account is the profile, and the client that asks the server about it.
func (w World) account(v voice) (stateDir, profile string, client *api.Client, err error) {
	set, problems := settings.Load(w.Env)
	key, source, more := settings.FindKey(w.Env)
	for _, p := range append(problems, more...) {
		p.File = settings.Short(w.Env, p.File)
		v.warn(p.String())
	}
	if !source.Found {
		return "", "", nil, &Failure{
			Status: StatusAuth, Code: "no_key",
			Err:  fmt.Errorf("%s (the key tells whose queue and books to look at)", source),
			Hint: "set SYNC_API_KEY, or start dubtop and let it save the key",
		}
	}
	client, err = api.New(api.Config{BaseURL: set.BaseURL, Key: key, Version: w.Version})
	if err != nil {
		return "", "", nil, &Failure{Status: StatusUsage, Code: "configuration", Err: err, Hint: "mend base_url in the configuration, or SYNC_BASE_URL"}
	}
	if stateDir, err = settings.StateDir(w.Env); err != nil {
		return "", "", nil, &Failure{Status: StatusError, Code: "configuration", Err: err}
	}
	return stateDir, journal.ProfileName(key.Fingerprint(), client.Base()), client, nil
}

// look reads from the account's journal. Without one it does nothing: looking
// makes none.
func (w World) look(ctx context.Context, v voice, read func(*journal.Journal) error) error {
	dir, profile, err := w.profile(v)
	if err != nil {
		return err
	}
	has, err := journal.HasProfile(dir, profile)
	if err != nil || !has {
		return journalFailed(err)
	}
	j, err := journal.OpenProfile(ctx, dir, profile)
	if err != nil {
		return journalFailed(err)
	}
	if err := j.Writable(); err != nil { // of a newer dubtop; it can be read
		v.warn(err.Error())
	}
	return journalFailed(errors.Join(read(j), j.Close()))
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
