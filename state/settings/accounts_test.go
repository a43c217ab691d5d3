package settings

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"

	"dubtop/api"
)

// memory is a keyring in memory.
type memory struct {
	mu     sync.Mutex
	held   map[string]string
	broken error
	stuck  bool
}

func (m *memory) answer() error {
	if m.stuck {
		time.Sleep(24 * time.Hour)
	}
	return m.broken
}

func (m *memory) Get(service, user string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.answer(); err != nil {
		return "", err
	}
	v, ok := m.held[service+"/"+user]
	if !ok {
		return "", keyring.ErrNotFound
	}
	return v, nil
}

func (m *memory) Set(service, user, secret string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.answer(); err != nil {
		return err
	}
	if m.held == nil {
		m.held = map[string]string{}
	}
	m.held[service+"/"+user] = secret
	return nil
}

func (m *memory) Delete(service, user string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.held[service+"/"+user]; !ok {
		return keyring.ErrNotFound
	}
	delete(m.held, service+"/"+user)
	return nil
}

// with returns an environment with a configuration, and a keyring.
func with(t *testing.T, config string, variables map[string]string) (Env, *memory) {
	t.Helper()
	env, ring := someone(t, variables), &memory{}
	env.Keyring = ring
	write(t, filepath.Join(env.Home, ".config/dubtop/config.toml"), config, 0o600)
	return env, ring
}

// chosen loads the settings of an account.
func chosen(t *testing.T, env Env, name string) Settings {
	t.Helper()
	s, problems := Load(env.As(name))
	if len(problems) > 0 || s.AccountFault != nil {
		t.Fatalf("%s: %v, %v", name, problems, s.AccountFault)
	}
	return s
}

// program writes a script that is run by its absolute path.
func program(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "op")
	write(t, path, "#!/bin/sh\n"+text+"\n", 0o700)
	return path
}

func fingerprint(key string) string { return api.NewSecret(key).Fingerprint() }

// Each account has its own key, from its own place, and its own server. The
// environment's key belongs to none of them.
func TestEachAccountHasItsOwnKeyAndServer(t *testing.T) {
	t.Setenv(keyVariable, canary) // of the process, too
	op := program(t, `[ -z "$SYNC_API_KEY" ] || exit 9; [ "$1" = read ] && echo noise >&2 && echo canary-op`)
	env, ring := with(t, `
[accounts.acme]
base_url = "https://acme.example"
key_command = ["`+op+`", "read", "op://canary/item"]
[accounts.nord]
key_command = "`+op+` read canary"
[accounts.file]
key_file = "~/secret"
[accounts.ring]
keyring = true
[accounts.plain]
`, map[string]string{keyVariable: canary})
	write(t, filepath.Join(env.Home, "secret"), "canary-file\n", 0o600)
	ring.held = map[string]string{"dubtop/ring": "canary-ring"}
	if _, err := SaveKey(env, &Account{Name: "plain"}, "canary-plain"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct{ key, server, from string }{
		"":      {canary, api.DefaultBaseURL, "the environment (SYNC_API_KEY)"},
		"acme":  {"canary-op", "https://acme.example", "the command op"},
		"nord":  {"canary-op", api.DefaultBaseURL, "the command op"},
		"file":  {"canary-file", api.DefaultBaseURL, filepath.Join(env.Home, "secret")},
		"ring":  {"canary-ring", api.DefaultBaseURL, "the keyring"},
		"plain": {"canary-plain", api.DefaultBaseURL, filepath.Join(env.Home, ".config/dubtop/keys/plain")},
	} {
		s := chosen(t, env, name)
		secret, source, problems := FindKey(t.Context(), env, s.Account)
		if secret.Fingerprint() != fingerprint(want.key) || s.BaseURL != want.server || source.String() != want.from || len(problems) > 0 {
			t.Errorf("%s: %s at %s, from %s, %v", name, secret.Fingerprint(), s.BaseURL, source, problems)
		}
		quiet(t, secret, source, problems)
	}
}

// A command that fails says what to do, and nothing that it said or was told.
func TestKeyCommandsThatFail(t *testing.T) {
	for script, want := range map[string]string{
		"echo canary; echo canary >&2; exit 3": "the command op: exit status 3; run it in a shell",
		"echo canary two":                      "a space inside the key",
		"true":                                 "holds no key",
		"while :; do echo canarycanarycanary; done": "said too much",
		"printf 'canary\\ncanary\\n'":               "it has 2 lines",
		"kill -9 $$":                                "run it in a shell",
		"head -c 100 /dev/zero":                     "no usable key",
		"exec sleep 0; echo canary":                 "holds no key",
	} {
		env, _ := with(t, "[accounts.acme]\nkey_command = [\""+program(t, script)+"\", \"canary\"]\n", nil)
		secret, source, problems := FindKey(t.Context(), env, chosen(t, env, "acme").Account)
		if !secret.IsZero() || source.Found || len(problems) != 1 || !strings.Contains(problems[0].Words, want) || !strings.HasPrefix(problems[0].Words, "accounts.acme.key_command: ") {
			t.Errorf("%s: %v", script, problems)
		}
		quiet(t, secret, source, problems)
	}
	env, _ := with(t, "[accounts.acme]\nkey_command = \"there-is-no-such-program canary\"\n", nil)
	_, source, problems := FindKey(t.Context(), env, chosen(t, env, "acme").Account)
	if len(problems) != 1 || !strings.Contains(problems[0].Words, "there is no program there-is-no-such-program on the PATH") {
		t.Errorf("%v", problems)
	}
	quiet(t, source, problems)
	env, _ = with(t, "[accounts.acme]\nkey_command = \"sleep 60\"\n", nil)
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	if _, _, problems = FindKey(ctx, env, chosen(t, env, "acme").Account); len(problems) != 1 {
		t.Errorf("stopped: %v", problems)
	}
}

// Only the user's own configuration names commands.
func TestCommandsOfOthersAreNotRun(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "ran")
	env, _ := with(t, "[accounts.acme]\nkey_command = \"touch "+mark+"\"\n", nil)
	path := filepath.Join(env.Home, ".config/dubtop/config.toml")
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	s, problems := Load(env.As("acme"))
	if len(problems) != 1 || !strings.Contains(problems[0].String(), "others can write to this file: no command is run") {
		t.Errorf("%v", problems)
	}
	if _, source, problems := FindKey(t.Context(), env, s.Account); source.Found || len(problems) != 1 {
		t.Errorf("%v, %v", source, problems)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("it was run")
	}
}

