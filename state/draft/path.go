package draft

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
)

// ParsePath parses a path as typed, pasted, or dropped by a terminal: plain,
// quoted, backslash-escaped, a file:// link, or beginning with ~ or $HOME,
// which become home. It does no I/O. It rejects paths that only a shell or
// another system could resolve, and the error says what to write instead.
func ParsePath(typed, home string) (string, error) {
	t := strings.TrimSpace(typed)
	bare := unquoteWhole(t)
	switch {
	case bare == "":
		return "", errors.New("the path is empty")
	case fileLink(bare):
		return filePath(bare)
	case windowsPath.MatchString(bare):
		return "", errors.New("this is a Windows path" + underWSL(bare))
	}
	p, err := unquotePath(t)
	if err != nil {
		return "", err
	}
	return expandHome(p, home)
}

// TypedPath returns a text that [ParsePath] reads as a path: the path itself, or
// a file:// link if it has characters that quote others.
func TypedPath(path string) string {
	if p, err := ParsePath(path, ""); err == nil && p == path {
		return path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

var (
	windowsPath  = regexp.MustCompile(`^(?:[A-Za-z]:[\\/]|\\\\|%[A-Za-z]+%)`)
	userPath     = regexp.MustCompile(`^~([^/]+)(/|$)`)
	variablePath = regexp.MustCompile(`^\$(?:\{(\w+)\}|(\w+))(/|$)`)
)

// underWSL is the place where WSL shows a Windows drive.
func underWSL(p string) string {
	if p[1] != ':' {
		return ": write it as a path on this machine, with /"
	}
	return fmt.Sprintf(": under WSL it is /mnt/%s/%s", strings.ToLower(p[:1]), strings.ReplaceAll(p[3:], `\`, "/"))
}

// expandHome replaces ~ and $HOME by the home folder. A file whose name begins
// with either can be written with ./ before it.
func expandHome(p, home string) (string, error) {
	rest, atHome := p, false
	if v := variablePath.FindStringSubmatch(p); v != nil {
		if name := v[1] + v[2]; name != "HOME" {
			return "", fmt.Errorf("$%s is a variable of the shell: write the path in full", name)
		}
		rest, atHome = p[strings.Index(p, "HOME")+len("HOME"):], true
		rest = strings.TrimPrefix(rest, "}")
	} else if user := userPath.FindStringSubmatch(p); user != nil {
		return "", fmt.Errorf("~%s is not looked up: write that user's home directory in full", user[1])
	} else if strings.HasPrefix(p, "~") {
		rest, atHome = p[1:], true
	}
	switch {
	case !atHome:
		return p, nil
	case home == "":
		return "", errors.New("the home directory is not known: write the path in full")
	}
	return filepath.Join(home, rest), nil
}

func fileLink(s string) bool { return strings.HasPrefix(strings.ToLower(s), "file:/") }

// unquoteWhole removes a pair of quotes around the whole text.
func unquoteWhole(s string) string {
	if len(s) < 2 || (s[0] != '\'' && s[0] != '"') || s[len(s)-1] != s[0] {
		return s
	}
	if in := s[1 : len(s)-1]; !strings.Contains(in, s[:1]) {
		return in
	}
	return s
}

// filePath parses a file: link as dropped by file managers.
func filePath(link string) (string, error) {
	u, err := url.Parse(link)
	if err != nil || u.Path == "" {
		return "", errors.New("this file:// link is malformed: type the path itself")
	}
	if u.Host != "" && u.Host != "localhost" {
		return "", fmt.Errorf("the file is on another machine (%s): copy it here first", u.Host)
	}
	return u.Path, nil
}

// unquotePath undoes a terminal's quoting of a dropped path: quotes around all
// or part of it, and backslashes before special characters. Text without valid
// quoting is taken as it is, including spaces.
func unquotePath(s string) (string, error) {
	if strings.ContainsRune(s, 0) {
		return "", errors.New("a path can't contain a NUL character")
	}
	var w shellWord
	for _, r := range s {
		w.add(r)
	}
	plain := w.text.String()
	switch {
	case plain == s || w.quote != 0 || w.escape:
		return s, nil
	case w.split && (s[0] == '\'' || s[0] == '"' || strings.Contains(s, `\ `)):
		return "", errors.New("this is more than one path: give a single file")
	case w.split:
		return s, nil
	}
	return plain, nil
}

// shellWord reads text as a shell reads a word.
type shellWord struct {
	text   strings.Builder
	quote  rune // the open quote, 0 if none
	escape bool // the last character was a backslash
	split  bool // there was an unquoted space
}

func (w *shellWord) add(r rune) {
	switch {
	case w.escape:
		w.escape = false
	case r == '\\' && w.quote != '\'':
		w.escape = true
		return
	case w.quote != 0:
		if r == w.quote {
			w.quote = 0
			return
		}
	case r == '\'' || r == '"':
		w.quote = r
		return
	case r == ' ':
		w.split = true
	}
	w.text.WriteRune(r)
}
