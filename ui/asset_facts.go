package ui

import (
	"dubtop/api"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/inputs"
)

// assetFacts returns the names and lengths of the assets in a draft. They are
// copied, because a command must not read the store.
func (a *desk) assetFacts(d draft.Draft) map[string]inputs.Asset {
	facts := map[string]inputs.Asset{}
	for _, id := range d.AssetIDs(a.cfg.Home) {
		if x, ok := a.store.Asset(api.ID(id)); ok {
			facts[id] = assetFact(&x)
		}
	}
	return facts
}

// allAssets is assetFacts for all assets.
func (a *desk) allAssets() map[string]inputs.Asset {
	facts := map[string]inputs.Asset{}
	for x := range a.store.Assets.All() {
		facts[string(x.ID)] = assetFact(x)
	}
	return facts
}

func assetFact(x *state.Asset) inputs.Asset {
	return inputs.Asset{Name: string(x.Name), Kind: string(x.Type), Seconds: float64(x.Duration)}
}

// assetType returns the type of a known asset. While not all assets are loaded,
// every id passes; the server decides.
func (a *desk) assetType(id string) (string, bool) {
	if x, ok := a.store.Asset(api.ID(id)); ok {
		return string(x.Type), true
	}
	return "", !a.store.Assets.Known() || a.store.Library.Partial()
}
