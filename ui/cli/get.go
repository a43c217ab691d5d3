package cli

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/draft"
	"dubtop/state/outbox"
)

func (w World) getCommand() *cobra.Command {
	l := &listing[detail]{fields: detailFields()}
	c := &cobra.Command{
		Use:   "get ID...",
		Short: "Show everything about jobs",
		Long: `Asks the server for jobs and adds what this machine knows about them, as the details
of the dashboard do: label, note, verdict, cost, times, the saved file. A request
that may have been charged because its answer was lost is shown by its own id.

"raw" is the server's answer as it came. Links are fresh and may expire.

Exit status: 0; 1 no job was found; 7 some were not.`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: w.CompleteJobs,
	}
	f := l.flags(c)
	c.RunE = func(c *cobra.Command, ids []string) error { return w.get(c, l, f, ids) }
	return c
}

// detail is a job with the server's whole answer.
type detail struct {
	job
	told api.Generation
}

// detailFields are those of the list, and those that only the server tells.
func detailFields() (fields []field[detail]) {
	for _, f := range jobFields() {
		fields = append(fields, field[detail]{f.name, func(d *detail) value { return f.of(&d.job) }})
	}
	return append(fields,
		field[detail]{"progress", func(d *detail) value { return d.progress() }},
		field[detail]{"output_url", func(d *detail) value { return link(d.told.Output) }},
		field[detail]{"segment_output_url", func(d *detail) value { return link(d.told.SegmentOutput) }},
		field[detail]{"speech_url", func(d *detail) value { return link(d.told.SynthesizedAudio) }},
		field[detail]{"inputs", func(d *detail) value { return nested(inputsOf(d.told.Input)) }},
		field[detail]{"options", func(d *detail) value { return raw(d.told.Options) }},
		field[detail]{"segments", func(d *detail) value { return raw(d.told.Segments) }},
		field[detail]{"webhook_url", func(d *detail) value { return link(d.told.WebhookURL) }},
		field[detail]{"raw", func(d *detail) value { return raw(d.told.Raw) }},
	)
}

// progress is unknown if the server does not report it.
func (d *detail) progress() value {
	if d.told.ID == "" || d.told.Progress < 0 {
		return value{}
	}
	return count(d.told.Progress)
}

// inputJSON is an input of a job in JSON.
type inputJSON struct {
	Type    text.Text `json:"type"`
	URL     text.Text `json:"url,omitempty"`
	AssetID text.Text `json:"asset_id,omitempty"`
	RefID   text.Text `json:"ref_id,omitempty"`
	VoiceID text.Text `json:"voice_id,omitempty"`
	Script  text.Text `json:"script,omitempty"`
}

func inputsOf(inputs []api.Input) []inputJSON {
	out := []inputJSON{}
	for _, in := range inputs {
		j := inputJSON{Type: in.Type, URL: link(in.URL).words, AssetID: text.Of(string(in.AssetID)), RefID: in.RefID}
		if in.Provider != nil {
			j.VoiceID, j.Script = text.Of(string(in.Provider.VoiceID)), in.Provider.Script
		}
		out = append(out, j)
	}
	return out
}

func (w World) get(c *cobra.Command, l *listing[detail], f *format, ids []string) error {
	ctx, v := c.Context(), voiceOf(c)
	a, j, err := w.enter(ctx, v)
	if err != nil {
		return err
	}
	known, err := account.ReadJobs(ctx, j)
	if err == nil {
		g := getter{login: &a, known: known}
		err = errors.Join(l.print(c, f, g.all(ctx, ids), nil), g.missed(len(ids)))
	}
	return journalFailed(errors.Join(err, j.Close()))
}

// getter asks for jobs one by one.
type getter struct {
	*login
	known   *account.Jobs
	missing []string
}

// all yields the jobs that are found.
func (g *getter) all(ctx context.Context, ids []string) iter.Seq2[*detail, error] {
	return func(yield func(*detail, error) bool) {
		for _, id := range ids {
			d, err := g.one(ctx, api.ID(id))
			if notFound(err) {
				g.missing = append(g.missing, id)
				continue
			}
			if !yield(&d, err) || err != nil {
				return
			}
		}
	}
}

func (g *getter) one(ctx context.Context, id api.ID) (d detail, err error) {
	if open, ok := g.known.Open(id); ok {
		return detail{job: job{open, g.known}}, nil
	}
	if d.told, err = g.client.Generation(ctx, id, api.GenerationDetails{Progress: true}); err != nil {
		return d, g.named(err)
	}
	found, err := g.known.Of(ctx, state.NewGeneration(d.told))
	d.job = job{found, g.known}
	if err == nil && d.Status.Terminal() && d.Cost.Kind != outbox.CostActual {
		if costs, err := g.client.Costs(ctx, id); err == nil && costs.Total != nil {
			d.Cost = outbox.Cost{Amount: *costs.Total, Kind: outbox.CostActual}
		}
	}
	return d, err
}

// notFound reports whether the server does not know an id, or it can't be one.
func notFound(err error) bool {
	e, ok := errors.AsType[*api.Error](err)
	return ok && (e.Kind == api.KindNotFound || e.Kind == api.KindInvalid)
}

