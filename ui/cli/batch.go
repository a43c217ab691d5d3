package cli

import (
	"context"
	"errors"
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/account"
)

func (w World) batchCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "batch", Short: "Make batches, and list them and their results", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(w.batchSubmitCommand(), w.batchListCommand(), w.batchGetCommand(), w.batchResultsCommand())
	return c
}

// batches says how batches are listed.
func (w World) batches() *listing[api.Batch] {
	status := func(b *api.Batch) text.Text { return text.Of(strings.ToLower(string(b.Status))) }
	return &listing[api.Batch]{
		fields: []field[api.Batch]{
			{"id", func(b *api.Batch) value { return textOf(b.ID) }},
			{"status", func(b *api.Batch) value { return clean(status(b)) }},
			{"jobs", func(b *api.Batch) value { return count(b.Total) }},
			{"completed", func(b *api.Batch) value { return count(b.Succeeded) }},
			{"failed", func(b *api.Batch) value { return count(b.Failed) }},
			{"created_at", func(b *api.Batch) value { return moment(b.CreatedAt.Time) }},
			{"has_results", func(b *api.Batch) value { return yes(!b.Output.IsZero()) }},
			{"results_url", func(b *api.Batch) value { return link(b.Output) }},
			{"webhook_url", func(b *api.Batch) value { return link(b.WebhookURL) }},
		},
		titles: []text.Text{"ID", "STATUS", ">JOBS", ">COMPLETED", ">FAILED", "CREATED", "RESULTS"},
		cells: func(b *api.Batch) []text.Text {
			return []text.Text{
				words(b.ID), words(status(b)), text.Sprint(b.Total), text.Sprint(b.Succeeded), text.Sprint(b.Failed), w.when(b.CreatedAt.Time), yesNo(!b.Output.IsZero()),
			}
		},
		empty: "No batches.",
	}
}

func (w World) batchListCommand() *cobra.Command {
	return listCommand(w, &cobra.Command{Use: "ls", Short: "List the batches of the account"}, w.batches(),
		func(ctx context.Context, c *api.Client) iter.Seq2[*api.Batch, error] { return whole(c.Batches(ctx)) })
}

func (w World) batchGetCommand() *cobra.Command {
	l := w.batches()
	l.titles = nil
	return oneCommand(w, &cobra.Command{Use: "get ID", Short: "Show a batch"}, l, "batch", "dubtop batch ls",
		func(ctx context.Context, c *api.Client, id api.ID) iter.Seq2[*api.Batch, error] {
			b, err := c.Batch(ctx, id)
			return only(&b, err)
		})
}

func (w World) batchResultsCommand() *cobra.Command {
	return oneCommand(w, &cobra.Command{
		Use: "results ID", Short: "List the jobs of an ended batch",
		Long: `Fetches the results of a batch and lists its lines with the jobs that they became, or
why they became none.`,
	}, &listing[state.BatchItem]{
		fields: []field[state.BatchItem]{
			{"id", func(b *state.BatchItem) value { return textOf(b.Generation.ID) }},
			{"line", func(b *state.BatchItem) value { return count(b.Line) }},
			{"request_id", func(b *state.BatchItem) value { return textOf(b.RequestID) }},
			{"status", func(b *state.BatchItem) value { return clean(lineStatus(b)) }},
			{"model", func(b *state.BatchItem) value { return textOf(b.Generation.Model) }},
			{"name", func(b *state.BatchItem) value { return clean(b.Generation.Name) }},
			{"seconds", func(b *state.BatchItem) value { return positive(float64(b.Generation.Length)) }},
			{"has_output", func(b *state.BatchItem) value { return yes(b.Generation.HasOutput) }},
			{"error", func(b *state.BatchItem) value { return clean(b.Error) }},
			{"error_code", func(b *state.BatchItem) value { return clean(b.Generation.ErrorCode) }},
		},
		titles: []text.Text{">LINE", "REQUEST", "ID", "STATUS", "NAME", ">LENGTH", "WHY"},
		cells: func(b *state.BatchItem) []text.Text {
			return []text.Text{
				text.Sprint(b.Line), words(b.RequestID), words(b.Generation.ID), orNone(lineStatus(b)), words(b.Generation.Name),
				orNone(text.Length(float64(b.Generation.Length))), words(b.Error),
			}
		},
		spare: []text.Text{"WHY"},
		empty: "The results have no lines.",
	}, "batch", "dubtop batch ls", func(ctx context.Context, c *api.Client, id api.ID) iter.Seq2[*state.BatchItem, error] {
		lines, err := account.BatchItems(ctx, c, id)
		switch {
		case errors.Is(err, account.ErrNoResults):
			return only[state.BatchItem](nil, &Failure{
				Status: StatusError, Code: "no_results", Err: err,
				Hint: "dubtop batch get " + string(text.Of(string(id))) + " shows how far it is",
			})
		case err != nil:
			return only[state.BatchItem](nil, err)
		}
		return all(lines)
	})
}

// lineStatus is the status of a line in lower case; "failed" if it became no job.
func lineStatus(b *state.BatchItem) text.Text {
	if b.Generation.ID == "" {
		return "failed"
	}
	word, _, _ := strings.Cut(b.Generation.Status.Words(), " ")
	return text.Of(word)
}

// oneCommand returns a command about one thing of the server, which has an id.
func oneCommand[T any](w World, c *cobra.Command, l *listing[T], what, lister string, read func(context.Context, *api.Client, api.ID) iter.Seq2[*T, error]) *cobra.Command {
	c.Args = cobra.ExactArgs(1)
	f := l.flags(c)
	c.RunE = func(c *cobra.Command, ids []string) error {
		return w.ask(voiceOf(c), func(client *api.Client) error {
			err := l.print(c, f, read(c.Context(), client, api.ID(ids[0])), nil)
			if notFound(err) {
				return &Failure{Status: StatusError, Code: "not_found", Err: errors.New("no " + what + " is called " + ids[0]), Hint: lister + " lists them"}
			}
			return err
		})
	}
	return c
}

// only yields one row, or an error.
func only[T any](row *T, err error) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) { yield(row, err) }
}
