package draft

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"dubtop/api"
)

// dubProvider makes the speech of scripts and dubbings.
const dubProvider = "elevenlabs"

// Dubs reports whether the server translates the speech in the video, so that
// there is no audio input.
// https://sync.so/docs/tutorials/dubbing
func (d Draft) Dubs() bool { return strings.TrimSpace(d.DubLang) != "" }

// Language is a language that a video can be dubbed into.
type Language struct {
	Code string
	Name string // in English
}

// Languages lists the languages of the voices that dub, by their names. The
// server may know others.
func Languages() []Language {
	var all []Language
	for entry := range strings.SplitSeq(languages, ",") {
		name, code, _ := strings.Cut(strings.TrimSpace(entry), " ")
		all = append(all, Language{Code: code, Name: name})
	}
	return all
}

const languages = `Afrikaans af, Albanian sq, Amharic am, Arabic ar, Armenian hy, Assamese as, Azerbaijani az, Belarusian be,
	Bengali bn, Bosnian bs, Bulgarian bg, Burmese my, Catalan ca, Cebuano ceb, Chichewa ny, Chinese zh, Croatian
	hr, Czech cs, Danish da, Dutch nl, English en, Estonian et, Filipino fil, Finnish fi, French fr, Galician gl,
	Georgian ka, German de, Greek el, Gujarati gu, Hausa ha, Hebrew he, Hindi hi, Hungarian hu, Icelandic is,
	Indonesian id, Irish ga, Italian it, Japanese ja, Javanese jv, Kannada kn, Kazakh kk, Khmer km, Korean ko,
	Kyrgyz ky, Lao lo, Latvian lv, Lingala ln, Lithuanian lt, Luxembourgish lb, Macedonian mk, Malay ms, Malayalam
	ml, Maltese mt, Maori mi, Marathi mr, Mongolian mn, Nepali ne, Norwegian no, Odia or, Pashto ps, Persian fa,
	Polish pl, Portuguese pt, Punjabi pa, Romanian ro, Russian ru, Serbian sr, Shona sn, Sindhi sd, Sinhala si,
	Slovak sk, Slovenian sl, Somali so, Spanish es, Swahili sw, Swedish sv, Tajik tg, Tamil ta, Telugu te, Thai
	th, Turkish tr, Ukrainian uk, Urdu ur, Uzbek uz, Vietnamese vi, Welsh cy, Xhosa xh, Yoruba yo, Zulu zu`

func (d Draft) checkDub() (Severity, string) {
	code := strings.TrimSpace(d.DubLang)
	switch {
	case code == "":
		return SeverityNone, ""
	case !languageCode(code):
		return SeverityError, "type the code of a language, such as es or pt-BR; ctrl+o lists them"
	case !d.Sound().empty():
		return SeverityError, "dubbing makes its own audio: clear the audio, or the dubbing"
	case !slices.ContainsFunc(Languages(), func(l Language) bool { return strings.EqualFold(l.Code, code) }):
		return SeverityWarning, fmt.Sprintf("%q is not among the languages known here: the server decides", code)
	}
	return SeverityNone, ""
}

func (d Draft) checkDubFrom() (Severity, string) {
	code := strings.TrimSpace(d.DubFrom)
	switch {
	case code == "" || code == "auto":
	case !languageCode(code):
		return SeverityError, "type auto or the code of a language, such as en"
	case !d.Dubs():
		return SeverityWarning, "it only matters for dubbing"
	}
	return SeverityNone, ""
}

func languageCode(code string) bool {
	_, err := language.Parse(code)
	return err == nil
}

// dub returns the dubbing as it is sent, nil if there is none.
func (d Draft) dub() *api.CreateDub {
	if !d.Dubs() {
		return nil
	}
	return &api.CreateDub{
		ProviderName: dubProvider, TargetLang: strings.TrimSpace(d.DubLang), SourceLang: strings.TrimSpace(d.DubFrom),
		Others: d.Extra.inside(extraDub),
	}
}

// checkProject checks the id of a project.
func (d Draft) checkProject() (Severity, string) {
	if id := strings.TrimSpace(d.ProjectID); id != "" && !uuidPattern.MatchString(id) {
		return SeverityError, "a project's id looks like 11111111-2222-4333-8444-555555555555; ctrl+o picks one"
	}
	return SeverityNone, ""
}
