package settings

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"dubtop/state"
	"dubtop/state/hook"
	"dubtop/state/ledger"
	"dubtop/state/notify"
)

// Setting is a setting with the value in effect, and what set it.
type Setting struct {
	Name  string
	Value string // as it would be written in the file; "none" without one
	By    string // the file or the variable that set it; "" for the default
	Line  int    // in that file, counted from 1; 0 if unknown
	// Problem describes the mistake in the file, "" if there is none. The value is
	// then the one used instead.
	Problem string
}

// Explain returns all settings by name, and the keys that the file gives to
// actions.
func Explain(env Env) []Setting {
	s, problems := Load(env)
	settle(&s)
	lines := linesOf(env)
	path, _ := ConfigPath(env)
	var all []Setting
	entries := known(&s)
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		one := Setting{Name: name, Value: written(entries[name].at)}
		if line, ok := lines[name]; ok {
			one.By, one.Line = path, line
		}
		if name == "base_url" && s.Account != nil && s.Account.BaseURL != "" {
			one.By, one.Line = s.Account.path, s.Account.line
		} else if name == "base_url" && strings.TrimSpace(env.Getenv(baseVariable)) != "" {
			one.By, one.Line = baseVariable, 0
		}
		for _, p := range problems {
			if p.Key == name {
				one.Problem = p.Words
			}
		}
		all = append(all, one)
	}
	for _, b := range s.Keys {
		all = append(all, Setting{Name: "keys." + b.Action, Value: strconv.Quote(b.Keys), By: b.File, Line: b.Line})
	}
	all = append(all, explainNamed(&s, path, lines)...)
	return append(all, explainAccounts(&s)...)
}

// explainNamed tells the settings whose names the user chooses: views, and the
// budgets of labels and projects.
func explainNamed(s *Settings, path string, lines map[string]int) (all []Setting) {
	add := func(name, value string) {
		all = append(all, Setting{Name: name, Value: value, By: path, Line: lines[name]})
	}
	for list, views := range s.Views {
		for name, filter := range views {
			add(viewName(list, name), strconv.Quote(filter))
		}
	}
	for table, shares := range s.shares() {
		for _, own := range *shares {
			for period, limit := range map[string]*ledger.Limit{"daily": own.Daily, "monthly": own.Monthly} {
				if limit != nil {
					add(table+"."+own.Name+"."+period, shown(limit))
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b Setting) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// explainAccounts tells the server of each account and where its key is. What a
// key command is told may be secret, so only its program is named.
func explainAccounts(s *Settings) (all []Setting) {
	for i := range s.Accounts {
		a := &s.Accounts[i]
		name := "accounts." + a.Name
		key := Setting{Name: name + ".key", Value: strconv.Quote(a.KeyPlace()), By: a.path, Line: a.line, Problem: a.wrong}
		if a.BaseURL != "" {
			all = append(all, Setting{Name: name + ".base_url", Value: strconv.Quote(a.BaseURL), By: a.path, Line: a.line})
		}
		all = append(all, key)
	}
	return all
}

// settle fills in the defaults that other packages choose.
func settle(s *Settings) {
	pace := state.DefaultPace()
	s.Refresh = Refresh{
		Running: cmp.Or(s.Refresh.Running, pace.Running), Rest: cmp.Or(s.Refresh.Rest, pace.Rest), Batches: cmp.Or(s.Refresh.Batches, pace.Batches),
	}
	s.Hook.Limit = cmp.Or(s.Hook.Limit, hook.DefaultLimit)
	s.Pictures = cmp.Or(s.Pictures, Auto)
	s.Notify.How = cmp.Or(s.Notify.How, notify.Desktop)
	s.Upload.Visibility = cmp.Or(s.Upload.Visibility, "USER")
	s.Output.Automatic = cmp.Or(s.Output.Automatic, "off")
}

// linesOf returns the lines of the settings that the file sets.
func linesOf(env Env) map[string]int {
	path, err := ConfigPath(env)
	if err != nil {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil || len(text) > maxFile {
		return nil
	}
	md, top, _ := decode(string(text))
	lines, unused := make(map[string]int), new(Settings)
	p := parser{md: md, known: known(unused), read: make(map[string]toml.Primitive), shares: unused.shares(), lines: lines}
	p.table("", top)
	p.views(unused, top)
	for name, v := range p.read {
		lines[name] = p.line(v)
	}
	return lines
}

// as is a setting that is kept in another form than it is written.
type as func() any

// written returns a value as it would be written in the file.
func written(at any) string {
	if form, ok := at.(as); ok {
		return shown(form())
	}
	v := reflect.ValueOf(at)
	if !v.IsValid() || v.IsNil() {
		return none
	}
	return shown(v.Elem().Interface())
}

// none is the value of a setting without one.
const none = "none"

func shown(v any) string {
	switch v := v.(type) {
	case bool, int:
		return fmt.Sprint(v)
	case time.Duration:
		return strconv.Quote(v.String())
	case *ledger.Limit:
		switch {
		case v == nil:
			return none
		case v.Hard:
			return strconv.Quote(v.Amount.String() + " hard")
		}
		return strconv.Quote(v.Amount.String())
	case []string:
		if len(v) == 0 {
			return none
		}
		b, _ := json.Marshal(v)
		return string(b)
	}
	if s := fmt.Sprint(v); s != "" {
		return strconv.Quote(s)
	}
	return none
}

// Place is a file or folder of the program's, and what decided where it is.
type Place struct {
	Name  string // config, key, state or output
	Path  string
	SetBy string // a variable or the configuration; "" for the usual place
	Err   error  // there is no such place
}

// Places returns where the program's files are.
func Places(env Env) []Place {
	s, _ := Load(env)
	config, noConfig := ConfigPath(env)
	key, noKey := KeyPath(env, s.Account)
	stateDir, noState := StateDir(env)
	out := Place{Name: "output", Path: s.Output.FolderIn(env.Home)}
	if out.Path == "" {
		out.Err = ErrNoHome
	}
	if line, ok := linesOf(env)["output.folder"]; ok {
		out.SetBy = fmt.Sprintf("output.folder, line %d of the configuration", line)
	}
	by := func(names ...string) string {
		for _, name := range names {
			if v := env.Getenv(name); v != "" && (name == configVariable || filepath.IsAbs(v)) {
				return name
			}
		}
		return ""
	}
	return []Place{
		{Name: "config", Path: config, SetBy: by(configVariable, "XDG_CONFIG_HOME"), Err: noConfig},
		{Name: "key", Path: key, SetBy: by("XDG_CONFIG_HOME"), Err: noKey},
		{Name: "state", Path: stateDir, SetBy: by("XDG_STATE_HOME"), Err: noState},
		out,
	}
}
