package draft

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"dubtop/api"
)

// members are the members of a JSON object.
type members map[string]json.RawMessage

// Extra holds the members of a request that have no field in the form, so that
// they are sent unchanged. The keys are paths such as options/fps, in which ~1
// stands for a slash in a name, as in a JSON pointer.
type Extra map[string]json.RawMessage

// inside returns the members of an object whose path is given, "" for the
// outermost.
func (e Extra) inside(path string) api.Others {
	var out api.Others
	for key, value := range e {
		name, ok := key, true
		if path != "" {
			name, ok = strings.CutPrefix(key, path+"/")
		}
		if !ok || strings.Contains(name, "/") {
			continue
		}
		if out == nil {
			out = api.Others{}
		}
		out[unescapeName(name)] = value
	}
	return out
}

// below returns everything inside an object, by its path from there.
func (e Extra) below(path string) Extra {
	var out Extra
	for key, value := range e {
		if rest, ok := strings.CutPrefix(key, path+"/"); ok {
			out.set(rest, value)
		}
	}
	return out
}

// add adds the members of an object whose path is given, "" for the outermost.
// Members without a value are dropped.
func (e *Extra) add(path string, m members) {
	for name, value := range m {
		if string(value) == "null" {
			continue
		}
		key := escapeName(name)
		if path != "" {
			key = path + "/" + key
		}
		e.set(key, value)
	}
}

// merge adds everything of an Extra below a path.
func (e *Extra) merge(path string, other Extra) {
	for key, value := range other {
		e.set(path+"/"+key, value)
	}
}

func (e *Extra) set(key string, value json.RawMessage) {
	if *e == nil {
		*e = Extra{}
	}
	(*e)[key] = value
}

// names lists the paths in order, as they are shown.
func (e Extra) names() []string {
	names := slices.Sorted(maps.Keys(e))
	for i := range names {
		names[i] = strings.ReplaceAll(names[i], "/", ".")
	}
	return names
}

// Others lists the parts of the request that have no field in the form.
func (d Draft) Others() []string {
	names := d.Extra.names()
	for i, s := range d.More {
		for _, name := range s.Extra.names() {
			names = append(names, d.Refs()[i+1]+"."+name)
		}
	}
	for i, s := range d.Segments {
		for _, name := range s.Extra.names() {
			names = append(names, fmt.Sprintf("segment %d: %s", i+1, name))
		}
	}
	for _, raw := range d.Inputs {
		names = append(names, fmt.Sprintf("an input of type %q", membersOf(raw).text("type")))
	}
	return names
}

func escapeName(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}

func unescapeName(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~1", "/"), "~0", "~")
}
