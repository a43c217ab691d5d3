package draft

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dubtop/api"
	"dubtop/api/text"
)

// FromJob returns a draft with a job's inputs and options, to run it again.
// Lost describes the parts that could not be copied.
func FromJob(g api.Generation) (d Draft, lost []string) {
	name, _ := JobName(g)
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
	if !Blank(Decoded(g.Segments)) {
		r.lose("the segments: the form has none")
	}
	if !g.WebhookURL.IsZero() {
		r.draft.WebhookURL = r.link("webhook", g.WebhookURL)
	}
	return r.draft, r.lost
}

// rerun builds a draft from the parts of a job.
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
			r.lose("a second " + string(in.Type) + ": the form has one")
			return
		}
		d.Visual = r.media(in)
		if in.AssetID != "" {
			d.VisualKind = strings.ToUpper(string(in.Type))
		}
	case "audio", "text":
		if d.Audio != "" || d.Script != "" {
			r.lose("a second voice: the form has one")
			return
		}
		if in.Type == "audio" {
			d.Audio = r.media(in)
			return
		}
		r.speech(in.Provider)
	default:
		r.lose(fmt.Sprintf("an input of type %q", in.Type))
	}
}

// media is an input as it would be typed. It prefers an asset to its link,
// which may be signed and expire.
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
		r.lose("the script: the server does not return it")
		return
	}
	r.draft.Script, r.draft.VoiceID = string(p.Script), string(p.VoiceID)
	if strings.HasSuffix(r.draft.Script, "…") && len(p.Script) > text.Max-8 {
		r.lose("the end of the script: it is too long to read back")
	}
}

// options copies the options that the form has a field for.
func (r *rerun) options(j api.JSON) {
	echo, _ := Decoded(j).(map[string]any)
	all := RulesFor("")
	for name, v := range echo {
		o, known := all.Option(name)
		typed, ok := typedOption(v)
		switch {
		case known && ok && o.accepts(typed):
			r.draft.Options[name] = typed
		case !Blank(v):
			r.lose("the option " + string(text.Clean(name, 64)))
		}
	}
	slices.Sort(r.lost) // map order is random
}

// accepts reports whether typed is a valid value of the option.
func (o Option) accepts(typed string) bool {
	_, words := o.Value(typed)
	return words == ""
}

// typedOption is a value as it would be typed; ok is false if it can't be.
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
