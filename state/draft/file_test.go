package draft

import (
	"strings"
	"testing"

	"dubtop/api"
)

func TestAssetsTakeTheirPlaces(t *testing.T) {
	const body = `{"model":"lipsync-2","input":[{"type":"video"},{"type":"audio","refId":"a"},{"type":"audio","url":"https://x.example/b.wav"},{"type":"audio","refId":"c"}],"segments":[{"startTime":0.10}]}`
	files := []File{{Field: "video", Asset: "v1"}, {Field: "audio"}, {Field: "audio", Asset: "c1"}}
	got, err := WithAssets([]byte(body), files)
	want := strings.NewReplacer(`{"type":"video"}`, `{"type":"video","assetId":"v1"}`, `"refId":"c"}`, `"refId":"c","assetId":"c1"}`).Replace(body)
	if err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
	if back, err := WithoutAssets(got, files); err != nil || string(back) != body {
		t.Errorf("back: %s, %v", back, err)
	}
	if _, err := WithAssets([]byte(body), []File{{Field: "image", Asset: "i1"}}); err == nil {
		t.Error("an asset without a place")
	}
	if _, err := WithAssets([]byte(`[]`), nil); err == nil {
		t.Error("a request that is a list")
	}
}

func TestAssetsTakeTheirPlacesInABatch(t *testing.T) {
	line := func(id, body string) string {
		text, err := BatchText(id, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	body := line("one", `{"model":"m","input":[{"type":"video","url":"https://x.example/a.mp4"}]}`) +
		line("two", `{"model":"m","input":[{"type":"video"},{"type":"audio"}]}`)
	files := []File{{Field: "video", Line: 2, Asset: "v1"}, {Field: "audio", Line: 2, Asset: "a1"}}
	got, err := BatchWithAssets([]byte(body), files)
	want := strings.NewReplacer(`{"type":"video"}`, `{"type":"video","assetId":"v1"}`, `{"type":"audio"}`, `{"type":"audio","assetId":"a1"}`).Replace(body)
	if err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
	if back, err := BatchWithoutAssets(got, files); err != nil || string(back) != body {
		t.Errorf("back: %s, %v", back, err)
	}
	if _, err := BatchWithAssets([]byte(body), []File{{Field: "video", Line: 3, Asset: "v1"}}); err == nil {
		t.Error("a line that is not there")
	}
}

// Where local files of any size can go is told in one place.
func TestSizesOfLocalFiles(t *testing.T) {
	for _, c := range []struct {
		size int64
		told api.Support
		want Severity
	}{
		{api.MaxUpload, api.Unsupported, SeverityNone},
		{api.MaxUpload + 1, api.Unsupported, SeverityError},
		{api.MaxUpload + 1, api.SupportUnknown, SeverityWarning},
		{api.MaxUpload + 1, api.Supported, SeverityNone},
		{api.MaxAsset, api.Supported, SeverityNone},
		{api.MaxAsset + 1, api.Supported, SeverityError},
	} {
		asked := false
		got, words := checkSize("/film/a.mp4", c.size, func() api.Support { asked = true; return c.told })
		if got != c.want || (words == "") != (got == SeverityNone) || asked && c.size <= api.MaxUpload {
			t.Errorf("%d bytes, %d: %d %q, asked %t", c.size, c.told, got, words, asked)
		}
	}
}
