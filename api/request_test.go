package api

import "testing"

func TestRequestOfAJob(t *testing.T) {
	g := Generation{Raw: JSON(`{"id":"a","options":{"sync_mode":"loop"},"model":"sync-3","status":"FAILED","input":[{"type":"video"}],"webhookUrl":"","projectId":null}`)}
	if got, want := string(g.Request()), `{"model":"sync-3","input":[{"type":"video"}],"options":{"sync_mode":"loop"}}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := (Generation{ID: "a"}).Request(); got != nil {
		t.Errorf("a job from a list gives %s", got)
	}
}
