package api

import (
	"encoding/json"
	"testing"
)

func TestAssetFilters(t *testing.T) {
	c, f := newFake(t, says(200, `{"items":[{"id":"a","size":"12","width":-3,"durationSeconds":"x"},{"name":"lost"}],"nextCursor":"next/=="}`))
	page, err := c.Assets(t.Context(), AssetQuery{Limit: 20, Cursor: "c/==", Search: "a b", Types: []string{"VIDEO", "AUDIO"}, SortBy: "dateDesc"})
	if err != nil || len(page.Items) != 1 || page.Items[0].Size != 12 || page.Items[0].Width != 0 || page.Next != "next/==" || page.Total != -1 {
		t.Errorf("%+v, %v", page, err)
	}
	if got, want := f.requests()[0].Query, "cursor=c%2F%3D%3D&limit=20&searchQuery=a+b&sortBy=dateDesc&types=VIDEO%2CAUDIO"; got != want {
		t.Errorf("%s", got)
	}
	for body, n := range map[string]int{`{"items":[]}`: 0, `[{"id":"a"}]`: 1} {
		c, _ := newFake(t, says(200, body))
		if page, err := c.Assets(t.Context(), AssetQuery{}); err != nil || len(page.Items) != n {
			t.Errorf("%s: %+v, %v", body, page, err)
		}
	}
	for _, body := range []string{`{}`, `{"items":null}`, `{"items":{}}`, `{"items":"x"}`} {
		c, _ := newFake(t, says(200, body))
		_, err := c.Assets(t.Context(), AssetQuery{})
		wantKind(t, err, KindNotAPI)
	}
}

func FuzzAsset(f *testing.F) {
	f.Add([]byte(`{"items":[{"id":"a","size":1e99,"name":"\u202e"}],"nextCursor":7}`))
	f.Add([]byte(`[{"id":[]}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var page wireAssets
		if json.Unmarshal(b, &page) != nil {
			return
		}
		for _, a := range page.Items.items {
			if unsafeRune(string(a.ID)+string(a.Name)+string(a.Type)+string(a.URL.Shown())) || a.Size < 0 || a.Duration < 0 {
				t.Errorf("%+v", a)
			}
		}
	})
}
