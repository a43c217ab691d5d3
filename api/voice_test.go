package api

import (
	"errors"
	"testing"
)

func TestVoicesInEitherForm(t *testing.T) {
	list := `[{"id":"a","voiceId":"a","name":"Anna","provider":"elevenlabs","previewUrl":"https://x.io/a.mp3","restriction":null},
		{"id":"b","voiceId":"c","name":"Ours","restriction":{"reason":"consent"}},{"name":"nobody"}]`
	for _, body := range []string{list, `{"voices":` + list + `,"more":1}`} {
		c, _ := newFake(t, says(200, body))
		got, err := c.Voices(t.Context())
		if err != nil || len(got.Items) != 2 || got.Skipped != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
		if a, b := got.Items[0], got.Items[1]; a.Name != "Anna" || a.Cloned || a.Restricted || a.Preview.IsZero() || !b.Cloned || !b.Restricted {
			t.Errorf("%+v, %+v", a, b)
		}
	}
}

func TestServerWithoutVoices(t *testing.T) {
	c, f := newFake(t, says(404, `{"message":"Cannot GET /v2/voices","error":"Not Found","statusCode":404}`))
	for range 2 {
		if _, err := c.Voices(t.Context()); !errors.Is(err, ErrUnsupported) {
			t.Error(err)
		}
	}
	if n := len(f.requests()); n != 1 {
		t.Errorf("asked %d times", n)
	}
	c, _ = newFake(t, says(200, `{"items":[]}`))
	_, err := c.Voices(t.Context())
	wantKind(t, err, KindNotAPI)
}
