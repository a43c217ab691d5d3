package api

import (
	"errors"
	"net/http"
	"testing"
)

const noRoute = `{"statusCode":404,"message":"Cannot PATCH /v2/assets/a","error":"Not Found"}`

func TestCountAssets(t *testing.T) {
	for body, n := range map[string]int{`5000`: 5000, `{"count":7}`: 7} {
		c, f := newFake(t, says(200, body))
		got, err := c.CountAssets(t.Context(), AssetQuery{Limit: 5, Cursor: "x", Search: "a", Types: []string{"AUDIO"}, SortBy: "nameAsc"})
		if err != nil || got != n || f.requests()[0].Query != "searchQuery=a&types=AUDIO" {
			t.Errorf("%s: %d, %v, %s", body, got, err, f.requests()[0].Query)
		}
	}
	for status, body := range map[int]string{
		400: `{"statusCode":400,"message":"The asset id is not valid","errorCode":"invalid_asset_id_format"}`,
		404: `{"statusCode":404,"message":"Asset not found","errorCode":"asset_not_found"}`,
		200: `{"id":"count"}`,
	} {
		c, f := newFake(t, says(status, body))
		for range 2 {
			if _, err := c.CountAssets(t.Context(), AssetQuery{}); !errors.Is(err, ErrUnsupported) {
				t.Errorf("%d: %v", status, err)
			}
		}
		if len(f.requests()) != 1 {
			t.Errorf("%d: asked again", status)
		}
	}
}

func TestRenameAsset(t *testing.T) {
	c, f := newFake(t, says(200, `{"id":"a","name":"new.mp4"}`))
	a, err := c.RenameAsset(t.Context(), "a", `new".mp4`)
	if r := f.requests()[0]; err != nil || a.Name != "new.mp4" || r.Method != http.MethodPatch || string(r.Body) != `{"name":"new\".mp4"}` {
		t.Errorf("%+v, %v, %+v", a, err, r)
	}
	c, _ = newFake(t, says(404, noRoute))
	if _, err := c.RenameAsset(t.Context(), "a", "b"); !errors.Is(err, ErrUnsupported) || c.ChangesAssets() {
		t.Error(err)
	}
	c, _ = newFake(t, says(404, `{"statusCode":404,"message":"Asset not found","errorCode":"asset_not_found"}`))
	_, err = c.RenameAsset(t.Context(), "a", "b")
	if wantKind(t, err, KindNotFound); !c.ChangesAssets() {
		t.Error("a missing asset is no missing call")
	}
	c, _ = newFake(t, says(403, `{"statusCode":403,"message":"Forbidden","errorCode":"asset_forbidden"}`))
	_, err = c.RenameAsset(t.Context(), "a", "b")
	wantKind(t, err, KindInvalid) // and not the key
	if _, err := c.RenameAsset(t.Context(), "../a", "b"); err == nil {
		t.Error("an id that is none")
	}
}

func TestDeleteAsset(t *testing.T) {
	c, f := newFake(t, says(200, `{"id":"a"}`))
	if err := c.DeleteAsset(t.Context(), "a"); err != nil || f.requests()[0].Method != http.MethodDelete {
		t.Error(err)
	}
	c, _ = newFake(t, says(404, `{"statusCode":404,"message":"Asset not found","errorCode":"asset_not_found"}`))
	if err := c.DeleteAsset(t.Context(), "a"); err != nil {
		t.Errorf("gone already: %v", err)
	}
	c, _ = newFake(t, says(404, noRoute))
	if err := c.DeleteAsset(t.Context(), "a"); !errors.Is(err, ErrUnsupported) {
		t.Error(err)
	}
}
