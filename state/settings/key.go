package settings

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"dubtop/api"
	"dubtop/state/durable"
)

// keyVariable holds the key and takes precedence over any file.
const keyVariable = "SYNC_API_KEY"

// KeySource tells where the key came from.
type KeySource struct {
	Path    string   // the file; "" for the environment
	Found   bool     // whether there is a key
	Looked  []string // places searched, in order, up to the one with the key
	refused bool
}

// String describes the source in a few words.
func (k KeySource) String() string {
	switch {
	case k.Found && k.Path == "":
		return "the environment (" + keyVariable + ")"
	case k.Found:
		return k.Path
	case k.refused:
		return "a key was found but can't be used; looked at " + strings.Join(k.Looked, ", then ")
	}
	return "no key; looked at " + strings.Join(k.Looked, ", then ")
}

// KeyPath returns the path of the key file.
func KeyPath(env Env) (string, error) {
	dir, err := configDir(env)
	return filepath.Join(dir, "api_key"), err
}

// FindKey finds the key in SYNC_API_KEY or else in the key file. A key file
// that others can read is made private, with a notice; somebody else's
// file is refused. No problem contains any part of a key.
func FindKey(env Env) (api.Secret, KeySource, []Problem) {
	source := KeySource{Looked: []string{keyVariable}}
	if raw := strings.TrimSpace(env.Getenv(keyVariable)); raw != "" {
		key, notice, err := TidyKey(raw)
		if err != nil {
			source.refused = true
			return api.Secret{}, source, []Problem{{File: keyVariable, Words: err.Error()}}
		}
		var problems []Problem
		if notice != "" {
			problems = []Problem{{File: keyVariable, Words: notice}}
		}
		source.Found = true
		return api.NewSecret(key), source, problems
	}
	path, err := KeyPath(env)
	if err != nil {
		return api.Secret{}, source, []Problem{{File: "HOME", Words: err.Error()}}
	}
	source.Looked = append(source.Looked, path)
	raw, notices, err := readKey(path, env.UID)
	var problems []Problem
	for _, notice := range notices {
		problems = append(problems, Problem{File: path, Words: notice})
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return api.Secret{}, source, problems
	case err != nil:
		source.refused = true
		return api.Secret{}, source, append(problems, Problem{File: path, Words: err.Error()})
	}
	source.Path, source.Found = path, true
	return api.NewSecret(raw), source, problems
}

// maxKey is larger than any key, in bytes.
const maxKey = 4 << 10

// readKey reads the key file. It checks owner and permissions of the open file,
// so that nobody can swap the file in between.
func readKey(path string, uid int) (key string, notices []string, err error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a named pipe must not block the start
	if err != nil {
		return "", nil, reason(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", nil, reason(err)
	}
	if !info.Mode().IsRegular() {
		return "", nil, errors.New("it is not a regular file, so it is not read")
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && uid >= 0 && int(st.Uid) != uid {
		return "", nil, errors.New("it belongs to another user, so the key in it is not used")
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := f.Chmod(0o600); err != nil {
			return "", nil, fmt.Errorf("others can read it, and that can't be changed (%w), so the key in it is not used", reason(err))
		}
		notices = append(notices, "others could read it: it is private now; if the machine is shared, make a new key")
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxKey+1))
	if err != nil {
		return "", notices, reason(err)
	}
	key, notice, err := TidyKey(string(raw))
	if notice != "" {
		notices = append(notices, notice)
	}
	return key, notices, err
}

// reason removes the path from an error, because it is shown next to it.
func reason(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

// keyName matches the name in front of a key in a shell command, a
// configuration file or a header.
var keyName = regexp.MustCompile(`(?i)^(?:export\s+)?(?:sync_api_key|api[_-]?key|x-api-key|authorization)\s*[=:]\s*|^bearer\s+`)

// TidyKey removes text that is often copied along with a key: surrounding space,
// quotes, and a name in front. notice names the removed parts, "" if nothing
// was. An error describes the mistake without any part of the key.
func TidyKey(raw string) (key, notice string, err error) {
	key = strings.TrimSpace(raw)
	var off []string
	for {
		rest, what := key, ""
		if name := keyName.FindString(key); name != "" {
			rest, what = key[len(name):], "the name before it"
		} else if bare, quoted := unquoted(key); quoted {
			rest, what = bare, "the quotes around it"
		}
		if what == "" {
			break
		}
		key = strings.TrimSpace(rest)
		if !slices.Contains(off, what) {
			off = append(off, what)
		}
	}
	if err := checkKey(key); err != nil {
		return "", "", err
	}
	if len(off) > 0 {
		notice = "the key was read without " + strings.Join(off, " and ") + ": better remove that"
	}
	return key, notice, nil
}

// unquoted removes a pair of quotes.
func unquoted(s string) (bare string, quoted bool) {
	for _, q := range [][2]string{{`"`, `"`}, {"'", "'"}, {"`", "`"}, {"“", "”"}, {"‘", "’"}, {"<", ">"}} {
		if len(s) >= len(q[0])+len(q[1]) && strings.HasPrefix(s, q[0]) && strings.HasSuffix(s, q[1]) {
			return s[len(q[0]) : len(s)-len(q[1])], true
		}
	}
	return s, false
}

// checkKey explains why a text cannot be a key, without quoting any of it.
func checkKey(key string) error {
	switch {
	case key == "":
		return errors.New("it holds no key: put the key there, on one line")
	case len(key) > maxKey:
		return errors.New("it is too long for a key")
	case strings.ContainsAny(key, "\r\n"):
		return fmt.Errorf("it has %d lines: a key is one line, alone", 1+strings.Count(key, "\n"))
	case strings.ContainsAny(key, " \t"):
		return errors.New("there is a space inside the key: was it copied whole, and alone?")
	case strings.ContainsAny(key, "\"'`“”‘’"):
		return errors.New("there is a quote at one end or inside: put the key there without quotes")
	}
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return errors.New("it is not a key: a key is one line of plain letters, digits and signs")
		}
	}
	return nil
}

// SaveKey writes the key file atomically, readable by the user only. It removes
// what [TidyKey] removes.
func SaveKey(env Env, key string) error {
	key, _, err := TidyKey(key)
	if err != nil {
		return err
	}
	path, err := KeyPath(env)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the key can't be saved: %w", err)
	}
	if err := errors.Join(durable.Replace(path, []byte(key+"\n"), 0o600), durable.SyncFolder(dir)); err != nil {
		return fmt.Errorf("the key can't be saved: %w", err)
	}
	return nil
}
