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

// completeViews completes the views of jobs of the configuration.
func (w World) completeViews(_ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	set, _ := settings.Load(w.Env)
	return slices.Sorted(maps.Keys(set.Views["generations"])), cobra.ShellCompDirectiveNoFileComp
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
