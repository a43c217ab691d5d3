package simulator

import (
	"slices"
	"testing"
	"time"
)

func TestAssetLists(t *testing.T) {
	a := open(t, Options{})
	a.AddAsset(Asset{ID: "b", Name: "Beta.mp4", Seconds: 5, Size: 30, Age: 3 * time.Hour})
	a.AddAsset(Asset{ID: "a", Name: "alpha.wav", Type: "AUDIO", Seconds: 9, Size: 10, Age: time.Hour})
	a.AddAsset(Asset{ID: "c", Name: "gamma.png", Type: "IMAGE", Size: 20, Age: 2 * time.Hour})
	list := func(query string) []string {
		t.Helper()
		var out []string
		for _, item := range a.get("/v2/assets" + query).is(200).object()["items"].([]any) {
			out = append(out, item.(map[string]any)["id"].(string))
		}
		return out
	}
	for query, want := range map[string][]string{
		"":                         {"a", "c", "b"},
		"?sortBy=dateAsc":          {"b", "c", "a"},
		"?sortBy=nameAsc":          {"a", "b", "c"},
		"?sortBy=nameDesc":         {"c", "b", "a"},
		"?sortBy=durationDesc":     {"a", "b", "c"},
		"?sortBy=sizeAsc":          {"a", "c", "b"},
		"?sortBy=kindAsc":          {"a", "c", "b"},
		"?types=audio,VIDEO":       {"a", "b"},
		"?types=%5B%22IMAGE%22%5D": {"c"},
		"?searchQuery=ALPH":        {"a"},
		"?projectId=" + assetA:     nil,
	} {
		if got := list(query); !slices.Equal(got, want) {
			t.Errorf("%s lists %v, want %v", query, got, want)
		}
	}
	for _, query := range []string{"?sortBy=name", "?sortBy=colourAsc", "?types=SMELL", "?limit=0", "?cursor=no"} {
		a.get("/v2/assets" + query).is(400)
	}
	var all []string
	cursor := ""
	for range 3 {
		page := a.get("/v2/assets?limit=1&sortBy=nameAsc" + cursor).object()
		all = append(all, page["items"].([]any)[0].(map[string]any)["id"].(string))
		next, more := page["nextCursor"].(string)
		if more != (len(all) < 3) || page["totalCount"] != 3.0 {
			t.Errorf("after %v the page says %v", all, page)
		}
		cursor = "&cursor=" + next
	}
	if !slices.Equal(all, []string{"a", "b", "c"}) {
		t.Errorf("the pages hold %v", all)
	}
}
