// Package serve is the command that serves a simulated account to other clients.
// It knows the command line, and never how the account answers.
package serve

import (
	"cmp"
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
	"dubtop/api/simulator"
)

// Command returns the command simulate. failed marks an error that is not the
// command line's.
func Command(failed func(error) error) *cobra.Command {
	var addr, profile, plan string
	var names []string
	o := simulator.Options{}
	c := &cobra.Command{
		Use:   "simulate",
		Short: "Serve a simulated Sync account on this machine, to test clients without paying",
		Long: `Serves a simulated Sync account over HTTP until it is stopped. It prints two
lines for a shell to evaluate. On a terminal they begin with export, so that they
can be pasted into another terminal:

  SYNC_BASE_URL=http://127.0.0.1:PORT
  SYNC_API_KEY=sk-…`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var err error
			if o.Profile, err = simulator.ParseProfile(profile); err != nil {
				return err
			}
			if o.Plan, err = simulator.ParsePlan(plan); err != nil {
				return err
			}
			if err := checkNumbers(&o); err != nil {
				return err
			}
			const mega = 1_000_000
			o.OutputSize, o.OutputRate = o.OutputSize*mega, o.OutputRate*mega
			if o.Key = cmp.Or(strings.TrimSpace(o.Key), simulator.NewKey()); !sendable(o.Key) {
				return errors.New("--key: a key is made of printable ASCII without blanks")
			}
			if err := simulate(c.OutOrStdout(), addr, names, o); err != nil {
				return failed(err)
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&addr, "addr", "127.0.0.1:0", "where to listen; port 0 takes a free one")
	f.StringVar(&o.Key, "key", "", "the account's API key; without it a new one is made at each start")
	f.StringSliceVar(&names, "host", nil, "another name that clients may call it by, besides its address and localhost")
	f.StringVar(&profile, "profile", string(simulator.Seed), "version of the API: seed (June 2026 and additions), strict (June 2026 alone), current (autumn 2026)")
	f.StringVar(&plan, "plan", string(simulator.Creator), "the account's plan: free, hobbyist, creator, growth, scale, enterprise")
	f.Float64Var(&o.Speed, "speed", 1, "how many times faster jobs run")
	f.Uint64Var(&o.Seed, "seed", 1, "random seed: the same seed makes the same account")
	f.IntVar(&o.Generations, "generations", 200, "jobs in the account's history")
	f.Int64Var(&o.OutputSize, "output-mb", 0, "make outputs large: up to this many megabytes")
	f.Int64Var(&o.OutputRate, "output-rate", 0, "send each output at this many megabytes a second")
	f.Float64Var(&o.Flaky, "flaky", 0, "how often, from 0 to 1, fetching an output goes wrong")
	f.BoolVar(&o.HideSlots, "hide-slots", false, "hide how many jobs the plan runs at once")
	f.BoolVar(&o.IgnoreKeys, "ignore-keys", false, "ignore idempotency keys: a job sent twice is made twice")
	complete(c, "profile", simulator.Profiles())
	complete(c, "plan", simulator.Plans())
	return c
}

// checkNumbers explains which number on the command line can't be.
func checkNumbers(o *simulator.Options) error {
	switch {
	case !(o.Speed > 0):
		return fmt.Errorf("--speed %g: it must be above 0; 1 is real time, 60 makes a minute a second", o.Speed)
	case o.Generations < 0:
		return fmt.Errorf("--generations %d: it can't be below 0", o.Generations)
	case !(o.Flaky >= 0 && o.Flaky <= 1):
		return fmt.Errorf("--flaky %g: it must be from 0 (never) to 1 (always)", o.Flaky)
	case o.OutputSize < 0:
		return fmt.Errorf("--output-mb %d: it can't be below 0", o.OutputSize)
	case o.OutputRate < 0:
		return fmt.Errorf("--output-rate %d: it can't be below 0", o.OutputRate)
	}
	return nil
}

// complete offers values for a flag in shell completion.
func complete[S ~string](c *cobra.Command, flag string, values []S) {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	// The flag exists, so this cannot fail.
	_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// sendable reports whether a client could send a key.
func sendable(key string) bool {
	_, err := api.New(api.Config{Key: api.NewSecret(key)})
	return err == nil
}

func simulate(out io.Writer, addr string, names []string, o simulator.Options) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	running, err := simulator.New(o).Listen(addr, names...)
	if err != nil {
		return err
	}
	for _, line := range running.Environment() {
		fmt.Fprintln(out, exporting(out)+line)
	}
	<-ctx.Done()
	return running.Close()
}

// exporting returns the prefix for lines that set a variable. On a terminal
// somebody will paste them into a shell, so the variables must be exported.
func exporting(out io.Writer) string {
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return "export "
	}
	return ""
}
