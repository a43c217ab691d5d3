package draft

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

var outputNamePattern = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// Check returns the problem with one field of the draft. An unknown field has
// none.
func (d Draft) Check(field string, env CheckEnv) Problem {
	s, w := d.check(field, env)
	if s == SeverityNone {
		return Problem{}
	}
	return Problem{Field: field, Severity: s, Words: w}
}

func (d Draft) check(field string, env CheckEnv) (Severity, string) {
	switch field {
	case FieldModel:
		return d.checkModel(env)
	case FieldVisual:
		return d.checkVisual(env)
	case FieldAudio:
		return d.checkAudio(env)
	case FieldMore:
		return d.checkMore(env)
	case FieldSegments:
		return d.checkSegments(env)
	case FieldExtra:
		return d.checkExtra()
	}
	if name, ok := strings.CutPrefix(field, optionFieldPrefix); ok {
		if d.Option(name) == "" && !strings.Contains(name, ".") {
			return SeverityNone, "" // only parts of another option can be missing
		}
		return d.checkOption(name, env)
	}
	return d.checkText(field)
}

// checkText checks a field that needs no other facts.
func (d Draft) checkText(field string) (Severity, string) {
	switch field {
	case FieldScript:
		return d.Sound().checkScript()
	case FieldVoice:
		return d.Sound().checkVoice()
	case FieldStability:
		return d.Sound().checkShare(d.Stability, "stability")
	case FieldSimilarity:
		return d.Sound().checkShare(d.Similarity, "similarity")
	case FieldDub:
		return d.checkDub()
	case FieldDubFrom:
		return d.checkDubFrom()
	case FieldOutputName:
		return checkOutputName(d.OutputFileName)
	case FieldWebhook:
		return CheckWebhook(d.WebhookURL)
	case FieldProject:
		return d.checkProject()
	case FieldLabel:
		return CheckLabel(d.Label)
	}
	return SeverityNone, ""
}

func (d Draft) checkModel(env CheckEnv) (Severity, string) {
	m := strings.TrimSpace(d.Model)
	switch {
	case m == "":
		return SeverityMissing, "choose a model"
	case len(env.Models) > 0 && !slices.Contains(env.Models, m):
		return SeverityWarning, m + " is not among the models of this account"
	}
	return SeverityNone, ""
}

func (d Draft) checkVisual(env CheckEnv) (Severity, string) {
	m, err := ParseMedia(d.Visual, env.Home)
	if err != nil {
		return SeverityError, err.Error()
	}
	if m.Source == SourceNone {
		return SeverityMissing, "give a video: a link, a file, or an asset (ctrl+o)"
	}
	rules := RulesFor(strings.TrimSpace(d.Model))
	switch d.visualKind(m, env) {
	case kindAudio:
		return SeverityError, "this is audio: it belongs in the audio field"
	case kindOther:
		return SeverityError, "this is not a video"
	case kindOtherImage:
		return SeverityError, "images must be JPEG, PNG or WebP"
	case kindImage:
		if !rules.Image {
			return SeverityError, d.Model + " takes no images: give a video, or use sync-3"
		}
	}
	return checkFound(d.Model, m, FieldVisual, env.VisualSeconds, env)
}

func (d Draft) checkAudio(env CheckEnv) (Severity, string) { return d.checkAudioAs(FieldAudio, env) }

// checkAudioAs checks the audio as that of a field.
func (d Draft) checkAudioAs(field string, env CheckEnv) (Severity, string) {
	m, err := ParseMedia(d.Audio, env.Home)
	if err != nil {
		return SeverityError, err.Error()
	}
	if m.Source == SourceNone {
		if d.hasScript() || d.Dubs() {
			return SeverityNone, ""
		}
		return SeverityMissing, "give audio: a link, a file, an asset (ctrl+o), or a script below"
	}
	switch env.kind(m) {
	case kindImage, kindOtherImage, kindOther:
		return SeverityError, "this is not audio"
	}
	return checkFound(d.Model, m, field, env.AudioSeconds, env)
}

// checkFound checks the known facts about an input's file, other than its name.
func checkFound(model string, m Media, field string, seconds float64, env CheckEnv) (Severity, string) {
	f := env.found(field, m)
	if f.Refuse != "" {
		return SeverityError, f.Refuse
	}
	if w := tooLong(model, RulesFor(strings.TrimSpace(model)), max(seconds, f.Seconds)); w != "" {
		return SeverityError, w
	}
	s, words := checkSource(m, env)
	return with(f.Warn, s, words)
}

