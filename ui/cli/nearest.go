package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dubtop/state/table"
)

// WithNearestNames lets a mistyped flag or command be answered with the nearest
// name that there is.
func WithNearestNames(root *cobra.Command) {
	root.DisableSuggestions = true // they take several lines
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		unknown, ok := errors.AsType[*pflag.NotExistError](err)
		if !ok {
			return &Failure{Status: StatusUsage, Code: "usage", Err: err, Hint: c.CommandPath() + " --help lists the flags"}
		}
		var names []string
		visit := func(f *pflag.Flag) {
			if !f.Hidden {
				names = append(names, f.Name)
			}
		}
		c.Flags().VisitAll(visit)
		c.InheritedFlags().VisitAll(visit)
		hint := c.CommandPath() + " --help lists the flags"
		if near := table.Nearest(unknown.GetSpecifiedName(), names); near != "" {
			hint = "did you mean --" + near + "?"
		}
		return &Failure{Status: StatusUsage, Code: "usage", Err: err, Hint: hint}
	})
}

// withCompletion adds the framework's completion command, which would print its
// help whatever follows it. It keeps the output that is set by now.
func withCompletion(root *cobra.Command, args []string) {
	root.InitDefaultCompletionCmd(args...)
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
		}
	}
}

// given says how many arguments there are.
func given(n int) string {
	switch n {
	case 0:
		return "nothing was"
	case 1:
		return "1 argument was"
	}
	return fmt.Sprintf("%d arguments were", n)
}

// unknownCommand returns the failure for arguments that name no command of c, that
// c takes none of, or not so many of, and for flags that exclude each other. It
// returns nil if err has another cause.
func unknownCommand(c *cobra.Command, err error) *Failure {
	if err == nil {
		return nil
	}
	if strings.Contains(err.Error(), " arg(s), ") { // the framework's words for too few or too many
		_, takes, _ := strings.Cut(c.Use, " ")
		return &Failure{
			Status: StatusUsage, Code: "usage", Hint: c.CommandPath() + " --help shows how it is used",
			Err: fmt.Errorf("%s takes %s, and %s given", c.CommandPath(), takes, given(c.Flags().NArg())),
		}
	}
	if _, set, several := strings.Cut(err.Error(), "none of the others can be; ["); several {
		set, _, _ = strings.Cut(set, "]")
		return &Failure{
			Status: StatusUsage, Code: "usage", Hint: c.CommandPath() + " --help shows how it is used",
			Err: fmt.Errorf("--%s can't be used together", strings.Join(strings.Fields(set), " and --")),
		}
	}
	if !strings.HasPrefix(err.Error(), "unknown command ") {
		return nil
	}
	if !c.HasSubCommands() {
		return &Failure{
			Status: StatusUsage, Code: "usage", Err: fmt.Errorf("%s takes no argument such as %q", c.CommandPath(), c.Flags().Arg(0)),
			Hint: c.CommandPath() + " --help shows how it is used",
		}
	}
	if word := c.Flags().Arg(0); word != "" {
		return noCommand(c, word)
	}
	return &Failure{Status: StatusUsage, Code: "usage", Err: err, Hint: c.CommandPath() + " --help lists the commands"}
}

// noCommand is the failure for a word that names no command below c.
func noCommand(c *cobra.Command, word string) *Failure {
	var names []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() || sub.IsAdditionalHelpTopicCommand() {
			names = append(names, sub.Name())
		}
	}
	f := &Failure{
		Status: StatusUsage, Code: "usage", Err: fmt.Errorf("there is no command %q", c.CommandPath()+" "+word),
		Hint: c.CommandPath() + " --help lists the commands",
	}
	if !c.HasSubCommands() {
		f.Hint = c.CommandPath() + " --help shows how it is used"
	}
	if near := table.Nearest(word, names); near != "" {
		f.Hint = "did you mean " + c.CommandPath() + " " + near + "?"
	}
	return f
}
