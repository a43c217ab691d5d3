package output

import (
	"cmp"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// DefaultTemplate names files if the user does not say otherwise.
const DefaultTemplate = "{label}/{name}_{model}.{ext}"

// Fields are the fields of a template for files.
func Fields() []string {
	return []string{"name", "stem", "lang", "label", "project", "set", "model", "date", "time", "take", "id", "id8", "ext"}
}

// Job holds the facts that the names of a job's files are made of.
type Job struct {
	ID                                           string
	Name, Stem, Lang, Label, Project, Set, Model string
	Made                                         time.Time // in the user's time zone
}

// Naming is how files are named.
type Naming struct {
	Template string // DefaultTemplate if empty
	Strict   bool   // only letters, digits, - and _
}

// Check describes the fault in the template, or returns "".
func (n Naming) Check() string {
	if wrong := Check(n.Template, Fields()...); wrong != "" {
		return wrong
	}
	switch t := n.template(); {
	case strings.Contains(t, `\`):
		return `folders are separated by /, not by \`
	case path.IsAbs(t):
		return "it must not begin with /: names are inside the folder"
	case has(path.Dir(t), "take"):
		return "{take} belongs into the file's name, not its folder's"
	}
	for part := range strings.SplitSeq(n.template(), "/") {
		if part == ".." || part == "." {
			return "it must not leave the folder"
		}
	}
	return ""
}

func (n Naming) template() string {
	if strings.TrimSpace(n.Template) == "" {
		return DefaultTemplate
	}
	return strings.TrimSpace(n.Template)
}

// Base is the name that all takes of a job have in common, without extension.
func (n Naming) Base(j Job) string { return n.Slot(j, 1) }

// Slot is the name of a take, without what its kinds add and the extension. The
// first take is not numbered, unless the template says so.
func (n Naming) Slot(j Job, take int) string {
	return strings.TrimSuffix(n.Path(j, take, Output, "mp4"), ".mp4")
}

// maxName is the longest name of a file or folder, in bytes. Every file system
// allows 255, some count other bytes than ours, and a sidecar or an unfinished
// file has a longer name.
const maxName = 200

// Path is where a file of a job is saved: a path relative to the folder, with
// slashes, that every file system takes and that can't leave the folder.
func (n Naming) Path(j Job, take int, k Kind, ext string) string {
	values := j.values(take, ext)
	value := func(name string) string { return clean(values[name]) }
	parts := strings.Split(Fill(n.template(), value), "/")
	last := len(parts) - 1
	name := strings.TrimSuffix(parts[last], "."+ext)
	suffix := "." + ext
	if k != Output {
		suffix = "_" + string(k) + suffix
	}
	own, cut := n.component(name, maxName-len(suffix)-len("_v99999"))
	if own == "" {
		own, _ = n.component(short(j.ID), maxName)
	}
	own = cmp.Or(own, "job")
	if take > 1 && (cut || !has(n.template(), "take")) {
		own += "_v" + strconv.Itoa(take)
	}
	var folders []string
	for _, part := range parts[:last] {
		if part, _ := n.component(part, maxName); part != "" {
			folders = append(folders, part)
		}
	}
	return strings.Join(append(folders, unreserved(own)+suffix), "/")
}

// values are the values of the fields.
func (j Job) values(take int, ext string) map[string]string {
	return map[string]string{
		"name": j.Name, "stem": j.Stem, "lang": j.Lang, "label": j.Label, "project": j.Project, "set": j.Set, "model": j.Model,
		"date": at(j.Made, time.DateOnly), "time": at(j.Made, "15-04-05"),
		"take": strconv.Itoa(take), "id": j.ID, "id8": short(j.ID), "ext": ext,
	}
}

func at(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(layout)
}

// short is the start of an id.
func short(id string) string {
	const enough = 8
	return id[:min(len(id), enough)]
}

// clean removes from a value the characters that a name may not contain on some
// file system, so that it is a part of a single name.
func clean(value string) string {
	value = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, strings.ContainsRune(`/\:*?"<>|`, r), unicode.IsControl(r):
			return '-'
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return -1 // invisible, and able to reorder visible text
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, norm.NFC.String(value))
	return strings.Trim(value, edges)
}

// edges are not allowed around a name: a leading dot hides it, a leading dash is
// taken for an option, and Windows drops dots and spaces at the end.
const edges = "-. "

// component makes a name safe, of at most most bytes; cut tells that it was
// longer.
func (n Naming) component(name string, most int) (safe string, cut bool) {
	if n.Strict {
		name = Strict(name)
	}
	name = unreserved(norm.NFC.String(clean(name)))
	if cut = len(name) > most; cut {
		name = name[:most]
		for !utf8.ValidString(name) {
			name = name[:len(name)-1]
		}
		name = strings.TrimRight(name, edges)
	}
	return name, cut
}

var reserved = regexp.MustCompile(`(?i)^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])[ ]*(\.|$)`)

// unreserved changes a name that is a device on Windows, whatever its extension.
func unreserved(name string) string {
	if at := reserved.FindStringSubmatchIndex(name); at != nil {
		return name[:at[3]] + "_" + name[at[3]:]
	}
	return name
}

// Strict writes a name with letters, digits, - and _ only. Accents are removed,
// everything else becomes -, and empty fields leave no gap.
func Strict(name string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(name) {
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_'):
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		default:
			b.WriteByte('-')
		}
	}
	name = gaps.ReplaceAllStringFunc(b.String(), func(gap string) string { return gap[:1] })
	return strings.Trim(name, "-_")
}

var gaps = regexp.MustCompile(`[-_]{2,}`)

// Key is equal for two paths that some file system takes for the same.
func Key(path string) string { return norm.NFC.String(cases.Fold().String(norm.NFC.String(path))) }
