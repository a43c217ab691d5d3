package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/journal"
)

// uploaded is a file that was to become an asset.
type uploaded struct {
	draft.File
	asset api.ID // "" if it failed
	why   text.Text
}

func (w World) assetUploadCommand() *cobra.Command {
	list := uploadedFiles()
	var format *format
	c := &cobra.Command{
		Use:   "upload FILE...",
		Short: "Upload files of this machine, and print the ids of their assets",
		Long: `Uploads videos, audio or images as U does in the dashboard. It costs nothing, but
the files leave this machine; visibility in [upload] says who sees them. Each content
is sent once: a file that is an asset already is not sent again, and after a crash
the same command goes on.

Exit status: 0 all are assets; 7 some are not, named with the reason; 3 the key; 2 a
file that is not there or is no media; 130 interrupted; 1 anything else.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, paths []string) error { return w.upload(c, list, format, paths) },
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveDefault
		},
	}
	format = list.flags(c)
	return c
}

func (w World) upload(c *cobra.Command, list *listing[uploaded], format *format, paths []string) error {
	v := voiceOf(c)
	a, err := w.login(v)
	if err != nil {
		return err
	}
	files, err := mediaFiles(paths, w.Env.Home)
	if err != nil {
		return err
	}
	j, err := a.opened(c.Context())
	if err != nil {
		return err
	}
	if err := measured(c.Context(), j, files); err != nil {
		return errors.Join(err, j.Close())
	}
	f := w.follow(c, a, j, nil)
	var making *account.Making
	f.Jobs = []api.ID{}
	f.Begin = func() ([]account.Work, error) {
		making = f.Account.MakeAssets(files)
		return nil, nil
	}
	f.After = func() ([]account.Work, bool) {
		_, done := making.Assets()
		return nil, !done && making.Err() == nil
	}
	f.Look = func(time.Time) { f.line.show(uploadWords(making)) }
	err = w.runFollow(f, 0)
	const again = "the same command goes on; what has arrived is not sent again"
	if errors.Is(err, errAtOnce) || making == nil {
		return stoppedUpload(err, again)
	}
	rows, failed := uploads(files, making)
	printed := list.print(c, format, all(rows), nil)
	closed := f.Account.Close()
	switch {
	case err != nil:
		return stoppedUpload(err, again)
	case printed != nil:
		return printed
	case failed > 0:
		return &Failure{Status: StatusPartly, Code: "not_uploaded", Err: fmt.Errorf("%d of %s not uploaded", failed, text.Count(len(rows), "file", "files")), Hint: again}
	}
	return journalFailed(closed)
}

// stoppedUpload is the failure of an upload that was stopped by the user, or err.
func stoppedUpload(err error, again string) error {
	if errors.Is(err, errAtOnce) || errors.Is(err, errEnded) {
		return &Failure{Status: StatusInterrupted, Code: "interrupted", Err: errors.New("stopped before everything was uploaded"), Hint: again}
	}
	return err
}

// mediaFiles returns the files of some paths.
func mediaFiles(paths []string, home string) (files []draft.File, err error) {
	for _, path := range paths {
		m, err := draft.ParseMedia(path, home)
		switch kind := m.Holds(); {
		case err != nil:
			return nil, usage("give paths of files", "%s: %w", path, err)
		case m.Source != draft.SourceFile:
			return nil, usage("give paths of files", "%s is not a file of this machine", path)
		case kind == "":
			return nil, usage("rename it if it is", "%s is neither a video nor audio nor an image, by its name", m.Base())
		default:
			files = append(files, draft.File{Field: kind, Path: m.Path})
		}
	}
	return files, nil
}

// measured reads the files.
func measured(ctx context.Context, j *journal.Journal, files []draft.File) error {
	for i := range files {
		if err := inputs.NewContents(j).MeasureTyped(ctx, &files[i]); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return usage("check the path", "%w", err)
		}
	}
	return nil
}

// uploads lists what became of the files.
func uploads(files []draft.File, m *account.Making) (rows []uploaded, failed int) {
	ids, _ := m.Assets()
	for i, id := range ids {
		row := uploaded{File: files[i], asset: id}
		if id == "" {
			failed++
			if row.why = notYet; m.Err() != nil {
				row.why = text.Of(m.Err().Error())
			}
		}
		rows = append(rows, row)
	}
	return rows, failed
}

// uploadWords tells how far the files are.
func uploadWords(m *account.Making) text.Text {
	p := m.Progress()
	const percent = 100
	share := percent
	if p.Size > 0 {
		share = int(percent * p.Sent / p.Size)
	}
	said := bar(share, percent) + " " + text.Bytes(p.Sent) + " of " + text.Bytes(p.Size)
	if p.Speed >= 1 {
		said += ", " + text.Bytes(int64(p.Speed)) + "/s"
	}
	return said
}

// uploadedFiles lists uploaded files.
func uploadedFiles() *listing[uploaded] {
	return &listing[uploaded]{
		fields: []field[uploaded]{
			{"id", func(u *uploaded) value { return textOf(u.asset) }},
			{"path", func(u *uploaded) value { return textOf(u.Path) }},
			{"type", func(u *uploaded) value { return textOf(u.Field) }},
			{"bytes", func(u *uploaded) value { return number(float64(u.Size)) }},
			{"sha256", func(u *uploaded) value { return textOf(u.SHA256) }},
			{"reason", func(u *uploaded) value { return clean(u.why) }},
		},
		titles: []text.Text{"ID", "FILE", "WHY"},
		cells: func(u *uploaded) []text.Text {
			return []text.Text{words(u.asset), text.Of(u.Path), words(u.why)}
		},
		spare: []text.Text{"WHY"},
	}
}