// missed is the failure for ids that were not found, of n.
func (g *getter) missed(n int) error {
	if len(g.missing) == 0 {
		return nil
	}
	f := &Failure{
		Status: StatusError, Code: "not_found", Hint: "dubtop ls lists the jobs",
		Err: fmt.Errorf("no job is called %s", strings.Join(g.missing, ", ")),
	}
	if len(g.missing) < n {
		f.Status = StatusPartly
	}
	return f
}

// openCommand opens outputs as o does.
func (w World) openCommand() *cobra.Command {
	var printed bool
	c := &cobra.Command{
		Use:   "open ID",
		Short: "Open the output of a job in the browser",
		Long: `Asks the server for a fresh link to the output of a job, and opens it in the browser,
like o in the dashboard. Without a display, as over ssh, it prints the link instead.
A link whose host name only looks like a well-known one is printed, not opened.`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: w.CompleteJobs,
		RunE:              func(c *cobra.Command, ids []string) error { return w.open(c, api.ID(ids[0]), printed) },
	}
	c.Flags().BoolVar(&printed, "print", false, "print the link and open nothing")
	addJSON(c, new(jsonFlag), members(openedJSON{}))
	return c
}

// openedJSON is an opened link in JSON.
type openedJSON struct {
	ID     text.Text `json:"id"`
	URL    text.Text `json:"url"`
	Opened bool      `json:"opened"` // in a browser
}

func (w World) open(c *cobra.Command, id api.ID, printed bool) error {
	v, asked := voiceOf(c), openedJSON{ID: text.Of(string(id))}
	var link string
	err := w.ask(v, func(client *api.Client) (err error) {
		_, link, err = account.OutputOf(c.Context(), client, id)
		return err
	})
	switch {
	case notFound(err):
		return unknownJob(id)
	case errors.Is(err, account.ErrNoOutput):
		return &Failure{Status: StatusError, Code: "no_output", Err: err, Hint: "dubtop get " + string(asked.ID) + " says what became of it"}
	case err != nil:
		return err
	}
	asked.URL = text.Of(link)
	foreign := draft.HostsOf(link)
	if len(foreign) > 0 {
		v.warn("not opened: the host of this link reads " + foreign[0].Read + ", and may only look like a well-known one")
	}
	if w.Open != nil && !printed && len(foreign) == 0 {
		if err := w.Open(link); err != nil {
			v.warn(text.Of("no browser could be started: " + err.Error()))
		} else {
			asked.Opened = true
		}
	}
	switch {
	case v.json:
		return writeJSON(c, asked)
	case asked.Opened:
		return nil
	}
	return write(c, []byte(asked.URL+"\n"))
}

// unknownJob is the failure for an id that the server does not know.
func unknownJob(id api.ID) error {
	return (&getter{missing: []string{string(id)}}).missed(1)
}

// The formats of copy-as, in the order of draft.Copies.
func copyFormats() []string { return []string{"curl", "json", "python", "jsonl"} }

func (w World) copyAsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "copy-as ID curl|json|python|jsonl",
		Short: "Print the request of a job for other programs",
		Long: `Prints the request that made a job, like c in the dashboard: as a curl command, as
JSON, as a Python program, or as a line of a batch file (jsonl). It has no key in it;
the programs read SYNC_API_KEY. The request comes from the journal if the job was sent
from here, or else from the server, without the parts that it does not tell: these
are named on standard error.`,
		Args: func(c *cobra.Command, args []string) error {
			if err := cobra.ExactArgs(2)(c, args); err != nil {
				return err
			}
			if !slices.Contains(copyFormats(), args[1]) {
				return errors.New(unknownName("format", args[1], copyFormats()))
			}
			return nil
		},
		ValidArgsFunction: func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return copyFormats(), cobra.ShellCompDirectiveNoFileComp
			}
			return w.CompleteJobs(c, args, typed)
		},
		RunE: func(c *cobra.Command, args []string) error { return w.copyAs(c, api.ID(args[0]), args[1]) },
	}
}

func (w World) copyAs(c *cobra.Command, id api.ID, format string) error {
	v := voiceOf(c)
	a, err := w.login(v)
	if err != nil {
		return err
	}
	j, err := a.open(c.Context(), v)
	if err != nil {
		return err
	}
	d, lost, err := account.RequestOf(c.Context(), a.client, j, id)
	if j != nil {
		err = errors.Join(err, j.Close())
	}
	switch {
	case errors.Is(err, account.ErrForgotten), notFound(err):
		return unknownJob(id)
	case err != nil:
		return uncopied(a.named(err))
	}
	copies, err := account.Copies(d, a.client.Base(), string(id), w.Env.Home)
	if err != nil {
		return uncopied(err)
	}
	for _, part := range lost {
		v.warn("copied without " + part)
	}
	return write(c, []byte(escaped(copies[slices.Index(copyFormats(), format)].Text)))
}

// uncopied is the failure for a request that can't be copied.
func uncopied(err error) error {
	if _, ok := errors.AsType[*api.Error](err); ok {
		return err
	}
	return &Failure{Status: StatusError, Code: "no_request", Err: err, Hint: "dubtop get --json inputs,options shows what the server knows of it"}
}

// CompleteJobs completes the ids of the newest jobs of the journal; it asks no
// server.
func (w World) CompleteJobs(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	return w.complete(knownIDs)(c, args, typed)
}
