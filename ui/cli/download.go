package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/output"
)

// downloading saves the outputs of followed jobs, as d does in the dashboard. The
// command submit sets dir and gives it to waitFor.
type downloading struct {
	dir, template string // as configured if empty

	step   savingStep
	plan   account.Plan
	failed error // why nothing can be saved
}

// savingStep is how far the saving of the outputs is.
type savingStep int

const (
	savingUnplanned savingStep = iota
	savingBusy                 // being planned, or written to the journal
	savingPlanned
	savingBegun
)

func (w World) downloadCommand() *cobra.Command {
	var set string
	var unsaved bool
	d := downloading{}
	list := savedFiles()
	c := &cobra.Command{
		Use:   "download ID... | download --set NAME | download --unsaved",
		Short: "Save the outputs of jobs",
		Long: `Saves the outputs of jobs on this machine as d does in the dashboard: under the
same names, with the same checks, sidecars and checksums, and known to the journal,
also beside an open dashboard. What is saved already is not fetched again, and what
was interrupted is continued, so it can be run again at any time. Jobs that still run
are not waited for: dubtop wait does that.

It prints the path of each file. With --json each of the items has the result saved,
already, failed, or left if the command was stopped before, and the reason.

Exit status: 0 everything is saved; 7 some files could not be saved, named with the
reason; 3 the key; 130 interrupted; 1 anything else.`,
		RunE: func(c *cobra.Command, args []string) error {
			d := d
			ids, given := idsOf(args), 0
			for _, is := range []bool{len(ids) > 0, set != "", unsaved} {
				if is {
					given++
				}
			}
			if given != 1 {
				return usage("dubtop ls saved:no lists what is not saved", "give ids of jobs, --set NAME or --unsaved")
			}
			return w.download(c, list, ids, set, &d)
		},
	}
	f := list.flags(c)
	list.format = f
	c.Flags().StringVar(&set, "set", "", "the rows of this set")
	c.Flags().BoolVar(&unsaved, "unsaved", false, "all completed jobs whose output is not saved")
	c.Flags().StringVar(&d.dir, "dir", "", "folder to save to (default: folder in [output])")
	c.Flags().StringVar(&d.template, "template", "", "names of files (default: template in [output]); see dubtop help saving")
	mustFill(c.Flags(), "set", "dir", "template")
	return c
}

// check completes the folder, and returns an error if the flags are wrong.
func (d *downloading) check() (err error) {
	if wrong := (output.Naming{Template: d.template}).Check(); d.template != "" && wrong != "" {
		return usage("dubtop help saving explains templates", "--template: %s", wrong)
	}
	if d.dir != "" {
		d.dir, err = filepath.Abs(d.dir)
	}
	return err
}

// change puts the wishes into the configuration of a session. d may be nil.
func (d *downloading) change(c *account.Config) {
	if d == nil {
		return
	}
	if d.dir != "" {
		c.Saving.Folder, c.Saving.Chosen = d.dir, true
	}
	if d.template != "" {
		c.Saving.Naming.Template, c.Saving.Chosen = d.template, true
	}
}

func (w World) download(c *cobra.Command, list *fileListing, ids []api.ID, set string, d *downloading) error {
	if err := d.check(); err != nil {
		return err
	}
	v := voiceOf(c)
	a, j, err := w.enter(c.Context(), v)
	if err != nil {
		return err
	}
	f := w.follow(c, a, j, d.change)
	f.Jobs, f.Set, f.Once, f.saves, f.After = ids, set, true, d, f.save
	f.Whole = ids == nil && set == ""
	f.Begin = func() ([]account.Work, error) {
		if f.Whole {
			f.Jobs = unsaved(f.Account.Store)
		}
		return nil, f.knowsSet()
	}
	f.Look = func(time.Time) { f.line.show(f.savingWords()) }
	err = w.runFollow(f, 0)
	if errors.Is(err, errAtOnce) {
		return &Failure{Status: StatusInterrupted, Code: "interrupted", Err: err, Hint: "the same command goes on"}
	}
	if noneSuch(err) {
		return errors.Join(err, f.Account.Close())
	}
	rows := f.savings()
	printed := list.print(c, list.format, all(rows), nil)
	closed := f.Account.Close()
	switch {
	case errors.Is(err, errEnded):
		return &Failure{Status: StatusInterrupted, Code: "interrupted", Err: errors.New("stopped before everything was saved"), Hint: "the same command goes on"}
	case err != nil:
		return err
	case printed != nil:
		return printed
	}
	return errors.Join(f.unsaved(), journalFailed(closed))
}

