package api

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestErrorMessages(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		kind   Kind
		want   string
	}{
		{
			422, `{"statusCode":422,"errorCode":"generation_input_video_inaccessible","message":"The provided video URL is inaccessible.","suggestion":"Use a public URL."}`,
			KindInvalid, "rejected (422): The provided video URL is inaccessible. Use an asset, or a public link that lives until the job starts: links that expire within the hour are the usual cause.",
		},
		{
			401, `{"message":"Unauthorized","statusCode":401}`,
			KindAuth, "the API key was refused (401): Unauthorized. Check the key, or make a new one at sync.so/settings/api-keys.",
		},
		{403, `{"message":"no","errorCode":"asset_forbidden"}`, KindInvalid, "rejected (403): no. Use an asset of your own."},
		{
			400, `{"message":"request_id is used twice","errorCode":"batch_duplicate_request_id","lineNumber":7}`,
			KindInvalid, "rejected (400): line 7: request_id is used twice. Give each line its own.",
		},
		{400, `{"message":"Line 7: no","lineNumber":7}`, KindInvalid, "rejected (400): Line 7: no"},
		{
			422, `{"errorCode":"dialogue_edit_retime_required","dialogueEditSection":"2"}`,
			KindInvalid, "rejected (422): section 2: The new words do not fit the time of the old ones. Allow retiming, or use words of about the same length.",
		},
		{
			500, `{"message":"Internal server error","errorCode":"internal_error","requestId":"req_1"}`,
			KindServer, "the server failed (500): Internal server error. Try again in a minute; status.sync.so reports outages. Support can look up request req_1.",
		},
		{
			403, `{"message":"no","errorCode":"plan_feature_unavailable"}`,
			KindPayment, "the plan does not include this (403): no. Leave the feature out, or choose a plan that has it at sync.so/billing.",
		},
		{404, `{"error":"Not Found"}`, KindNotFound, "not found (404): Not Found"},
		{
			500, `{"message":["one","two"],"error_code":"internal_error"}`,
			KindServer, "the server failed (500): one; two. Try again in a minute; status.sync.so reports outages.",
		},
		{502, "<html>bad gateway", KindServer, "the server failed (502): HTML from api.sync.so. Try again in a minute; status.sync.so reports outages."},
		{403, "<html>login", KindNotAPI, "not the API (403): HTML from api.sync.so. Check the base URL, and whether this network wants a login."},
		{200, "<html>login", KindNotAPI, "not the API: HTML from api.sync.so. Check the base URL, and whether this network wants a login."},
		{418, "", KindInvalid, "rejected (418): an answer without a reason from api.sync.so"},
		{400, `{"message":"bad \u001b[31mred\r\n\u202e\u009b2J"}`, KindInvalid, "rejected (400): bad red "},
		{400, `{"message":"your key is ` + testKey + `"}`, KindInvalid, "rejected (400): your key is [redacted]"},
		{400, `{"message":"your key is \u0073k-canary.0123456789"}`, KindInvalid, "rejected (400): your key is [redacted]"},
	} {
		client, _ := newFake(t, says(c.status, c.body))
		_, err := client.Batches(Background(t.Context()))
		wantKind(t, err, c.kind)
		if err.Error() != c.want {
			t.Errorf("%d %s\n got %s\nwant %s", c.status, c.body, err, c.want)
		}
	}
}

func TestKeyIsNotEchoed(t *testing.T) {
	c, _ := newFake(t, says(200, `{"id":"a","error":"`+testKey+`","options":{"x":"`+testKey+`"}}`))
	g, err := c.Generation(t.Context(), "a", GenerationDetails{})
	if err != nil {
		t.Fatal(err)
	}
	if all := fmt.Sprintf("%s %s %s", g.Error, g.Options, g.Raw); strings.Contains(all, testKey) {
		t.Error(all)
	}
	c, _ = newFake(t, says(200, `[{"id":"a","error":"`+testKey+`"}]`))
	page, err := c.Generations(t.Context(), GenerationQuery{}, nil)
	if err != nil || strings.Contains(string(page.Items[0].Error), testKey) {
		t.Errorf("%v %v", page, err)
	}
}

