package draft

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"dubtop/api"
)

// Segment is a part of the video with audio of its own, as typed. Times are
// seconds, or minutes and seconds as in 1:30.5.
// https://sync.so/docs/developer-guides/segments
type Segment struct {
	From     string            `json:"from"`
	To       string            `json:"to"`
	Ref      string            `json:"ref"`                // of its audio input
	CropFrom string            `json:"cropFrom,omitempty"` // of the audio that is used; "" for its beginning
	CropTo   string            `json:"cropTo,omitempty"`
	Options  map[string]string `json:"options,omitempty"` // in place of the job's
	Extra    Extra             `json:"extra,omitempty"`
}

// ParseTime reads a time such as 90.5 or 1:30.5 as seconds.
func ParseTime(typed string) (seconds float64, err error) {
	typed = strings.TrimSpace(typed)
	minutes, rest, split := strings.Cut(typed, ":")
	if !split {
		minutes, rest = "0", typed
	}
	n, err := strconv.ParseUint(minutes, 10, 20)
	if err != nil || rest == "" {
		return 0, errTime(typed)
	}
	seconds, err = parseNumber(rest)
	if err != nil || !(seconds >= 0) || math.IsInf(seconds, 0) || split && seconds >= 60 {
		return 0, errTime(typed)
	}
	return 60*float64(n) + seconds, nil
}

type errTime string

func (e errTime) Error() string {
	return fmt.Sprintf("%q is not a time: type seconds, or minutes as in 1:30.5", string(e))
}

// SegmentOptions lists the options that a segment can have in place of the
// job's, for a model.
func SegmentOptions(model string) []Option {
	return slices.DeleteFunc(RulesFor(strings.TrimSpace(model)).Options, func(o Option) bool {
		switch strings.SplitN(o.Name, ".", 2)[0] {
		case optionSyncMode, "temperature", "occlusion_detection_enabled", optionSpeaker:
			return false
		}
		return true
	})
}

// Overrides reports whether the segment has options in place of the job's.
func (s Segment) Overrides() bool {
	for _, v := range s.Options {
		if strings.TrimSpace(v) != "" {
			return true
		}
	}
	return len(s.Extra.below("optionsOverride")) > 0
}

func (s Segment) clone() Segment {
	s.Options, s.Extra = maps.Clone(s.Options), maps.Clone(s.Extra)
	return s
}

// write returns the segment as it is sent.
func (s Segment) write(model string) api.CreateSegment {
	seconds := func(typed string) float64 {
		n, _ := ParseTime(typed) // Check has reported it
		return n
	}
	crop := api.CreateCrop{RefID: strings.TrimSpace(s.Ref), Others: s.Extra.inside("audioInput")}
	if strings.TrimSpace(s.CropFrom+s.CropTo) != "" {
		from, to := seconds(s.CropFrom), seconds(s.CropTo)
		crop.StartTime, crop.EndTime = &from, &to
	}
	return api.CreateSegment{
		StartTime: seconds(s.From), EndTime: seconds(s.To), AudioInput: crop, Others: s.Extra.inside(""),
		OptionsOverride: written(SegmentOptions(model), s.Options, s.Extra, "optionsOverride", func(Option) bool { return true }),
	}
}

// CheckSegment returns the worst problem with a segment. Its field is one of
// from, to, ref, cropFrom and cropTo, or an option.
func (d Draft) CheckSegment(i int) Problem {
	s := d.Segments[i]
	wrong := func(field, words string) Problem { return Problem{Field: field, Severity: SeverityError, Words: words} }
	from, err := ParseTime(s.From)
	if err != nil {
		return wrong("from", err.Error())
	}
	to, err := ParseTime(s.To)
	switch {
	case strings.TrimSpace(s.To) == "":
		return Problem{Field: "to", Severity: SeverityMissing, Words: "when does it end?"}
	case err != nil:
		return wrong("to", err.Error())
	case from > to:
		return wrong("to", "it ends before it begins")
	case !slices.Contains(d.Refs(), strings.TrimSpace(s.Ref)):
		return wrong("ref", fmt.Sprintf("there is no audio input called %q", strings.TrimSpace(s.Ref)))
	}
	if field, words := s.checkCrop(); words != "" {
		return wrong(field, words)
	}
	for _, o := range OptionsIn(SegmentOptions(d.Model), s.Options) {
		if words := o.fault(s.Options[o.Name]); words != "" {
			return wrong(OptionField(o.Name), words)
		}
	}
	return Problem{}
}

