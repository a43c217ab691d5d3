package ui

import (
	"cmp"
	"strings"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/draft"
)

// Requests name assets by their ids; the screen shows names.

// assetName returns the name of an asset, or else its id.
func (a *desk) assetName(id api.ID) text.Text {
	return cmp.Or(a.store.AssetName(id), "asset "+text.Of(string(id)))
}

// mediaName returns the name of a typed input, without its folder.
func (a *desk) mediaName(typed string) text.Text {
	m, err := draft.ParseMedia(typed, a.cfg.Home)
	switch {
	case err != nil:
		return text.Of(typed)
	case m.Source == draft.SourceAsset:
		return a.assetName(api.ID(m.AssetID))
	case m.Source == draft.SourceNone:
		return none
	}
	return m.Base()
}

// typedMedia returns a typed input as it is, and an asset by its name.
func (a *desk) typedMedia(typed string) text.Text {
	m, err := draft.ParseMedia(typed, a.cfg.Home)
	if err != nil || m.Source != draft.SourceAsset {
		return text.Of(typed)
	}
	return a.assetName(api.ID(m.AssetID))
}

// audioName returns the name of a draft's audio, or its script.
func (a *desk) audioName(d *draft.Draft) text.Text {
	if d.Audio == "" && d.Script != "" {
		return text.Of("“" + d.Script + "”")
	}
	return a.mediaName(d.Audio)
}

// inputWords describes one input of a job.
func (a *desk) inputWords(in *api.Input) text.Text {
	switch {
	case in.Provider != nil:
		return text.Sprintf("“%s” spoken by %s", in.Provider.Script, cmp.Or(a.store.VoiceName(in.Provider.VoiceID), "voice "+text.Of(string(in.Provider.VoiceID))))
	case in.AssetID != "":
		return a.assetWords(in.AssetID)
	}
	return in.URL.Shown()
}

// wantVoices says that the voices of a draft are looked at.
func (a *desk) wantVoices(d *draft.Draft) {
	a.store.WantVoices(api.ID(d.VoiceID))
	for i := range d.More {
		a.store.WantVoices(api.ID(d.More[i].VoiceID))
	}
}

// voiceName returns the name of a voice, or else its id as typed.
func (a *desk) voiceName(typed string) text.Text {
	return cmp.Or(a.store.VoiceName(api.ID(strings.TrimSpace(typed))), text.Of(typed))
}

// assetWords returns the name of an asset with its short id, or else its id.
func (a *desk) assetWords(id api.ID) text.Text {
	name := a.store.AssetName(id)
	if name == "" {
		return a.assetName(id)
	}
	return name + " (asset " + text.Of(id.Short()) + a.Theme.Glyphs.More + ")"
}

// shownInForm returns the words for a media field without the focus: the
// name of its asset and its length; "" for anything else.
func (a *desk) shownInForm(typed string) text.Text {
	m, err := draft.ParseMedia(typed, a.cfg.Home)
	if err != nil || m.Source != draft.SourceAsset {
		return ""
	}
	name := a.store.AssetName(api.ID(m.AssetID))
	if name == "" {
		return ""
	}
	if x, ok := a.store.Asset(api.ID(m.AssetID)); ok && x.Duration > 0 {
		name += ", " + length(x.Duration)
	}
	return name
}
