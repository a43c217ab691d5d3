package settings

import (
	"context"
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
)

// keyVariable holds the key of the account without a name, and takes precedence
// over all else.
const keyVariable = "SYNC_API_KEY"

// KeySource tells where the key came from.
type KeySource struct {
	Place    string   // where it was found, in a few words
	Path     string   // the file that it was found in; "" for any other place
	Variable bool     // it is from the environment
	Found    bool     // whether there is a key
	Looked   []string // places searched, in order, up to the one with the key
	refused  bool
}

// String describes the source in a few words.
func (k KeySource) String() string {
	switch {
	case k.Found:
		return k.Place
	case k.refused:
		return "a key was found but can't be used; looked at " + strings.Join(k.Looked, ", then ")
	}
	return "no key; looked at " + strings.Join(k.Looked, ", then ")
}

// KeyPath returns the path of the file in which dubtop stores the key of an
// account; nil is the one without a name.
func KeyPath(env Env, a *Account) (string, error) {
	dir, err := configDir(env)
	if a != nil {
		return filepath.Join(dir, "keys", a.Name), err
	}
	return filepath.Join(dir, "api_key"), err
}

// errNoKey means that a place holds no key.
var errNoKey = errors.New("there is no key")

// place is where a key may be.
type place struct {
	words    string // where, in a few words
	path     string // of the file that a problem is in, or the variable
	variable bool
	stored   bool // a file that dubtop writes
	asks     bool // looking may ask the user something, or take time
	look     func(ctx context.Context) (key string, notices []string, err error)
}

// places lists where the key of an account may be, in the order in which they
// are looked at.
func places(env Env, a *Account) ([]place, error) {
	if a != nil && a.wrong != "" {
		return nil, fmt.Errorf("accounts.%s: %s", a.Name, a.wrong)
	}
	switch {
	case a == nil:
	case len(a.Command) > 0:
		return []place{commandPlace(a)}, nil
	case a.File != "":
		rest, home := strings.CutPrefix(a.File, "~/")
		path := a.File
		if home {
			path = filepath.Join(env.Home, rest)
		}
		return []place{filePlace(env, path)}, nil
	case a.Keyring:
		return []place{{words: keyringWords, path: keyringWords, asks: true, look: func(context.Context) (string, []string, error) {
			return keyringKey(env, a)
		}}}, nil
	}
	var all []place
	if a == nil {
		all = append(all, place{words: "the environment (" + keyVariable + ")", path: keyVariable, variable: true, look: func(context.Context) (string, []string, error) {
			raw := env.Getenv(keyVariable)
			if strings.TrimSpace(raw) == "" {
				return "", nil, errNoKey
			}
			return tidied(raw)
		}})
	}
	path, err := KeyPath(env, a)
	if err != nil {
		return all, err
	}
	return append(all, storedPlace(env, a, path)), nil
}

// keyringWords is the keyring as a place.
const keyringWords = "the keyring"

// keyringNote is the content of the key file if the key is in the keyring. Older
// versions refuse it, because no key has a space.
const keyringNote = "in the keyring"

func keyringKey(env Env, a *Account) (string, []string, error) {
	raw, err := fromKeyring(env, a)
	if err != nil {
		return "", nil, err
	}
	return tidied(raw)
}

// tidied is TidyKey with its notice in a list.
func tidied(raw string) (key string, notices []string, err error) {
	key, notice, err := TidyKey(raw)
	if notice != "" {
		notices = []string{notice}
	}
	return key, notices, err
}

func filePlace(env Env, path string) place {
	return place{words: path, path: path, look: func(context.Context) (string, []string, error) {
		raw, notices, err := readKey(path, env.UID)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return "", notices, errNoKey
		case err != nil:
			return "", notices, err
		}
		key, more, err := tidied(raw)
		return key, append(notices, more...), err
	}}
}

// storedPlace is the file in which dubtop stores the key, or says that it is in
// the keyring.
func storedPlace(env Env, a *Account, path string) place {
	p := filePlace(env, path)
	read := p.look
	p.stored = true
	p.look = func(ctx context.Context) (string, []string, error) {
		if !pointsToKeyring(path) {
			return read(ctx)
		}
		key, notices, err := keyringKey(env, a)
		if errors.Is(err, errNoKey) {
			err = fmt.Errorf("it says that the key is in the keyring, where it is not: %s stores it again", loginCommand(a))
		}
		return key, notices, err
	}
	if pointsToKeyring(path) {
		p.words, p.asks = keyringWords+" (as "+Short(env, path)+" says)", true
	}
	return p
}

// pointsToKeyring reports whether a key file says that the key is in the keyring.
func pointsToKeyring(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > int64(2*len(keyringNote)) {
		return false
	}
	raw, err := os.ReadFile(path)
	return err == nil && strings.TrimSpace(string(raw)) == keyringNote
}

// loginCommand is the command that stores the key of an account.
func loginCommand(a *Account) string {
	if a == nil {
		return "dubtop auth login"
	}
	return "dubtop auth login --account " + a.Name
}

// FindKey finds the key of an account; nil is the one without a name, whose key is
// in SYNC_API_KEY or else where dubtop stores it. The environment says nothing
// about the key of a named account. A key file that others can read is made
// private, with a notice; somebody else's file is refused. No problem contains
// any part of a key. A command or a keyring may take some time.
func FindKey(ctx context.Context, env Env, a *Account) (api.Secret, KeySource, []Problem) {
	all, err := places(env, a)
	source := KeySource{}
	var problems []Problem
	for _, p := range all {
		source.Looked = append(source.Looked, p.shown())
		key, notices, err := p.look(ctx)
		for _, notice := range notices {
			problems = append(problems, Problem{File: p.path, Words: notice})
		}
		switch {
		case errors.Is(err, errNoKey):
			continue
		case err != nil:
			source.refused = true
			return api.Secret{}, source, append(problems, Problem{File: p.path, Words: err.Error()})
		}
		source.Found, source.Place, source.Variable = true, p.words, p.variable
		if p.words == p.path {
			source.Path = p.path
		}
		return api.NewSecret(key), source, problems
	}
	if err != nil {
		file := "HOME"
		if a != nil && a.wrong != "" {
			file, source.refused = a.path, true
		}
		problems = append(problems, Problem{File: file, Words: err.Error()})
	}
	return api.Secret{}, source, problems
}

// shown names the place in a list of places.
func (p *place) shown() string {
	if p.variable {
		return p.path
	}
	return p.words
}

// maxKey is larger than any key, in bytes.
const maxKey = 4 << 10

// readKey reads the key file. It checks owner and permissions of the open file,
// so that nobody can swap the file in between.
func readKey(path string, uid int) (raw string, notices []string, err error) {
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
	content, err := io.ReadAll(io.LimitReader(f, maxKey+1))
	if err != nil {
		return "", notices, reason(err)
	}
	return string(content), notices, nil
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
