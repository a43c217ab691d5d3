package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/jobset"
	"dubtop/state/journal"
)

// order is what a command is asked to make: one job, or a set.
type order struct {
	video, image, audio, script, speaker string
	request                              string // file with a request, or "-"
	set, tracks, template                string
	every                                bool

	model, name, webhook, label, project string
	options                              []string
}

// flags adds the flags that describe the jobs.
func (o *order) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.video, "video", "", "video: a link, a file or asset:ID")
	f.StringVar(&o.image, "image", "", "image instead of a video")
	f.StringVar(&o.audio, "audio", "", "audio: a link, a file or asset:ID")
	f.StringVar(&o.script, "text", "", "text to speak instead of an audio")
	f.StringVar(&o.script, "script", "", "the same as --text")
	f.StringVar(&o.speaker, "voice", "", "id of the voice that speaks the text")
	f.StringVarP(&o.request, "file", "f", "", "JSON file with a request of the API; - reads standard input")
	f.StringVar(&o.set, "set", "", "a table (CSV, TSV), JSON lines, or a folder of videos: many jobs at once")
	f.StringVar(&o.tracks, "tracks", "", "with --set and videos: the audio files or their folder")
	f.BoolVar(&o.every, "every", false, "with --set and videos: join every track with every video, not by name")
	f.StringVar(&o.template, "template", "{stem}_{lang}", "with --set: names of outputs that have none; fields: "+jobset.Fields)
	f.StringVar(&o.model, "model", "", "model (default lipsync-2, or the first that takes images)")
	f.StringArrayVar(&o.options, "option", nil, "option of the model as NAME=VALUE; may be repeated")
	f.StringVar(&o.name, "name", "", "name of the output, without an extension")
	f.StringVar(&o.webhook, "webhook", "", "https link called when a job ends")
	f.StringVar(&o.label, "label", "", "label for your own records, never sent")
	f.StringVar(&o.project, "project", "", "name or id of the project (default: project in the configuration)")
	mustFill(f, "label", "project")
}

// orderHelp explains the flags of order.
const orderHelp = `One job is described by --video or --image, with --audio or --text and --voice; or
by -f with the JSON of a request. Many are described by --set, as in the form of
the dashboard (dubtop help sets). Relative paths in a file are relative to it.`

// usage is a mistake on the command line.
func usage(hint, format string, a ...any) error {
	return &Failure{Status: StatusUsage, Code: "usage", Err: fmt.Errorf(format, a...), Hint: hint}
}

// shape checks which of the flags were given together.
func (o *order) shape() error {
	media := o.video + o.image + o.audio + o.script + o.speaker
	sources := 0
	for _, given := range []bool{media != "" || o.name != "" && o.request == "", o.request != "", o.set != ""} {
		if given {
			sources++
		}
	}
	switch {
	case o.request+o.set == "" && o.video+o.image == "":
		return usage("give --video or --image, -f FILE, or --set FILE", "nothing says what to make")
	case sources > 1:
		return usage("choose one", "--set, -f and the flags of one job exclude each other")
	case o.video != "" && o.image != "":
		return usage("choose one", "--video and --image exclude each other")
	}
	return o.setShape()
}

// setShape checks the flags of a set.
func (o *order) setShape() error {
	if o.set == "" {
		if o.tracks != "" || o.every {
			return usage("add --set FOLDER", "--tracks and --every belong to --set")
		}
		return nil
	}
	if words := jobset.CheckTemplate(o.template); words != "" {
		return usage("fields are "+jobset.Fields, "--template: %s", words)
	}
	return nil
}

// like returns what all jobs have in common.
func (o *order) like(ctx context.Context, a *login, models []string) (draft.Draft, error) {
	d := draft.Draft{
		Model: cmp.Or(o.model, draft.DefaultModel(models, o.image != "")), OutputFileName: o.name, WebhookURL: o.webhook, Label: o.label,
		Options: map[string]string{},
	}
	if err := o.putOptions(&d); err != nil {
		return d, err
	}
	want := cmp.Or(o.project, a.settings.Project)
	if want == "" {
		return d, nil
	}
	all, err := a.client.Projects(ctx)
	for _, p := range all.Items {
		if string(p.ID) == want || strings.EqualFold(string(p.Name), want) {
			d.ProjectID = string(p.ID)
			return d, nil
		}
	}
	if o.project != "" {
		if err != nil {
			return d, usage("leave --project out", "the project can't be looked up: %w", err)
		}
		return d, usage("name another one, or leave --project out", "the account has no project %q", want)
	}
	return d, nil
}

// putOptions puts the options into a draft.
func (o *order) putOptions(d *draft.Draft) error {
	known := draft.RulesFor(d.Model).Options
	for _, option := range o.options {
		name, value, ok := strings.Cut(option, "=")
		if !ok {
			return usage("write --option NAME=VALUE", "--option %s has no value", option)
		}
		if !slices.ContainsFunc(known, func(k draft.Option) bool { return k.Name == name }) {
			var names []string
			for _, k := range known {
				names = append(names, k.Name)
			}
			return usage("it has "+strings.Join(names, ", "), "%s has no option %q", cmp.Or(d.Model, "the model"), name)
		}
		d.Options[name] = value
	}
	return nil
}

