// Command dubtop is a terminal dashboard for the Sync Labs lip-sync API:
// browse jobs, submit them knowing the price, watch them live, open the
// results. This file only wires its parts together.
package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/api/simulator/serve"
	"dubtop/state/account"
	"dubtop/state/inspect"
	"dubtop/state/journal"
	"dubtop/state/settings"
	"dubtop/ui"
	"dubtop/ui/cli"
	"dubtop/ui/collector"
	"dubtop/ui/editor"
	"dubtop/ui/review"
	"dubtop/ui/terminal"
)

// version appears in the User-Agent and in `dubtop version`.
const version = "0.1.0"

func main() {
	// Log output of libraries would land on the screen and may quote the
	// server.
	log.SetOutput(io.Discard)
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run executes a command line and returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	return cli.Run(commands(), args, stdout, stderr)
}

// commands returns the command line interface.
func commands() *cobra.Command {
	var demo bool
	var start ui.Place
	root := &cobra.Command{
		Use:   "dubtop",
		Short: "A terminal dashboard for the Sync Labs lip-sync API",
		Long: `dubtop lists your Sync Labs generations, batches, assets and models, keeps them
up to date, submits new jobs after showing what they cost, and opens results.

The API key is taken from SYNC_API_KEY, or else from where dubtop auth login has
stored it; without one, dubtop asks. SYNC_BASE_URL names another server. With
--account, key and server are those of an account of the configuration.`,
		Args: cobra.NoArgs,
	}
	env := settings.System()
	env.Getenv = withheldKey(env.Getenv)
	world := cli.World{Env: env, Zone: time.Local, Version: version, Open: ui.Browser(os.Getenv)}.WithAccounts(root)
	root.RunE = func(*cobra.Command, []string) error { return dashboard(world.Env, demo, start) }
	root.Flags().StringVar((*string)(&start.Job), "job", "", "open the details of a job")
	root.Flags().StringVar(&start.View, "view", "", "open a view: "+strings.Join(ui.ViewNames(), ", ")+", one of the configuration, or one that was kept inside")
	// These fail only if the flags do not exist.
	_ = root.RegisterFlagCompletionFunc("view", world.CompleteViews(ui.ViewNames()))
	_ = root.RegisterFlagCompletionFunc("job", world.CompleteJobs)
	root.Flags().BoolVar(&demo, "demo", false, "use a simulated account: no key, no network, no cost")
	root.Version = version
	root.SetVersionTemplate("dubtop {{.Version}}\n")
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp) // no command takes a file
	root.PersistentPreRun = func(c *cobra.Command, _ []string) {
		if c != root {
			collector.Tune() // the dashboard does so after its first frame
		}
	}
	root.AddCommand(serve.Command(func(err error) error { return cli.Exit(cli.StatusError, err) }))
	root.AddCommand(cli.Commands(world)...)
	cli.WithManual(root)
	cli.WithNearestNames(root)
	world.WithCompletions(root, map[string][]string{"plan": words(simulator.Plans()), "profile": words(simulator.Profiles())})
	cli.Group(root)
	return root
}

// words returns texts as strings.
func words[S ~string](texts []S) []string {
	all := make([]string, len(texts))
	for i, s := range texts {
		all[i] = string(s)
	}
	return all
}

// startTime is by when the first frame has been drawn on any machine.
const startTime = 100 * time.Millisecond

// placed finds the view to open with: one of the dashboard, or else one of the
// jobs that the configuration names.
func placed(own map[string]string, start ui.Place) (ui.Place, error) {
	if filter, ok := own[start.View]; ok && !slices.Contains(ui.ViewNames(), start.View) {
		start.View, start.Filter = "", filter
		return start, nil
	}
	return start, cli.CheckName("view", start.View, slices.Concat(ui.ViewNames(), slices.Sorted(maps.Keys(own))))
}

// dashboard runs the dashboard until the user quits.
func dashboard(env settings.Env, demo bool, start ui.Place) error {
	set, problems := settings.Load(env)
	place, unplaced := placed(set.Views["generations"], start)
	if unplaced == nil { // else a view that was kept inside may be meant
		if err := startable(); err != nil {
			return err
		}
	}
	debug.SetGCPercent(-1) // the first frame does not wait for a collection
	time.AfterFunc(startTime, collector.Tune)
	collector.LeaveRoom()
	folder := filepath.Join(os.TempDir(), "dubtop-demo-"+uuid.NewString()[:8])
	leave := func() { _ = os.RemoveAll(folder) } // it is in the folder for such files
	defer leave()
	cfg, err := configure(env, set, problems, demo, folder)
	switch _, chosen := errors.AsType[*settings.AccountError](err); {
	case chosen:
		return cli.AccountFailed(err)
	case err != nil:
		return cli.Exit(cli.StatusError, err)
	}
	if unplaced != nil {
		if place, err = placedAmongKept(set.Views["generations"], cfg.Account, start); err != nil {
			return err
		}
	}
	cfg.Place = place
	return cli.Exit(terminal.Run(ui.New(cfg), os.Environ(), leave))
}

