package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dubtop/state/settings"
)

// WithAccounts adds the flag --account to a command and all below it. It returns
// the world in which the flag counts before DUBTOP_ACCOUNT.
func (w World) WithAccounts(root *cobra.Command) World {
	env := w.Env
	var name string
	flag := root.PersistentFlags()
	flag.StringVar(&name, "account", "", "the account of the configuration to use: [accounts.NAME] (default $DUBTOP_ACCOUNT)")
	w.Env.Getenv = func(variable string) string {
		if variable == "DUBTOP_ACCOUNT" && flag.Changed("account") {
			return name
		}
		return env.Getenv(variable)
	}
	mustFill(flag, "account") // the usual account would pay
	_ = root.RegisterFlagCompletionFunc("account", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return accountNames(env), cobra.ShellCompDirectiveNoFileComp
	})
	return w
}

// filled is a flag that must not be empty if it is given: a variable of a script
// that is not set must not lift a limit, or make a run a new purchase.
type filled struct{ pflag.Value }

// Set refuses an empty value.
func (f filled) Set(value string) error {
	if strings.TrimSpace(value) == "" {
		return errors.New("it is empty; give it a value, or leave it out")
	}
	return f.Value.Set(value)
}

// mustFill makes flags refuse empty values.
func mustFill(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		f := flags.Lookup(name)
		f.Value = filled{f.Value}
	}
}

// accountNames lists the accounts of the configuration.
func accountNames(env settings.Env) (names []string) {
	set, _ := settings.Load(env)
	for i := range set.Accounts {
		names = append(names, set.Accounts[i].Name)
	}
	return names
}

// AccountFailed returns the failure of an account that can't be used.
func AccountFailed(err error) error {
	f := &Failure{Status: StatusUsage, Code: "account", Err: err}
	if e, ok := errors.AsType[*settings.AccountError](err); ok {
		f.Hint = e.Hint
	}
	return f
}

// keyHint says what to do if there is no key for an account.
func keyHint(a *settings.Account) string {
	if from := settings.KeyIsElsewhere(a); from != "" {
		return "look at " + from + " of [accounts." + a.Name + "] in the configuration"
	}
	login := "dubtop auth login" + accountArgument(a.Named())
	if a == nil {
		return "set SYNC_API_KEY, or store a key with " + login
	}
	return login + " stores one"
}

// accountArgument is the flag that names an account in a hint.
func accountArgument(name string) string {
	if name = strings.TrimSpace(name); name != "" {
		return " --account " + name
	}
	return ""
}
