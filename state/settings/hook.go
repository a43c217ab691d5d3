package settings

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"dubtop/state/hook"
)

// hookEntries returns the keys of the part on_done.
func hookEntries(c *hook.Command) map[string]entry {
	const shortest = time.Second
	return map[string]entry{
		"on_done.run":   to(&c.Run, setRun),
		"on_done.limit": interval(&c.Limit, shortest),
	}
}

// setRun reads a command. It is a list, because no shell reads it.
func setRun(to *[]string, v any) error {
	const example = `it must be a list like ["rclone", "copy", "{path}", "s3:bucket"], because no shell reads it: no command is run`
	all, ok := v.([]any)
	if !ok {
		return errors.New(example)
	}
	var run []string
	for _, one := range all {
		arg, ok := one.(string)
		if !ok {
			return errors.New(example)
		}
		run = append(run, arg)
	}
	if wrong := hook.Check(run); wrong != "" {
		return fmt.Errorf("%s: no command is run", wrong)
	}
	*to = run
	return nil
}

// guardHook takes the command away if somebody else may have written it: a
// configuration in the working directory may have come with a download, and one
// that others can write to is not only the user's.
func guardHook(env Env, path string, s *Settings) []Problem {
	if !s.Hook.On() {
		return nil
	}
	words := strange(env, path)
	if words == "" {
		return nil
	}
	s.Hook = hook.Command{}
	return []Problem{{File: path, Key: "on_done.run", Words: words + ": no command is run"}}
}

// strange says why commands in a file are not to be trusted, or "".
func strange(env Env, path string) string {
	const byOthers = 0o022
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&byOthers != 0 {
		return "others can write to this file"
	}
	if env.Getenv(configVariable) == "" && filepath.IsAbs(path) {
		return "" // the usual place
	}
	const here = "it is in the working directory"
	if !filepath.IsAbs(path) {
		return here
	}
	dir, err := os.Getwd()
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	file, err2 := filepath.EvalSymlinks(path)
	below := strings.HasPrefix(file, dir+string(filepath.Separator)) && dir != env.Home
	if err != nil || err2 != nil || filepath.Dir(file) == dir || below {
		return here
	}
	return ""
}
