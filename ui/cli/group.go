package cli

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"
)

// group is a heading in the help of dubtop, and the commands under it.
type group struct {
	id, title string
	commands  []string
}

// groups lists the groups in order.
func groups() []group {
	return []group{
		{"read", "Look:", []string{"ls", "get", "open", "copy-as", "batch", "assets", "models", "voices", "projects", "account"}},
		{"make", "Make jobs:", []string{"estimate", "submit", "queue"}},
		{"follow", "Follow and save:", []string{"wait", "watch", "download", "hand-over", "verdicts"}},
		{"money", "Money:", []string{"spend", "report"}},
		{"setup", "Keys, settings and data:", []string{"auth", "join", "config", "journal", "doctor", "webhook", "simulate", "completion", "help", "version"}},
	}
}

// Group sorts the commands of dubtop under headings in its help.
func Group(root *cobra.Command) {
	for _, g := range groups() {
		root.AddGroup(&cobra.Group{ID: g.id, Title: g.title})
	}
	root.SetHelpCommandGroupID("setup")
	root.SetCompletionCommandGroupID("setup")
	for _, c := range root.Commands() {
		c.GroupID = groupOf(c)
	}
}

func groupOf(c *cobra.Command) string {
	for _, g := range groups() {
		if slices.Contains(g.commands, c.Name()) {
			return g.id
		}
	}
	if c.Runnable() || c.HasSubCommands() {
		return "setup"
	}
	return ""
}

// CheckName returns a usage error for a name that is not among the known ones;
// "" is none. It says which is nearest.
func CheckName(what, name string, known []string) error {
	if name == "" || slices.Contains(known, name) {
		return nil
	}
	return errors.New(unknownName(what, name, known))
}
