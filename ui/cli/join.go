package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api/text"
	"dubtop/state/journal"
)

func (w World) joinCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "join [PROFILE]",
		Short: "Go on with a new key where the old one ended",
		Long: `A key that replaces another begins with empty books. Without an argument this
lists the profiles of other keys on this machine, and whether the key in use can
read their jobs: then both are keys of one account. With one of them it goes on
in the books of that profile from then on: ledger, queue, history, labels, notes.

That is for good, and refused if the new key has books of its own already.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return w.listKin(c)
			}
			return w.join(c, args[0])
		},
	}
	c.Flags().Bool("json", false, "print JSON, and errors as JSON")
	return c
}

// kinJSON describes a profile in JSON.
type kinJSON struct {
	Profile  text.Text  `json:"profile"`
	Jobs     int        `json:"jobs"`
	Requests int        `json:"requests"`
	Seen     *time.Time `json:"seen"`
	Readable bool       `json:"readable"`
}

func (w World) listKin(c *cobra.Command) error {
	v := voiceOf(c)
	a, err := w.login(v)
	if err != nil {
		return err
	}
	kin, err := journal.Kin(c.Context(), a.stateDir, a.profile)
	if err != nil {
		return journalFailed(err)
	}
	if len(kin) == 0 { // otherwise listing the profiles tests the key
		if err := a.try(c.Context(), v); err != nil {
			return err
		}
	}
	found := []kinJSON{}
	t := columns{titles: []text.Text{"PROFILE", ">JOBS", ">REQUESTS", "LAST SEEN", "THIS KEY READS IT"}}
	for _, k := range kin {
		readable, err := a.client.Reads(c.Context(), k.Newest)
		if err != nil {
			return a.named(err)
		}
		j := kinJSON{Profile: text.Of(k.Profile), Jobs: k.Jobs, Requests: k.Submissions, Readable: readable}
		seen, reads := none, "no"
		if !k.Seen.IsZero() {
			j.Seen = &k.Seen
			seen = k.Seen.In(w.Zone).Format(time.DateTime)
		}
		if readable {
			reads = "yes"
		}
		found = append(found, j)
		t.add(words(k.Profile), text.Sprint(k.Jobs), text.Sprint(k.Submissions), text.Of(seen), text.Of(reads))
	}
	switch {
	case v.json:
		return writeJSON(c, found)
	case len(found) == 0:
		return write(c, []byte("There is no profile of another key.\n"))
	}
	return write(c, t.bytes())
}

func (w World) join(c *cobra.Command, to string) error {
	v := voiceOf(c)
	a, err := w.login(v)
	if err != nil {
		return err
	}
	kin, err := journal.Kin(c.Context(), a.stateDir, a.profile)
	if err != nil {
		return journalFailed(err)
	}
	var relative *journal.Relative
	for i := range kin {
		if kin[i].Profile == to {
			relative = &kin[i]
		}
	}
	if relative == nil {
		return &Failure{
			Status: StatusUsage, Code: "no_profile",
			Err: fmt.Errorf("%q is no profile of another key of this server", to), Hint: "dubtop join lists those there are",
		}
	}
	readable, err := a.client.Reads(c.Context(), relative.Newest)
	if err != nil {
		return a.named(err)
	}
	if !readable {
		return &Failure{
			Status: StatusError, Code: "another_account",
			Err: errors.New("this key can't read the jobs of that profile, so it is another account's: nothing was changed"),
		}
	}
	if err := journal.Join(c.Context(), a.stateDir, a.profile, to); err != nil {
		return journalFailed(err)
	}
	if v.json {
		return writeJSON(c, map[string]text.Text{"joined": text.Of(to)})
	}
	return write(c, fmt.Appendf(nil, "Joined: this key goes on in the books of %s.\n", text.Of(to)))
}