func (s Segment) checkCrop() (field, words string) {
	if strings.TrimSpace(s.CropFrom+s.CropTo) == "" {
		return "", ""
	}
	from, err := ParseTime(s.CropFrom)
	to, errTo := ParseTime(s.CropTo)
	switch {
	case strings.TrimSpace(s.CropFrom) == "":
		return "cropFrom", "a crop needs both its beginning and its end"
	case strings.TrimSpace(s.CropTo) == "":
		return "cropTo", "a crop needs both its beginning and its end"
	case err != nil:
		return "cropFrom", err.Error()
	case errTo != nil:
		return "cropTo", errTo.Error()
	case from > to:
		return "cropTo", "the crop ends before it begins"
	}
	return "", ""
}

// checkSegments checks the segments together.
func (d Draft) checkSegments(env CheckEnv) (Severity, string) {
	if len(d.Segments) > 0 && d.Dubs() {
		return SeverityError, "dubbing takes no segments"
	}
	for i := range d.Segments {
		if p := d.CheckSegment(i); p.Blocks() {
			return p.Severity, fmt.Sprintf("segment %d: %s", i+1, p.Words)
		}
	}
	if len(d.Segments) == 0 {
		return SeverityNone, ""
	}
	if severity, words := d.checkLocal(env); severity == SeverityError {
		return severity, words
	}
	return d.segmentDoubts(env)
}

// checkLocal checks that the audio inputs can be told apart. A server without
// uploads gets a local file beside the request, where it has no name.
func (d Draft) checkLocal(env CheckEnv) (Severity, string) {
	if len(d.Segments) == 0 {
		return SeverityNone, ""
	}
	for _, field := range d.MediaFields()[1:] {
		m, err := ParseMedia(d.Media(field), env.Home)
		if err != nil || m.Source != SourceFile {
			continue
		}
		switch env.uploads() {
		case api.Unsupported:
			return SeverityError, "segments name their audio, and this server takes no uploads, so that a file has no name: give links"
		case api.SupportUnknown:
			return SeverityWarning, "segments need audio files to be uploaded, and it is not known yet whether this server takes uploads"
		}
	}
	return SeverityNone, ""
}

// segmentDoubts warns about segments that overlap or end after the video.
func (d Draft) segmentDoubts(env CheckEnv) (Severity, string) {
	type span struct {
		from, to float64
		n        int
	}
	var spans []span
	for i, s := range d.Segments {
		from, _ := ParseTime(s.From)
		to, _ := ParseTime(s.To)
		spans = append(spans, span{from, to, i + 1})
	}
	slices.SortFunc(spans, func(a, b span) int { return int(math.Copysign(1, a.from-b.from)) })
	for i, s := range spans {
		if i > 0 && s.from < spans[i-1].to {
			return SeverityWarning, fmt.Sprintf("segments %d and %d overlap", spans[i-1].n, s.n)
		}
		if env.VisualSeconds > 0 && s.to > env.VisualSeconds {
			return SeverityWarning, fmt.Sprintf("segment %d ends after the video, which is %.4g s long", s.n, env.VisualSeconds)
		}
	}
	return d.checkLocal(env)
}

// segmentOf reads a segment of a request; ok is false if it can't be read.
func segmentOf(raw json.RawMessage) (s Segment, ok bool) {
	m := membersOf(raw)
	if m == nil {
		return s, false
	}
	crop := membersOf(m["audioInput"])
	if crop == nil {
		return s, false
	}
	delete(m, "audioInput")
	s.From, s.To = m.seconds("startTime"), m.seconds("endTime")
	s.Ref = crop.text("refId")
	s.CropFrom, s.CropTo = crop.seconds("startTime"), crop.seconds("endTime")
	s.Extra.add("audioInput", crop)
	if over := membersOf(m["optionsOverride"]); over != nil {
		delete(m, "optionsOverride")
		s.Options = typedOptions(over, &s.Extra, "optionsOverride")
	}
	s.Extra.add("", m)
	return s, s.From != "" && s.To != ""
}
