package main

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"dubtop/keymap"
	"dubtop/ui/cli"
)

// said is the result of a command line.
type said struct {
	status      int
	out, errors string
}

// say runs a command line. These tests have no terminal; commands that need one
// are tested in ui/terminal with the built binary.
func say(args ...string) said {
	var out, errs bytes.Buffer
	status := run(args, &out, &errs)
	return said{status, out.String(), errs.String()}
}

func TestCommandLine(t *testing.T) {
	for _, c := range []struct {
		name   string
		args   string
		status int
		out    string // "" means no output
		errors string
	}{
		{"version", "version", 0, "dubtop " + version, ""},
		{"version as a flag", "--version", 0, "dubtop " + version, ""},
		{"help", "--help", 0, "--demo", ""},
		{"help of a command", "simulate --help", 0, "--speed", ""},
		{"help of a flag for proofs", "simulate --help", 0, "--ignore-keys", ""},
		{"no terminal", "", cli.StatusUsage, "", "dubtop needs a terminal"},
		{"no terminal for the demo", "--demo", cli.StatusUsage, "", "dubtop needs a terminal"},
		{"unknown flag", "--dmeo", cli.StatusUsage, "", "--dmeo"},
		{"unknown command", "simulat", cli.StatusUsage, "", "simulat"},
		{"unknown profile", "simulate --profile june", cli.StatusUsage, "", "june"},
		{"unknown plan", "simulate --plan gold", cli.StatusUsage, "", "gold"},
		{"no speed", "simulate --speed 0", cli.StatusUsage, "", "above 0"},
		{"negative history", "simulate --generations -1", cli.StatusUsage, "", "below 0"},
		{"a key that can't be sent", "simulate --key sk\u0130", cli.StatusUsage, "", "--key"},
		{"help of a key of one's own", "simulate --help", 0, "--key", ""},
		{"help of spend", "spend --help", 0, "--since", ""},
		{"help of the queue", "queue", 0, "ls", ""},
		{"an address that does not exist", "simulate --addr 127.0.0.1:99999", cli.StatusError, "", "cannot listen"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := say(strings.Fields(c.args)...)
			if got.status != c.status {
				t.Errorf("status %d, want %d\n%s%s", got.status, c.status, got.out, got.errors)
			}
			if !strings.Contains(got.out, c.out) || c.out == "" && got.out != "" {
				t.Errorf("stdout is %q, want %q in it", got.out, c.out)
			}
			if !strings.Contains(got.errors, c.errors) || c.errors == "" && got.errors != "" {
				t.Errorf("stderr is %q, want %q in it", got.errors, c.errors)
			}
			if strings.Count(got.errors, "\n") > 1 {
				t.Errorf("stderr has more than one line:\n%s", got.errors)
			}
		})
	}
}

// Completion offers the values of flags, and never files.
func TestValuesOfFlagsAreCompleted(t *testing.T) {
	for line, want := range map[string]string{
		"simulate --profile ":     "seed strict current :4",
		"simulate --plan ":        "free hobbyist creator growth scale enterprise :4",
		"spend --by ":             "day week month model label project spender :4",
		"simulate --generations ": ":4",
		"queue ls ":               ":4",
	} {
		at := strings.LastIndex(line, " ")
		got := say(append([]string{"__completeNoDesc"}, append(strings.Fields(line[:at]), line[at+1:])...)...)
		if words := strings.Join(strings.Fields(got.out), " "); got.status != 0 || words != want {
			t.Errorf("%q offers %q, want %q (status %d)", line, words, want, got.status)
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if got := say("completion", shell); got.status != 0 || !strings.Contains(got.out, "__complete") {
			t.Errorf("completion of %s: status %d, %q", shell, got.status, got.errors)
		}
	}
}

// README, help, manual page and key table must not name what the others do not
// have. The manual and the help are made from the commands; the README is written
// by hand, so it is compared with both.

func readme(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestREADMENamesOnlyCommandsThatExist(t *testing.T) {
	root := commands()
	root.InitDefaultCompletionCmd("completion")
	for _, m := range regexp.MustCompile(`\bdubtop ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?`).FindAllStringSubmatch(codeIn(readme(t)), -1) {
		c, _, err := root.Find([]string{m[1]})
		if err != nil || c == root {
			t.Errorf("the README names dubtop %s, which is no command", m[1])
			continue
		}
		if sub, _, err := c.Find([]string{m[2]}); m[2] != "" && c.HasAvailableSubCommands() && (err != nil || sub == c) {
			t.Errorf("the README names dubtop %s %s, which is no command", m[1], m[2])
		}
	}
}

// codeIn returns the code of a page in Markdown.
func codeIn(page string) string {
	var code strings.Builder
	for i, part := range strings.Split(page, "```") {
		if i%2 == 1 {
			code.WriteString(regexp.MustCompile("#[^\n]*").ReplaceAllString(part, "") + "\n")
			continue
		}
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(part, -1) {
			code.WriteString(m[1] + "\n")
		}
	}
	return code.String()
}

func TestREADMENamesAllCommands(t *testing.T) {
	page := readme(t)
	for _, c := range cli.Documented(commands()) {
		named := regexp.MustCompile(regexp.QuoteMeta(c.CommandPath()) + `\b`).MatchString(page)
		if c.Runnable() && !c.HasAvailableSubCommands() && !named {
			t.Errorf("the README does not name %s", c.CommandPath())
		}
	}
}

// The script in the README is the one that the tests run and kill.
func TestREADMEHasTheScriptOfASeason(t *testing.T) {
	script, err := os.ReadFile("ui/cli/testdata/season.sh")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(readme(t), "```sh\n"+string(script)+"```\n") {
		t.Error("the script of a season is not that of ui/cli/testdata/season.sh")
	}
}

func TestManualNamesAllCommandsAndFlags(t *testing.T) {
	page := strings.ReplaceAll(say("help", "--man").out, `\-`, "-")
	if !strings.HasPrefix(page, ".TH") {
		t.Fatalf("%.200q", page)
	}
	for _, c := range cli.Documented(commands()) {
		if c.Runnable() && !strings.Contains(page, `.SS "`+c.UseLine()) {
			t.Errorf("the manual does not name %s", c.CommandPath())
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && f.Name != "help" && !strings.Contains(page, "--"+f.Name) {
				t.Errorf("the manual does not name %s --%s", c.CommandPath(), f.Name)
			}
		})
		if help := say(append(strings.Fields(c.CommandPath())[1:], "--help")...); help.status != 0 || help.out == "" {
			t.Errorf("there is no help of %s: %+v", c.CommandPath(), help)
		}
		for line := range strings.Lines(c.Long) { // a narrow terminal would break them anywhere
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 86 {
				t.Errorf("the help of %s has a line of %d cells: %s", c.CommandPath(), n, line)
			}
		}
		if c.Short == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s is summed up as %q", c.CommandPath(), c.Short)
		}
	}
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, ".") && !regexp.MustCompile(`^\.(TH|SH|SS|TP|B|PP|nf|fi)\b`).MatchString(line) {
			t.Errorf("roff would run %q", line)
		}
	}
}

