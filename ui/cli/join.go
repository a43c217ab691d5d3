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
	l := w.profiles()
	var f *format
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
				return w.listProfiles(c, l, f)
			}
			return w.join(c, args[0])
		},
	}
	f = l.flags(c)
	return c
}

// profiles says how the profiles of other keys are listed.
func (w World) profiles() *listing[oldProfile] {
	return &listing[oldProfile]{
		fields: []field[oldProfile]{
			{"profile", func(p *oldProfile) value { return textOf(p.Profile) }},
			{"jobs", func(p *oldProfile) value { return count(p.Jobs) }},
			{"requests", func(p *oldProfile) value { return count(p.Submissions) }},
			{"seen", func(p *oldProfile) value { return moment(p.Seen) }},
			{"readable", func(p *oldProfile) value { return yes(p.readable) }},
		},
		titles: []text.Text{"PROFILE", ">JOBS", ">REQUESTS", "LAST SEEN", "READABLE"},
		cells: func(p *oldProfile) []text.Text {
			return []text.Text{words(p.Profile), text.Sprint(p.Jobs), text.Sprint(p.Submissions), w.when(p.Seen), yesNo(p.readable)}
		},
		empty: "There are no profiles of other keys.",
	}
}

// when formats a time for a cell.
func (w World) when(t time.Time) text.Text {
	if t.IsZero() {
		return none
	}
	return text.Of(t.In(w.Zone).Format(time.DateTime))
}

// yesNo formats a fact for a cell.
func yesNo(b bool) text.Text {
	if b {
		return "yes"
	}
	return "no"
}

// oldProfile is the profile of another key, and whether the current key can read
// its jobs.
type oldProfile struct {
	journal.OldProfile
	readable bool
}

func (w World) listProfiles(c *cobra.Command, l *listing[oldProfile], f *format) error {
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
	found := make([]oldProfile, len(profiles))
	for i, p := range profiles {
		found[i].OldProfile = p
		if found[i].readable, err = a.client.Reads(c.Context(), p.Newest); err != nil {
			return a.named(err)
		}
	}
	return l.print(c, f, all(found), nil)
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
			Err:  errors.New("this key can't read the jobs of that profile, so it belongs to another account; nothing was changed"),
			Hint: "dubtop join lists the profiles, and which of them this key can read",
		}
	}
	if err := journal.Join(c.Context(), a.stateDir, a.profile, to); err != nil {
		return journalFailed(err)
	}
	if v.json {
		return writeJSON(c, joined{text.Of(to)})
	}
	return write(c, fmt.Appendf(nil, "Joined: this key now uses the profile %s.\n", text.Of(to)))
}

// joined is a profile that was taken over, in JSON.
type joined struct {
	Joined text.Text `json:"joined"`
}
