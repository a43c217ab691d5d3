package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/settings"
	"dubtop/state/table"
)

func (w World) configCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Say where the configuration is, what it sets, and what is wrong with it",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(
		&cobra.Command{
			Use:   "path",
			Short: "Print the path of the configuration file",
			Long: `Prints the path of the configuration file, whether it exists or not:
$DUBTOP_CONFIG, or config.toml in $XDG_CONFIG_HOME/dubtop, by default in
~/.config/dubtop.`,
			Args: cobra.NoArgs,
			RunE: func(c *cobra.Command, _ []string) error { return w.configPath(c) },
		},
		w.configShowCommand(), w.configCheckCommand(),
	)
	return c
}

func (w World) configPath(c *cobra.Command) error {
	path, err := settings.ConfigPath(w.Env)
	if err != nil {
		return &Failure{Status: StatusError, Code: "configuration", Err: err, Hint: "set HOME, or DUBTOP_CONFIG"}
	}
	return write(c, []byte(path+"\n"))
}

func (w World) configShowCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "show",
		Short: "Print every setting with its value and what set it",
		Long: `Prints every setting with the value in effect, written as in the file, and what
set it: a line of the file, an environment variable, or nothing, which means the
default. The API key is not a setting and never shown.

With --json, a list of
  {"name", "value", "set_by", "line", "problem"}
where set_by is null for a default, line is 0 if the file did not set it, and
problem is null or says why the file's value is not the one in effect.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return w.configShow(c) },
	}
	c.Flags().Bool("json", false, "print JSON, and errors as JSON")
	return c
}

// settingJSON is a setting in JSON.
type settingJSON struct {
	Name    text.Text  `json:"name"`
	Value   text.Text  `json:"value"`
	SetBy   *text.Text `json:"set_by"`
	Line    int        `json:"line"`
	Problem *text.Text `json:"problem"`
}

func (w World) configShow(c *cobra.Command) error {
	found := []settingJSON{}
	t := columns{titles: []text.Text{"SETTING", "VALUE", "SET BY"}}
	for _, s := range settings.Explain(w.Env) {
		j := settingJSON{Name: text.Of(s.Name), Value: text.Of(s.Value), Line: s.Line}
		by := text.Text("default")
		if s.By != "" {
			by = text.Of(settings.Short(w.Env, s.By))
			j.SetBy = new(text.Of(s.By))
		}
		if s.Line > 0 {
			by += text.Sprintf(":%d", s.Line)
		}
		if s.Problem != "" {
			j.Problem = new(text.Of(s.Problem))
			by += "  (" + *j.Problem + ")"
		}
		found = append(found, j)
		t.add(j.Name, words(s.Value), by)
	}
	if voiceOf(c).json {
		return writeJSON(c, found)
	}
	return write(c, t.bytes())
}

func (w World) configCheckCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "check",
		Short: "Find mistakes in the configuration",
		Long: `Reads the configuration as the dashboard does, and prints each mistake with its
line, and the nearest name if there is no such setting or action. The exit status
is 2 if there is one.

With --json, a list of
  {"file", "line", "setting", "message", "stops_spending"}
where line is 0 and setting is empty if the mistake is not in one place.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return w.configCheck(c) },
	}
	c.Flags().Bool("json", false, "print JSON, and errors as JSON")
	return c
}

// problemJSON is a mistake in the configuration in JSON.
type problemJSON struct {
	File          text.Text `json:"file"`
	Line          int       `json:"line"`
	Setting       text.Text `json:"setting"`
	Message       text.Text `json:"message"`
	StopsSpending bool      `json:"stops_spending"`
}

func (w World) configCheck(c *cobra.Command) error {
	problems := w.lookUp(voiceOf(c)).problems
	if voiceOf(c).json {
		list := make([]problemJSON, len(problems))
		for i, p := range problems {
			list[i] = problemJSON{text.Of(p.File), p.Line, text.Of(p.Key), text.Of(p.Words), p.Spending}
		}
		if err := writeJSON(c, list); err != nil {
			return err
		}
	} else if err := write(c, w.problemLines(problems)); err != nil {
		return err
	}
	if len(problems) == 0 {
		return nil
	}
	return &Failure{Status: StatusUsage, Code: "configuration"}
}

// lookup is the configuration, the key that it leads to, and the mistakes in both.
type lookup struct {
	set      settings.Settings
	key      api.Secret
	source   settings.KeySource
	problems []settings.Problem
}

func (w World) lookUp(v voice) (l lookup) {
	l.set, l.problems = settings.Load(w.Env)
	_, ofKeys := Keys(l.set)
	key, source, ofKey := w.findKey(context.Background(), v, l.set.Account)
	l.key, l.source, l.problems = key, source, slices.Concat(l.problems, ofKeys, ofKey)
	return l
}

func (w World) problemLines(problems []settings.Problem) []byte {
	if len(problems) == 0 {
		path, err := settings.ConfigPath(w.Env)
		if err != nil {
			return []byte("No problems.\n")
		}
		return []byte("No problems in " + settings.Short(w.Env, path) + ".\n")
	}
	var b strings.Builder
	for _, p := range problems {
		fmt.Fprintln(&b, text.Of(p.Shown(w.Env)))
	}
	return []byte(b.String())
}

// Keys returns the keys of all actions as the user has set them, and the mistakes
// in the settings that do so.
func Keys(set settings.Settings) (keymap.Map, []settings.Problem) {
	keys := keymap.Default()
	var problems []settings.Problem
	for _, b := range set.Keys {
		err := keys.Override(keymap.Name(b.Action), b.Keys)
		if err == nil {
			continue
		}
		p := b.Problem(err)
		var names []string
		for _, e := range keys.Entries() {
			names = append(names, string(e.Name))
		}
		if near := table.Nearest(b.Action, names); near != "" && near != b.Action {
			p.Words += "; did you mean " + near + "?"
		}
		problems = append(problems, p)
	}
	return keys, problems
}
