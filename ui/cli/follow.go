package cli

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/journal"
	"dubtop/state/output"
	"dubtop/state/settings"
)

// Saving says how files of jobs are saved on this machine, as configured.
func Saving(o *settings.Output, home string) account.Saving {
	return account.Saving{
		Folder: o.FolderIn(home), Naming: output.Naming{Template: o.Template, Strict: o.Strict}, AtOnce: o.Downloads,
		Automatic: o.Automatic, Sidecar: o.Sidecar, Checksums: o.Checksums, Zone: time.Local,
	}
}

// beside returns a session like that of a dashboard, which polls, saves files and
// runs the user's command, and leaves all sending to other processes.
func (a login) beside(j *journal.Journal, home string) account.Config {
	return account.Config{
		Client: a.client, Journal: j, Home: home, Lists: true, Bystander: true, Pace: a.settings.Refresh.Pace(), Guard: a.settings.Guard,
		Visibility: a.settings.Upload.Visibility, Saving: Saving(&a.settings.Output, home), Hook: a.settings.Hook,
	}
}

// follower is a command that follows jobs.
type follower struct {
	*account.Follow
	command *cobra.Command
	voice   voice
	login   login
	line    *progress
	saving  account.Saving
	saves   *downloading // nil: nothing is asked for
	files   []filed      // saved, or not
	stop    context.CancelCauseFunc
	offline bool // it was said that the server can't be reached
}

// filed is a file that was saved, or could not be.
type filed struct {
	output.File
	want output.Want
	name text.Text
	err  error
}

// The causes of a run that did not end by itself.
var (
	errTimedOut = errors.New("the time is up")
	errAtOnce   = errors.New("stopped at once")
)

// follow returns a follower on an open journal.
func (w World) follow(c *cobra.Command, a login, j *journal.Journal, change func(*account.Config)) *follower {
	v := voiceOf(c)
	cfg := a.beside(j, w.Env.Home)
	if change != nil {
		change(&cfg)
	}
	f := &follower{command: c, voice: v, login: a, line: newProgress(v)}
	f.saving = cfg.Saving
	f.Follow = &account.Follow{Account: account.New(cfg, time.Now()), Event: f.event}
	return f
}

// runFollow runs it until it is done, or for a time; 0 is without a limit. It
// leaves the session open. errAtOnce means that it may still run.
func (w World) runFollow(f *follower, limit time.Duration) error {
	ctx, stop := context.WithCancelCause(f.command.Context())
	defer stop(nil)
	f.stop = stop
	if limit > 0 {
		t := time.AfterFunc(limit, func() { stop(errTimedOut) })
		defer t.Stop()
	}
	ended := make(chan error, 1)
	run := func() { ended <- f.Run(ctx) }
	if !w.untilEnded(run, func() { stop(errEnded) }, func() { _ = f.Account.Close() }) {
		return errAtOnce
	}
	err := <-ended
	f.line.clear()
	if noSuchJob(err) {
		return unknownJobs(err)
	}
	return f.login.named(err)
}

// unknownJobs is the failure for ids that name no job.
func unknownJobs(err error) error {
	return &Failure{Status: StatusError, Code: "not_found", Err: err, Hint: "dubtop ls lists the jobs"}
}

// noSuchJob reports whether err says that an id names no job, so that the command
// has done nothing.
func noSuchJob(err error) bool {
	_, ok := errors.AsType[account.UnknownJobs](err)
	return ok
}

// noneSuch reports whether err says that there are no such jobs, or no such set, so
// that there is no answer to print.
func noneSuch(err error) bool {
	f, ok := errors.AsType[*Failure](err)
	return ok && f.Code == "not_found"
}

// event takes in what happened.
func (f *follower) event(e account.Event) {
	switch {
	case e.Kind == account.EventPlanned, e.Kind == account.EventWished:
		f.planned(e)
	case e.Kind == account.EventSaved && e.Saved.None:
	case e.Kind == account.EventSaved:
		f.files = append(f.files, filed{e.Saved.File, e.Saved.Want, e.Saved.Name, e.Err})
	case e.Kind == account.EventHook && e.Hook != nil && e.Hook.Reason != "":
		f.warn(text.Of("the command of the configuration failed for " + e.Words + ": " + e.Hook.Reason))
	}
	f.tellOutage()
}

