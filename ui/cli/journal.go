package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cobra"

	"dubtop/api/text"
	"dubtop/state/journal"
	"dubtop/state/settings"
)

func (w World) journalCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "journal",
		Short: "Back up the journal, restore it, or exchange its books",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(w.backupCommand(), w.restoreCommand(), w.takeOverCommand(), w.exportCommand(), w.besideCommand())
	return c
}

func (w World) backupCommand() *cobra.Command {
	var force bool
	c := &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the journal while dubtop runs",
		Long: `Writes a copy of the account's journal as it is at one moment: the queue, the
ledger, jobs, labels, notes, verdicts and drafts. Others can go on using the
journal, and may be sending. The copy is only for you to read, and it gets its
name once it is on the disk, its structure was checked, and every row of its
ledger was compared with its checksum. It contains no API key.

A file that is there is not replaced without --force. With --json:
  {"file", "bytes", "ledger_rows", "requests"}`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return w.backup(c, args[0], force) },
	}
	c.Flags().Bool("json", false, "print JSON, and errors as JSON")
	c.Flags().BoolVar(&force, "force", false, "replace the file")
	return c
}

// copyJSON is a copy of a journal in JSON.
type copyJSON struct {
	File     text.Text `json:"file"`
	Bytes    int64     `json:"bytes"`
	Rows     int       `json:"ledger_rows"`
	Requests int       `json:"requests"`
}

// owned opens the journal of the account for reading, or says that there is none.
func (w World) owned(ctx context.Context, v voice, read func(*login, *journal.Journal) error) error {
	a, err := w.login(v)
	if err != nil {
		return err
	}
	found := false
	err = a.look(ctx, v, func(j *journal.Journal) error {
		found = true
		return read(&a, j)
	})
	if err == nil && !found {
		return &Failure{
			Status: StatusError, Code: "no_journal", Err: errors.New("this account has no journal yet"),
			Hint: "dubtop auth status says which account this is, --account names another, and dubtop journal restore brings a journal back",
		}
	}
	return err
}

func (w World) backup(c *cobra.Command, path string, force bool) error {
	v := voiceOf(c)
	var made journal.Copied
	err := w.owned(c.Context(), v, func(_ *login, j *journal.Journal) (err error) {
		return w.stoppable(c.Context(), func(ctx context.Context) error {
			made, err = j.Backup(ctx, path, force)
			return copyFailed(err, path)
		})
	})
	if err != nil {
		return err
	}
	if v.json {
		return writeJSON(c, copyJSON{text.Of(path), made.Bytes, made.Entries, made.Submissions})
	}
	return write(c, fmt.Appendf(nil, "Backed up to %s: %s of the ledger, %s; checked.\n", text.Of(path),
		text.Count(made.Entries, "row", "rows"), text.Count(made.Submissions, "request", "requests")))
}

// copyFailed says what to do if a copy could not be made or used.
func copyFailed(err error, path string) error {
	f := &Failure{Status: StatusError, Code: "journal", Err: err}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		f.Status, f.Code, f.Err, f.Hint = StatusUsage, "exists", fmt.Errorf("%s is there already; nothing was replaced", text.Of(path)), "choose another name, or --force"
	case errors.Is(err, journal.ErrBackup):
		f.Code, f.Hint = "backup", "use another backup; dubtop journal backup makes one and checks it"
	default:
		f.Hint = "check the file, its folder and the space on the disk"
	}
	return f
}

func (w World) restoreCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "Make a backup the journal of the account",
		Long: `Checks a backup that dubtop journal backup has made, and makes it the journal of
the account. It is refused if there is one already: nothing is merged or replaced.
The backup must be of an account on the same server; its key may have been another.

The queue of a restored journal is paused, because the journal that it was copied
from may have sent what waits in it, or be about to: dubtop journal take-over
continues it, once no other dubtop does, and nothing else. Requests that were being
sent at the time of the copy have an unknown outcome, which dubtop finds out.
With --json: {"file", "bytes", "ledger_rows", "requests"}`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return w.restore(c, args[0]) },
	}
	c.Flags().Bool("json", false, "print JSON, and errors as JSON")
	return c
}

func (w World) restore(c *cobra.Command, path string) error {
	v := voiceOf(c)
	a, err := w.login(v)
	if err != nil {
		return err
	}
	var made journal.Copied
	err = w.stoppable(c.Context(), func(ctx context.Context) (err error) {
		made, err = journal.Restore(ctx, a.stateDir, a.profile, path)
		return err
	})
	_, stopped := errors.AsType[*Failure](err)
	switch {
	case stopped:
		return err
	case errors.Is(err, journal.ErrNotEmpty):
		folder := text.Of(settings.Short(w.Env, filepath.Join(a.stateDir, a.profile)))
		return &Failure{Status: StatusUsage, Code: "not_empty", Err: fmt.Errorf("%w in %s; nothing was changed", err, folder), Hint: "end every dubtop, and move that folder away to restore in its place"}
	case err != nil:
		return copyFailed(err, path)
	}
	if v.json {
		return writeJSON(c, copyJSON{text.Of(path), made.Bytes, made.Entries, made.Submissions})
	}
	return write(c, fmt.Appendf(nil, "Restored: %s of the ledger, %s.\nThe queue is paused; dubtop journal take-over continues it, once no other dubtop sends from it.\n",
		text.Count(made.Entries, "row", "rows"), text.Count(made.Submissions, "request", "requests")))
}
