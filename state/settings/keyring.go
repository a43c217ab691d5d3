package settings

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/zalando/go-keyring"
)

// Keyring is a store of secrets that belongs to the system.
type Keyring interface {
	Get(service, user string) (string, error)
	Set(service, user, secret string) error
	Delete(service, user string) error
}

// systemKeyring is the keyring of this user's session.
type systemKeyring struct{}

func (systemKeyring) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (systemKeyring) Set(service, user, secret string) error {
	return keyring.Set(service, user, secret)
}
func (systemKeyring) Delete(service, user string) error { return keyring.Delete(service, user) }

// keyringService is our name in the keyring. The user there is the account.
const keyringService = "dubtop"

// keyringLimit is how long the keyring may take: it may have to ask for the
// password that unlocks it.
const keyringLimit = 30 * time.Second

// ErrNoKeyring means that the keyring can't be used.
var ErrNoKeyring = errors.New("the system's keyring can't be used")

// inKeyring uses the keyring for an account, within the limit.
func inKeyring(env Env, a *Account, use func(k Keyring, user string) (string, error)) (string, error) {
	if env.Keyring == nil {
		return "", fmt.Errorf("%w: there is none", ErrNoKeyring)
	}
	type answer struct {
		secret string
		err    error
	}
	answered := make(chan answer, 1)
	go func() {
		secret, err := use(env.Keyring, cmp.Or(a.Named(), "default"))
		answered <- answer{secret, err}
	}()
	timer := time.NewTimer(keyringLimit)
	defer timer.Stop()
	select {
	case got := <-answered:
		if got.err != nil && !errors.Is(got.err, keyring.ErrNotFound) {
			got.err = fmt.Errorf("%w: %w", ErrNoKeyring, got.err)
		}
		return got.secret, got.err
	case <-timer.C:
		return "", fmt.Errorf("%w: it did not answer within %s; unlock it, or store the key in a file", ErrNoKeyring, keyringLimit)
	}
}

// fromKeyring reads the key of an account.
func fromKeyring(env Env, a *Account) (string, error) {
	raw, err := inKeyring(env, a, func(k Keyring, user string) (string, error) { return k.Get(keyringService, user) })
	if errors.Is(err, keyring.ErrNotFound) {
		return "", errNoKey
	}
	return raw, err
}

// toKeyring stores the key of an account.
func toKeyring(env Env, a *Account, key string) error {
	_, err := inKeyring(env, a, func(k Keyring, user string) (string, error) { return "", k.Set(keyringService, user, key) })
	if err != nil && strings.Contains(err.Error(), key) {
		return ErrNoKeyring // what failed quotes the key
	}
	return err
}

// dropFromKeyring removes the key of an account. It reports whether there was one.
func dropFromKeyring(env Env, a *Account) (bool, error) {
	_, err := inKeyring(env, a, func(k Keyring, user string) (string, error) { return "", k.Delete(keyringService, user) })
	if errors.Is(err, keyring.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
