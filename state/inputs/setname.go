package inputs

import (
	"path/filepath"
	"strings"

	"dubtop/state/draft"
	"dubtop/state/jobset"
)

// SetName names a set by the sources it is read from, and returns the file or
// folder that it is made from. The name may be taken, and both may be "".
func (s JobSources) SetName() (name, source string) {
	videos, tracks := firstPath(s.Videos, s.Env.Home), firstPath(s.Tracks, s.Env.Home)
	if videos == "" {
		return "", ""
	}
	source = videos
	if up := filepath.Dir(videos); tracks != "" && filepath.Dir(tracks) == up && len(up) > 1 {
		source = up
	}
	return strings.TrimSuffix(filepath.Base(source), filepath.Ext(source)), source
}

// firstPath is the first path or link of a source.
func firstPath(typed, home string) string {
	entries := jobset.Entries(typed)
	if len(entries) == 0 {
		return ""
	}
	m, err := draft.ParseMedia(entries[0], home)
	switch {
	case err != nil || m.Source == draft.SourceAsset:
		return entries[0]
	case m.Source == draft.SourceURL:
		return string(m.Base())
	}
	return m.Path
}
