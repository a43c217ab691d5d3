package cli

import (
	"context"
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
)

func (w World) assetsCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "assets", Short: "List and upload the account's files", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(w.assetListCommand(), w.assetGetCommand(), w.assetUploadCommand())
	return c
}

// assets says how assets are listed.
func (w World) assets() *listing[api.Asset] {
	return &listing[api.Asset]{
		fields: []field[api.Asset]{
			{"id", func(a *api.Asset) value { return textOf(a.ID) }},
			{"type", func(a *api.Asset) value { return clean(a.Type.Lower()) }},
			{"name", func(a *api.Asset) value { return clean(a.Name) }},
			{"bytes", func(a *api.Asset) value { return wholePositive(a.Size) }},
			{"seconds", func(a *api.Asset) value { return positive(float64(a.Duration)) }},
			{"width", func(a *api.Asset) value { return wholePositive(int64(a.Width)) }},
			{"height", func(a *api.Asset) value { return wholePositive(int64(a.Height)) }},
			{"format", func(a *api.Asset) value { return clean(a.Format) }},
			{"visibility", func(a *api.Asset) value { return clean(a.Visibility.Lower()) }},
			{"created_at", func(a *api.Asset) value { return moment(a.CreatedAt.Time) }},
			{"updated_at", func(a *api.Asset) value { return moment(a.UpdatedAt.Time) }},
			{"url", func(a *api.Asset) value { return link(a.URL) }},
			{"thumbnail_url", func(a *api.Asset) value { return link(a.Thumbnail) }},
		},
		titles: []text.Text{"ID", "TYPE", "NAME", ">SIZE", ">LENGTH", "CREATED"},
		cells: func(a *api.Asset) []text.Text {
			var size text.Text
			if a.Size > 0 {
				size = text.Bytes(a.Size)
			}
			return []text.Text{words(a.ID), words(a.Type.Lower()), words(a.Name), orNone(size), orNone(text.Length(float64(a.Duration))), w.when(a.CreatedAt.Time)}
		},
		empty: "No assets.",
	}
}

func (w World) assetListCommand() *cobra.Command {
	q, limit := api.AssetQuery{Limit: state.PageSize, SortBy: state.Newest}, 0
	c := listCommand(w, &cobra.Command{
		Use: "ls", Short: "List the assets, newest first",
		Long: `Lists the files of the account, uploaded or produced, newest first, page by page as
they are read.`,
	}, w.assets(), func(ctx context.Context, c *api.Client) iter.Seq2[*api.Asset, error] {
		return first(assetPages(ctx, c, q), limit)
	})
	c.Flags().StringVar(&q.Search, "search", "", "only assets whose names have this in them")
	c.Flags().StringSliceVar(&q.Types, "type", nil, "only these types: video, audio, image")
	c.Flags().IntVar(&limit, "limit", 0, "print at most this many; 0 for all")
	c.PreRun = func(*cobra.Command, []string) {
		for i, t := range q.Types {
			q.Types[i] = strings.ToUpper(t)
		}
	}
	// This fails only if the flag does not exist.
	_ = c.RegisterFlagCompletionFunc("type", cobra.FixedCompletions([]string{"video", "audio", "image"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// assetPages yields the assets of all pages.
func assetPages(ctx context.Context, c *api.Client, q api.AssetQuery) iter.Seq2[*api.Asset, error] {
	return func(yield func(*api.Asset, error) bool) {
		for {
			page, err := c.Assets(ctx, q)
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range page.Items {
				if !yield(&page.Items[i], nil) {
					return
				}
			}
			if page.Next == "" || page.Next == q.Cursor {
				return
			}
			q.Cursor = page.Next
		}
	}
}

func (w World) assetGetCommand() *cobra.Command {
	l := w.assets()
	l.titles = nil
	return oneCommand(w, &cobra.Command{Use: "get ID", Short: "Show an asset"}, l, "asset", "dubtop assets ls",
		func(ctx context.Context, c *api.Client, id api.ID) iter.Seq2[*api.Asset, error] {
			a, err := c.Asset(ctx, id)
			return only(&a, err)
		})
}