// unsaved returns the completed jobs whose output is not saved.
func unsaved(s *state.Store) (ids []api.ID) {
	for i := range s.Generations.Len() {
		g := s.Generations.At(i)
		if _, saved := s.Saved.Output(g.Key()); g.Status.Produced() && g.Submission == "" && !g.Gone && !saved {
			ids = append(ids, g.ID)
		}
	}
	return ids
}

// save saves the outputs of the followed jobs, step by step.
func (f *follower) save() (work []account.Work, busy bool) {
	d, a := f.saves, f.Account
	switch {
	case d.failed != nil || d.step == savingBegun:
		return nil, false
	case d.step == savingBusy:
		return nil, true
	case d.step == savingPlanned:
		d.step = savingBusy
		return []account.Work{a.SaveFiles(d.plan)}, true
	}
	jobs := make([]state.Generation, 0, len(f.Followed()))
	for _, id := range f.Followed() {
		if g, ok := a.Store.Generations.Find(string(id)); ok {
			jobs = append(jobs, g)
		}
	}
	d.step = savingBusy
	return []account.Work{a.PlanFiles(jobs, []output.Kind{output.Output})}, true
}

// planned takes in a step.
func (f *follower) planned(e account.Event) {
	d := f.saves
	switch {
	case d == nil || d.step != savingBusy:
		if e.Err != nil {
			f.warn(text.Of("files can't be saved: " + e.Err.Error()))
		}
	case e.Err != nil:
		d.failed = e.Err
	case e.Kind == account.EventPlanned:
		d.plan, d.step = *e.Plan, savingPlanned
	default:
		d.step = savingBegun
	}
}

// savingWords tells how far the saving is.
func (f *follower) savingWords() text.Text {
	if f.saves == nil || f.saves.step != savingBegun {
		return "finding out what is to be saved"
	}
	s := f.Account.SaveSum()
	done, wanted := len(f.files), f.saves.plan.Goes()
	said := bar(done, wanted) + text.Sprintf(" %d of %s", done, text.Count(wanted, "file", "files"))
	if s.Done > 0 {
		said += ", " + text.Bytes(s.Done)
	}
	if s.Speed >= 1 {
		said += ", " + text.Bytes(int64(s.Speed)) + "/s"
	}
	return said
}

// saving is what became of the output of a job.
type saving struct {
	output.File
	job    text.Text // its id
	name   text.Text
	result text.Text // saved, already, failed or left
	why    text.Text
}

// The results of saving an output.
const (
	resultSaved   = "saved"
	resultAlready = "already"
	resultFailed  = "failed"
	resultLeft    = "left" // the command was stopped before
)

// reasons tells which files were to be saved, and why some were not.
func (f *follower) reasons() (fresh map[string]bool, reasons map[string]text.Text) {
	fresh, reasons = make(map[string]bool), make(map[string]text.Text)
	for i := range f.saves.plan.Files {
		p := &f.saves.plan.Files[i]
		if fresh[p.Job] = p.Skip == "" || p.Now; !fresh[p.Job] && !p.Here {
			reasons[p.Job] = p.Skip
		}
	}
	for i := range f.files {
		if x := &f.files[i]; x.err != nil {
			reasons[x.want.Job] = text.Of(x.err.Error())
		}
	}
	return fresh, reasons
}

