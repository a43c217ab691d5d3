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
		Short: "Continue the data of an old key with a new one",
		Long: `A new API key starts with an empty profile. Without an argument, this lists the
profiles of other keys on this machine, and whether the current key can read
their jobs, which means that both keys belong to one account. With a profile, the
current key takes it over: ledger, queue, history, labels, notes and verdicts.

This can't be undone, and is refused if the new key already has a ledger.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return w.listProfiles(c)
			}
			return w.join(c, args[0])
		},
	}
	c.Flags().Bool("json", false, "print JSON, and errors as JSON")
	return c
}

// profileJSON describes a profile in JSON.
type profileJSON struct {
	Profile  text.Text  `json:"profile"`
	Jobs     int        `json:"jobs"`
	Requests int        `json:"requests"`
	Seen     *time.Time `json:"seen"`
	Readable bool       `json:"readable"`
}

func (w World) listProfiles(c *cobra.Command) error {
	v := voiceOf(c)
	a, err := w.login(v)
	if err != nil {
		return err
	}
	profiles, err := journal.OldProfiles(c.Context(), a.stateDir, a.profile)
	if err != nil {
		return journalFailed(err)
	}
	if len(profiles) == 0 { // otherwise listing the profiles tests the key
		if err := a.try(c.Context(), v); err != nil {
			return err
		}
	}
	found := []profileJSON{}
	t := columns{titles: []text.Text{"PROFILE", ">JOBS", ">REQUESTS", "LAST SEEN", "READABLE"}}
	for _, p := range profiles {
		readable, err := a.client.Reads(c.Context(), p.Newest)
		if err != nil {
			return a.named(err)
		}
		j := profileJSON{Profile: text.Of(p.Profile), Jobs: p.Jobs, Requests: p.Submissions, Readable: readable}
		seen, reads := none, "no"
		if !p.Seen.IsZero() {
			j.Seen = &p.Seen
			seen = p.Seen.In(w.Zone).Format(time.DateTime)
		}
		if readable {
			reads = "yes"
		}
		found = append(found, j)
		t.add(words(p.Profile), text.Sprint(p.Jobs), text.Sprint(p.Submissions), text.Of(seen), text.Of(reads))
	}
	switch {
	case v.json:
		return writeJSON(c, found)
	case len(found) == 0:
		return write(c, []byte("There are no profiles of other keys.\n"))
	}
	return write(c, t.bytes())
}

func (w World) join(c *cobra.Command, to string) error {
	v := voiceOf(c)
	a, err := w.login(v)
	if err != nil {
		return err
	}
	profiles, err := journal.OldProfiles(c.Context(), a.stateDir, a.profile)
	if err != nil {
		return journalFailed(err)
	}
	var old *journal.OldProfile
	for i := range profiles {
		if profiles[i].Profile == to {
			old = &profiles[i]
		}
	}
	if old == nil {
		return &Failure{
			Status: StatusUsage, Code: "no_profile",
			Err: fmt.Errorf("%q is not the profile of another key for this server", to), Hint: "dubtop join lists the profiles",
		}
	}
	readable, err := a.client.Reads(c.Context(), old.Newest)
	if err != nil {
		return a.named(err)
	}
	if !readable {
		return &Failure{
			Status: StatusError, Code: "another_account",
			Err: errors.New("this key can't read the jobs of that profile, so it belongs to another account; nothing was changed"),
		}
	}
	if err := journal.Join(c.Context(), a.stateDir, a.profile, to); err != nil {
		return journalFailed(err)
	}
	if v.json {
		return writeJSON(c, map[string]text.Text{"joined": text.Of(to)})
	}
	return write(c, fmt.Appendf(nil, "Joined: this key now uses the profile %s.\n", text.Of(to)))
}
