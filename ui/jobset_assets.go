package ui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/jobset"
	"dubtop/ui/kit"
)

// jobSetFromAssets opens the job set form with the marked assets in its fields.
// They are paired by name if any names match, else every track goes with every
// video.
func (a *composer) jobSetFromAssets(l *kit.List[state.Asset]) tea.Cmd {
	if l.MarkCount() == 0 {
		return a.newJobSet()
	}
	t := &a.setTyped
	t.videos, t.tracks, t.assets = "", "", map[string]inputs.Asset{}
	var videos, tracks []jobset.Input
	for _, x := range slices.Backward(l.Chosen()) { // the oldest first
		in := jobset.Input{Typed: draft.AssetPrefix + string(x.ID), Name: string(x.Name), Named: true}
		t.assets[string(x.ID)] = assetFact(x)
		if x.Type == "AUDIO" {
			tracks = append(tracks, in)
		} else {
			videos = append(videos, in)
		}
	}
	t.videos, t.tracks, t.every = typedInputs(videos), typedInputs(tracks), !pairs(videos, tracks)
	return a.newJobSet()
}

// typedInputs writes inputs as a field of the form has them.
func typedInputs(inputs []jobset.Input) string {
	typed := make([]string, len(inputs))
	for i, in := range inputs {
		typed[i] = in.Typed
	}
	return strings.Join(typed, " ")
}

// pairs reports whether any track has the name of a video.
func pairs(videos, tracks []jobset.Input) bool {
	set, err := jobset.ByName(videos, tracks, draft.Draft{})
	return err != nil || slices.ContainsFunc(set.Rows, func(r jobset.Row) bool { return r.Trouble == "" })
}

// noteAssets names the assets in a field.
func (f *setForm) noteAssets(name string) text.Text {
	typed := map[string]string{fieldSetVideos: f.typed.videos, fieldSetTracks: f.typed.tracks}[name]
	var names []text.Text
	for _, entry := range jobset.Entries(typed) {
		if id, ok := strings.CutPrefix(entry, draft.AssetPrefix); ok {
			if x, known := f.typed.assets[id]; known {
				names = append(names, text.Of(x.Name))
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	const most = 6
	words := text.Count(len(names), "asset", "assets") + ": " + text.Join(names[:min(most, len(names))], ", ")
	if more := len(names) - most; more > 0 {
		words += text.Sprintf(" and %d more", more)
	}
	return words
}
