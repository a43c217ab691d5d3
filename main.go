// Command dubtop is a terminal dashboard for the Sync Labs lip-sync API:
// browse jobs, submit them knowing the price, watch them live, open the
// results. This file only wires its parts together.
package main

import (
	"context"
	"errors"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
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
	"dubtop/state/output"
	"dubtop/state/settings"
	"dubtop/ui"
	"dubtop/ui/cli"
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
	root := &cobra.Command{
		Use:   "dubtop",
		Short: "A terminal dashboard for the Sync Labs lip-sync API",
		Long: `dubtop lists your Sync Labs generations, batches, assets and models, keeps them
up to date, submits new jobs after showing what they cost, and opens results.

The API key is taken from SYNC_API_KEY, or from the api_key file beside the
configuration; without one, dubtop asks. SYNC_BASE_URL names another server.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return dashboard(demo) },
	}
	root.Flags().BoolVar(&demo, "demo", false, "use a simulated account: no key, no network, no cost")
	root.Version = version
	root.SetVersionTemplate("dubtop {{.Version}}\n")
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp) // no command takes a file
	root.PersistentPreRun = func(c *cobra.Command, _ []string) {
		if c != root {
			tuneCollections() // the dashboard does so after its first frame
		}
	}
	root.AddCommand(serve.Command(func(err error) error { return cli.Exit(cli.StatusError, err) }))
	root.AddCommand(cli.Commands(cli.World{Env: settings.System(), Zone: time.Local, Version: version})...)
	return root
}

// startTime is by when the first frame has been drawn on any machine.
const startTime = 100 * time.Millisecond

// dashboard runs the dashboard until the user quits.
func dashboard(demo bool) error {
	if err := terminal.Check(os.Stdin, os.Stdout, os.Getenv); err != nil {
		return err // a usage error: nothing was done
	}
	if strings.Contains(os.Getenv("GODEBUG"), "http2debug") {
		return errors.New("GODEBUG has http2debug set, which would print the API key: unset it")
	}
	debug.SetGCPercent(-1) // the first frame does not wait for a collection
	time.AfterFunc(startTime, tuneCollections)
	leaveRoomForKeys()
	folder := filepath.Join(os.TempDir(), "dubtop-demo-"+uuid.NewString()[:8])
	defer func() { _ = os.RemoveAll(folder) }() // it is in the folder for such files
	cfg, err := configure(demo, folder)
	if err != nil {
		return cli.Exit(cli.StatusError, err)
	}
	return cli.Exit(terminal.Run(ui.New(cfg), environment()))
}

// environment returns our environment without the key, for libraries that may
// look at it.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "SYNC_API_KEY=") })
}

// configure collects the dashboard's configuration. Mistakes in the
// configuration file are shown on the screen and never prevent the start.
func configure(demo bool, demoFolder string) (ui.Config, error) {
	env := settings.System()
	set, problems := settings.Load(env)
	cfg := ui.Config{
		Theme: string(set.Theme), ASCII: set.ASCII || !unicode(os.Getenv),
		Pace: set.Refresh.Pace(), Guard: set.Guard, Slots: set.Queue.Slots, Reserve: set.Queue.Reserve, Project: set.Project, Notify: set.Notify, Pictures: pictures(set.Pictures, os.Getenv), FFmpeg: found("ffmpeg"),
		Open: ui.Browser(os.Getenv), Edit: editor.New(os.Getenv), Home: env.Home, Version: version,
		SSH: ui.SSHHost(os.Getenv), Review: serveReview,
		Demo: func() (*account.Config, error) { return startDemo(demoFolder) },
		Connect: func(typed string) (*account.Config, error) {
			key, _, err := settings.TidyKey(typed)
			if err != nil {
				return nil, err
			}
			return connect(env, set, api.NewSecret(key))
		},
		SaveKey: func(key string) (string, error) {
			path, err := settings.KeyPath(env)
			return path, errors.Join(err, settings.SaveKey(env, key))
		},
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
		key, source, keyProblems := settings.FindKey(env)
		problems = append(problems, keyProblems...)
		cfg.LookedUp = source.Looked
		if source.Found {
			if cfg.Account, err = connect(env, set, key); err != nil {
				problems = append(problems, settings.Problem{File: source.String(), Words: "not used: " + err.Error()})
			}
			err = nil // the first screen says so and offers other ways
			if cfg.Account != nil {
				cfg.Account.KeyFrom = settings.Short(env, source.String())
			}
			if source.Path == "" {
				cfg.KeyVariable = "SYNC_API_KEY"
			}
		}
	}
	// Nobody needs the variable from here on, and child processes must not see
	// it.
	err = errors.Join(err, os.Unsetenv("SYNC_API_KEY"))
	for _, p := range problems {
		p.File = settings.Short(env, p.File)
		cfg.Notices = append(cfg.Notices, p.String())
	}
	return cfg, err
}

// serveReview serves the review page until ctx ends.
func serveReview(ctx context.Context, c review.Config) (ui.ReviewServer, error) {
	return review.New(ctx, c)
}

// connect prepares work on the account of a key: its client and the place of
// its journal. Without a journal the account can be viewed, but nothing can be
// spent.
func connect(env settings.Env, set settings.Settings, key api.Secret) (*account.Config, error) {
	client, err := api.New(api.Config{BaseURL: set.BaseURL, Key: key, Version: version})
	if err != nil {
		return nil, err
	}
	c := &account.Config{
		Name: accountName(client.Base()), Client: client, Visibility: set.Upload.Visibility, Saving: saving(&set.Output, env.Home), Hook: set.Hook, Inspect: inspect.Find,
		Profile: journal.ProfileName(key.Fingerprint(), client.Base()),
	}
	if c.StateDir, err = settings.StateDir(env); err != nil {
		c.Open = func(context.Context) (*journal.Journal, error) { return account.Without(err) }
	}
	return c, nil
}

// saving says how files of jobs are saved.
func saving(o *settings.Output, home string) account.Saving {
	return account.Saving{
		Folder: o.FolderIn(home), Naming: output.Naming{Template: o.Template, Strict: o.Strict}, AtOnce: o.Downloads,
		Automatic: o.Automatic, Sidecar: o.Sidecar, Checksums: o.Checksums, Zone: time.Local,
	}
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

// unicode reports whether the terminal's locale can show more than ASCII.
func unicode(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := getenv(name); v != "" {
			v = strings.ToLower(v)
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return true // unset says nothing, and nearly every terminal can
}

const (
	// heapRoom is how much the heap may grow between two collections. With
	// less, collections take up a third of the time spent on a key.
	heapRoom = 8 << 20

	// A history of 100,000 jobs consists of many small long-lived rows. With
	// Go's usual percentage, memory use would double.
	leastPercent, mostPercent = 15, 300
)

// tuneCollections adapts the collector to the size of the heap now and after
// every collection.
func tuneCollections() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetGCPercent(collectorPercent(live[0].Value.Uint64()))
	// A collection that finds this garbage is the next one.
	runtime.AddCleanup(new([16]byte), func(struct{}) { tuneCollections() }, struct{}{})
}

// collectorPercent returns by how much a heap may grow until it is collected.
func collectorPercent(live uint64) int {
	return int(min(max(100*heapRoom/max(live, 1), leastPercent), mostPercent))
}

// leastParallel is how many goroutines may run at once, at least. With two, a key
// that arrives while the collector runs and an answer is decoded waits until the
// scheduler interrupts one of them; the system gives it a core at once.
const leastParallel = 4

func leaveRoomForKeys() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), leastParallel))
	}
}
