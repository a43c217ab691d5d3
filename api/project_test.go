package api

import (
	"errors"
	"net/http"
	"testing"
)

func TestProjectsAreReadPageByPage(t *testing.T) {
	c, f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		page := says(200, `{"items":[{"id":"a","name":"Spring"},{"name":"lost"}],"nextCursor":"n/1"}`)
		if r.URL.Query().Get("cursor") != "" {
			page = says(200, `{"items":[{"id":"b","name":7,"mode":"CREATOR"}],"nextCursor":"n/1"}`)
		}
		page(w, r)
	})
	all, err := c.Projects(t.Context())
	if err != nil || len(all.Items) != 2 || all.Items[0].Name != "Spring" || all.Items[1].Mode != "CREATOR" || all.Skipped != 1 {
		t.Errorf("%+v, %v", all, err)
	}
	if got := f.requests(); len(got) != 2 || got[1].Query != "cursor=n%2F1" {
		t.Errorf("a repeated cursor is the end: %+v", got)
	}
}

func TestServerWithoutProjects(t *testing.T) {
	c, f := newFake(t, says(404, `{"statusCode":404,"message":"Cannot GET /v2/projects","error":"Not Found"}`))
	for range 2 {
		if _, err := c.Projects(t.Context()); !errors.Is(err, ErrUnsupported) {
			t.Error(err)
		}
	}
	if n := len(f.requests()); n != 1 {
		t.Errorf("asked %d times", n)
	}
	c, _ = newFake(t, says(200, `{"projects":[]}`))
	_, err := c.Projects(t.Context())
	wantKind(t, err, KindNotAPI)
}
