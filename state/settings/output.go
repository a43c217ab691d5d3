package settings

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"dubtop/state"
	"dubtop/state/output"
)

// Output says how files of jobs are saved on this machine.
type Output struct {
	Folder    string // absolute, or in the home directory ~
	Template  string // of names
	Strict    bool   // only letters, digits, - and _ in names
	Downloads int    // at once
	Automatic string // saved when their jobs end: "" for none, "all", or a filter
	Sidecar   bool   // write the facts about a job beside its file
	Checksums bool   // folders get a SHA256SUMS
}

// mostDownloads is how many downloads may run at once.
const mostDownloads = 16

// DefaultOutput is how files are saved if the user does not say otherwise.
func DefaultOutput() Output {
	const downloads = 2
	return Output{Folder: "~/Downloads/dubtop", Template: output.DefaultTemplate, Downloads: downloads, Sidecar: true, Checksums: true}
}

// FolderIn returns the folder as an absolute path, "" if the home directory is
// needed and not known.
func (o *Output) FolderIn(home string) string {
	rest, tilde := strings.CutPrefix(o.Folder, "~/")
	switch {
	case !tilde:
		return o.Folder
	case home == "":
		return ""
	}
	return filepath.Join(home, rest)
}

// outputEntries returns the keys of the part about files of jobs.
func outputEntries(o *Output) map[string]entry {
	return map[string]entry{
		"output.folder":    to(&o.Folder, setFolder),
		"output.template":  to(&o.Template, setTemplate),
		"output.strict":    to(&o.Strict, setBool),
		"output.downloads": to(&o.Downloads, setDownloads),
		"output.automatic": to(&o.Automatic, setAutomatic),
		"output.sidecar":   to(&o.Sidecar, setBool),
		"output.checksums": to(&o.Checksums, setBool),
	}
}

// setFolder reads a folder, which may begin with ~.
func setFolder(to *string, v any) error {
	s, ok := v.(string)
	written := strings.TrimSpace(s)
	if !ok || !filepath.IsAbs(written) && !strings.HasPrefix(written, "~/") {
		return fmt.Errorf(`it must be a folder like "~/Videos" or "/srv/dubs": %q is used`, *to)
	}
	*to = filepath.Clean(written)
	return nil
}

func setTemplate(to *string, v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("it must be a text in quotes: %q is used", *to)
	}
	if wrong := (output.Naming{Template: s}).Check(); wrong != "" {
		return fmt.Errorf("%s: %q is used", wrong, *to)
	}
	*to = s
	return nil
}

func setDownloads(to *int, v any) error {
	n, ok := v.(int64)
	if !ok || n < 1 || n > mostDownloads {
		return fmt.Errorf("it must be a whole number from 1 to %d: %d is used", mostDownloads, *to)
	}
	*to = int(n)
	return nil
}

// setAutomatic reads which outputs are saved without a key. A filter that is not
// understood would save nothing, or everything, silently.
func setAutomatic(to *string, v any) error {
	if on, ok := v.(bool); ok {
		if *to = ""; on {
			*to = "all"
		}
		return nil
	}
	s, ok := v.(string)
	if !ok {
		return errors.New(`it must be "off", "all" or a filter like "label:acme": nothing is saved automatically`)
	}
	if wrong := new(state.Generation).Vocabulary().CheckWhole(s); wrong != nil {
		return fmt.Errorf("%s: nothing is saved automatically", wrong.Error())
	}
	if *to = strings.TrimSpace(s); strings.EqualFold(*to, "off") {
		*to = ""
	}
	return nil
}
