package ui_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// told answers a path with its own body, whatever the account says.
type told struct {
	http.RoundTripper
	bodies map[string]string // by method and path
}

func (c told) RoundTrip(r *http.Request) (*http.Response, error) {
	body, ok := c.bodies[r.Method+" "+r.URL.Path]
	if !ok {
		return c.RoundTripper.RoundTrip(r)
	}
	status := 200
	if n, rest, ok := strings.Cut(body, "|"); ok {
		_, _ = fmt.Sscan(n, &status)
		body = rest
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1,
	}, nil
}

// tells is a stage whose server says what it is told to.
func tells(bodies map[string]string) stage {
	return stage{
		width: 140, height: 40,
		through: func(wire http.RoundTripper) http.RoundTripper { return told{wire, bodies} },
	}
}

const failedID = "550e8400-e29b-41d4-a716-44665544000"

// A text without a code is the reason, as a string or in an object, in the
// list, beside it and in the details.
func TestErrorWithoutACodeIsTheReason(t *testing.T) {
	t.Parallel()
	job := func(n int, reason string) string {
		return fmt.Sprintf(`{"id":"%s%d","createdAt":"2026-11-20T18:0%d:00Z","status":"FAILED","model":"lipsync-2","input":[],"error":%s,"errorCode":null}`, failedID, n, n, reason)
	}
	for _, reason := range []string{
		`"the face could not be found in frames 10 to 90"`, `{"message":"the face could not be found in frames 10 to 90"}`,
		`["the face could not be found in frames 10 to 90"]`, `{"error":{"detail":"the face could not be found in frames 10 to 90"}}`,
	} {
		st := tells(map[string]string{
			"GET /v2/generations":                "[" + job(0, reason) + "]",
			"GET /v2/generate/" + failedID + "0": job(0, reason),
		})
		tell(t, st, func(s *story) {
			s.Pass(3 * time.Second)
			s.Sees("✗ failed", "the face could", "Why       the face could not be")
			s.DoesNotSee("no reason", "gives no reason", "API says")
			s.Press("enter")
			s.Pass(time.Second)
			s.Sees("the face could not be found in frames 10 to 90")
			s.DoesNotSee("no reason", "gives no reason")
		})
	}
}

// An unreadable item is dropped, and the rest of the list is shown.
func TestUnreadableItemDoesNotHideTheList(t *testing.T) {
	t.Parallel()
	good := func(n int) string {
		return fmt.Sprintf(`{"id":"%s%d","createdAt":"2026-11-20T18:0%d:00Z","status":"COMPLETED","model":"lipsync-2","input":[],"outputFileName":"take_%d"}`, failedID, n, n, n)
	}
	twice := strings.Replace(good(3), `"id"`, `"id":"x","id"`, 1)
	st := tells(map[string]string{"GET /v2/generations": "[" + strings.Join([]string{good(2), "null", twice, good(1)}, ",") + "]"})
	tell(t, st, func(s *story) {
		s.Pass(3 * time.Second)
		s.Sees("take_1", "take_2", "Generations 2")
		s.DoesNotSee("take_3", "could be loaded")
	})
}

// What the plan does not include is refused with what to do about it.
func TestRefusalSaysWhatToDoOnThisPlan(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`402|{"statusCode":402,"message":"Monthly free generations are used up","errorCode":"free_tier_generations_exhausted"}`: "next month",
		`403|{"statusCode":403,"message":"Forbidden","errorCode":"account_on_hold"}`:                                            "support why the account is on hold",
		`402|{"statusCode":402,"message":"Too long","errorCode":"generation_plan_duration_exceeded"}`:                           "Plans take up to",
	} {
		st := tells(map[string]string{"POST /v2/generate": body})
		tell(t, st, func(s *story) {
			s.price()
			s.Press("y")
			s.Pass(2 * time.Second)
			if !strings.Contains(strings.Join(strings.Fields(s.Screen()), " "), want) {
				s.t.Errorf("%s\nwithout %q:\n%s", body, want, s.Screen())
			}
		})
	}
}
