package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/settings"
)

func (w World) authCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "auth",
		Short: "Store the API key, say where it comes from, or forget it",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(w.loginCommand(), w.authStatusCommand(), w.logoutCommand())
	return c
}

func (w World) loginCommand() *cobra.Command {
	var keyring, untested bool
	c := &cobra.Command{
		Use:   "login",
		Short: "Store the API key",
		Long: `Reads the API key from a prompt that doesn't show it, or from standard input,
tests it with one request that costs nothing, and stores it: in a file that only
you can read, or with --keyring in the keyring of the system. It says where. An
earlier key of the same account is replaced.

The key is never an argument, because other users of the machine can read those.
With --account, it is the key of an account of the configuration. An account that
has key_command or key_file there is not changed.

Exit status: 0 the key works and is stored; 3 the server refuses it, and nothing
was stored. With --json: {"stored", "fingerprint", "tested"}`,
		Example: `  dubtop auth login
  op read op://Work/Sync/key | dubtop auth login --account acme --keyring`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return w.storeKey(c, keyring, untested) },
	}
	c.Flags().Bool("json", false, "print JSON, and errors as JSON")
	c.Flags().BoolVar(&keyring, "keyring", false, "store it in the keyring of the system")
	c.Flags().BoolVar(&untested, "untested", false, "store it even if the server can't be asked")
	return c
}

// storedJSON is where a key was stored, in JSON.
type storedJSON struct {
	Stored      text.Text `json:"stored"`
	Fingerprint string    `json:"fingerprint"` // the beginning of the key's SHA-256
	Tested      bool      `json:"tested"`
}

func (w World) storeKey(c *cobra.Command, keyring, untested bool) error {
	v := voiceOf(c)
	set, err := w.configured(v)
	if err != nil {
		return err
	}
	if from := settings.KeyIsElsewhere(set.Account); from != "" {
		return &Failure{
			Status: StatusUsage, Code: "not_stored", Err: fmt.Errorf("the configuration has %s for the account %s, so a stored key would not be used", from, set.Account.Name),
			Hint: "change it there, or remove it to store a key",
		}
	}
	raw, err := readSecret(c)
	if err != nil {
		return err
	}
	typed, notice, err := settings.TidyKey(raw)
	if err != nil {
		return &Failure{Status: StatusUsage, Code: "no_key", Err: fmt.Errorf("that is no key: %w", err), Hint: "give the key alone, on one line"}
	}
	if notice != "" {
		v.warn(text.Of(notice))
	}
	tested, err := w.testKey(c.Context(), v, &set, api.NewSecret(typed), untested)
	if err != nil {
		return err
	}
	place, err := w.putKey(set.Account, typed, keyring)
	if err != nil {
		return err
	}
	place = settings.Short(w.Env, place)
	if v.json {
		return writeJSON(c, storedJSON{text.Of(place), api.NewSecret(typed).Fingerprint(), tested})
	}
	return w.tellStored(c, v, &set, place, api.NewSecret(typed))
}

// putKey stores a key, and returns where.
func (w World) putKey(a *settings.Account, key string, keyring bool) (place string, err error) {
	if keyring || a != nil && a.Keyring {
		place, err = "the keyring", settings.StoreInKeyring(w.Env, a, key)
	} else {
		place, err = settings.SaveKey(w.Env, a, key)
	}
	switch {
	case errors.Is(err, settings.ErrNoKeyring):
		return "", &Failure{Status: StatusError, Code: "not_stored", Err: err, Hint: "store it in a file: dubtop auth login" + accountArgument(a.Named())}
	case err != nil:
		return "", &Failure{Status: StatusError, Code: "not_stored", Err: err, Hint: "make room, or check the permissions of the folder"}
	}
	return place, nil
}

