package account

import (
	"context"
	"errors"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/inspect"
	"dubtop/state/journal"
	"dubtop/state/output"
)

// A saved output is looked at once, in the background and one at a time, if the
// programs for it are there. The findings stay in the journal. They are marks,
// not verdicts.

// LookAt returns what a look at the saved output of a job found; ok is false if
// there is nothing to say.
func (a *Account) LookAt(job string) (l FileLook, ok bool) {
	f, saved := a.Store.Saved.Output(job)
	v := &a.inspections
	switch found, looked := v.found[job]; {
	case !saved:
		return l, false
	case looked && found.SHA256 == f.SHA256:
		return FileLook{Done: true, Odd: found.Odd, Words: found.Words}, true
	case v.none:
		return FileLook{Words: "not done: " + inspect.ErrTools.Error()}, true
	}
	return l, false
}

// inspect makes a saved file be looked at.
func (a *Account) inspect(f output.File) {
	if v := &a.inspections; f.Kind == output.Output && !v.none && a.Config.Inspect != nil {
		v.waiting = append(v.waiting, f)
	}
}

// inspectDue starts the next look.
func (a *Account) inspectDue() []Work {
	v := &a.inspections
	if v.running || len(v.waiting) == 0 || a.unwritable != nil {
		return nil
	}
	f := v.waiting[0]
	v.waiting, v.running = v.waiting[1:], true
	j, contents, ctx, find := a.Journal, a.Contents(), a.saves.ctx, a.Config.Inspect
	return []Work{a.work(func(context.Context) apply {
		l, err := lookAt(ctx, find, j, contents, f)
		return func(time.Time) []Event {
			v.running = false
			if errors.Is(err, inspect.ErrTools) {
				v.none, v.waiting = true, nil
			}
			if err != nil {
				return nil
			}
			if v.found == nil {
				v.found = make(map[string]journal.FileLook)
			}
			v.found[f.Job] = l
			return []Event{{Kind: EventLooked, Words: f.Job, Look: &FileLook{Done: true, Odd: l.Odd, Words: l.Words}}}
		}
	})}
}

// lookAt looks at a saved output beside the video that it was made from.
func lookAt(ctx context.Context, find func() (inspect.Tools, error), j *journal.Journal, c *inputs.Contents, f output.File) (journal.FileLook, error) {
	tools, err := find()
	if err != nil {
		return journal.FileLook{}, err
	}
	input := ""
	if sub, ok, err := j.SubmissionOf(ctx, api.ID(f.Job)); err == nil && ok {
		for _, file := range sub.Files {
			if file.Field == "video" && c.Unchanged(ctx, []draft.File{file}) == nil {
				input = file.Path
			}
		}
	}
	l := journal.FileLook{Job: f.Job, SHA256: f.SHA256}
	found, err := tools.Video(ctx, f.Path, input)
	switch {
	case ctx.Err() != nil:
		return l, ctx.Err()
	case err != nil:
		l.Odd, l.Words = true, err.Error()
	default:
		l.Odd, l.Words = found.Odd, found.Words
	}
	return l, j.SaveLook(ctx, l)
}