func (f *follower) warn(words text.Text) {
	f.line.clear()
	f.voice.warn(words)
}

// tellOutage says once that the server can't be reached, and that it can again.
func (f *follower) tellOutage() {
	p := f.Account.Poller.Phase(time.Now())
	switch off := p.Kind == state.PhaseOffline; {
	case off && !f.offline:
		f.offline = true
		f.warn(text.Of("the server can't be reached; trying again: " + p.Words))
	case !off && f.offline && p.Kind != state.PhaseBackoff:
		f.offline = false
		f.warn("the server can be reached again")
	}
}

// followed is a followed job with the facts known about it.
type followed struct {
	state.Generation
	file string // the saved output; "" without
}

// jobs returns the followed jobs that are known, in order.
func (f *follower) jobs() (jobs []followed) {
	for _, id := range f.Followed() {
		if g, ok := f.Account.Store.Generations.Find(string(id)); ok {
			jobs = append(jobs, f.of(g))
		}
	}
	return jobs
}

func (f *follower) of(g state.Generation) followed {
	file, _ := f.Account.Store.Saved.Output(g.Key())
	return followed{g, file.Path}
}

// status returns the status of a job in words for programs.
func (j *followed) status() text.Text {
	if j.Gone && !j.Status.Terminal() {
		return "gone"
	}
	return text.Of(strings.ToLower(string(j.Status)))
}

// why returns why a job failed.
func (j *followed) why() text.Text {
	if j.Error == "" {
		return j.ErrorCode
	}
	return j.Error
}

// followedJobs lists followed jobs.
func followedJobs() *listing[followed] {
	return &listing[followed]{
		fields: []field[followed]{
			{"id", func(j *followed) value { return textOf(j.ID) }},
			{"name", func(j *followed) value { return clean(j.Name) }},
			{"status", func(j *followed) value { return clean(j.status()) }},
			{"model", func(j *followed) value { return textOf(j.Model) }},
			{"label", func(j *followed) value { return clean(j.Label()) }},
			{"set", func(j *followed) value { return clean(j.Set()) }},
			{"lang", func(j *followed) value { return clean(j.Lang()) }},
			{"error_code", func(j *followed) value { return clean(j.ErrorCode) }},
			{"error", func(j *followed) value { return clean(j.Error) }},
			{"created", func(j *followed) value { return moment(j.Created) }},
			{"saved", func(j *followed) value { return textOf(j.file) }},
		},
		titles: []text.Text{"STATUS", "NAME", "ID", "SAVED", "WHY"},
		cells: func(j *followed) []text.Text {
			why, file := text.Of(none), text.Of(none)
			if j.Status.Troubled() {
				why = j.why()
			}
			if j.file != "" {
				file = text.Of(j.file)
			}
			return []text.Text{j.status(), words(j.Name), text.Of(string(j.ID)), file, why}
		},
		empty: "No job is followed.",
		spare: []text.Text{"SAVED", "WHY"},
	}
}

// counts adds up followed jobs.
type counts struct {
	Jobs    int `json:"jobs"`
	Done    int `json:"done"`
	Failed  int `json:"failed"`
	Running int `json:"running"`
	Waiting int `json:"waiting"` // not sent yet
	Missing int `json:"missing"` // the server does not know them
}

// count counts the followed jobs by state.
func (f *follower) count() (n counts) {
	if c, ok := f.Account.Store.CountSet(f.Set); ok {
		n = counts{Done: c.Done, Failed: c.Failed, Running: c.Running, Waiting: c.Waiting + c.Paused + c.Unknown}
		n.Jobs = n.Done + n.Failed + n.Running + n.Waiting
		return n
	}
	n.Missing = len(f.Missing())
	n.Jobs = len(f.Followed())
	for _, j := range f.jobs() {
		switch {
		case j.Status.Produced():
			n.Done++
		case j.Status.Terminal():
			n.Failed++
		case !j.Gone:
			n.Running++
		}
	}
	return n
}

// idsOf parses ids of jobs, each once.
func idsOf(args []string) (ids []api.ID) {
	for _, arg := range args {
		if id := api.ID(strings.TrimSpace(arg)); id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}