// savings lists what became of the outputs that were asked for.
func (f *follower) savings() (rows []saving) {
	fresh, reasons := f.reasons()
	for _, id := range f.Followed() {
		row := saving{job: text.Of(string(id)), result: resultFailed, why: reasons[string(id)]}
		if g, ok := f.Account.Store.Generations.Find(string(id)); ok {
			row.name = g.Name
		}
		if file, ok := f.Account.Store.Saved.Output(string(id)); ok {
			row.File, row.result, row.why = file, resultAlready, text.Of(file.Mark)
			if fresh[string(id)] {
				row.result = resultSaved
			}
		}
		if row.result == resultFailed && row.why == "" {
			if row.why = f.unsavedWhy(id); row.why == notYet {
				row.result = resultLeft
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// unsavedWhy says why an output that was not tried is not saved.
func (f *follower) unsavedWhy(id api.ID) text.Text {
	switch {
	case f.saves.failed != nil:
		return text.Of(f.saves.failed.Error())
	case !f.known(id):
		return "the server does not know the job"
	}
	return notYet
}

// notYet is why a file is not saved or uploaded that nothing is wrong with.
const notYet text.Text = "interrupted; the next time goes on with it"

// known reports whether a job is in the list.
func (f *follower) known(id api.ID) bool {
	_, ok := f.Account.Store.Generations.Find(string(id))
	return ok
}

// unsaved returns the failure of files that could not be saved: those that were
// asked for, or that are saved automatically.
func (f *follower) unsaved() error {
	failed, total := 0, len(f.files)
	tell := func(name, job, why text.Text) {
		failed++
		f.voice.say("left", said{Code: "not_saved", Message: words(name) + " " + job + " is not saved: " + why, Hint: "dubtop download " + job})
	}
	if f.saves != nil {
		rows := f.savings()
		total = len(rows)
		for i := range rows {
			if r := &rows[i]; r.result == resultFailed || r.result == resultLeft {
				tell(r.name, r.job, r.why)
			}
		}
	} else {
		for i := range f.files {
			if x := &f.files[i]; x.err != nil {
				tell(x.name, text.Of(x.want.Job), text.Of(x.err.Error()))
			}
		}
	}
	if failed == 0 {
		return nil
	}
	return &Failure{
		Status: StatusPartly, Code: "not_saved", Err: fmt.Errorf("%d of %s could not be saved", failed, text.Count(total, "file", "files")),
		Hint: "run dubtop download again: what is saved is not fetched again",
	}
}

// fileListing is a listing of saved files with its flags.
type fileListing struct {
	*listing[saving]
	format *format
}

// savedFiles lists saved files.
func savedFiles() *fileListing {
	return &fileListing{listing: &listing[saving]{
		fields: []field[saving]{
			{"id", func(s *saving) value { return clean(s.job) }},
			{"name", func(s *saving) value { return clean(s.name) }},
			{"result", func(s *saving) value { return clean(s.result) }},
			{"reason", func(s *saving) value { return clean(s.why) }},
			{"path", func(s *saving) value { return textOf(s.Path) }},
			{"size", func(s *saving) value { return positive(float64(s.Size)) }},
			{"sha256", func(s *saving) value { return textOf(s.SHA256) }},
			{"saved", func(s *saving) value { return moment(s.At) }},
		},
		titles: []text.Text{"RESULT", "ID", "FILE", "WHY"},
		cells: func(s *saving) []text.Text {
			file, why := text.Of(none), text.Of(none)
			if s.Path != "" {
				file = text.Of(s.Path)
			}
			if s.why != "" {
				why = text.Of(strings.TrimSpace(string(s.why)))
			}
			return []text.Text{s.result, s.job, file, why}
		},
		empty: "Nothing is to be saved.",
		spare: []text.Text{"WHY"},
	}}
}
