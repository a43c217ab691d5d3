package ui

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// maxAssetName limits the names that can be typed.
const maxAssetName = 200

// unchangeable returns why assets can't be changed on the server, or "".
func (a *desk) unchangeable() text.Text {
	switch {
	case a.session == nil:
		return "there is no account yet"
	case !a.session.Client.ChangesAssets():
		return "this server does not let assets be renamed or deleted"
	}
	return ""
}

// renameAsset asks for another name of an asset.
func (f *assetFinder) renameAsset(x state.Asset) tea.Cmd {
	a := f.app
	return a.Prompt("name of "+x.Name, string(x.Name), maxAssetName, func(name text.Text) tea.Cmd {
		if name == "" || name == x.Name {
			return nil
		}
		a.Busy("renaming" + a.Theme.Glyphs.More)
		return workCmd(a.session.RenameAsset(x.ID, string(name), func(err error) {
			a.Calm()
			if err != nil {
				a.Complain("not renamed: " + changeError(err))
				return
			}
			if now, ok := a.store.Asset(x.ID); ok {
				f.shown.Put(now, time.Now())
				a.Say("renamed to " + now.Name)
			}
		}))
	})
}

// deleteAsset asks whether to delete an asset, unless a job still needs it.
func (f *assetFinder) deleteAsset(x state.Asset) tea.Cmd {
	a := f.app
	if job := a.userOf(x.ID); job != "" {
		a.Warn("not deleted: " + job + " still needs it")
		return nil
	}
	return a.Ask(&kit.Confirm{
		Heading: "Delete this asset on the server?",
		Body: func() []paint.Item {
			return []paint.Item{
				{Label: "asset", Words: x.Name},
				{Label: "type", Words: x.Type.Lower() + ", " + bytesText(x.Size)},
				{Label: "then", Words: "It can't be brought back, and no new job can use it. Finished jobs keep their outputs."},
			}
		},
		Yes: "delete it", No: "keep it",
		Answer: func(yes bool) tea.Cmd {
			if !yes {
				return nil
			}
			if job := a.userOf(x.ID); job != "" { // it may be new
				a.Warn("not deleted: " + job + " still needs it")
				return nil
			}
			a.Busy("deleting" + a.Theme.Glyphs.More)
			return workCmd(a.session.DeleteAsset(x.ID, func(err error) {
				a.Calm()
				if err != nil {
					a.Complain("not deleted: " + changeError(err))
					return
				}
				f.shown.Remove(x.ID)
				a.Say("deleted " + x.Name)
			}))
		},
	})
}

// userOf names a job that is waiting, being sent or of unknown outcome and uses
// an asset; "" if there is none.
func (a *desk) userOf(id api.ID) text.Text {
	for _, sub := range a.outbox.Pending() {
		named, err := json.Marshal([]any{sub.Draft, sub.Files})
		if err != nil || strings.Contains(string(named), string(id)) || strings.Contains(string(sub.Body), string(id)) {
			return sub.Name
		}
	}
	return ""
}

// changeError says why an asset was not changed.
func changeError(err error) text.Text {
	e, ok := errors.AsType[*api.Error](err)
	switch {
	case errors.Is(err, api.ErrUnsupported):
		return "this server does not let assets be renamed or deleted"
	case ok && e.Code == "asset_forbidden":
		return "the asset is shared in the organisation, and with an API key only your own can be changed; do it at sync.so"
	}
	return errorText(err)
}
