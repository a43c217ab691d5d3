package api

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A server may hold a request for as long as it was asked to, longer than any
// other answer may take, and refuse to hold it for so long.
func TestAwaitIsPatient(t *testing.T) {
	for most, want := range map[int]string{55: "30 30 30", 20: "30 10 10 10", 7: "30 10 5 5 5", 2: "30 10 5"} {
		synctest.Test(t, func(t *testing.T) {
			c, f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
				hold, err := strconv.Atoi(r.URL.Query().Get("timeout"))
				if err != nil || hold > most {
					says(400, `{"message":"timeout is too long","statusCode":400}`)(w, r)
					return
				}
				time.Sleep(time.Duration(hold)*time.Second + 900*time.Millisecond)
				says(200, `{"id":"`+idOne+`","status":"PROCESSING"}`)(w, r)
			})
			for range 3 {
				g, err := c.Await(t.Context(), idOne, Processing)
				if most > 2 && (err != nil || g.Status != Processing) || most == 2 && !errors.Is(err, ErrUnsupported) {
					t.Errorf("%+v, %v", g, err)
				}
			}
			var times []string
			for _, r := range f.requests() {
				times = append(times, strings.TrimSuffix(strings.TrimPrefix(r.Query, "timeout="), "&wait=true"))
			}
			if got := strings.Join(times, " "); got != want {
				t.Errorf("at most %d: asked for %s", most, got)
			}
		})
	}
}

// A job that changes while it is awaited is not a server that ignores the wish.
func TestAwaitTellsChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newFake(t, says(200, `{"id":"`+idOne+`","status":"PROCESSING"}`))
		for range 2 {
			if _, err := c.Await(t.Context(), idOne, Pending); err != nil {
				t.Error(err)
			}
		}
		if g, err := c.Await(t.Context(), idOne, Processing); err != nil || g.ID != idOne {
			t.Errorf("%+v, %v", g, err)
		}
		for range 2 {
			if _, err := c.Await(t.Context(), idOne, Processing); !errors.Is(err, ErrUnsupported) {
				t.Error(err)
			}
		}
		if n := len(f.requests()); n != 3 {
			t.Errorf("%d requests", n)
		}
	})
}

// A job that does not exist is not a call that does not exist.
func TestAwaitOfNoJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := `{"statusCode":404,"message":"Generation not found","error":"Not Found","errorCode":"generation_not_found"}`
		c, f := newFake(t, func(w http.ResponseWriter, r *http.Request) { says(404, body)(w, r) })
		if _, err := c.Await(t.Context(), idOne, Processing); !hasStatus(err, http.StatusNotFound) {
			t.Error(err)
		}
		body = `{"statusCode":404,"message":"Cannot GET /v2/generate","error":"Not Found"}`
		for range 2 {
			if _, err := c.Await(t.Context(), idOne, Processing); !errors.Is(err, ErrUnsupported) {
				t.Error(err)
			}
		}
		if n := len(f.requests()); n != 2 {
			t.Errorf("%d requests", n)
		}
	})
}