func TestConnectionErrorMessages(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&net.DNSError{Err: "no such host", Name: "h"}, "the name api.sync.so could not be found (DNS)"},
		{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, "api.sync.so refused the connection"},
		{&net.OpError{Op: "dial", Err: syscall.ENETUNREACH}, "api.sync.so cannot be reached from this network"},
		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, "api.sync.so closed the connection"},
		{io.ErrUnexpectedEOF, "the answer from api.sync.so was cut off"},
		{io.EOF, "the answer from api.sync.so was cut off"},
		{x509.UnknownAuthorityError{}, "the certificate of api.sync.so is from an unknown authority; a proxy may be in between"},
		{x509.CertificateInvalidError{Reason: x509.Expired}, "the certificate of api.sync.so is out of date; check this machine's clock"},
		{x509.HostnameError{Certificate: &x509.Certificate{}, Host: "h"}, "the certificate is not one for api.sync.so; a proxy may be in between"},
		{errors.New("proxy said \x1b[31mno to https://h/x?token=secret here"), "proxy said no to https://h/x?… here"},
	} {
		client, f := newFake(t, func(w http.ResponseWriter, _ *http.Request) { w.(*recorder).err = c.err })
		_, err := client.Assets(Background(t.Context()), AssetQuery{Search: "private words"})
		wantKind(t, err, KindNetwork)
		want := "no answer: " + c.want + ". Check the network, then try again."
		if err.Error() != want {
			t.Errorf("got  %s\nwant %s", err, want)
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			if strings.Contains(e.Error(), "private") {
				t.Errorf("the query shows: %v", e)
			}
		}
		if n := len(f.requests()); n != 1 {
			t.Errorf("%d tries", n)
		}
	}
}

func TestBadCertificatesAreNotRetried(t *testing.T) {
	c, f := newFake(t, func(w http.ResponseWriter, _ *http.Request) {
		w.(*recorder).err = x509.UnknownAuthorityError{}
	})
	_, err := c.Models(t.Context())
	wantKind(t, err, KindNetwork)
	if n := len(f.requests()); n != 1 {
		t.Errorf("%d tries", n)
	}
}

