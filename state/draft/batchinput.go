package draft

import (
	"encoding/json"
	"unicode/utf8"

	"dubtop/api"
	"dubtop/state/jsoncheck"
)

// payload checks one request and returns the length of its result in seconds, 0
// if unknown, and whether that is a guess.
func (c *batchCheck) payload(number int, p batchPayload) (seconds float64, about bool) {
	if p.Model == "" {
		c.problem(number, "model is missing")
	}
	rules := RulesFor(p.Model)
	for _, o := range rules.Options {
		if v, ok := p.Options[o.Name]; ok && v != nil {
			if words := o.objection(v); words != "" {
				c.problem(number, "%s", words)
			}
		}
	}
	if _, words := checkOutputName(p.OutputFileName); words != "" {
		c.problem(number, "outputFileName: %s", words)
	}
	if _, words := CheckWebhook(p.WebhookURL); words != "" {
		c.problem(number, "webhookUrl: %s", words)
	}
	n := c.inputs(number, p, rules)
	c.balance(number, p, n)
	switch mode, _ := p.Options[optionSyncMode].(string); {
	case present(p.DubParams): // the dubbed speech has its own length
	case present(p.Segments): // the length depends on the segments
		seconds, n.about = n.visualSeconds, true
	default:
		seconds, _ = OutputSeconds(mode, n.visualSeconds, n.audioSeconds, n.image)
	}
	return seconds, n.about
}

// inputCount adds up a request's inputs.
type inputCount struct {
	visuals, audios             int
	image                       bool
	strange                     bool // an input has an unknown type
	about                       bool // a length is a guess
	visualSeconds, audioSeconds float64
}

func (c *batchCheck) inputs(number int, p batchPayload, rules Rules) inputCount {
	var n inputCount
	for _, in := range p.Input {
		switch in.Type {
		case "video", "image":
			n.visuals++
			n.image = in.Type == "image"
			if n.image && !rules.Image {
				c.problem(number, "%s takes no images", p.Model)
			}
			f := c.source(number, in, rules)
			n.visualSeconds, n.about = f.Seconds, n.about || f.Within > 0
		case "audio":
			n.audios++
			f := c.source(number, in, rules)
			n.audioSeconds, n.about = f.Seconds, n.about || f.Within > 0
		case "text":
			n.audios++
			n.audioSeconds, n.about = c.voice(number, in.Provider), true
		default:
			n.strange = true
			c.problem(number, "an input's type must be video, image, audio or text, not %q", jsoncheck.Shorten(in.Type))
		}
	}
	return n
}

// balance checks that there is one visual input, and some sound.
func (c *batchCheck) balance(number int, p batchPayload, n inputCount) {
	segments, dub := present(p.Segments), present(p.DubParams)
	switch {
	case n.strange:
		// the unknown input may be either
	case n.visuals != 1:
		c.problem(number, "there must be exactly one video or image, not %d", n.visuals)
	case dub && n.audios > 0:
		c.problem(number, "dubParams brings its own audio: leave out audio and text")
	case !dub && n.audios == 0:
		c.problem(number, "there is no audio and no text")
	case n.audios > 1 && !segments:
		c.problem(number, "there are %d audios: several need segments", n.audios)
	}
}

func present(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// source checks a link or an asset, and returns the finding about its file.
func (c *batchCheck) source(number int, in api.CreateInput, rules Rules) (f Finding) {
	switch {
	case in.URL == "" && in.AssetID == "":
		c.problem(number, "the %s has neither url nor assetId; a batch can't bring files", in.Type)
		return f
	case in.URL != "":
		if err := checkLink(in.URL); err != nil {
			c.problem(number, "%s: %v", in.Type, err)
			return f
		}
	}
	f = c.found(in)
	c.judge(number, in, rules, f)
	return f
}

// found returns the earlier finding about an input's file.
func (c *batchCheck) found(in api.CreateInput) (f Finding) {
	if c.env.Found != nil {
		if known, looked := c.env.Found(in); looked {
			f = known
		}
	}
	if in.Type == "image" {
		f.Seconds = 0
	}
	return f
}

// judge reports problems with an input, given the finding about it.
func (c *batchCheck) judge(number int, in api.CreateInput, rules Rules, f Finding) {
	most := float64(api.BatchMaxSeconds)
	if rules.MaxSeconds > 0 {
		most = min(most, rules.MaxSeconds)
	}
	s, words := checkExpiry(in.URL, c.env.Now, true)
	switch s, words = with(f.Warn, s, words); {
	case in.AssetID != "" && f.Holds != "" && !suits(in.Type, f.Holds):
		c.problem(number, "%s: the asset is of type %s", in.Type, f.Holds)
	case f.Refuse != "":
		c.problem(number, "%s: %s", in.Type, f.Refuse)
	case f.Seconds > most:
		c.problem(number, "the %s is %.1f s long; the limit is %.0f s", in.Type, f.Seconds, most)
	case s == SeverityError:
		c.problem(number, "%s: %s", in.Type, words)
	case s == SeverityWarning:
		c.warn(number, in.Type+": "+words)
	}
}

// suits reports whether an asset that holds one kind of media can be an input
// of a type. A video can serve as audio.
func suits(kind, holds string) bool { return kind == holds || kind == "audio" && holds == "video" }

// voice checks a script and returns a guess of its length in seconds.
func (c *batchCheck) voice(number int, v *api.CreateVoice) float64 {
	if v == nil || v.Script == "" {
		c.problem(number, "the text has no provider.script")
		return 0
	}
	if v.VoiceID == "" {
		c.problem(number, "the text has no provider.voiceId")
	}
	if n := utf8.RuneCountInString(v.Script); n > MaxScript {
		c.problem(number, "the script has %d characters; the limit is %d", n, MaxScript)
	}
	return SpeechSeconds(v.Script)
}
