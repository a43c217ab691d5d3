package cli

import (
	"bytes"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// WithManual lets `help --man` print the manual page of a command and of all
// below it. The page is generated from the commands, so it can't go stale.
func WithManual(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		if c.Name() != "help" {
			continue
		}
		man := c.Flags().Bool("man", false, "print the manual page in roff; view it with: dubtop help --man | man -l -")
		usual := c.Run
		c.RunE = func(c *cobra.Command, args []string) error {
			if *man {
				return write(c, Manual(root))
			}
			if about, rest, err := root.Find(args); err == nil && len(rest) > 0 {
				return noCommand(about, rest[0])
			}
			usual(c, args)
			return nil
		}
	}
}

// Manual is the manual page of a program in roff.
func Manual(root *cobra.Command) []byte {
	var m manual
	m.line(".TH", strings.ToUpper(root.Name()), "1")
	m.line(".SH", "NAME")
	m.text(root.Name() + " - " + lowerFirst(root.Short))
	m.line(".SH", "SYNOPSIS")
	m.text(root.Name() + " [flags]\n\n" + root.Name() + " COMMAND [arguments] [flags]")
	m.line(".SH", "DESCRIPTION")
	m.text(root.Long)
	m.flags(root)
	m.line(".SH", "COMMANDS")
	for _, c := range Documented(root) {
		if c.Runnable() {
			m.command(c)
		}
	}
	m.line(".SH", "TOPICS")
	for _, c := range root.Commands() {
		if c.IsAdditionalHelpTopicCommand() {
			m.line(".SS", root.Name()+" help "+c.Name())
			m.text(c.Short + "\n\n" + c.Long)
		}
	}
	m.line(".SH", "EXIT STATUS")
	m.text(statuses)
	return m.Bytes()
}

// Documented lists all commands below another that the manual describes.
func Documented(root *cobra.Command) (all []*cobra.Command) {
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() && c.Name() != "help" {
			all = append(append(all, c), Documented(c)...)
		}
	}
	return all
}

// statuses explains the exit statuses.
const statuses = `0 if everything was done, 1 after an error, 2 for a wrong command line or a missing confirmation, 3 for a problem with the key or the plan, 4 if jobs still run, 5 if a job failed, 6 if a budget refuses, 7 if some of several failed, 75 if it may help to try later, 130 after an interruption.`

// manual is a page in roff.
type manual struct{ bytes.Buffer }

// line writes a request with its arguments.
func (m *manual) line(request string, arguments ...string) {
	m.WriteString(request)
	for _, a := range arguments {
		m.WriteString(` "` + strings.ReplaceAll(roff(a), `"`, `\(dq`) + `"`)
	}
	m.WriteByte('\n')
}

func (m *manual) command(c *cobra.Command) {
	m.line(".SS", c.UseLine())
	m.text(description(c))
	if c.Example != "" {
		m.text(c.Example)
	}
	m.flags(c)
}

func (m *manual) flags(c *cobra.Command) {
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		what, usage := pflag.UnquoteUsage(f)
		if what != "" {
			name += " " + what
		}
		m.WriteString(".TP\n.B " + roff(name) + "\n")
		m.text(usage)
	})
}

// text writes paragraphs. Indented lines stay as they are.
func (m *manual) text(words string) {
	verbatim := false
	keep := func(now bool) {
		if now != verbatim {
			m.WriteString(map[bool]string{true: ".nf\n", false: ".fi\n"}[now])
		}
		verbatim = now
	}
	for line := range strings.SplitSeq(strings.TrimSpace(words), "\n") {
		if line == "" {
			keep(false)
			m.WriteString(".PP\n")
			continue
		}
		keep(strings.HasPrefix(line, "  "))
		m.WriteString(roff(line) + "\n")
	}
	keep(false)
}

// roff keeps roff from running a text.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