// The README's table of keys has the keys of the views, and no others.
func TestREADMEHasTheKeysOfTheViews(t *testing.T) {
	_, table, found := strings.Cut(readme(t), "| key | does |")
	table, _, ended := strings.Cut(table, "\n\n")
	if !found || !ended {
		t.Fatal("there is no table of keys")
	}
	keys, anywhere := map[string]bool{}, strings.ReplaceAll(codeIn(readme(t)), `\|`, "|")
	for line := range strings.Lines(table) {
		first, _, _ := strings.Cut(strings.TrimPrefix(strings.ReplaceAll(line, `\|`, "¦"), "|"), "|")
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(first, -1) {
			keys[strings.ReplaceAll(m[1], "¦", "|")] = true
		}
	}
	shown := map[string]bool{"…": true, "pgdn": true, "pgup": true, "↓": true, "↑": true}
	for _, e := range keymap.Default().Entries() {
		for _, k := range append(e.Keys, strings.Fields(e.Shown)...) {
			shown[k] = true
		}
	}
	for k := range keys {
		if !shown[k] {
			t.Errorf("the README explains the key %s, which does nothing", k)
		}
	}
	for _, e := range keymap.Default().Entries() {
		switch e.Group {
		case keymap.GroupViews, keymap.GroupSpare, keymap.GroupForm, keymap.GroupDialog, keymap.GroupReview:
			continue
		}
		if n := e.Shown; !slices.ContainsFunc(append(strings.Fields(n), e.Keys...), func(k string) bool { return strings.Contains("\n"+anywhere, "\n"+k+"\n") }) {
			t.Errorf("the README does not explain the key %s (%s)", e.Shown, e.Words)
		}
	}
}

func TestMistypedNamesGetTheNearest(t *testing.T) {
	for line, want := range map[string]string{
		"spned":            "did you mean dubtop spend?",
		"queue drian":      "did you mean dubtop queue drain?",
		"config shwo":      "did you mean dubtop config show?",
		"spend --entrys":   "did you mean --entries?",
		"simulate --spedd": "did you mean --speed?",
		"doctor --jsno":    "did you mean --json?",
		"spend --zzzzzz":   "dubtop spend --help lists the flags",
		"help lss":         "did you mean dubtop ls?",
		"help queue drian": "did you mean dubtop queue drain?",
		"help ls nosuch":   "dubtop ls --help shows how it is used",
		"completion bsh":   "did you mean dubtop completion bash?",
		"journal backup":   "dubtop journal backup takes FILE, and nothing was given; dubtop journal backup --help",
		"open a b":         "dubtop open takes ID, and 2 arguments were given",
		"ls -q --csv":      "--csv and --quiet can't be used together",
		"copy-as a":        "dubtop copy-as takes ID curl|json|python|jsonl, and 1 argument was given",
		"completion x":     "dubtop completion --help lists the commands",
	} {
		if got := say(strings.Fields(line)...); got.status != 2 || !strings.Contains(got.errors, want) || strings.Count(got.errors, "\n") != 1 {
			t.Errorf("%s: %+v, want %q", line, got, want)
		}
	}
}
