package settings

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/agnivade/levenshtein"

	"dubtop/state"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
)

// entry reads the value of one known key. An error describes the
// mistake.
type entry struct {
	set func(value any) error
	at  any // the setting, as a pointer, or an [as]; nil for a key that is none
}

// to is an entry for a setting that set reads.
func to[T any](at *T, set func(to *T, value any) error) entry {
	return entry{set: func(v any) error { return set(at, v) }, at: at}
}

// UnmarshalTOML reads the value. It is called through the decoder so that
// errors get their line.
func (e entry) UnmarshalTOML(value any) error { return e.set(value) }

// known returns the keys by full name. Those in [keys] are free.
func known(s *Settings) map[string]entry {
	shortest := state.ShortestPace()
	entries := map[string]entry{
		"base_url":        to(&s.BaseURL, setBase),
		"theme":           to(&s.Theme, setTheme),
		"pictures":        to(&s.Pictures, setChoice),
		"ascii":           to(&s.ASCII, setBool),
		"mouse":           to(&s.Mouse, setBool),
		"project":         to(&s.Project, setWords),
		"refresh.running": interval(&s.Refresh.Running, shortest.Running),
		"refresh.rest":    interval(&s.Refresh.Rest, shortest.Rest),
		"refresh.batches": interval(&s.Refresh.Batches, shortest.Batches),

		"queue.slots":   number(&s.Queue.Slots, "0 to detect it"),
		"queue.reserve": number(&s.Queue.Reserve, "0 for none"),
		"queue.fair":    to(&s.Queue.Fair, setBool),
		"queue.start":   {set: to(&s.Queue.Start, setStart).set, at: as(func() any { return s.Queue.Start.String() })},

		"upload.visibility": {set: to(&s.Upload.Visibility, setVisibility).set, at: as(func() any { return strings.ToLower(s.Upload.Visibility) })},

		"notify.how":      to(&s.Notify.How, setHow),
		"notify.ends":     {set: to(&s.Notify.Deaf, setEnds).set, at: as(func() any { return heard(s.Notify.Deaf) })},
		"notify.progress": {set: to(&s.Notify.NoProgress, setProgress).set, at: as(func() any { return !s.Notify.NoProgress })},

		"budget.max_job":       budget(&s.Guard.MaxJob),
		"budget.daily":         budget(&s.Guard.Daily),
		"budget.monthly":       budget(&s.Guard.Monthly),
		"budget.scope":         {set: to(&s.Guard.Scope, setScope).set, at: as(func() any { return s.Guard.Scope.Word() })},
		"budget.confirm_above": to(&s.Guard.ConfirmAbove, setLimit),
	}
	maps.Copy(entries, outputEntries(&s.Output))
	maps.Copy(entries, hookEntries(&s.Hook))
	return entries
}

func setBase(to *string, v any) error {
	*to = strings.TrimSpace(fmt.Sprint(v)) // kept even if invalid; see Load
	return checkBase(*to)
}

func setStart(to *outbox.Start, v any) (err error) {
	typed, ok := v.(string)
	if !ok {
		return errors.New("must be a time of day in quotes, such as \"22:00\"")
	}
	*to, err = outbox.ParseStart(typed)
	return err
}

func setTheme(to *Theme, v any) error {
	s, _ := v.(string)
	switch t := Theme(strings.ToLower(s)); t {
	case ThemeAuto, ThemeDark, ThemeLight:
		*to = t
		return nil
	}
	return fmt.Errorf(`it must be "auto", "dark" or "light": %q is used`, *to)
}

func setChoice(to *Choice, v any) error {
	s, _ := v.(string)
	switch c := Choice(strings.ToLower(s)); c {
	case Auto, On, Off:
		*to = c
		return nil
	}
	return errors.New(`it must be "auto", "on" or "off": "auto" is used`)
}

func setWords(to *string, v any) error {
	s, ok := v.(string)
	if !ok {
		return errors.New("it must be a text in quotes: it is not used")
	}
	*to = strings.TrimSpace(s)
	return nil
}

// setVisibility reads who sees the assets that local files become. A mistake
// leaves them private.
func setVisibility(to *string, v any) error {
	s, _ := v.(string)
	switch strings.ToLower(s) {
	case "user":
		*to = "USER"
	case "organization":
		*to = "ORGANIZATION"
	default:
		*to = ""
		return errors.New(`it must be "user" or "organization": "user" is used`)
	}
	return nil
}

func setBool(to *bool, v any) error {
	b, ok := v.(bool)
	if !ok {
		return fmt.Errorf("it must be true or false, without quotes: %t is used", *to)
	}
	*to = b
	return nil
}

// interval reads a duration no shorter than floor, because the server's limits
// are shared with everything else that uses the key.
func interval(to *time.Duration, floor time.Duration) entry {
	const most = 24 * time.Hour
	return entry{at: to, set: func(v any) error {
		s, _ := v.(string)
		d, err := time.ParseDuration(s)
		switch {
		case err != nil:
			return errors.New(`it must be a duration like "10s" or "5m": the default is used`)
		case d < floor:
			*to = floor
			return fmt.Errorf("%s is too short: %s is used", s, floor)
		case d > most:
			*to = most
			return fmt.Errorf("%s is too long: %s is used", s, most)
		}
		*to = d
		return nil
	}}
}

