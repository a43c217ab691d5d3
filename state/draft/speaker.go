package draft

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The server is told how to find the speaker in one of several ways, which have
// fields of their own.
// https://sync.so/docs/developer-guides/speaker-selection
const (
	optionSpeaker = "active_speaker_detection"
	speakerFrame  = "frame_number"
	speakerPoint  = "coordinates"
	speakerLink   = "bounding_boxes_url"
	speakerBoxes  = "bounding_boxes"
	speakerAuto   = "auto_detect"
)

// The choices of OptionSpeaker.
const (
	SpeakerAuto  = "auto"
	SpeakerPoint = "point"
	SpeakerBoxes = "boxes"
)

func speakerOptions() []Option {
	under := func(o Option, when string) Option {
		o.Name, o.Parent, o.When, o.Still = optionSpeaker+"."+o.Name, optionSpeaker, when, true
		return o
	}
	return []Option{
		{
			Name: optionSpeaker, Kind: OptionSpeaker, Choices: []string{SpeakerAuto, SpeakerPoint, SpeakerBoxes}, Still: true,
			Words: "which of several faces speaks",
		},
		under(Option{Name: speakerFrame, Kind: OptionFrame, Words: "a frame that shows the speaker; 0 is the first"}, SpeakerPoint),
		under(Option{Name: speakerPoint, Kind: OptionPoint, Words: "a point on the face, as in 640, 360: pixels from the top left"}, SpeakerPoint),
		under(Option{Name: speakerLink, Kind: OptionLink, Words: "https://… a JSON file with a box for each frame"}, SpeakerBoxes),
	}
}

// speakerValue is Option.Value for the options about the speaker.
func (o Option) speakerValue(typed string) (v any, words string) {
	switch o.Kind {
	case OptionFrame:
		n, err := strconv.Atoi(typed)
		if err != nil || n < 0 {
			return nil, fmt.Sprintf("%q is not the number of a frame: type 0 or more", typed)
		}
		return n, ""
	case OptionPoint:
		return pointOf(typed)
	case OptionLink:
		if err := checkLink(typed); err != nil {
			return nil, err.Error()
		}
		return typed, ""
	}
	if b, ok := parseBool(typed); ok { // as in the vendor's older clients
		typed = ""
		if b {
			typed = SpeakerAuto
		}
	}
	switch typed {
	case "", SpeakerAuto, SpeakerPoint, SpeakerBoxes:
		return typed, ""
	}
	return nil, fmt.Sprintf("%s takes one of %s", o.Name, strings.Join(o.Choices, ", "))
}

// pointOf reads a point such as 640, 360 or 640x360.
func pointOf(typed string) (v any, words string) {
	words = fmt.Sprintf("%q is not a point: type two numbers, as in 640, 360", typed)
	parts := strings.FieldsFunc(typed, func(r rune) bool { return strings.ContainsRune(", x×[]()", r) })
	if len(parts) != 2 {
		return nil, words
	}
	var point []float64
	for _, part := range parts {
		n, err := strconv.ParseFloat(part, 64)
		if err != nil || !(n >= 0) || math.IsInf(n, 0) {
			return nil, words
		}
		point = append(point, n)
	}
	return point, ""
}

// speakerObjection describes a mistake in the whole option as it is sent, or
// returns "".
func speakerObjection(v any) string {
	if _, old := v.(bool); old {
		return ""
	}
	members, ok := v.(map[string]any)
	if !ok {
		return optionSpeaker + " takes an object { }"
	}
	for _, o := range speakerOptions() {
		name := strings.TrimPrefix(o.Name, optionSpeaker+".")
		given, there := members[name]
		if o.Parent == "" || !there || given == nil {
			continue
		}
		if typed, ok := typedValue(given); !ok {
			return o.Name + " can't be read"
		} else if _, words := o.Value(typed); words != "" {
			return words
		}
	}
	return speakerWays(members)
}

// speakerWays requires one way of finding the speaker.
func speakerWays(members map[string]any) string {
	_, frame := members[speakerFrame]
	_, point := members[speakerPoint]
	ways := 0
	for _, name := range []string{speakerAuto, speakerPoint, speakerBoxes, speakerLink} {
		if !Blank(members[name]) {
			ways++
		}
	}
	switch {
	case frame != point:
		return optionSpeaker + " needs both " + speakerFrame + " and " + speakerPoint
	case ways > 1:
		return optionSpeaker + " takes one way only: auto_detect, a point, or boxes"
	}
	return ""
}

// typedValue is a JSON value as it would be typed; ok is false if it can't be.
func typedValue(v any) (typed string, ok bool) {
	switch v := v.(type) {
	case string:
		return v, v != ""
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case []any:
		var parts []string
		for _, x := range v {
			part, isNumber := x.(float64)
			if !isNumber {
				return "", false
			}
			parts = append(parts, strconv.FormatFloat(part, 'f', -1, 64))
		}
		return strings.Join(parts, ", "), len(parts) == 2
	}
	return "", false
}

// typedSpeaker returns the option about the speaker as it would be typed, by
// option, and the members without a field.
func typedSpeaker(raw json.RawMessage) (typed map[string]string, others members, ok bool) {
	var old bool
	if json.Unmarshal(raw, &old) == nil {
		if old {
			return map[string]string{optionSpeaker: SpeakerAuto}, nil, true
		}
		return nil, nil, true
	}
	if json.Unmarshal(raw, &others) != nil || others == nil {
		return nil, nil, false
	}
	typed = map[string]string{}
	for _, o := range speakerOptions() {
		if o.Parent == "" {
			continue
		}
		name := strings.TrimPrefix(o.Name, optionSpeaker+".")
		if text, ok := typedValue(Decoded([]byte(others[name]))); ok && o.accepts(text) {
			typed[o.Name], typed[optionSpeaker] = text, o.When
			delete(others, name)
		}
	}
	switch string(others[speakerAuto]) {
	case "true":
		if typed[optionSpeaker] == "" {
			typed[optionSpeaker] = SpeakerAuto
			delete(others, speakerAuto)
		}
	case "false", "null":
		delete(others, speakerAuto)
	}
	return typed, others, true
}
