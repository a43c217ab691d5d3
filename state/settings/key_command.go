package settings

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"dubtop/state/child"
)

// commandLimit is how long a key command may take: it may ask for a fingerprint
// or a password.
const commandLimit = time.Minute

// commandPlace is a command that prints the key. Its arguments may be secret, and
// its output is: neither is ever shown.
func commandPlace(a *Account) place {
	words := "the command " + filepath.Base(a.Command[0])
	return place{words: words, path: a.path, asks: true, look: func(ctx context.Context) (string, []string, error) {
		r := child.Run(ctx, child.Command{Args: a.Command, Limit: commandLimit, Most: maxKey, Head: true})
		if r.Err != nil {
			return "", nil, fmt.Errorf("accounts.%s.key_command: %s: %w; run it in a shell to see what it says", a.Name, words, unsaid(r))
		}
		key, notices, err := tidied(string(r.Output))
		if err != nil {
			return "", nil, fmt.Errorf("accounts.%s.key_command: %s printed no usable key: %w; it must print the key alone", a.Name, words, err)
		}
		return key, notices, nil
	}}
}

// unsaid is the error of a command without anything that it, or its arguments, say.
func unsaid(r child.Result) error {
	for _, known := range []error{child.ErrLimit, child.ErrStopped, child.ErrLong} {
		if errors.Is(r.Err, known) {
			return known
		}
	}
	return r.Err // its exit status, or why it could not be run
}
