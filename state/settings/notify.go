package settings

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"dubtop/state/notify"
)

// setHow reads how the user is told what ends.
func setHow(to *notify.How, v any) error {
	s, _ := v.(string)
	switch how := notify.How(strings.ToLower(s)); how {
	case notify.Desktop, notify.Bell, notify.Off:
		*to = how
		return nil
	}
	return errors.New(`it must be "desktop", "bell" or "off": "desktop" is used`)
}

// setEnds reads which ends the user is told.
func setEnds(deaf *[]notify.Kind, v any) error {
	names := notify.Names()
	wrong := fmt.Errorf(`it must be a list of %s: all are used`, strings.Join(names, ", "))
	list, ok := v.([]any)
	if !ok {
		return wrong
	}
	var heard []string
	for _, v := range list {
		name, _ := v.(string)
		if name = strings.ToLower(name); !slices.Contains(names, name) {
			return wrong
		}
		heard = append(heard, name)
	}
	*deaf = nil
	for kind, name := range names {
		if !slices.Contains(heard, name) {
			*deaf = append(*deaf, notify.Kind(kind))
		}
	}
	return nil
}

// heard names the ends that the user is told.
func heard(deaf []notify.Kind) (names []string) {
	for kind, name := range notify.Names() {
		if !slices.Contains(deaf, notify.Kind(kind)) {
			names = append(names, name)
		}
	}
	return names
}

// setProgress reads whether progress is shown outside the window.
func setProgress(not *bool, v any) error {
	shown := !*not
	err := setBool(&shown, v)
	*not = !shown
	return err
}
