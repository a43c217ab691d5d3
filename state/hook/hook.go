// Package hook knows the command that a user wants to be run for saved files or
// ended jobs: its fields, their meanings, and the states of a run. It runs
// nothing and reads no file and no clock.
package hook

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dubtop/api/text"
)

// DefaultLimit is how long a command may take, unless the user says otherwise.
const DefaultLimit = 10 * time.Minute

// Command is the command to run for saved files or ended jobs.
type Command struct {
	Run   []string      // the program and its arguments, with fields such as {path}; none for no command
	Limit time.Duration // DefaultLimit if 0
}

// Facts are what fields stand for.
type Facts struct {
	ID, Name, Model, Label, Set, Lang, Project string
	Status                                     string // of the job
	// Of a saved file; zero for a job.
	Path, Kind, SHA256 string
	Size               int64
}

// fieldPath is the field that makes the command one for saved files.
const fieldPath = "path"

// fields are the names of fields, in the order of the help.
func fields() []string {
	return []string{fieldPath, "id", "name", "model", "label", "set", "lang", "project", "status", "kind", "size", "sha256"}
}

// Fields lists the fields for a message.
func Fields() string { return "{" + strings.Join(fields(), "} {") + "}" }

func (f *Facts) value(field string) string {
	switch field {
	case fieldPath:
		return f.Path
	case "kind":
		return f.Kind
	case "size":
		return strconv.FormatInt(f.Size, 10)
	case "sha256":
		return f.SHA256
	}
	return f.ofJob(field)
}

func (f *Facts) ofJob(field string) string {
	return map[string]string{
		"id": f.ID, "name": f.Name, "model": f.Model, "label": f.Label, "set": f.Set, "lang": f.Lang, "project": f.Project, "status": f.Status,
	}[field]
}

// On reports whether there is a command.
func (c *Command) On() bool { return len(c.Run) > 0 }

// OfFiles reports whether the command is run for each saved file, and not for
// each job.
func (c *Command) OfFiles() bool {
	return slices.ContainsFunc(c.Run, func(arg string) bool { return strings.Contains(arg, "{"+fieldPath+"}") })
}

// Text is the command as one text, to tell whether it has changed.
func (c *Command) Text() string { return strings.Join(c.Run, "\x1f") }

// Check returns the fault of a command, or "".
func Check(run []string) string {
	if len(run) > 0 && strings.TrimSpace(run[0]) == "" {
		return "it needs a program"
	}
	for i, arg := range run {
		if strings.ContainsRune(arg, 0) {
			return "a NUL can't be passed to a program"
		}
		names := fieldsIn(arg)
		if i == 0 && (len(names) > 0 || strings.Contains(arg, "/") && !strings.HasPrefix(arg, "/")) {
			return "the program must be a name or an absolute path"
		}
		for _, name := range names {
			if !slices.Contains(fields(), name) {
				return fmt.Sprintf("there is no field {%s}; there are %s", name, Fields())
			}
		}
	}
	return ""
}

// fieldsIn lists the words in braces.
func fieldsIn(arg string) (names []string) {
	for {
		_, after, open := strings.Cut(arg, "{")
		name, rest, closed := strings.Cut(after, "}")
		if !open || !closed {
			return names
		}
		if isName(name) {
			names = append(names, name)
		}
		arg = rest
	}
}

// isName reports whether a word in braces is meant as a field.
func isName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// Args fills in the fields. A value can't become an option of the program: at the
// beginning of an argument it loses its dashes.
func (c *Command) Args(f *Facts) []string {
	args := slices.Clone(c.Run)
	for i := range args {
		args[i] = fill(args[i], f)
	}
	return args
}

func fill(arg string, f *Facts) string {
	var b strings.Builder
	for arg != "" {
		before, after, open := strings.Cut(arg, "{")
		b.WriteString(before)
		name, rest, closed := strings.Cut(after, "}")
		if !open || !closed || !slices.Contains(fields(), name) {
			if open {
				b.WriteByte('{')
			}
			arg = after
			continue
		}
		value := clean(f.value(name))
		if b.Len() == 0 {
			value = strings.TrimLeft(value, "-")
		}
		b.WriteString(value)
		arg = rest
	}
	return b.String()
}

// clean removes the characters that no argument may contain.
func clean(value string) string { return strings.ReplaceAll(value, "\x00", "") }

// Env are the facts as variables.
func (f *Facts) Env() (env []string) {
	for _, name := range fields() {
		if v := f.value(name); name != "size" || f.Path != "" {
			env = append(env, "DUBTOP_"+strings.ToUpper(name)+"="+clean(v))
		}
	}
	return env
}

// Run is a run of the command for a job, or for one of its files.
type Run struct {
	Job    string
	Kind   string // of the file; "" for the job
	State  State
	Status int    // exit status; -1 if it did not exit
	Reason string // why it failed
	Output string // the end of it
	Begun  time.Time
	Ended  time.Time
	Owner  string // the process that runs it
}

// Key identifies what a run is for.
type Key struct{ Job, Kind string }

// Key identifies the job or file of the run.
func (r *Run) Key() Key { return Key{r.Job, r.Kind} }

// State is how far a run is.
type State string

// The states of a run. A run that began and whose process is gone may have done
// its work.
const (
	Begun  State = "begun"
	Done   State = "done"
	Failed State = "failed"
)

// MostOutput is how much of a program's output is kept, in bytes.
const MostOutput = 4 << 10

// LastLine is the last line of the output that says something.
func (r *Run) LastLine() text.Text {
	lines := strings.Split(strings.TrimSpace(r.Output), "\n")
	return text.Of(strings.TrimSpace(lines[len(lines)-1]))
}
