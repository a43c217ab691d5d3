package api

import (
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// TestNoBareStrings checks every type used in answers: a plain string could
// contain characters that a terminal acts on.
func TestNoBareStrings(t *testing.T) {
	for _, v := range []any{
		Generation{},
		GenerationPage{},
		Costs{},
		Batch{},
		BatchResult{},
		Asset{},
		AssetPage{},
		Model{},
		CodeHelp{},
		Error{},
		Estimate{},
		URL{},
	} {
		walk(t, reflect.TypeOf(v), reflect.TypeOf(v).Name(), map[reflect.Type]bool{})
	}
}

func walk(t *testing.T, typ reflect.Type, path string, done map[reflect.Type]bool) {
	if done[typ] {
		return
	}
	done[typ] = true
	switch typ.Kind() {
	case reflect.String:
		if typ.PkgPath() == "" {
			t.Errorf("%s is a bare string", path)
		}
	case reflect.Slice, reflect.Array, reflect.Pointer:
		walk(t, typ.Elem(), path+"[]", done)
	case reflect.Map:
		t.Errorf("%s is a map: its keys are not checked", path)
	case reflect.Interface:
		if path != "Error.cause" {
			t.Errorf("%s may hold anything", path)
		}
	case reflect.Struct:
		// A URL's bytes are accessible only through its methods.
		if typ == reflect.TypeFor[URL]() || typ == reflect.TypeFor[Time]() {
			return
		}
		for f := range typ.Fields() {
			walk(t, f.Type, path+"."+f.Name, done)
		}
	}
}

func TestWalkFindsBareStrings(t *testing.T) {
	found := &testing.T{}
	walk(found, reflect.TypeFor[struct{ Name []string }](), "x", map[reflect.Type]bool{})
	if !found.Failed() {
		t.Error("a bare string went unnoticed")
	}
}

// unsafeRune finds a rune that must never be drawn.
func unsafeRune(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Zl, unicode.Zp)
	})
}
