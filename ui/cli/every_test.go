package cli

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/spf13/cobra"
)

// every returns the command lines of all commands that can be run, with as many
// arguments as each needs.
func (d *desk) every() (lines []string) {
	arguments := map[string]string{
		"get": "some-id", "open": "some-id", "copy-as": "some-id curl", "batch get": "some-id", "batch results": "some-id", "assets get": "some-id",
		"wait": "some-id",
	}
	root := &cobra.Command{Use: "dubtop"}
	root.AddCommand(Commands(d.world)...)
	var walk func(c *cobra.Command, path string)
	walk = func(c *cobra.Command, path string) {
		for _, sub := range c.Commands() {
			name := strings.TrimSpace(path + " " + sub.Name())
			if sub.HasSubCommands() {
				walk(sub, name)
			} else if sub.Runnable() {
				lines = append(lines, strings.TrimSpace(name+" "+arguments[name]))
			}
		}
	}
	walk(root, "")
	return lines
}

// keyless are the commands that do not ask for the account of a key.
func keyless(line string) bool {
	first, _, _ := strings.Cut(line, " ")
	return slices.Contains([]string{"auth", "config", "version", "webhook", "doctor", "simulate", "join"}, first)
}

// elsewhere are commands that need more than a key and an id to get as far as the
// account; their own tests cover them.
func elsewhere(line string) bool {
	first, _, _ := strings.Cut(line, " ")
	return slices.Contains([]string{"verdicts", "estimate", "submit", "watch", "download", "hand-over", "report", "journal"}, first) ||
		strings.HasPrefix(line, "queue ") && line != "queue ls" && line != "queue drain" || line == "batch submit" || line == "assets upload"
}

// TestEveryCommandFailsAlike goes through all commands: a wrong key and no key are 3
// everywhere, and an unknown flag is 2; each with a hint, and nothing on standard
// output.
func TestEveryCommandFailsAlike(t *testing.T) {
	synctest.Test(t, everyCommandFailsAlike) // retries take time
}

func everyCommandFailsAlike(t *testing.T) {
	wrong, none, cut := newDesk(t), newDesk(t), newDesk(t)
	wrong.world.Transport = answers{401, `{"statusCode":401,"message":"Unauthorized"}`}
	none.variables["SYNC_API_KEY"] = ""
	cut.world.Transport = answers{}
	offline := []string{"queue ls", "queue drain", "spend"} // the journal is enough for them
	for _, line := range wrong.every() {
		fails := func(name string, d *desk, args string, status int, code string) {
			t.Helper()
			got := d.run(args)
			hinted := strings.Contains(got.errors, "; ")
			if got.status != status || got.out != "" || !hinted {
				t.Errorf("%s, %s: %+v", args, name, got)
			}
			if e := errorOf(t, d.run(args+" --json").errors); code != "" && (string(e.Code) != code || e.Hint == "") && supports(d, line) {
				t.Errorf("%s in JSON, %s: %+v", args, name, e)
			}
		}
		fails("an unknown flag", wrong, line+" --nonsense", StatusUsage, "")
		if keyless(line) || elsewhere(line) {
			continue
		}
		fails("a wrong key", wrong, line, StatusAuth, "auth")
		fails("no key", none, line, StatusAuth, "no_key")
		if !slices.Contains(offline, line) && !strings.HasPrefix(line, "spend") {
			fails("no network", cut, line, StatusError, "network")
		}
	}
}

// supports reports whether a command has --json.
func supports(d *desk, line string) bool {
	return strings.Contains(d.run(line+" --help").out, "--json")
}

// Every command stands under a heading of the help, and every topic under none.
func TestEveryCommandHasAGroup(t *testing.T) {
	root := &cobra.Command{Use: "dubtop"}
	root.AddCommand(Commands(newDesk(t).world)...)
	Group(root)
	for _, c := range root.Commands() {
		if c.IsAdditionalHelpTopicCommand() != (c.GroupID == "") {
			t.Errorf("%s is in group %q", c.Name(), c.GroupID)
		}
	}
}
