package cli

import (
	"cmp"
	"errors"

	"github.com/spf13/cobra"

	"dubtop/api"
)

// afterwards is what submit does once its jobs are accepted.
type afterwards struct {
	wait   bool
	folder string // to save the outputs to; configured saves where [output] says

	jobs    []api.ID // that were accepted
	stopped bool     // the user would not wait, or sending ended early
}

// configured stands for the folder of the configuration.
const configured = "folder in [output]"

func (a *afterwards) flags(c *cobra.Command) {
	c.Flags().BoolVar(&a.wait, "wait", false, "after that, wait for the jobs as dubtop wait does, and end with its status")
	c.Flags().StringVar(&a.folder, "download", "", "wait, and save the outputs as dubtop download does, to `DIR`")
	c.Flags().Lookup("download").NoOptDefVal = configured
}

// wanted reports whether the jobs are waited for.
func (a *afterwards) wanted() bool { return a.wait || a.folder != "" }

// follows reports whether there are jobs to wait for: also if only some were
// accepted.
func (s *submit) follows(sent error) bool {
	if !s.after.wanted() || s.after.stopped || len(s.after.jobs) == 0 {
		return false
	}
	f, failed := errors.AsType[*Failure](sent)
	return sent == nil || failed && f.Status == StatusPartly
}

// follow waits for the accepted jobs and saves their outputs, if that is wanted.
// sent is how the sending ended.
func (s *submit) follow(sent error) error {
	if !s.follows(sent) {
		return sent
	}
	o := waiting{jobs: s.after.jobs}
	if s.after.folder != "" {
		o.download = &downloading{dir: s.after.folder}
		if o.download.dir == configured {
			o.download.dir = ""
		}
		if err := o.download.check(); err != nil {
			return err
		}
	}
	j, err := s.login.opened(s.c.Context())
	if err != nil {
		return err
	}
	err = s.world.waitFor(s.c, s.login, j, &o)
	if ended, ok := errors.AsType[*Failure](err); ok && ended.Status == StatusInterrupted {
		return err
	}
	return cmp.Or(sent, err)
}
