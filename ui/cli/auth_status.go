package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/settings"
)

func (w World) authStatusCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "status",
		Short: "Say where the API key comes from and whether it works",
		Long: `Says which place has set the API key, which others were looked at, in the order
in which they count, and whether the server accepts the key. The key itself is
not shown: its fingerprint tells one from another. An account of the
configuration has its key in one place only. A place that may have to ask you
something, such as the keyring, is not looked at once the key was found.

Exit status: 0 the server accepts the key; 3 there is none, or it is refused;
75 or 1 the server could not be asked. With --json:
  {"account", "server", "key", "source", "fingerprint", "places", "accepted",
   "problem"}
account is null for the one without a name. key is masked, or null like source and
fingerprint if there is none. places lists {"place", "state", "reason", "stored"},
with one of the states used; no key; a key, not used; not looked at; not usable;
stored means that dubtop auth login wrote it. accepted is null if the server could
not be asked, and problem says why it does not accept the key, or is null.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return w.authStatus(c) },
	}
	c.Flags().Bool("json", false, "print JSON, and errors as JSON")
	return c
}

// authJSON is the state of the key in JSON.
type authJSON struct {
	Account     *text.Text  `json:"account"`
	Server      text.Text   `json:"server"`
	Key         *string     `json:"key"`
	Source      *text.Text  `json:"source"`
	Fingerprint *string     `json:"fingerprint"`
	Places      []placeJSON `json:"places"`
	Accepted    *bool       `json:"accepted"`
	Problem     *text.Text  `json:"problem"`
}

type placeJSON struct {
	Place  text.Text         `json:"place"`
	State  settings.KeyState `json:"state"`
	Reason text.Text         `json:"reason"`
	Stored bool              `json:"stored"`
}

// masked is a key as it is shown.
const masked = "********"

func (w World) authStatus(c *cobra.Command) error {
	v := voiceOf(c)
	set, err := w.configured(v)
	if err != nil {
		return err
	}
	over := w.awaiting(v, set.Account)
	key, source, places, more := settings.LookEverywhere(c.Context(), w.Env, set.Account)
	over()
	w.warnOf(v, more)
	a := authJSON{Server: text.Of(set.BaseURL), Places: []placeJSON{}}
	if name := set.Account.Named(); name != "" {
		a.Account = new(text.Of(name))
	}
	for _, p := range places {
		a.Places = append(a.Places, placeJSON{text.Of(settings.Short(w.Env, p.Place)), p.State, text.Of(p.Reason), p.Stored})
	}
	if source.Found {
		a.Key, a.Fingerprint = new(masked), new(key.Fingerprint())
		a.Source = new(text.Of(settings.Short(w.Env, source.String())))
		err = w.tryKey(c.Context(), &set, key)
		a.judge(err)
	} else {
		err = &Failure{Status: StatusAuth, Code: "no_key", Err: errors.New("there is no key"), Hint: keyHint(set.Account)}
	}
	said := error(nil)
	if v.json {
		said = writeJSON(c, a)
	} else {
		said = write(c, a.text())
	}
	if said != nil {
		return said
	}
	return w.authFailed(err, a.Source)
}

// authFailed names the key that an error is about.
func (w World) authFailed(err error, source *text.Text) error {
	if e, ok := errors.AsType[*api.Error](err); ok && e.Kind == api.KindAuth {
		return login{keyFrom: string(*source)}.refused(err)
	}
	if f := new(Failure); err != nil && !errors.As(err, &f) {
		f = failureOf(err)
		return &Failure{Status: f.Status, Code: f.Code, Err: fmt.Errorf("the server could not be asked about the key: %w", err), Hint: "try again later"}
	}
	return err
}

// judge says what an answer of the server means for the key.
func (a *authJSON) judge(err error) {
	e, ok := errors.AsType[*api.Error](err)
	switch {
	case err == nil:
		a.Accepted = new(true)
		return
	case ok && e.Kind == api.KindAuth:
		a.Accepted = new(false)
	}
	a.Problem = new(text.Of(err.Error()))
}

func (a *authJSON) text() []byte {
	name := text.Text("without a name")
	if a.Account != nil {
		name = *a.Account
	}
	out := fmt.Appendf(nil, "Account  %s\nServer   %s\n", name, a.Server)
	switch {
	case a.Key == nil:
		out = append(out, "Key      none\n"...)
	default:
		out = fmt.Appendf(out, "Key      %s from %s, fingerprint %s\n", *a.Key, *a.Source, *a.Fingerprint)
		out = fmt.Appendf(out, "         %s\n", a.verdict())
	}
	t := columns{titles: []text.Text{"LOOKED AT", "FOUND", "WHY"}}
	for _, p := range a.Places {
		t.add(p.Place, text.Of(string(p.State)), words(p.Reason))
	}
	return append(append(out, '\n'), t.bytes()...)
}

func (a *authJSON) verdict() text.Text {
	switch {
	case a.Accepted == nil:
		return "the server could not be asked: " + *a.Problem
	case *a.Accepted:
		return "the server accepts it"
	}
	return "the server refuses it"
}

func (w World) logoutCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "logout",
		Short: "Forget the stored API key",
		Long: `Removes the key that dubtop has stored for the account, from its file or from the
keyring, and says what else still sets a key. Nothing else is removed: the
journals stay. With --json: {"removed", "still_set_by"}, where still_set_by is
null if nothing sets a key any more.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return w.logout(c) },
	}
	c.Flags().Bool("json", false, "print JSON, and errors as JSON")
	return c
}

// removedJSON says in JSON where keys were removed from.
type removedJSON struct {
	Removed []text.Text `json:"removed"`
	Still   *text.Text  `json:"still_set_by"`
}

func (w World) logout(c *cobra.Command) error {
	v := voiceOf(c)
	set, err := w.configured(v)
	if err != nil {
		return err
	}
	from, err := settings.ForgetKey(w.Env, set.Account)
	if err != nil {
		return &Failure{Status: StatusError, Code: "not_removed", Err: err, Hint: "remove it by hand; dubtop auth status says where it is"}
	}
	r := removedJSON{Removed: []text.Text{}}
	for _, place := range from {
		r.Removed = append(r.Removed, text.Of(place))
	}
	if still := settings.StillSet(w.Env, set.Account); still != "" {
		r.Still = new(text.Of(settings.Short(w.Env, still)))
	}
	if v.json {
		return writeJSON(c, r)
	}
	return write(c, r.text())
}

func (r *removedJSON) text() []byte {
	out := []byte("Nothing was stored.\n")
	if len(r.Removed) > 0 {
		out = []byte("Removed from " + text.Join(r.Removed, " and ") + ".\n")
	}
	if r.Still != nil {
		out = fmt.Appendf(out, "The key is still set by %s.\n", *r.Still)
	}
	return out
}