// startable returns the usage error that keeps the dashboard from starting: nothing
// was done.
func startable() error {
	if err := terminal.Check(os.Stdin, os.Stdout, os.Getenv); err != nil {
		return err
	}
	if strings.Contains(os.Getenv("GODEBUG"), "http2debug") {
		return errors.New("GODEBUG has http2debug set, which would print the API key: unset it")
	}
	return nil
}

// placedAmongKept finds a view that was kept inside, in the journal of the account.
func placedAmongKept(own map[string]string, c *account.Config, start ui.Place) (ui.Place, error) {
	if c != nil {
		own = cli.KeptViews(context.Background(), c, own)
	}
	place, err := placed(own, start)
	if err == nil {
		err = startable()
	}
	return place, err
}

// keyVariable is the variable that holds the key.
const keyVariable = "SYNC_API_KEY"

// withheldKey takes the key out of our environment, for good: children must not
// see it, nor libraries that look there. The function that it returns knows it.
func withheldKey(getenv func(string) string) func(string) string {
	key := getenv(keyVariable)
	_ = os.Unsetenv(keyVariable) // it can't fail for this name
	return func(name string) string {
		if name == keyVariable {
			return key
		}
		return getenv(name)
	}
}

// configure collects the dashboard's configuration. Mistakes in the
// configuration file are shown on the screen and never prevent the start.
func configure(env settings.Env, set settings.Settings, problems []settings.Problem, demo bool, demoFolder string) (ui.Config, error) {
	d := door{env, set}
	_, wide := cli.Locale(os.Getenv)
	cfg := ui.Config{
		Theme: string(set.Theme), ASCII: set.ASCII || !wide,
		Pace: set.Refresh.Pace(), Guard: set.Guard, Slots: set.Queue.Slots, Reserve: set.Queue.Reserve, Fair: set.Queue.Fair, Start: set.Queue.Start, Project: set.Project, Notify: set.Notify, Pictures: pictures(set.Pictures, os.Getenv), FFmpeg: found("ffmpeg"),
		Mouse: set.Mouse, Views: set.Views,
		Open: ui.Browser(os.Getenv), Edit: editor.New(os.Getenv), Home: env.Home, Version: version,
		SSH: ui.SSHHost(os.Getenv), Review: serveReview,
		Demo:     func() (*account.Config, error) { return startDemo(demoFolder) },
		Accounts: choices(&set), Connect: d.connect, SaveKey: d.save, Switch: d.enter,
	}
	if terminal.JobControl() {
		cfg.Suspend = terminal.Suspend
	}
	keys, ofKeys := cli.Keys(set)
	cfg.Keys, problems = keys, append(problems, ofKeys...)
	var err error
	if demo {
		cfg.Account, err = startDemo(demoFolder)
	} else {
		var more []settings.Problem
		more, err = d.first(&cfg)
		problems = append(problems, more...)
	}
	cfg.Notices = shown(env, problems)
	return cfg, err
}

// shown puts problems into words.
func shown(env settings.Env, problems []settings.Problem) (words []string) {
	for _, p := range problems {
		words = append(words, p.Shown(env))
	}
	return words
}

// door opens the accounts of the configuration for the dashboard.
type door struct {
	env settings.Env
	set settings.Settings
}

// choices lists the accounts to choose from.
func choices(set *settings.Settings) (list []ui.AccountChoice) {
	for i := range set.Accounts {
		a := &set.Accounts[i]
		list = append(list, ui.AccountChoice{Name: a.Name, Server: accountName(cmp.Or(a.BaseURL, set.BaseURL)), Key: a.KeyPlace()})
	}
	return list
}

// first opens the account to begin with. Without a key the first screen says
// so and offers other ways.
func (d *door) first(cfg *ui.Config) ([]settings.Problem, error) {
	if d.set.AccountFault != nil {
		return nil, d.set.AccountFault
	}
	cfg.Current = d.set.Account.Named()
	c, source, problems := d.open(context.Background(), &d.set, os.Stderr)
	cfg.Account, cfg.LookedUp = c, source.Looked
	if source.Variable {
		cfg.KeyVariable = keyVariable
	}
	return problems, nil
}