// tellStored says where a key was stored, and whether an earlier place hides it.
func (w World) tellStored(c *cobra.Command, v voice, set *settings.Settings, place string, stored api.Secret) error {
	used, source, _ := w.findKey(c.Context(), v, set.Account)
	if source.Found && used.Fingerprint() != stored.Fingerprint() {
		v.warn(text.Of(settings.Short(w.Env, source.String()) + " has another key, which counts first"))
	}
	return write(c, fmt.Appendf(nil, "Stored in %s.\n", text.Of(place)))
}

// testKey asks the server whether it accepts a key.
func (w World) testKey(ctx context.Context, v voice, set *settings.Settings, key api.Secret, untested bool) (tested bool, err error) {
	err = w.tryKey(ctx, set, key)
	e, ok := errors.AsType[*api.Error](err)
	switch {
	case err == nil:
		return true, nil
	case ok && e.Kind == api.KindAuth:
		return false, &Failure{Status: StatusAuth, Code: "auth", Err: fmt.Errorf("%w; nothing was stored", err), Hint: "copy the key again, whole and alone"}
	case untested && ctx.Err() == nil:
		v.warn(text.Of("the key could not be tested: " + err.Error()))
		return false, nil
	}
	f := failureOf(err)
	return false, &Failure{Status: f.Status, Code: f.Code, Err: fmt.Errorf("the key could not be tested, and nothing was stored: %w", err), Hint: "try again, or store it with --untested"}
}

func (w World) tryKey(ctx context.Context, set *settings.Settings, key api.Secret) error {
	client, err := api.New(api.Config{BaseURL: set.BaseURL, Key: key, Version: w.Version, Transport: w.Transport})
	if err != nil {
		return err
	}
	limited, stop := context.WithTimeout(ctx, tryTime)
	defer stop()
	_, err = client.Models(limited)
	return err
}

// configured reads the configuration, and warns of problems in it.
func (w World) configured(v voice) (settings.Settings, error) {
	set, problems := settings.Load(w.Env)
	w.warnOf(v, problems)
	if set.AccountFault != nil {
		return set, AccountFailed(set.AccountFault)
	}
	return set, nil
}

// warnOf warns of problems in the configuration.
func (w World) warnOf(v voice, problems []settings.Problem) {
	for _, p := range problems {
		v.warn(text.Of(p.Shown(w.Env)))
	}
}

// mostSecret is more than any key has, in bytes.
const mostSecret = 4 << 10

// readSecret reads a line that is not shown, or all of standard input.
func readSecret(c *cobra.Command) (string, error) {
	in := c.InOrStdin()
	if f, ok := in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return promptSecret(f, c.ErrOrStderr())
	}
	raw, err := io.ReadAll(io.LimitReader(in, mostSecret+1))
	if err != nil {
		return "", &Failure{Status: StatusError, Code: "no_key", Err: fmt.Errorf("standard input can't be read: %w", err), Hint: "pipe the key into it"}
	}
	return string(raw), nil
}

// promptSecret asks for a secret at a terminal, which shows nothing from before the
// question on, so that a paste that comes early is not shown either. However it
// ends, the terminal is as it was.
func promptSecret(in *os.File, out io.Writer) (string, error) {
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return "", &Failure{Status: StatusError, Code: "no_key", Err: err, Hint: "pipe the key into standard input"}
	}
	defer func() {
		_ = term.Restore(int(in.Fd()), before)
		fmt.Fprintln(out)
	}()
	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(stopped)
	type line struct {
		text string
		err  error
	}
	typed := make(chan line, 1)
	go func() {
		text, err := term.NewTerminal(struct {
			io.Reader
			io.Writer
		}{in, out}, "").ReadPassword("API key (not shown): ")
		typed <- line{text, err}
	}()
	select {
	case got := <-typed:
		if got.err == nil {
			return strings.TrimSpace(got.text), nil
		}
	case <-stopped:
	}
	// ctrl+c and ctrl+d are the end of the input.
	return "", &Failure{Status: StatusInterrupted, Code: "interrupted", Err: errors.New("stopped: nothing was stored"), Hint: "run it again"}
}
