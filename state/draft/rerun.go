package draft

import (
	"fmt"
	"maps"
	"slices"
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
	r.parts(g)
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
		s := Sound{Ref: string(in.RefID)}
		if in.Type == "audio" {
			s.Audio = r.media(in)
		} else {
			r.speech(&s, in.Provider)
		}
		if d.Sound().empty() {
			d.setSound(s)
		} else {
			d.More = append(d.More, s)
		}
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

func (r *rerun) speech(s *Sound, p *api.Provider) {
	if p == nil {
		r.lose("the script: the server does not return it")
		return
	}
	s.Script, s.VoiceID = string(p.Script), string(p.VoiceID)
	if strings.HasSuffix(s.Script, "…") && len(p.Script) > text.Max-8 {
		r.lose("the end of the script: it is too long to read back")
	}
	s.Stability, s.Similarity = setting(p.Stability, DefaultStability), setting(p.SimilarityBoost, DefaultSimilarity)
}

// setting is a voice's setting as it would be typed, "" for the server's
// default, which it echoes.
func setting(share *float64, otherwise float64) string {
	if share == nil || *share == otherwise {
		return ""
	}
	typed, _ := typedValue(*share)
	return typed
}

// parts copies the segments, the dubbing and the project.
func (r *rerun) parts(g api.Generation) {
	d := &r.draft
	d.ProjectID = string(g.ProjectID)
	if err := d.segments(members{"segments": []byte(g.Segments)}); err != nil {
		d.Segments = nil
		r.lose("the segments: " + err.Error())
	}
	d.dubbing(members{"dubParams": []byte(g.DubParams)})
	if len(d.Segments) == 0 && len(d.More) > 0 {
		r.lose("the audio after the first: no segment uses it")
		d.More = nil
	}
	if len(d.Segments) == 0 {
		d.Ref = ""
	}
}

// options copies the options that the form has a field for.
func (r *rerun) options(j api.JSON) {
	var extra Extra
	r.draft.Options = typedOptions(membersOf(j), &extra, extraOptions)
	for _, key := range slices.Sorted(maps.Keys(extra)) {
		if !Blank(Decoded(api.JSON(extra[key]))) {
			r.lose("the option " + string(text.Clean(strings.TrimPrefix(key, extraOptions+"/"), 64)))
		}
	}
}

// accepts reports whether typed is a valid value of the option.
func (o Option) accepts(typed string) bool {
	_, words := o.Value(typed)
	return words == ""
}