// open finds the key of an account and prepares work on it. It returns nil
// without a key that can be used. It says on stderr if that takes long.
func (d *door) open(ctx context.Context, set *settings.Settings, stderr io.Writer) (*account.Config, settings.KeySource, []settings.Problem) {
	key, source, problems := cli.FindKey(ctx, d.env, set.Account, stderr)
	if !source.Found {
		return nil, source, problems
	}
	c, err := connect(d.env, set, key)
	if err != nil {
		return nil, source, append(problems, settings.Problem{File: source.String(), Words: "not used: " + err.Error()})
	}
	c.KeyFrom = settings.Short(d.env, source.String())
	return c, source, problems
}

// chosen returns the settings for an account. Only the account and its server are
// read again; all else stays as it was at the start.
func (d *door) chosen(name string) (*settings.Settings, error) {
	fresh, _ := settings.Load(d.env.As(name))
	set := d.set
	set.Account, set.BaseURL = fresh.Account, fresh.BaseURL
	return &set, fresh.AccountFault
}

// enter opens another account.
func (d *door) enter(ctx context.Context, name string) (*account.Config, error) {
	set, err := d.chosen(name)
	if err != nil {
		return nil, err
	}
	c, source, problems := d.open(ctx, set, io.Discard)
	switch {
	case c != nil:
		return c, nil
	case len(problems) > 0:
		return nil, errors.New(shown(d.env, problems)[len(problems)-1])
	}
	return nil, errors.New(settings.Short(d.env, source.String()))
}

// connect prepares work on an account with a key that was typed.
func (d *door) connect(name, typed string) (*account.Config, error) {
	key, _, err := settings.TidyKey(typed)
	if err != nil {
		return nil, err
	}
	set, err := d.chosen(name)
	if err != nil {
		return nil, err
	}
	return connect(d.env, set, api.NewSecret(key))
}

// save stores the key of an account in its file.
func (d *door) save(name, key string) (string, error) {
	set, err := d.chosen(name)
	if err != nil {
		return "", err
	}
	path, err := settings.SaveKey(d.env, set.Account, key)
	return settings.Short(d.env, path), err
}

// serveReview serves the review page until ctx ends.
func serveReview(ctx context.Context, c review.Config) (ui.ReviewServer, error) {
	return review.New(ctx, c)
}

// connect prepares work on the account of a key: its client and the place of
// its journal. Without a journal the account can be viewed, but nothing can be
// spent.
func connect(env settings.Env, set *settings.Settings, key api.Secret) (*account.Config, error) {
	client, err := api.New(api.Config{BaseURL: set.BaseURL, Key: key, Version: version})
	if err != nil {
		return nil, err
	}
	c := &account.Config{
		Account: set.Account.Named(), Name: accountName(client.Base()), Client: client, Visibility: set.Upload.Visibility, Saving: cli.Saving(&set.Output, env.Home), Hook: set.Hook, Inspect: inspect.Find,
		Profile: journal.ProfileName(key.Fingerprint(), client.Base()),
	}
	if c.StateDir, err = settings.StateDir(env); err != nil {
		c.Open = func(context.Context) (*journal.Journal, error) { return account.Without(err) }
	}
	return c, nil
}

// accountName returns the account's name for the header. The API tells none, so
// it is the server's name.
func accountName(base string) string {
	if base == api.DefaultBaseURL {
		return "sync.so"
	}
	_, host, _ := strings.Cut(base, "://")
	return host
}

// startDemo simulates an account in this process, behind a real loopback
// connection, so that its links open in a browser.
func startDemo(folder string) (*account.Config, error) {
	running, err := simulator.New(simulator.Options{Demo: true, Seed: 1, Profile: simulator.Current, Key: simulator.NewKey()}).Listen("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	var key string
	for _, line := range running.Environment() {
		if k, ok := strings.CutPrefix(line, "SYNC_API_KEY="); ok {
			key = k
		}
	}
	client, err := api.New(api.Config{BaseURL: running.URL(), Key: api.NewSecret(key), Version: version})
	if err != nil {
		return nil, errors.Join(err, running.Close())
	}
	book, err := journal.OpenMemory()
	if err != nil {
		return nil, errors.Join(err, running.Close())
	}
	return &account.Config{
		Name: "demo", Client: client, Journal: book, Demo: true,
		Saving:  account.Saving{Folder: folder, AtOnce: 2, Sidecar: true, Checksums: true, Zone: time.Local},
		Release: running.Close,
	}, nil
}

// pictures reports whether small pictures are shown: by default not through ssh,
// where they may take long.
func pictures(c settings.Choice, getenv func(string) string) bool {
	switch c {
	case settings.On:
		return true
	case settings.Off:
		return false
	}
	return getenv("SSH_CONNECTION") == "" && getenv("SSH_TTY") == ""
}

// found reports whether a program is on the PATH.
func found(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}