func TestCancelledCallsSaySo(t *testing.T) {
	c, _ := newFake(t, says(200, "[]"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Models(ctx)
	if !errors.Is(err, context.Canceled) || err.Error() != "no answer: the request was cancelled" {
		t.Error(err)
	}
}

// TestAnswersThatAreNotFromTheAPI answers every call with something that no API says.
// The result must be an error, never an empty list.
func TestAnswersThatAreNotFromTheAPI(t *testing.T) {
	bodies := map[string]string{
		"nothing": "", "null": "null", "html": "<!DOCTYPE html><p>Log in", "a word": "OK", "a number": "7",
		"a broken object": `{"id":"a"`, "a broken list": `[{"id":"a"}`, "two values": `[] []`,
		"a byte order mark": "\ufeff[]", "a list of numbers": "[1]", "a list of nulls": "[null]",
		"a list of strangers": `[{"name":{}}]`, "trailing garbage": `{"id":"a"} x`,
		"too deep": strings.Repeat("[", 20000), "items that are none": `{"items":7}`,
	}
	ask := func(c *Client, ctx context.Context) map[string]error {
		errs := map[string]error{}
		_, errs["generations"] = c.Generations(ctx, GenerationQuery{Limit: 100}, nil)
		_, errs["all generations"] = c.Generations(ctx, GenerationQuery{}, func([]Generation) {})
		_, errs["generation"] = c.Generation(ctx, "a", GenerationDetails{})
		_, errs["batches"] = c.Batches(ctx)
		_, errs["batch"] = c.Batch(ctx, "a")
		_, errs["assets"] = c.Assets(ctx, AssetQuery{})
		_, errs["asset"] = c.Asset(ctx, "a")
		_, errs["models"] = c.Models(ctx)
		_, errs["count"] = c.CountGenerations(ctx)
		_, errs["costs"] = c.Costs(ctx, "a")
		_, errs["download"] = c.Download(ctx, "a")
		_, errs["estimate"] = c.Estimate(ctx, EstimateRequest{Model: "m", Duration: 1})
		_, errs["create"] = c.CreateGeneration(ctx, Paid{IdempotencyKey: "k", Body: []byte("{}")})
		_, errs["create batch"] = c.CreateBatch(ctx, Paid{IdempotencyKey: "k", Body: []byte("{}")})
		_, errs["results"] = c.BatchResults(ctx, Batch{Output: ParseURL("https://api.sync.so/r")})
		errs["validate"] = c.ValidateBatch(ctx, []byte("{}"))
		return errs
	}
	for name, body := range bodies {
		c, _ := newFake(t, says(200, body))
		for call, err := range ask(c, Background(t.Context())) {
			if err == nil {
				t.Errorf("%s for %s is no error", name, call)
			}
			if strings.HasPrefix(call, "create") && OutcomeOf(err) != Unknown {
				t.Errorf("%s for %s: outcome %v", name, call, OutcomeOf(err))
			}
		}
	}
}

func TestBodiesAreCapped(t *testing.T) {
	c, _ := newFake(t, says(200, `[{"id":"`+strings.Repeat("x", 10<<20)))
	_, err := c.Generations(Background(t.Context()), GenerationQuery{Limit: 100}, nil)
	wantKind(t, err, KindNotAPI)
	_, err = c.Batches(Background(t.Context()))
	wantKind(t, err, KindNotAPI)
	_, err = c.Generation(Background(t.Context()), "a", GenerationDetails{})
	wantKind(t, err, KindNotAPI)
	if !strings.Contains(err.Error(), "far too long") {
		t.Error(err)
	}
}

func TestOutcomes(t *testing.T) {
	shaped := func(status int, code string) error {
		c, _ := newFake(t, says(status, fmt.Sprintf(`{"message":"x","statusCode":%d,"errorCode":%q}`, status, code)))
		_, err := c.CreateGeneration(t.Context(), Paid{IdempotencyKey: "k", Body: []byte("{}")})
		return err
	}
	foreign := func(status int) error {
		c, _ := newFake(t, says(status, "<html>"))
		_, err := c.CreateGeneration(t.Context(), Paid{IdempotencyKey: "k", Body: []byte("{}")})
		return err
	}
	for _, c := range []struct {
		name string
		err  error
		want Outcome
	}{
		{"nothing wrong", nil, Accepted},
		{"someone else's error", io.ErrUnexpectedEOF, Unknown},
		{"cancelled by itself", context.Canceled, Unknown},
		{"400", shaped(400, "INVALID_IDEMPOTENCY_KEY"), Refused},
		{"401", shaped(401, ""), Refused},
		{"402", shaped(402, "free_tier_generations_exhausted"), Refused},
		{"403", shaped(403, ""), Refused},
		{"404", shaped(404, "asset_not_found"), Refused},
		{"408", shaped(408, ""), Unknown},
		{"409", shaped(409, "IDEMPOTENCY_IN_PROGRESS"), Unknown},
		{"409 without a code", shaped(409, ""), Unknown},
		{"409 about an input", shaped(409, "voice_name_conflict"), Refused},
		{"413", shaped(413, ""), Refused},
		{"415", shaped(415, ""), Refused},
		{"418", shaped(418, ""), Unknown},
		{"422", shaped(422, ""), Refused},
		{"425", shaped(425, ""), Unknown},
		{"429", shaped(429, ""), Limited},
		{"500", shaped(500, ""), Unknown},
		{"503", shaped(503, "IDEMPOTENCY_OUTCOME_UNKNOWN"), Unknown},
		{"413 of a proxy", foreign(413), Refused},
		{"403 of a portal", foreign(403), Unknown},
		{"404 of a portal", foreign(404), Unknown},
		{"429 of a proxy", foreign(429), Unknown},
		{"302", foreign(302), Unknown},
		{"200 of a portal", foreign(200), Unknown},
		{"502 of a proxy", foreign(502), Unknown},
		{"made by hand", &Error{Kind: KindInvalid, Status: 422}, Refused},
		{"not sent", &Error{Kind: KindNetwork}, NotSent},
		{"broken off", &Error{Kind: KindNetwork, Sent: true}, Unknown},
		{"held", &Error{Kind: KindRateLimited, RetryAfter: time.Second}, Limited},
		{"wrapped", fmt.Errorf("x: %w", &Error{Kind: KindNetwork}), NotSent},
	} {
		if got := OutcomeOf(c.err); got != c.want {
			t.Errorf("%s: %v (%v), want %v", c.name, got, c.err, c.want)
		}
	}
}

func TestErrorsNameAPage(t *testing.T) {
	for body, want := range map[string]string{
		`{"message":"pay","errorCode":"account_payment_required","billingUrl":"https://sync.so/pay?a=1","upgradeUrl":"https://sync.so/up"}`: "https://sync.so/pay?a=1",
		`{"message":"more","errorCode":"concurrency_limit_reached","upgradeUrl":"https://sync.so/up"}`:                                      "https://sync.so/up",
		`{"message":"more","upgradeUrl":"javascript:alert(1)"}`:                                                                             "",
		`{"message":"more","upgradeUrl":7}`: "",
	} {
		c, _ := newFake(t, says(402, body))
		_, err := c.Batches(Background(t.Context()))
		e, _ := errors.AsType[*Error](err)
		if got, _ := e.Page.Link(); got != want {
			t.Errorf("%s: %q", body, got)
		}
	}
}