// parser reads tables and collects problems.
type parser struct {
	shares   map[string]*[]ledger.Share // tables of budgets by name
	md       toml.MetaData
	known    map[string]entry
	read     map[string]toml.Primitive // values of known keys
	lines    map[string]int            // filled with the lines of the values taken; may be nil
	problems []Problem
}

// table reads the values of a table and its subtables.
func (p *parser) table(prefix string, values map[string]toml.Primitive) {
	for name, v := range values {
		full := prefix + name
		switch {
		case full == "keys", full == "accounts", full == "views":
			continue // see the functions of these names
		case p.shares[full] != nil:
			p.share(full, v)
		case p.isTable(full):
			p.descend(full, v)
		default:
			e, ok := p.known[full]
			if !ok {
				e = entry{set: func(any) error { return p.unknown(full) }}
			}
			p.read[full] = v
			p.take(full, v, e)
		}
	}
}

// isTable reports whether known keys begin with the name.
func (p *parser) isTable(name string) bool {
	for full := range p.known {
		if strings.HasPrefix(full, name+".") {
			return true
		}
	}
	return false
}

func (p *parser) descend(full string, v toml.Primitive) {
	if inner, ok := p.inner(v, strings.Split(full, ".")...); ok {
		p.table(full+".", inner)
	}
}

// inner returns the values of a table. Anything else is a problem.
func (p *parser) inner(v toml.Primitive, path ...string) (inner map[string]toml.Primitive, ok bool) {
	full := strings.Join(path, ".")
	// The decoder has no type for tables defined by dotted keys only.
	if kind := p.md.Type(path...); (kind == "Hash" || kind == "") && p.md.PrimitiveDecode(v, &inner) == nil && inner != nil {
		return inner, true
	}
	p.take(full, v, entry{set: func(any) error { return fmt.Errorf("it must be a table: [%s]", full) }})
	return nil, false
}

// keys reads the table of keys, whose names are those of actions.
func (p *parser) keys(s *Settings, top map[string]toml.Primitive) {
	v, ok := top["keys"]
	if !ok {
		return
	}
	inner, _ := p.inner(v, "keys")
	for name, v := range inner {
		b := Binding{Action: name, Line: p.line(v)}
		p.take("keys."+name, v, entry{set: func(v any) (err error) {
			if b.Keys, err = keyList(v); err == nil {
				s.Keys = append(s.Keys, b)
			}
			return err
		}})
	}
	slices.SortFunc(s.Keys, func(a, b Binding) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Action, b.Action)) })
}

// line returns the line of a value, 0 if the decoder does not say. It refers to
// rejected values only.
func (p *parser) line(v toml.Primitive) int {
	err := p.md.PrimitiveDecode(v, &entry{set: func(any) error { return errors.New("asked for its line") }})
	if at, ok := errors.AsType[toml.ParseError](err); ok {
		return at.Position.Line
	}
	return 0
}

// keyList reads "ctrl+x,f5" or the same as a list of strings.
func keyList(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case []any:
		var keys []string
		for _, k := range v {
			s, ok := k.(string)
			if !ok {
				return "", errors.New(`it must be keys like "ctrl+x,f5"`)
			}
			keys = append(keys, s)
		}
		return strings.Join(keys, ","), nil
	}
	return "", errors.New(`it must be keys like "ctrl+x,f5"`)
}

// take decodes a value and notes a problem with its line.
func (p *parser) take(full string, v toml.Primitive, e entry) {
	if p.lines != nil {
		p.lines[full] = p.line(v)
	}
	err := p.md.PrimitiveDecode(v, &e)
	if err == nil {
		return
	}
	problem := Problem{Key: full, Words: err.Error()}
	if at, ok := errors.AsType[toml.ParseError](err); ok {
		problem.Line, problem.Words = at.Position.Line, at.Message
	}
	if isBudget(full) {
		problem.Spending = true
		problem.Words += " (nothing can be spent until it is fixed)"
	}
	p.problems = append(p.problems, problem)
}

func (p *parser) unknown(full string) error {
	if full == "refresh.assets" || full == "refresh.models" {
		return errors.New("it can't be set: assets and models are read again every few minutes, more often while they are shown")
	}
	names := append(slices.Sorted(maps.Keys(p.known)), "accounts", "budget", "budget.label", "budget.project", "keys", "notify", "on_done", "output", "queue", "refresh", "upload")
	if inner := full[strings.LastIndex(full, ".")+1:]; slices.Contains(names, "budget."+inner) {
		return fmt.Errorf("there is no such setting; did you mean budget.%s?", inner)
	}
	if near, ok := nearest(full, names); ok {
		return fmt.Errorf("there is no such setting; did you mean %s?", near)
	}
	return errors.New("there is no such setting; it is ignored")
}

// nearest returns the name that a mistyped word is nearest to, if one of the names
// is near enough. There must be names.
func nearest(word string, names []string) (near string, ok bool) {
	far := func(name string) int { return levenshtein.ComputeDistance(word, name) }
	near = slices.MinFunc(names, func(a, b string) int { return far(a) - far(b) })
	return near, far(near) <= max(2, len(word)/3)
}
