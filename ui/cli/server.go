package cli

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/draft"
)

// listCommand returns a command that lists the server's answer.
func listCommand[T any](w World, c *cobra.Command, l *listing[T], read func(context.Context, *api.Client) iter.Seq2[*T, error]) *cobra.Command {
	c.Args = cobra.NoArgs
	f := l.flags(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return w.ask(voiceOf(c), func(client *api.Client) error {
			return unsupported(c, l.print(c, f, read(c.Context(), client), nil))
		})
	}
	return c
}

// codeUnsupported is the code for features that the server lacks.
const codeUnsupported = "unsupported"

// unsupported says that the server does not have what a command asks for.
func unsupported(c *cobra.Command, err error) error {
	if !errors.Is(err, api.ErrUnsupported) {
		return err
	}
	return &Failure{
		Status: StatusError, Code: codeUnsupported, Err: fmt.Errorf("this server tells nothing for %q", c.CommandPath()),
		Hint: "newer servers do: base_url or SYNC_BASE_URL name the server",
	}
}

// whole yields a list that comes in one answer.
func whole[T any](list api.List[T], err error) iter.Seq2[*T, error] {
	if err != nil {
		return func(yield func(*T, error) bool) { yield(nil, err) }
	}
	return all(list.Items)
}

func (w World) modelsCommand() *cobra.Command {
	return listCommand(w, &cobra.Command{
		Use: "models", Short: "List the models",
		Long: `Lists the models that the key may use, like view 4, with what the vendor's rules say
about their inputs.`,
	}, &listing[api.Model]{
		fields: []field[api.Model]{
			{"name", func(m *api.Model) value { return clean(m.Name) }},
			{"id", func(m *api.Model) value { return textOf(m.ID) }},
			{"type", func(m *api.Model) value { return clean(m.Type) }},
			{"version", func(m *api.Model) value { return clean(m.Version) }},
			{"description", func(m *api.Model) value { return clean(m.Description) }},
			{"longest_seconds", func(m *api.Model) value { return positive(draft.RulesFor(string(m.Name)).MaxSeconds) }},
			{"takes_image", func(m *api.Model) value { return yes(draft.RulesFor(string(m.Name)).Image) }},
			{"deprecated_at", func(m *api.Model) value { return moment(m.Deprecated.Time) }},
		},
		titles: []text.Text{"NAME", "TYPE", "VERSION", ">UP TO", "IMAGE", "DESCRIPTION"},
		cells: func(m *api.Model) []text.Text {
			rules := draft.RulesFor(string(m.Name))
			return []text.Text{words(m.Name), words(m.Type), words(m.Version), orNone(text.Length(rules.MaxSeconds)), yesNo(rules.Image), words(m.Description)}
		},
		spare: []text.Text{"VERSION", "DESCRIPTION"},
		empty: "The API lists no models for this key.",
	}, func(ctx context.Context, c *api.Client) iter.Seq2[*api.Model, error] { return whole(c.Models(ctx)) })
}

func (w World) voicesCommand() *cobra.Command {
	return listCommand(w, &cobra.Command{Use: "voices", Short: "List the voices that can speak a text"}, &listing[api.Voice]{
		fields: []field[api.Voice]{
			{"id", func(v *api.Voice) value { return textOf(v.ID) }},
			{"name", func(v *api.Voice) value { return clean(v.Name) }},
			{"provider", func(v *api.Voice) value { return clean(v.Provider) }},
			{"cloned", func(v *api.Voice) value { return yes(v.Cloned) }},
			{"restricted", func(v *api.Voice) value { return yes(v.Restricted) }},
			{"preview_url", func(v *api.Voice) value { return link(v.Preview) }},
		},
		titles: []text.Text{"ID", "NAME", "PROVIDER", "CLONED", "RESTRICTED"},
		cells: func(v *api.Voice) []text.Text {
			return []text.Text{words(v.ID), words(v.Name), words(v.Provider), yesNo(v.Cloned), yesNo(v.Restricted)}
		},
		empty: "The account has no voices.",
	}, func(ctx context.Context, c *api.Client) iter.Seq2[*api.Voice, error] { return whole(c.Voices(ctx)) })
}