// single returns the draft of one job.
func (o *order) single(like draft.Draft, in io.Reader) (draft.Draft, error) {
	if o.request == "" {
		d := like
		d.Visual, d.Audio, d.Script, d.VoiceID = cmp.Or(o.video, o.image), o.audio, o.script, o.speaker
		if o.image != "" {
			d.VisualKind = "IMAGE"
		}
		return d, nil
	}
	var raw []byte
	var err error
	if o.request == "-" {
		raw, err = io.ReadAll(io.LimitReader(in, jobset.MaxBytes))
	} else {
		raw, err = inputs.ReadFile(o.request, jobset.MaxBytes)
	}
	if err != nil {
		return like, usage("-f FILE, or - for standard input", "the request can't be read: %w", err)
	}
	d, err := draft.FromRequest(raw)
	if err != nil {
		return like, usage("dubtop copy-as ID json shows what one looks like", "the request can't be used: %w", err)
	}
	d.Model, d.Label = cmp.Or(o.model, d.Model, like.Model), like.Label
	d.OutputFileName, d.WebhookURL, d.ProjectID = cmp.Or(o.name, d.OutputFileName), cmp.Or(o.webhook, d.WebhookURL), cmp.Or(d.ProjectID, like.ProjectID)
	if d.Options == nil {
		d.Options = map[string]string{}
	}
	return d, o.putOptions(&d)
}

// read reads the rows and checks them, without measuring anything. One job is a
// set of one row.
func (o *order) read(ctx context.Context, w World, a *login, j *journal.Journal, in io.Reader) (s inputs.JobSources, set jobset.Set, err error) {
	models, err := a.client.Models(ctx)
	if err != nil {
		return s, set, a.named(err)
	}
	s.Env = draft.CheckEnv{Now: time.Now(), Home: w.Env.Home, Uploads: inputs.AskingUploads(ctx, a.client)}
	for _, m := range models.Items {
		s.Env.Models = append(s.Env.Models, string(m.Name))
	}
	if at, ok := a.client.ServerTime(s.Env.Now); ok {
		s.Env.Skew = at.Sub(s.Env.Now)
	}
	if s.Like, err = o.like(ctx, a, s.Env.Models); err != nil {
		return s, set, err
	}
	s.Videos, s.Tracks, s.Every, s.Template = o.set, o.tracks, o.every, o.template
	if o.set != "" {
		if set, err = s.Read(ctx, j); err != nil && ctx.Err() == nil {
			err = usage("dubtop help sets says what a set is made of", "%w", err)
		}
		return s, set, err
	}
	d, err := o.single(s.Like, in)
	if err != nil {
		return s, set, err
	}
	set.Rows = []jobset.Row{{Number: 1, Draft: s.Absolute(d)}}
	s.Check(&set.Rows[0])
	return s, set, nil
}

// priced is a row that can be sent, and its price.
type priced struct {
	row *jobset.Row
	inputs.Priced
}

// prices are the priced rows of an order, and those that are left out.
type prices struct {
	jobs []priced
	left []leftRow
	asks int // questions that it took
}

// leftRow is a row without a price.
type leftRow struct {
	row  *jobset.Row
	why  text.Text
	twin bool // it could be sent, but repeats a job or another row
}

// price prices the rows that can be sent. A row that repeats a job is left out
// unless again is set.
func (w World) price(ctx context.Context, a *login, j *journal.Journal, s *inputs.JobSources, set *jobset.Set, again bool) (p prices, err error) {
	known := inputs.NewFindings()
	if err := s.Judge(ctx, a.client, j, set, known); err != nil {
		return p, err
	}
	rows := p.choose(set, again)
	pricing := &inputs.SetPricing{Client: a.client, Env: s.Env, Known: known, Contents: inputs.NewContents(j)}
	pricing.Env.Uploads = nil // it asks the server itself
	for _, r := range rows {
		pricing.Drafts = append(pricing.Drafts, r.Job())
	}
	found := pricing.Price(ctx)
	if ctx.Err() != nil {
		return p, ctx.Err()
	}
	for i := range found {
		err := found[i].Err
		if err == nil {
			p.jobs = append(p.jobs, priced{rows[i], found[i]})
			continue
		}
		if e, ok := errors.AsType[*api.Error](err); ok && (e.Kind == api.KindAuth || len(found) == 1) {
			return p, a.named(err)
		}
		p.left = append(p.left, leftRow{row: rows[i], why: text.Words(err)})
	}
	_, p.asks = pricing.Progress()
	return p, nil
}

// choose returns the rows to be priced, and leaves out the others.
func (p *prices) choose(set *jobset.Set, again bool) (rows []*jobset.Row) {
	for i := range set.Rows {
		r := &set.Rows[i]
		twin := r.Fit() && r.Twin != "" && r.Rival == "" && r.Measured.Doubt == ""
		if r.Chosen() || twin && again {
			rows = append(rows, r)
			continue
		}
		p.left = append(p.left, leftRow{r, cmp.Or(r.Words(), "it is left out"), twin})
	}
	return rows
}
