package api

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"
)

func TestBatchesInBothSpellings(t *testing.T) {
	snake := `{"id":"b","created_at":"2026-06-02T08:00:00Z","status":"PROCESSING","metrics":{"total_generations":20,"success_count":"11","failed_count":1.0,"pending_count":8},"webhook_url":"https://h/w","output_url":"https://h/o"}`
	camel := `{"id":"b","createdAt":"2026-06-02T08:00:00Z","status":"PROCESSING","metrics":{"totalGenerations":20,"successCount":11,"failedCount":1,"pendingCount":8},"webhookUrl":"https://h/w","outputUrl":"https://h/o"}`
	var a, b Batch
	if json.Unmarshal([]byte(snake), &a) != nil || json.Unmarshal([]byte(camel), &b) != nil {
		t.Fatal("not read")
	}
	if fmt.Sprintf("%+v", a) != fmt.Sprintf("%+v", b) || a.Succeeded != 11 || a.Pending != 8 || a.Output != ParseURL("https://h/o") {
		t.Errorf("%+v\n%+v", a, b)
	}
	if err := json.Unmarshal([]byte(`{"id":"b","metrics":[1],"status":null,"outputUrl":{}}`), &a); err != nil || a.Total != 0 || !a.Output.IsZero() {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestBatchIsSentAsAForm(t *testing.T) {
	c, f := newFake(t, says(201, `{"id":"batch_abc123","status":"PENDING"}`))
	p := Paid{IdempotencyKey: "k", Body: []byte("{\"a\":1}\n{\"b\":2}"), WebhookURL: "https://h/hook"}
	if b, err := c.CreateBatch(t.Context(), p); err != nil || b.ID != "batch_abc123" || b.Raw == nil {
		t.Fatalf("%+v, %v", b, err)
	}
	r := f.requests()[0]
	_, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	form, err := multipart.NewReader(strings.NewReader(r.Body), params["boundary"]).ReadForm(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	file, _ := form.File["input"][0].Open()
	b, _ := io.ReadAll(file)
	if string(b) != string(p.Body) || form.Value["webhook_url"][0] != p.WebhookURL || form.Value["dry_run"] != nil || r.Length != int64(len(r.Body)) {
		t.Errorf("%q %v", b, form.Value)
	}
	if r.Header.Get("Idempotency-Key") != "k" {
		t.Error("no idempotency key")
	}
	if u := c.Usage(); u.Generate != 1 || u.Other != 0 {
		t.Errorf("%+v", u)
	}
}

func TestDryRunThatCreatedABatch(t *testing.T) {
	c, f := newFake(t, says(201, `{"id":"batch_abc123","status":"PENDING"}`))
	err := c.ValidateBatch(t.Context(), []byte("{}"))
	if err == nil || !strings.Contains(err.Error(), "created batch_abc123") {
		t.Error(err)
	}
	if r := f.requests()[0]; !strings.Contains(r.Body, `name="dry_run"`) || r.Header.Get("Idempotency-Key") != "" {
		t.Errorf("%+v", r)
	}
	for _, body := range []string{"{}", "[]", "OK"} {
		c, _ := newFake(t, says(200, body))
		if c.ValidateBatch(t.Context(), []byte("{}")) == nil {
			t.Errorf("%s passes for a verdict", body)
		}
	}
}

func FuzzBatch(f *testing.F) {
	f.Add([]byte(`{"id":"b","metrics":{"total_generations":"x"}}`))
	f.Add([]byte(resultLines))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := New(Config{})
		if err != nil {
			t.Fatal(err)
		}
		var batch Batch
		if json.Unmarshal(b, &batch) == nil && unsafeRune(string(batch.ID)+string(batch.Status)+string(batch.Output.Shown())) {
			t.Errorf("%+v", batch)
		}
		results, _ := c.results(b)
		for _, r := range results {
			if unsafeRune(string(r.RequestID) + string(r.Error) + string(r.Generation.Error)) {
				t.Errorf("%+v", r)
			}
		}
	})
}
