package cli

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/journal"
	"dubtop/state/settings"
)

// WithCompletions lets a shell complete ids, labels, sets and models from the
// journal, for all commands below root. It never uses the network, and runs no
// command to get a key. others are words for further flags.
func (w World) WithCompletions(root *cobra.Command, others map[string][]string) {
	finders := map[string]cobra.CompletionFunc{"label": w.complete(knownLabels), "set": w.complete(knownSets), "model": w.complete(knownModels)}
	for flag, words := range others {
		finders[flag] = cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
	}
	for _, c := range append(Documented(root), root) {
		flags := c.LocalFlags() // it is made anew by each call
		for flag, find := range finders {
			if _, has := c.GetFlagCompletionFunc(flag); flags.Lookup(flag) != nil && !has {
				_ = c.RegisterFlagCompletionFunc(flag, find) // the flag is there
			}
		}
		if c.ValidArgsFunction == nil && strings.Contains(c.Use, "ID") {
			c.ValidArgsFunction = w.CompleteJobs
		}
	}
}

// completeTime is how long a completion may take, so that the shell stays quick.
const completeTime = 500 * time.Millisecond

// complete returns words of the journal. Without one there are none.
func (w World) complete(find func(context.Context, *journal.Journal) []string) cobra.CompletionFunc {
	return func(c *cobra.Command, _ []string, typed string) (found []string, _ cobra.ShellCompDirective) {
		ctx, stop := context.WithTimeout(context.Background(), completeTime)
		defer stop()
		set, _ := settings.Load(w.Env)
		if set.AccountFault != nil || set.Account != nil && len(set.Account.Command) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		a, err := w.login(voice{out: io.Discard})
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		j, err := a.existing(ctx)
		if err != nil || j == nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		defer func() { _ = j.Close() }()
		for _, word := range find(ctx, j) {
			if strings.HasPrefix(word, typed) {
				found = append(found, word)
			}
		}
		return found, cobra.ShellCompDirectiveNoFileComp
	}
}

// CompleteViews completes others, and the views of jobs: those of the configuration
// and those that were kept in the dashboard.
func (w World) CompleteViews(others []string) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		set, _ := settings.Load(w.Env)
		kept, _ := w.complete(func(ctx context.Context, j *journal.Journal) []string {
			views, _ := account.KeptViews(ctx, j) // without them the others are offered
			return slices.Sorted(maps.Keys(views))
		})(c, args, typed)
		found := slices.Concat(others, slices.Sorted(maps.Keys(set.Views["generations"])))
		for _, name := range kept {
			if !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
		return found, cobra.ShellCompDirectiveNoFileComp
	}
}

// withKept adds to the views of the configuration those that were kept in the
// dashboard. Of two with the same name, that of the configuration counts.
func withKept(ctx context.Context, j *journal.Journal, configured map[string]string) (map[string]string, error) {
	views, err := account.KeptViews(ctx, j)
	if views == nil {
		return configured, err
	}
	maps.Copy(views, configured)
	return views, err
}

// KeptViews is withKept for an account whose journal is not open, as the dashboard's
// at its start.
func KeptViews(ctx context.Context, c *account.Config, configured map[string]string) map[string]string {
	j, err := login{stateDir: c.StateDir, profile: c.Profile}.existing(ctx)
	if err != nil || j == nil {
		return configured // the dashboard says what is wrong
	}
	defer func() { _ = j.Close() }()
	views, _ := withKept(ctx, j, configured)
	return views
}

// newestOffered is how many of the newest jobs are offered.
const newestOffered = 200

func newest(ctx context.Context, j *journal.Journal) []state.Generation {
	jobs, _ := j.Generations(ctx, newestOffered, state.Generation{}) // without them nothing is offered
	return jobs
}

// knownIDs are ids with the name of the job as their description.
func knownIDs(ctx context.Context, j *journal.Journal) (ids []string) {
	for _, g := range newest(ctx, j) {
		ids = append(ids, string(g.ID)+"\t"+string(g.Name))
	}
	return ids
}

func knownModels(ctx context.Context, j *journal.Journal) (models []string) {
	for _, g := range newest(ctx, j) {
		models = append(models, g.Model)
	}
	slices.Sort(models)
	return slices.Compact(models)
}

func knownLabels(ctx context.Context, j *journal.Journal) (labels []string) {
	all, _ := j.Labels(ctx) // without them nothing is offered
	for _, of := range all {
		if len(of) > 0 && of[0] != "" {
			labels = append(labels, of[0])
		}
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}

func knownSets(ctx context.Context, j *journal.Journal) (names []string) {
	all, _ := j.Sets(ctx) // without them nothing is offered
	for i := range all {
		names = append(names, all[i].Name)
	}
	return names
}