func TestAccountsThatCantBeUsed(t *testing.T) {
	const two = "[accounts.acme]\nbase_url = \"https://a.example\"\n[accounts.nord]\n"
	for _, c := range []struct{ config, name, base, words, hint string }{
		{two, "acne", "", `there is no account "acne"`, "did you mean acme?"},
		{two, "zoological", "", `there is no account`, "it has acme, nord"},
		{"", "acme", "", `there is no account`, "add [accounts.acme] to ~/.config/dubtop/config.toml"},
		{two, "acme", "https://b.example", "SYNC_BASE_URL names another server", "unset SYNC_BASE_URL"},
		{"theme = \"dark\n" + two, "acme", "", "there is no account", "add [accounts.acme]"},
	} {
		env, _ := with(t, c.config, map[string]string{"SYNC_BASE_URL": c.base})
		s, _ := Load(env.As(c.name))
		e, ok := errors.AsType[*AccountError](s.AccountFault)
		if !ok || !strings.Contains(e.Words, c.words) || !strings.Contains(e.Hint, c.hint) {
			t.Errorf("%s: %v", c.name, s.AccountFault)
		}
	}
	env, _ := with(t, two, map[string]string{"SYNC_BASE_URL": "https://b.example"})
	if s := chosen(t, env, "nord"); s.BaseURL != "https://b.example" {
		t.Errorf("without a server of its own it is at %s", s.BaseURL)
	}
}

