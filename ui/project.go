package ui

import (
	"strings"

	"github.com/google/uuid"
)

// defaultProject returns the id of the configured project of new jobs, or "" if
// none is configured or the account has no such project.
func (a *desk) defaultProject() string {
	want := a.cfg.Project
	if want == "" || a.store.NoProjects {
		return ""
	}
	for p := range a.store.Projects.All() {
		if string(p.ID) == want || strings.EqualFold(string(p.Name), want) {
			return string(p.ID)
		}
	}
	if uuid.Validate(want) == nil && !a.store.Projects.Known() {
		return want
	}
	return ""
}