func (w World) projectsCommand() *cobra.Command {
	return listCommand(w, &cobra.Command{Use: "projects", Short: "List the projects of the account"}, &listing[api.Project]{
		fields: []field[api.Project]{
			{"id", func(p *api.Project) value { return textOf(p.ID) }},
			{"name", func(p *api.Project) value { return clean(p.Name) }},
			{"description", func(p *api.Project) value { return clean(p.Description) }},
			{"visibility", func(p *api.Project) value { return clean(p.Visibility.Lower()) }},
			{"mode", func(p *api.Project) value { return clean(p.Mode.Lower()) }},
		},
		titles: []text.Text{"ID", "NAME", "VISIBILITY", "DESCRIPTION"},
		cells: func(p *api.Project) []text.Text {
			return []text.Text{words(p.ID), words(p.Name), words(p.Visibility.Lower()), words(p.Description)}
		},
		spare: []text.Text{"VISIBILITY", "DESCRIPTION"},
		empty: "The account has no projects.",
	}, func(ctx context.Context, c *api.Client) iter.Seq2[*api.Project, error] { return whole(c.Projects(ctx)) })
}

// accountJSON is the account in JSON. Facts the server does not tell are "" or null.
type accountJSON struct {
	Server     text.Text  `json:"server"`
	Name       text.Text  `json:"name"`
	Plan       text.Text  `json:"plan"`
	Slots      *int       `json:"slots"`
	Longest    *float64   `json:"longest_seconds"`
	Billing    text.Text  `json:"billing"` // credits, usage, free, enterprise
	Balance    *usd       `json:"balance_usd"`
	Held       *usd       `json:"held_usd"` // by running jobs
	Credits    *float64   `json:"credits"`
	FreeUsed   *int       `json:"free_used"`
	FreeMost   *int       `json:"free_most"`
	FreeResets *time.Time `json:"free_resets_at"`
	BillingURL text.Text  `json:"billing_url"`
}

func (w World) accountCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "account", Short: "Show the account: plan, slots and balance", Args: cobra.NoArgs,
		Long: `Shows what the server tells about the account of the key, like the header of the
dashboard. What it does not tell is left out, and null or "" in JSON.`,
		RunE: func(c *cobra.Command, _ []string) error {
			v := voiceOf(c)
			return w.ask(v, func(client *api.Client) error {
				a, err := client.Account(c.Context())
				switch {
				case err != nil:
					return unsupported(c, err)
				case v.json:
					return writeJSON(c, accountOf(client.Base(), &a))
				}
				return write(c, accountText(client.Base(), &a))
			})
		},
	}
	addJSON(c, new(jsonFlag), members(accountJSON{}))
	return c
}

func accountOf(base string, a *api.Account) accountJSON {
	j := accountJSON{Server: text.Of(base), Name: a.Name, Plan: a.Plan, Billing: a.Billing, BillingURL: link(a.BillingURL).words}
	if a.Slots > 0 {
		j.Slots = &a.Slots
	}
	if a.Longest > 0 {
		j.Longest = new(a.Longest.Seconds())
	}
	b := &a.Balance
	left := b.Spendable()
	switch {
	case left != nil && b.Dollars:
		j.Balance, j.Held = (*usd)(left), (*usd)(b.Held)
	case left != nil:
		j.Credits = new(float64(*left) / 1_000_000)
	}
	if b.Max > 0 {
		j.FreeUsed, j.FreeMost, j.FreeResets = &b.Used, &b.Max, stamp(b.Resets.Time)
	}
	return j
}

func accountText(base string, a *api.Account) []byte {
	var out []byte
	line := func(name, words text.Text) {
		if words != "" {
			out = fmt.Appendf(out, "%-8s  %s\n", name, words)
		}
	}
	line("server", text.Of(base))
	line("name", a.Name)
	line("plan", a.Plan)
	if a.Slots > 0 {
		line("slots", text.Sprint(a.Slots))
	}
	if a.Longest > 0 {
		line("longest", text.Length(a.Longest.Seconds()))
	}
	line("billing", a.Billing)
	line("balance", state.BalanceWords(&a.Balance))
	line("pay at", link(a.BillingURL).words)
	return out
}
