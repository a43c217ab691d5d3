package settings

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// accountVariable names the account to begin with.
const accountVariable = "DUBTOP_ACCOUNT"

// Account is an account of the configuration: [accounts.NAME]. Its key comes from
// one place; without one of the three it is where dubtop stores it.
type Account struct {
	Name    string
	BaseURL string   // "" for the server of the others
	Command []string // prints the key
	File    string   // holds the key: absolute, or in the home directory ~
	Keyring bool     // the key is in the system's keyring

	path  string // of the configuration
	line  int    // counted from 1, 0 if unknown
	wrong string // why the place of its key can't be used, or ""
}

// Named returns the account's name, "" for the account without one.
func (a *Account) Named() string {
	if a == nil {
		return ""
	}
	return a.Name
}

var accountName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$`)

// accounts reads the tables of the accounts, whose names are the user's.
func (p *parser) accounts(s *Settings, v toml.Primitive) {
	inner, _ := p.inner(v, "accounts")
	for name, v := range inner {
		full := "accounts." + name
		if !accountName.MatchString(name) {
			p.take(full, v, entry{set: func(any) error {
				return errors.New("an account is named with up to 32 letters, digits, - and _: it is left out")
			}})
			continue
		}
		values, ok := p.inner(v, "accounts", name)
		if !ok {
			continue
		}
		a := Account{Name: name}
		for key, v := range values {
			a.line = max(a.line, p.line(v))
			p.take(full+"."+key, v, a.entry(key))
		}
		p.keyPlaces(&a, values)
		s.Accounts = append(s.Accounts, a)
	}
	slices.SortFunc(s.Accounts, func(a, b Account) int { return cmp.Compare(a.Name, b.Name) })
}

// entry reads one value of an account.
func (a *Account) entry(key string) entry {
	place := func(set func(v any) error) entry {
		return entry{set: func(v any) error {
			err := set(v)
			if err != nil {
				a.wrong = err.Error()
			}
			return err
		}}
	}
	switch key {
	case "base_url":
		return entry{set: func(v any) error { return setBase(&a.BaseURL, v) }}
	case "key_command":
		return place(func(v any) error { return setKeyCommand(&a.Command, v) })
	case "key_file":
		return place(func(v any) error { return setKeyFile(&a.File, v) })
	case "keyring":
		return place(func(v any) error { return setBool(&a.Keyring, v) })
	}
	return entry{set: func(any) error {
		return errors.New("an account has base_url, and key_command, key_file or keyring; budgets, folders and all else are the same for every account")
	}}
}

// keyPlaces checks that an account names one place for its key.
func (p *parser) keyPlaces(a *Account, values map[string]toml.Primitive) {
	var named []string
	for key, set := range map[string]bool{"key_command": len(a.Command) > 0, "key_file": a.File != "", "keyring": a.Keyring} {
		if set {
			named = append(named, key)
		}
	}
	if len(named) < 2 {
		return
	}
	slices.Sort(named)
	a.wrong = strings.Join(named, " and ") + " name two places for one key: leave one"
	p.take("accounts."+a.Name+"."+named[1], values[named[1]], entry{set: func(any) error { return errors.New(a.wrong) }})
}

// setKeyCommand reads the command that prints a key, as a list or as words. No
// shell reads it, so words that need one are refused.
func setKeyCommand(to *[]string, v any) error {
	run, err := commandWords(v)
	if err != nil {
		return err
	}
	if program := run[0]; strings.ContainsRune(strings.Join(run, ""), 0) || strings.Contains(program, "/") && !filepath.IsAbs(program) {
		return errors.New("the program must be a name or an absolute path")
	}
	*to = run
	return nil
}

func commandWords(v any) (run []string, err error) {
	wrong := errors.New(`it must be a list like ["op", "read", "op://Work/Sync/key"], because no shell reads it`)
	switch v := v.(type) {
	case string:
		if strings.ContainsAny(v, "'\"`\\$|&;<>*?~(){}\n") {
			return nil, wrong
		}
		run = strings.Fields(v)
	case []any:
		for _, one := range v {
			word, ok := one.(string)
			if !ok {
				return nil, wrong
			}
			run = append(run, word)
		}
	}
	if len(run) == 0 || run[0] == "" {
		return nil, wrong
	}
	return run, nil
}

func setKeyFile(to *string, v any) error {
	s, _ := v.(string)
	written := strings.TrimSpace(s)
	if !filepath.IsAbs(written) && !strings.HasPrefix(written, "~/") {
		return errors.New(`it must be a file like "~/.secrets/sync" or "/run/secrets/sync"`)
	}
	*to = filepath.Clean(written)
	return nil
}

// guardAccounts takes the commands away if somebody else may have written them.
func guardAccounts(env Env, path string, s *Settings) (problems []Problem) {
	for i := range s.Accounts {
		a := &s.Accounts[i]
		a.path = path
		if len(a.Command) == 0 {
			continue
		}
		if words := strange(env, path); words != "" {
			a.Command, a.wrong = nil, words+": no command is run"
			problems = append(problems, Problem{File: path, Line: a.line, Key: "accounts." + a.Name + ".key_command", Words: a.wrong})
		}
	}
	return problems
}

// AccountError says why an account can't be used. No other is used in its place.
type AccountError struct {
	Words, Hint string
}

// Error returns the words.
func (e *AccountError) Error() string { return e.Words }

// As returns the environment of a process that was told to use the account of
// that name, "" for the one without a name.
func (e Env) As(name string) Env {
	getenv := e.Getenv
	e.Getenv = func(variable string) string {
		if variable == accountVariable {
			return name
		}
		return getenv(variable)
	}
	return e
}

// chooseAccount chooses the account that the environment names, and with it the
// server.
func (s *Settings) chooseAccount(env Env) error {
	name := strings.TrimSpace(env.Getenv(accountVariable))
	if name == "" {
		return nil
	}
	i := slices.IndexFunc(s.Accounts, func(a Account) bool { return a.Name == name })
	if i < 0 {
		return s.unknownAccount(env, name)
	}
	a := &s.Accounts[i]
	s.Account = a
	// Neither server is a good guess: on the wrong one a job may cost money.
	if variable := strings.TrimSpace(env.Getenv(baseVariable)); variable != "" && a.BaseURL != "" && variable != a.BaseURL {
		return &AccountError{
			fmt.Sprintf("%s names another server than the account %s of the configuration", baseVariable, name),
			"unset " + baseVariable + ", or make both the same",
		}
	}
	s.BaseURL = cmp.Or(a.BaseURL, s.BaseURL)
	return nil
}

// unknownAccount says which accounts there are.
func (s *Settings) unknownAccount(env Env, name string) error {
	e := &AccountError{Words: fmt.Sprintf("there is no account %q in the configuration", name)}
	path, err := ConfigPath(env)
	if err != nil {
		e.Hint = err.Error()
		return e
	}
	if len(s.Accounts) == 0 {
		e.Hint = fmt.Sprintf("add [accounts.%s] to %s", name, Short(env, path))
		return e
	}
	var names []string
	for i := range s.Accounts {
		names = append(names, s.Accounts[i].Name)
	}
	if near, ok := nearest(name, names); ok {
		e.Hint = fmt.Sprintf("did you mean %s?", near)
		return e
	}
	e.Hint = "it has " + strings.Join(names, ", ")
	return e
}
