package draft

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"dubtop/api"
)

// Sound is one audio input as typed: a file, or a script with its voice.
type Sound struct {
	Audio      string `json:"audio,omitempty"`
	Script     string `json:"script,omitempty"`
	VoiceID    string `json:"voiceId,omitempty"`
	Stability  string `json:"stability,omitempty"`  // of the voice, from 0 to 1
	Similarity string `json:"similarity,omitempty"` // to the original voice, likewise
	Ref        string `json:"ref,omitempty"`        // by which segments name it
	Extra      Extra  `json:"extra,omitempty"`
}

// The voice's settings, which the server has defaults for.
const (
	DefaultStability  = 0.5
	DefaultSimilarity = 0.75
)

// Sound returns the first audio input.
func (d Draft) Sound() Sound {
	return Sound{
		Audio: d.Audio, Script: d.Script, VoiceID: d.VoiceID, Stability: d.Stability, Similarity: d.Similarity,
		Ref: d.Ref, Extra: d.Extra.below(extraAudio),
	}
}

// setSound replaces the first audio input.
func (d *Draft) setSound(s Sound) {
	d.Audio, d.Script, d.VoiceID, d.Stability, d.Similarity, d.Ref = s.Audio, s.Script, s.VoiceID, s.Stability, s.Similarity, s.Ref
	maps.DeleteFunc(d.Extra, func(key string, _ rawValue) bool { return strings.HasPrefix(key, extraAudio+"/") })
	d.Extra.merge(extraAudio, s.Extra)
}

// Sounds lists all audio inputs, each with the name that segments have for it.
// Without segments, nothing needs a name.
func (d Draft) Sounds() []Sound {
	if d.Dubs() && d.Sound().empty() {
		return nil
	}
	all := append([]Sound{d.Sound()}, d.More...)
	if len(d.Segments) == 0 && len(all) == 1 {
		return all
	}
	taken := map[string]bool{}
	for _, s := range all {
		taken[s.ref()] = true
	}
	for i := range all {
		if all[i].ref() == "" {
			all[i].Ref = freeRef(i+1, taken)
		}
	}
	return all
}

// Refs lists the names of the audio inputs.
func (d Draft) Refs() (refs []string) {
	named := d
	if len(named.Segments) == 0 {
		named.Segments = []Segment{{}} // which makes names necessary
	}
	for _, s := range named.Sounds() {
		refs = append(refs, s.ref())
	}
	return refs
}

// freeRef names an audio input by its place.
func freeRef(place int, taken map[string]bool) string {
	for n := place; ; n++ {
		if ref := "audio-" + strconv.Itoa(n); !taken[ref] {
			taken[ref] = true
			return ref
		}
	}
}

func (s Sound) ref() string { return strings.TrimSpace(s.Ref) }

func (s Sound) empty() bool { return !s.hasScript() && strings.TrimSpace(s.Audio) == "" }

func (s Sound) hasScript() bool { return strings.TrimSpace(s.Script) != "" }

func (s Sound) clone() Sound {
	s.Extra = maps.Clone(s.Extra)
	return s
}

// input returns the input as it is sent. A local file has a name beside the
// request.
func (s Sound) input(w *writer) api.CreateInput {
	if !s.hasScript() {
		in := w.media("audio", s.Audio)
		in.RefID, in.Others = s.ref(), s.Extra.inside("")
		return in
	}
	voice := &api.CreateVoice{
		Name: dubProvider, VoiceID: strings.TrimSpace(s.VoiceID), Script: strings.TrimSpace(s.Script),
		Stability: shareOf(s.Stability), SimilarityBoost: shareOf(s.Similarity), Others: s.Extra.inside("provider"),
	}
	return api.CreateInput{Type: "text", RefID: s.ref(), Provider: voice, Others: s.Extra.inside("")}
}

// shareOf is a typed number from 0 to 1, nil if there is none.
func shareOf(typed string) *float64 {
	if n, err := parseNumber(typed); err == nil && n >= 0 && n <= 1 {
		return &n
	}
	return nil
}

// checkShare checks a setting of the voice.
func (s Sound) checkShare(typed, what string) (Severity, string) {
	switch {
	case strings.TrimSpace(typed) == "":
	case shareOf(typed) == nil:
		return SeverityError, what + " takes a number from 0 to 1"
	case !s.hasScript():
		return SeverityWarning, "it only matters with a script"
	}
	return SeverityNone, ""
}

func (s Sound) checkScript() (Severity, string) {
	switch n := utf8.RuneCountInString(strings.TrimSpace(s.Script)); {
	case n == 0:
		return SeverityNone, ""
	case strings.TrimSpace(s.Audio) != "":
		return SeverityError, "there is already audio above: clear the audio or the script"
	case n > MaxScript:
		return SeverityError, fmt.Sprintf("the script has %d characters; the limit is %d", n, MaxScript)
	}
	return SeverityNone, ""
}