func tooLong(model string, r Rules, seconds float64) string {
	if r.MaxSeconds == 0 || seconds <= r.MaxSeconds {
		return ""
	}
	return fmt.Sprintf("the input is %.0f s long; %s takes up to %.0f s", seconds, model, r.MaxSeconds)
}

// checkOutputName applies the stricter of the two documented rules, so that no
// server changes a valid name.
// https://sync.so/docs/api-reference/api/generate-api/create
func checkOutputName(name string) (Severity, string) {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return SeverityNone, ""
	case len(name) > 255:
		return SeverityError, fmt.Sprintf("the name has %d characters; the limit is 255", len(name))
	case strings.HasSuffix(strings.ToLower(name), ".mp4"):
		return SeverityError, "leave out .mp4: the server adds it"
	case !outputNamePattern.MatchString(name):
		return SeverityError, "use only letters, digits, - and _"
	}
	return SeverityNone, ""
}

// CheckWebhook checks the link that the server calls when a job ends. The words
// are "" if it is valid or empty.
func CheckWebhook(link string) (Severity, string) {
	link = strings.TrimSpace(link)
	if link == "" {
		return SeverityNone, ""
	}
	if !strings.HasPrefix(strings.ToLower(link), "https://") {
		return SeverityError, "a webhook's address begins with https://"
	}
	if err := checkLink(link); err != nil {
		return SeverityError, err.Error()
	}
	return SeverityNone, ""
}

func (d Draft) checkOption(name string, env CheckEnv) (Severity, string) {
	o, ok := d.honoured(name)
	if !ok {
		return SeverityNone, "" // the option is not sent
	}
	typed := d.Option(name)
	if w := o.fault(typed); w != "" {
		if typed == "" {
			return SeverityMissing, w
		}
		return SeverityError, w
	}
	if typed == "" || !d.Still(env) {
		return SeverityNone, ""
	}
	return d.checkStill(o, typed)
}

// checkStill checks an option for an image.
func (d Draft) checkStill(o Option, typed string) (Severity, string) {
	if !o.Still || o.Kind == OptionSpeaker && d.speakerAuto() {
		return SeverityWarning, "it does not apply to an image, and is left out"
	}
	if o.Kind == OptionFrame && typed != "0" {
		return SeverityError, "an image has one frame: type 0"
	}
	return SeverityNone, ""
}

// honoured finds an option by its wire name; ok is false if it is not sent,
// because the model or the choice of another option has no use for it.
func (d Draft) honoured(name string) (o Option, ok bool) {
	o, ok = RulesFor(strings.TrimSpace(d.Model)).Option(name)
	return o, ok && (o.Parent == "" || speakerWay(d.Options) == o.When)
}

// checkExtra checks members that have no field against those that have one.
func (d Draft) checkExtra() (Severity, string) {
	for _, raw := range d.Inputs {
		switch kind := membersOf(raw).text("type"); kind {
		case "video", "image":
			return SeverityError, "there are two videos or images: a job has one"
		case "":
			return SeverityError, "an input has no type"
		}
	}
	speaker := d.Extra.inside(extraOptions + "/" + optionSpeaker)
	if way := speakerWay(d.Options); way != "" && speaker[speakerBoxes] != nil {
		return SeverityError, "the request has " + speakerBoxes + " already: clear the active speaker, or them"
	}
	return SeverityNone, ""
}

// checkSource checks a link, file or asset apart from its content.
func checkSource(m Media, env CheckEnv) (Severity, string) {
	switch m.Source {
	case SourceURL:
		return checkExpiry(m.URL, env.serverTime(), false)
	case SourceAsset:
		if env.Asset == nil {
			return SeverityNone, ""
		}
		if _, known := env.Asset(m.AssetID); !known {
			return SeverityWarning, "this asset is not in the list: check its id"
		}
	case SourceFile:
		return checkFile(m.Path, env)
	}
	return SeverityNone, ""
}

func checkFile(path string, env CheckEnv) (Severity, string) {
	if env.Stat == nil {
		return SeverityNone, ""
	}
	size, err := env.Stat(env.absolute(path))
	name := filepath.Base(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return SeverityError, fmt.Sprintf("there is no file %s (a link begins with https://)", name)
	case errors.Is(err, fs.ErrPermission):
		return SeverityError, fmt.Sprintf("%s can't be read: change its permissions", name)
	case err != nil:
		if p, ok := errors.AsType[*fs.PathError](err); ok {
			err = p.Err // the field already shows the path
		}
		return SeverityError, fmt.Sprintf("%s can't be read: %v", name, err)
	case size == 0:
		return SeverityError, name + " is empty"
	}
	return checkSize(path, size, env.uploads)
}
