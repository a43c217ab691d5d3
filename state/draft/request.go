package draft

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"dubtop/api"
	"dubtop/state/jsoncheck"
)

// FromRequest returns a draft of a request in the API's JSON. Members that have
// no field in the form are kept in Extra. The error names the part that can't be
// read.
// https://sync.so/docs/api-reference/api/generate-api/create
func FromRequest(raw []byte) (Draft, error) {
	m := membersOf(raw)
	if m == nil {
		return Draft{}, errors.New("the request is not a JSON object")
	}
	var fault error
	jsoncheck.Check(raw, requestShape(), func(_ int, format string, args ...any) {
		if fault == nil {
			fault = fmt.Errorf(format, args...)
		}
	})
	if fault != nil {
		return Draft{}, fault
	}
	d := Draft{
		Model: m.text("model"), OutputFileName: m.text("outputFileName"), WebhookURL: m.text("webhookUrl"), ProjectID: m.text("projectId"),
	}
	d.inputs(m)
	if words := optionFault(m["options"]); words != "" {
		return Draft{}, errors.New(words)
	}
	d.Options = typedOptions(membersOf(m["options"]), &d.Extra, extraOptions)
	delete(m, "options")
	if err := d.segments(m); err != nil {
		return Draft{}, err
	}
	d.dubbing(m)
	d.Extra.add("", m)
	return d, nil
}

// membersOf returns the members of an object, nil if the value is none.
func membersOf(raw []byte) members {
	var m members
	if json.Unmarshal(raw, &m) != nil {
		return nil
	}
	return m
}

// text takes out a member that is text.
func (m members) text(name string) (text string) {
	if raw, there := m[name]; there && json.Unmarshal(raw, &text) == nil && string(raw) != "null" {
		delete(m, name)
	}
	return text
}

// seconds takes out a member that is a number and returns it as it would be
// typed, "" if there is none.
func (m members) seconds(name string) (typed string) {
	if n, ok := Decoded(api.JSON(m[name])).(float64); ok && n >= 0 {
		delete(m, name)
		typed, _ = typedValue(n)
	}
	return typed
}

// list takes out a member that is a list.
func (m members) list(name string) (list []json.RawMessage) {
	if json.Unmarshal(m[name], &list) == nil {
		delete(m, name)
	}
	return list
}

// inputs takes out the inputs. One without a field is kept as it is.
func (d *Draft) inputs(m members) {
	sounds := 0
	for _, raw := range m.list("input") {
		in := membersOf(raw)
		switch kind := in.text("type"); {
		case (kind == "video" || kind == "image") && d.Visual == "":
			d.Visual = in.media(&d.Extra, extraVisual)
			if strings.HasPrefix(d.Visual, AssetPrefix) || kind == "image" && kindOfName(Media{Source: SourceURL, URL: d.Visual}.base()) == kindUnknown {
				d.VisualKind = strings.ToUpper(kind)
			}
		case kind == "audio" || kind == "text":
			s := in.sound()
			if sounds++; sounds == 1 {
				d.setSound(s)
			} else {
				d.More = append(d.More, s)
			}
		default:
			d.Inputs = append(d.Inputs, raw)
		}
	}
}

// media takes out an asset or a link, as it would be typed. The rest is kept.
func (m members) media(extra *Extra, path string) (typed string) {
	if id := m.text("assetId"); id != "" {
		typed = AssetPrefix + id
	} else {
		typed = m.text("url")
	}
	extra.add(path, m)
	return typed
}

// sound reads an audio input or a script.
func (m members) sound() (s Sound) {
	s.Ref = m.text("refId")
	voice := membersOf(m["provider"])
	if voice == nil {
		m.audio(&s)
		return s
	}
	delete(m, "provider")
	if name := voice.text("name"); name != "" && name != dubProvider {
		voice["name"], _ = json.Marshal(name)
	}
	s.Script, s.VoiceID = voice.text("script"), voice.text("voiceId")
	s.Stability, s.Similarity = voice.seconds("stability"), voice.seconds("similarityBoost")
	s.Extra.add("provider", voice)
	s.Extra.add("", m)
	return s
}

func (m members) audio(s *Sound) {
	if id := m.text("assetId"); id != "" {
		s.Audio = AssetPrefix + id
	} else {
		s.Audio = m.text("url")
	}
	s.Extra.add("", m)
}

// optionFault describes a mistake in the value of an option, or returns "".
func optionFault(raw json.RawMessage) string {
	for name, value := range membersOf(raw) {
		o, known := RulesFor("").Option(name)
		if v := Decoded(api.JSON(value)); known && v != nil {
			if words := o.objection(v); words != "" {
				return words
			}
		}
	}
	return ""
}

// typedOptions returns options as they would be typed. Those without a field
// are kept.
func typedOptions(m members, extra *Extra, path string) map[string]string {
	typed := map[string]string{}
	for _, o := range RulesFor("").Options {
		raw, there := m[o.Name]
		if !there {
			continue
		}
		if o.Kind == OptionSpeaker {
			if fields, others, ok := typedSpeaker(raw); ok {
				for name, text := range fields {
					typed[name] = text
				}
				extra.add(path+"/"+optionSpeaker, others)
				delete(m, o.Name)
			}
			continue
		}
		if text, ok := typedValue(Decoded(api.JSON(raw))); ok && o.accepts(text) {
			typed[o.Name] = text
			delete(m, o.Name)
		}
	}
	extra.add(path, m)
	return typed
}

// segments takes out the segments.
func (d *Draft) segments(m members) error {
	for i, raw := range m.list("segments") {
		s, ok := segmentOf(raw)
		if !ok {
			return fmt.Errorf("segment %d can't be read: it needs startTime, endTime and audioInput", i+1)
		}
		d.Segments = append(d.Segments, s)
	}
	return nil
}

// dubbing takes out the dubbing.
func (d *Draft) dubbing(m members) {
	dub := membersOf(m["dubParams"])
	if dub == nil {
		return
	}
	d.DubLang, d.DubFrom = dub.text("targetLang"), dub.text("sourceLang")
	if d.DubLang == "" {
		return // kept as it is
	}
	delete(m, "dubParams")
	if name := dub.text("providerName"); name != "" && name != dubProvider {
		dub["providerName"], _ = json.Marshal(name)
	}
	d.Extra.add(extraDub, dub)
}