func (s Sound) checkVoice() (Severity, string) {
	v := strings.TrimSpace(s.VoiceID)
	switch {
	case v == "" && s.hasScript():
		return SeverityMissing, "a script needs a voice id, your own or from ElevenLabs"
	case v != "" && !api.ID(v).Valid():
		return SeverityError, "a voice id can only have letters, digits, - and _"
	case v != "" && !s.hasScript():
		return SeverityWarning, "the voice is only used with a script"
	}
	return SeverityNone, ""
}

// CheckSound returns the worst problem with an audio input after the first.
func (d Draft) CheckSound(i int, env CheckEnv) (worst Problem) {
	for _, field := range []string{FieldAudio, FieldScript, FieldVoice, FieldStability, FieldSimilarity, "ref"} {
		if p := d.CheckSoundField(i, field, env); p.Severity > worst.Severity {
			worst = p
		}
	}
	return worst
}

// CheckSoundField returns the problem with a field of an audio input after the
// first; "ref" is its name.
func (d Draft) CheckSoundField(i int, field string, env CheckEnv) Problem {
	s, one := d.More[i], d.Clone()
	one.setSound(s)
	one.DubLang = ""
	var (
		severity Severity
		words    string
	)
	switch field {
	case "ref":
		severity, words = d.checkRef(s.Ref)
	case FieldAudio:
		env.AudioSeconds = 0
		severity, words = one.checkAudioAs(SoundField(i), env)
	default:
		severity, words = one.checkText(field)
	}
	return Problem{Field: field, Severity: severity, Words: words}
}

// checkRef checks the name of an audio input.
func (d Draft) checkRef(ref string) (Severity, string) {
	ref = strings.TrimSpace(ref)
	same := 0
	for _, s := range append([]Sound{d.Sound()}, d.More...) {
		if s.ref() == ref {
			same++
		}
	}
	if ref != "" && same > 1 {
		return SeverityError, fmt.Sprintf("two inputs are called %q", ref)
	}
	return SeverityNone, ""
}

// checkMore checks the audio inputs after the first.
func (d Draft) checkMore(env CheckEnv) (Severity, string) {
	for i := range d.More {
		if p := d.CheckSound(i, env); p.Blocks() {
			return p.Severity, fmt.Sprintf("%s: %s", d.Refs()[i+1], p.Words)
		}
	}
	switch {
	case len(d.More) == 0:
		return SeverityNone, ""
	case d.Dubs():
		return SeverityError, "dubbing makes its own audio: remove the others, or the dubbing"
	case len(d.Segments) == 0:
		return SeverityMissing, "several audio inputs need segments that say which is heard when"
	}
	for i := range d.More {
		if p := d.CheckSound(i, env); !p.None() {
			return p.Severity, fmt.Sprintf("%s: %s", d.Refs()[i+1], p.Words)
		}
	}
	return SeverityNone, ""
}

// SoundField is the field of an audio input after the first, counted from 0.
func SoundField(i int) string { return FieldMore + "." + strconv.Itoa(i) }

// MediaFields lists the fields that hold a file.
func (d Draft) MediaFields() []string {
	fields := []string{FieldVisual, FieldAudio}
	for i := range d.More {
		fields = append(fields, SoundField(i))
	}
	return fields
}

// Media is the text typed into a field that holds a file.
func (d Draft) Media(field string) string {
	switch i := slices.Index(d.MediaFields(), field); i {
	case -1:
		return ""
	case 0:
		return d.Visual
	case 1:
		return d.Audio
	default:
		return d.More[i-2].Audio
	}
}

// AssetIDs lists the assets that are typed into fields that hold a file.
func (d Draft) AssetIDs(home string) (ids []string) {
	for _, field := range d.MediaFields() {
		if m, err := ParseMedia(d.Media(field), home); err == nil && m.Source == SourceAsset {
			ids = append(ids, m.AssetID)
		}
	}
	return ids
}

// LocalFields lists the fields with a local file, in the order of the request's
// files.
func (d Draft) LocalFields(home string) (fields []string) {
	for i, field := range d.MediaFields() {
		m, err := ParseMedia(d.Media(field), home)
		script := i > 0 && append([]Sound{d.Sound()}, d.More...)[i-1].hasScript()
		if err == nil && m.Source == SourceFile && !script {
			fields = append(fields, field)
		}
	}
	return fields
}

// PutMedia sets a field that holds a file. It leaves the kind of the file alone.
func (d *Draft) PutMedia(field, typed string) {
	switch i := slices.Index(d.MediaFields(), field); i {
	case -1:
	case 0:
		d.Visual = typed
	case 1:
		d.Audio = typed
	default:
		d.More[i-2].Audio = typed
	}
}
