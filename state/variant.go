package state

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
)

// DraftFromJob makes the draft of a job as it was, so that it can be run again.
// Lost says, in words, what could not be taken over.
func DraftFromJob(g api.Generation) (d Draft, lost []string) {
	name, _ := generationName(g)
	r := rerun{draft: Draft{
		Model:          string(g.Model),
		OutputFileName: strings.TrimSuffix(string(g.OutputFileName), ".mp4"),
		From:           "from " + string(name),
		Options:        make(map[string]string),
	}}
	for i := range g.Input {
		r.input(&g.Input[i])
	}
	r.options(g.Options)
	if !blank(decoded(g.Segments)) {
		r.lose("the segments: a form has none")
	}
	if !g.WebhookURL.IsZero() {
		r.draft.WebhookURL = r.link("webhook", g.WebhookURL)
	}
	return r.draft, r.lost
}

// DraftFromSubmission makes a draft of what was sent, so that it can be sent
// again as a new intent: it is not the draft that was sent.
func DraftFromSubmission(s *Submission) Draft {
	d := s.Draft.Clone()
	d.ID, d.Base, d.Doubt, d.From, d.UpdatedAt = "", "", "", "from "+string(s.Name), time.Time{}
	return d
}

// rerun gathers a draft from the parts of a job.
type rerun struct {
	draft Draft
	lost  []string
}

func (r *rerun) lose(words string) { r.lost = append(r.lost, words) }

func (r *rerun) input(in *api.Input) {
	d := &r.draft
	switch in.Type {
	case "video", "image":
		if d.Visual != "" {
			r.lose("a second " + string(in.Type) + ": a form has one")
			return
		}
		d.Visual = r.media(in)
		if in.AssetID != "" {
			d.VisualKind = strings.ToUpper(string(in.Type))
		}
	case "audio", "text":
		if d.Audio != "" || d.Script != "" {
			r.lose("a second voice: a form has one")
			return
		}
		if in.Type == "audio" {
			d.Audio = r.media(in)
			return
		}
		r.speech(in.Provider)
	default:
		r.lose(fmt.Sprintf("an input of the kind %q", in.Type))
	}
}

// media is an input as it is typed. An asset comes before its link, which may
// be signed and expire.
func (r *rerun) media(in *api.Input) string {
	if in.AssetID != "" {
		return AssetPrefix + string(in.AssetID)
	}
	return r.link(string(in.Type), in.URL)
}

func (r *rerun) link(what string, u api.URL) string {
	link, err := u.Link()
	if err != nil {
		r.lose(what + ": " + err.Error())
	}
	return link
}

func (r *rerun) speech(p *api.Provider) {
	if p == nil {
		r.lose("the script: the server does not tell it")
		return
	}
	r.draft.Script, r.draft.VoiceID = string(p.Script), string(p.VoiceID)
	if strings.HasSuffix(r.draft.Script, "…") && len(p.Script) > text.Max-8 {
		r.lose("the end of the script: it is too long to be read back")
	}
}

// options takes over those that the form has a field for.
func (r *rerun) options(j api.JSON) {
	echo, _ := decoded(j).(map[string]any)
	all := RulesFor("")
	for name, v := range echo {
		o, known := all.Option(name)
		typed, ok := typedOption(v)
		switch {
		case known && ok && o.accepts(typed):
			r.draft.Options[name] = typed
		case !blank(v):
			r.lose("the option " + string(text.Clean(name, 64)))
		}
	}
	slices.Sort(r.lost) // options come in any order
}

// accepts reports whether a value can be typed into the option's field.
func (o Option) accepts(typed string) bool {
	_, words := o.value(typed)
	return words == ""
}

// typedOption is a value as it is typed; ok is false for what can't be.
func typedOption(v any) (typed string, ok bool) {
	switch v := v.(type) {
	case string:
		return v, v != ""
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case map[string]any:
		if text, _ := json.Marshal(v); string(text) == `{"auto_detect":true}` {
			return "true", true
		}
	}
	return "", false
}

// Changes lists the fields in which a draft would send something else than the
// one it was made from, in the form's order. Options that a model does not
// honour are not sent.
func (d Draft) Changes(from Draft) []string {
	fields := d.Fields()
	for _, f := range from.Fields() {
		if !slices.Contains(fields, f) {
			fields = append(fields, f)
		}
	}
	return slices.DeleteFunc(fields, func(f string) bool { return d.sends(f) == from.sends(f) })
}

// sends is what a field contributes to the request, "" if nothing.
func (d Draft) sends(field string) string {
	text := map[string]string{
		FieldModel: d.Model, FieldVisual: d.Visual, FieldAudio: d.Audio, FieldScript: d.Script,
		FieldVoice: d.VoiceID, FieldOutputName: d.OutputFileName, FieldWebhook: d.WebhookURL,
	}[field]
	if name, isOption := strings.CutPrefix(field, optionFieldPrefix); isOption {
		if _, honoured := RulesFor(strings.TrimSpace(d.Model)).Option(name); honoured {
			text = d.Option(name)
		}
	}
	return strings.TrimSpace(text)
}

// Unfit says why a model can't take the draft's inputs, as far as env knows
// them, "" if nothing speaks against it.
func (d Draft) Unfit(model string, env CheckEnv) string {
	rules := RulesFor(model)
	if !rules.Image && d.Still(env) {
		return model + " takes no images"
	}
	return tooLong(model, rules, max(env.VisualSeconds, env.AudioSeconds))
}

// PriceKey is the same for drafts that have one price: they ask for the same
// work, and differ in what it is called and who is told of it at most.
func (d Draft) PriceKey() string {
	parts := []string{d.VisualKind}
	for _, f := range d.Fields() {
		if f != FieldOutputName && f != FieldWebhook {
			parts = append(parts, f, d.sends(f))
		}
	}
	return strings.Join(parts, "\x00")
}

// Twin makes the submission of a draft that has the PriceKey of the one of s:
// the price, as old as it is, and the measured files are those of s. It is an
// error where the draft can't be sent, or s has no price.
func (s *Submission) Twin(id string, d Draft, env CheckEnv) (Submission, error) {
	if s.State != SubmissionEstimated || d.PriceKey() != s.Draft.PriceKey() {
		return Submission{}, s.wrong("lend its price")
	}
	twin, err := NewSubmission(id, d, env)
	if err != nil {
		return Submission{}, err
	}
	twin.Files = slices.Clone(s.Files)
	return twin, twin.Estimate(s.Price, s.Price.At)
}

// PriceDifference is how much more a price is than what a job cost, below zero
// if it is less; known is false if one of them is not.
func PriceDifference(p Price, was Cost) (more api.Micros, known bool) {
	if p.Cost == nil || was.Kind == CostUnknown {
		return 0, false
	}
	return *p.Cost - was.Amount, true
}

// Words say what a charge is made of: "31 × $1.25 = $38.75".
func (c Charge) Words() string {
	jobs := counted(c.Count, "job")
	switch {
	case c.Total == nil || c.Count <= 0:
		return jobs + " of unknown price"
	case c.over:
		return jobs + ", more than can be counted"
	case c.Count == 1:
		return c.Total.String()
	case *c.Total/api.Micros(c.Count) == *c.Largest && *c.Total%api.Micros(c.Count) == 0:
		return fmt.Sprintf("%d × %s = %s", c.Count, *c.Largest, *c.Total)
	}
	return fmt.Sprintf("%s of up to %s = %s", jobs, *c.Largest, *c.Total)
}
