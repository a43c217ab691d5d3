package draft

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Rules describe the inputs and options of a model, as documented:
// https://sync.so/docs/api-reference/api/generate-api/create
type Rules struct {
	Known      bool     // false for a model unknown to this program
	Image      bool     // the visual input may be a still image
	MaxSeconds float64  // longest input in seconds; 0 if not documented
	Options    []Option // supported options in the form's order
}

// OptionKind is an option's type.
type OptionKind int

// The kinds of options.
const (
	OptionChoice  OptionKind = iota // one of Choices
	OptionNumber                    // a number from Min to Max
	OptionBool                      // true or false
	OptionSpeaker                   // how the speaker is found, one of Choices
	OptionFrame                     // the number of a frame, from 0
	OptionPoint                     // a place in the picture, in pixels
	OptionLink                      // a link
)

// Option describes one member of a request's options.
type Option struct {
	Name     string // name on the wire; a dot leads into an object
	Kind     OptionKind
	Choices  []string
	Min, Max float64
	Default  string // the server's value if nothing is sent; "" if none
	Words    string // one-line description for the form
	// Still is set if the option has an effect on a still image.
	Still bool
	// Parent and When name another option and the choice of it that this one
	// belongs to; Parent is "" for none.
	Parent, When string
}

const optionSyncMode = "sync_mode"

// RulesFor returns the rules of a model. For an unknown model they allow
// everything, leaving the decision to the server.
func RulesFor(model string) Rules {
	switch model {
	case "sync-3":
		return Rules{Known: true, Image: true, Options: append([]Option{syncMode()}, speakerOptions()...)}
	case "lipsync-2", "lipsync-2-pro":
		return Rules{Known: true, Options: append([]Option{syncMode(), temperature(), occlusion()}, speakerOptions()...)}
	case "lipsync-1.9.0-beta":
		return Rules{Known: true, Options: []Option{syncMode(), occlusion()}}
	case "react-1":
		return Rules{Known: true, MaxSeconds: 15, Options: []Option{syncMode(), modelMode(), prompt()}}
	}
	all := append([]Option{syncMode(), temperature(), occlusion()}, speakerOptions()...)
	return Rules{Image: true, Options: append(all, modelMode(), prompt(), reasoning())}
}

// Option finds an option by its wire name; ok is false if the model does not
// support it.
func (r Rules) Option(name string) (o Option, ok bool) {
	i := slices.IndexFunc(r.Options, func(o Option) bool { return o.Name == name })
	if i < 0 {
		return Option{}, false
	}
	return r.Options[i], true
}

func syncMode() Option {
	return Option{
		Name: optionSyncMode, Kind: OptionChoice, Default: "bounce",
		Choices: []string{"bounce", "loop", "cut_off", "silence", "remap"},
		Words:   "what to do if video and audio differ in length",
	}
}

func temperature() Option {
	return Option{
		Name: "temperature", Kind: OptionNumber, Min: 0, Max: 1, Default: "0.5", Still: true,
		Words: "how expressive the lips are, from 0 to 1",
	}
}

func occlusion() Option {
	return Option{
		Name: "occlusion_detection_enabled", Kind: OptionBool, Default: "false", Still: true,
		Words: "handle hands or objects in front of the face; slower",
	}
}

func modelMode() Option {
	return Option{
		Name: "model_mode", Kind: OptionChoice, Default: "face", Still: true,
		Choices: []string{"lips", "face", "head"},
		Words:   "how much of the head may move",
	}
}

func prompt() Option {
	return Option{
		Name: "prompt", Kind: OptionChoice, Still: true,
		Choices: []string{"happy", "sad", "angry", "disgusted", "surprised", "neutral"},
		Words:   "the emotion to show",
	}
}

func reasoning() Option {
	return Option{
		Name: "reasoning_enabled", Kind: OptionBool, Default: "false", Still: true,
		Words: "think before the lips are moved; on paid plans",
	}
}

// Value converts typed text to the value to send; words describe a mistake, or
// "".
func (o Option) Value(typed string) (v any, words string) {
	typed = strings.TrimSpace(typed)
	switch o.Kind {
	case OptionNumber:
		n, err := parseNumber(typed)
		if err != nil {
			return nil, fmt.Sprintf("%q is not a number: type a number from %g to %g", typed, o.Min, o.Max)
		}
		v = n
	case OptionBool:
		b, ok := parseBool(typed)
		if !ok {
			return nil, fmt.Sprintf("%q is neither true nor false", typed)
		}
		v = b
	case OptionSpeaker, OptionFrame, OptionPoint, OptionLink:
		return o.speakerValue(typed)
	default:
		v = typed
	}
	return v, o.objection(v)
}

func parseNumber(typed string) (float64, error) {
	return strconv.ParseFloat(strings.Replace(strings.TrimSpace(typed), ",", ".", 1), 64)
}

func parseBool(typed string) (value, ok bool) {
	switch strings.ToLower(typed) {
	case "true", "yes", "on":
		return true, true
	case "false", "no", "off":
		return false, true
	}
	return false, false
}

// objection describes a mistake in a value to be sent, or returns "".
func (o Option) objection(v any) string {
	switch o.Kind {
	case OptionNumber:
		n, ok := v.(float64)
		if !ok || !(n >= o.Min && n <= o.Max) {
			return fmt.Sprintf("%s takes a number from %g to %g", o.Name, o.Min, o.Max)
		}
	case OptionBool:
		if _, ok := v.(bool); !ok {
			return o.Name + " takes true or false"
		}
	case OptionSpeaker:
		return speakerObjection(v)
	default:
		if s, ok := v.(string); !ok || !slices.Contains(o.Choices, s) {
			return fmt.Sprintf("%s takes one of %s", o.Name, strings.Join(o.Choices, ", "))
		}
	}
	return ""
}

// OutputSeconds returns the length of the result in seconds, from the lengths
// of the inputs and the sync mode; "" is bounce, the server's default. ok is
// false if a required length is unknown (0) or the mode is. All prices and
// forecasts use it.
// https://sync.so/docs/developer-guides/sync-mode
func OutputSeconds(mode string, video, audio float64, image bool) (seconds float64, ok bool) {
	switch {
	case image:
		seconds = audio
	case mode == "cut_off":
		seconds = min(video, audio)
	case mode == "silence": // the picture goes on until the sound ends, or silence is added
		if video > 0 && audio > 0 {
			seconds = max(video, audio)
		}
	case mode == "" || mode == "bounce" || mode == "loop" || mode == "remap":
		seconds = audio
	}
	return seconds, seconds > 0
}

// SpeechSeconds guesses how long a script takes to speak, at 15 characters a
// second. It is only good for prices marked as approximate.
func SpeechSeconds(script string) float64 {
	const charactersPerSecond = 15
	return float64(len([]rune(strings.TrimSpace(script)))) / charactersPerSecond
}

// DefaultModel returns the model that a new job starts with, of the names of
// the account's models: the first that takes images if it is one, or else
// lipsync-2, or the first by name. It returns "" if there is none.
func DefaultModel(names []string, image bool) string {
	names = slices.Sorted(slices.Values(names))
	for _, name := range names {
		if r := RulesFor(name); image && r.Known && r.Image || !image && name == "lipsync-2" {
			return name
		}
	}
	if len(names) > 0 && !image {
		return names[0]
	}
	return ""
}