func TestMistakesInAccountsAreNamed(t *testing.T) {
	for line, want := range map[string]string{
		`key_command = "op read 'x'"`:       "3: accounts.acme.key_command: it must be a list",
		`key_command = ["./op"]`:            "3: accounts.acme.key_command: the program must be a name or an absolute path",
		`key_command = 3`:                   "3: accounts.acme.key_command: it must be a list",
		`key_file = "secret"`:               "3: accounts.acme.key_file: it must be a file",
		`keyring = "yes"`:                   "3: accounts.acme.keyring: it must be true or false",
		`base_url = "http://api.sync.so"`:   "3: accounts.acme.base_url: the address must begin with https",
		`folder = "/x"`:                     "3: accounts.acme.folder: an account has base_url",
		"keyring = true\nkey_file = \"/x\"": "accounts.acme.keyring: key_file and keyring name two places",
	} {
		env, _ := with(t, "\n[accounts.acme]\n"+line+"\n", nil)
		s, problems := Load(env.As("acme"))
		if len(problems) != 1 || !strings.Contains(problems[0].String(), want) {
			t.Errorf("%s: %v", line, problems)
		}
		if !strings.HasPrefix(line, "base_url") && !strings.HasPrefix(line, "folder") {
			if _, source, problems := FindKey(t.Context(), env, s.Account); source.Found || len(problems) != 1 {
				t.Errorf("%s: a key is looked for elsewhere: %v, %v", line, source, problems)
			}
		}
	}
	for _, text := range []string{"accounts = 3", "[accounts]\nacme = 3", "[accounts.\"a b\"]\n", "[accounts.\"../x\"]\n"} {
		if s, problems := configured(t, text+"\n"); len(problems) != 1 || len(s.Accounts) > 0 {
			t.Errorf("%s: %+v, %v", text, s.Accounts, problems)
		}
	}
}

// A key is in one place at a time.
func TestStoredKeysMoveBetweenFileAndKeyring(t *testing.T) {
	env, ring := with(t, "[accounts.acme]\n", nil)
	for _, a := range []*Account{nil, {Name: "acme"}} {
		path, _ := KeyPath(env, a)
		if err := StoreInKeyring(env, a, canary); err != nil {
			t.Fatal(err)
		}
		if text, _ := os.ReadFile(path); string(text) != "in the keyring\n" {
			t.Errorf("the file holds %d bytes", len(text))
		}
		secret, source, problems := FindKey(t.Context(), env, a)
		if secret.Fingerprint() != fingerprint(canary) || !strings.HasPrefix(source.String(), "the keyring (as ~/.config/dubtop/") || len(problems) > 0 {
			t.Errorf("%s, %v", source, problems)
		}
		if _, err := SaveKey(env, a, "canary-two"); err != nil {
			t.Fatal(err)
		}
		if len(ring.held) > 0 {
			t.Error("the old key is still in the keyring")
		}
		if secret, source, _ := FindKey(t.Context(), env, a); secret.Fingerprint() != fingerprint("canary-two") || source.Path != path {
			t.Errorf("%s", source)
		}
		_ = StoreInKeyring(env, a, canary)
		if from, err := ForgetKey(env, a); err != nil || len(from) != 2 || len(ring.held) > 0 {
			t.Errorf("forgotten: %v, %v", from, err)
		}
		if from, err := ForgetKey(env, a); err != nil || len(from) > 0 {
			t.Errorf("forgotten twice: %v, %v", from, err)
		}
	}
}

func TestKeyringsThatFail(t *testing.T) {
	env, ring := with(t, "[accounts.acme]\nkeyring = true\n", nil)
	a := chosen(t, env, "acme").Account
	_, source, problems := FindKey(t.Context(), env, a)
	if source.Found || len(problems) > 0 || source.String() != "no key; looked at the keyring" {
		t.Errorf("%v, %v", source, problems)
	}
	ring.broken = errors.New("no bus: " + canary)
	err := StoreInKeyring(env, a, canary)
	if !errors.Is(err, ErrNoKeyring) {
		t.Errorf("%v", err)
	}
	quiet(t, err)
	if _, source, problems = FindKey(t.Context(), env, a); source.Found || len(problems) != 1 || !strings.Contains(problems[0].Words, "can't be used") {
		t.Errorf("%v, %v", source, problems)
	}
	env.Keyring = nil
	if _, source, problems = FindKey(t.Context(), env, a); source.Found || len(problems) != 1 {
		t.Errorf("%v, %v", source, problems)
	}
	if _, err := SaveKey(env, a, canary); err == nil {
		t.Error("a key was put where nobody looks for it")
	}
}

func TestStuckKeyringIsLeft(t *testing.T) {
	env, ring := with(t, "[accounts.acme]\nkeyring = true\n", nil)
	a := chosen(t, env, "acme").Account
	synctest.Test(t, func(t *testing.T) {
		ring.stuck = true
		begun := time.Now()
		_, source, problems := FindKey(t.Context(), env, a)
		if took := time.Since(begun); took != keyringLimit || source.Found || len(problems) != 1 || !strings.Contains(problems[0].Words, "did not answer within 30s") {
			t.Errorf("after %s: %v, %v", took, source, problems)
		}
		time.Sleep(24 * time.Hour)
	})
}
