package settings

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"dubtop/api"
	"dubtop/state/durable"
)

// KeyIsElsewhere says where the configuration has the key of an account, if that
// is not where dubtop stores keys, or returns "".
func KeyIsElsewhere(a *Account) string {
	switch {
	case a == nil:
	case a.wrong != "":
		return "a mistake about the key"
	case len(a.Command) > 0:
		return "key_command"
	case a.File != "":
		return "key_file"
	}
	return ""
}

// KeyPlace says in a word or two where the key of an account is.
func (a *Account) KeyPlace() string {
	switch {
	case a.wrong != "":
		return "a mistake"
	case len(a.Command) > 0:
		return "the command " + filepath.Base(a.Command[0])
	case a.File != "":
		return "the file " + a.File
	case a.Keyring:
		return keyringWords
	}
	return "as stored by dubtop"
}

// SaveKey writes the key file of an account atomically, readable by the user
// only. It removes what [TidyKey] removes, and the key from the keyring if it was
// there. It returns the path.
func SaveKey(env Env, a *Account, key string) (string, error) {
	if err := storable(a, false); err != nil {
		return "", err
	}
	key, _, err := TidyKey(key)
	if err != nil {
		return "", err
	}
	path, err := KeyPath(env, a)
	if err != nil {
		return "", err
	}
	if pointsToKeyring(path) {
		defer func() { _, _ = dropFromKeyring(env, a) }() // it is of no use any more
	}
	return path, writeKey(path, key)
}

// StoreInKeyring stores the key of an account in the system's keyring, and says so
// in the key file, which loses any key in it.
func StoreInKeyring(env Env, a *Account, key string) error {
	if err := storable(a, true); err != nil {
		return err
	}
	key, _, err := TidyKey(key)
	if err != nil {
		return err
	}
	if err := toKeyring(env, a, key); err != nil {
		return err
	}
	if a != nil && a.Keyring {
		return nil // the configuration says so
	}
	path, err := KeyPath(env, a)
	if err != nil {
		return err
	}
	return writeKey(path, keyringNote)
}

// storable says why a key can't be stored for an account.
func storable(a *Account, keyring bool) error {
	if from := KeyIsElsewhere(a); from != "" {
		return fmt.Errorf("the configuration has %s for the account %s: change the key there", from, a.Name)
	}
	if a != nil && a.Keyring && !keyring {
		return fmt.Errorf("the configuration has keyring for the account %s", a.Name)
	}
	return nil
}

func writeKey(path, content string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the key can't be saved: %w", err)
	}
	if err := errors.Join(durable.Replace(path, []byte(content+"\n"), 0o600), durable.SyncFolder(dir)); err != nil {
		return fmt.Errorf("the key can't be saved: %w", err)
	}
	return nil
}

// ForgetKey removes what dubtop has stored of the key of an account. It returns
// the places that it was removed from.
func ForgetKey(env Env, a *Account) (from []string, err error) {
	if storable(a, true) != nil {
		return nil, nil // nothing is stored for it
	}
	path, err := KeyPath(env, a)
	if err != nil {
		return nil, err
	}
	if a != nil && a.Keyring || pointsToKeyring(path) {
		dropped, err := dropFromKeyring(env, a)
		if err != nil {
			return nil, err
		}
		if dropped {
			from = append(from, keyringWords)
		}
	}
	switch err := os.Remove(path); {
	case errors.Is(err, fs.ErrNotExist):
		return from, nil
	case err != nil:
		return from, fmt.Errorf("the key can't be removed: %w", err)
	}
	return append(from, Short(env, path)), durable.SyncFolder(filepath.Dir(path))
}

// KeyState is what a place says about the key.
type KeyState string

// The states of places.
const (
	KeyUsed     KeyState = "used"
	KeyMissing  KeyState = "no key"
	KeyUnused   KeyState = "a key, not used" // because an earlier place has one
	KeyUnread   KeyState = "not looked at"   // looking may ask the user something
	KeyUnusable KeyState = "not usable"
)

// KeyPlace is a place that a key may be in, in the order in which they count.
type KeyPlace struct {
	Place  string
	State  KeyState
	Reason string // why it is not usable, or ""
	Stored bool   // dubtop has stored it there
}

// LookEverywhere finds the key of an account as FindKey does, and tells of every
// place that counts.
func LookEverywhere(ctx context.Context, env Env, a *Account) (api.Secret, KeySource, []KeyPlace, []Problem) {
	secret, source, problems := FindKey(ctx, env, a)
	all, err := places(env, a)
	var told []KeyPlace
	for i, p := range all {
		k := KeyPlace{Place: p.words, Stored: p.stored}
		switch {
		case source.Found && p.words == source.Place:
			k.State = KeyUsed
		case p.asks && i >= len(source.Looked):
			k.State = KeyUnread
		default:
			k.State, k.Reason = p.state(ctx)
		}
		told = append(told, k)
	}
	if err != nil {
		told = append(told, KeyPlace{Place: "the configuration", State: KeyUnusable, Reason: err.Error()})
	}
	return secret, source, told, problems
}

// state looks at a place again.
func (p *place) state(ctx context.Context) (KeyState, string) {
	_, _, err := p.look(ctx)
	switch {
	case errors.Is(err, errNoKey):
		return KeyMissing, ""
	case err != nil:
		return KeyUnusable, err.Error()
	}
	return KeyUnused, ""
}

// StillSet says what sets a key for an account, without looking at a place that
// may ask the user something, or returns "".
func StillSet(env Env, a *Account) string {
	all, _ := places(env, a)
	for _, p := range all {
		if p.words == keyringWords {
			return "" // dubtop stored that key itself
		}
		if p.asks {
			return p.words
		}
		if _, _, err := p.look(context.Background()); !errors.Is(err, errNoKey) {
			return p.words
		}
	}
	return ""
}
