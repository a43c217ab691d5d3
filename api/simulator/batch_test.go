package simulator

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A batch goes through every state and ends with a line per request.
func TestBatchLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := open(t, Options{Plan: Scale, Seed: 3})
		id := a.form("/v2/batch", part{"input", "jobs.jsonl", lines(40)}).is(201).id()
		var states []any
		for range 400 {
			got := a.get("/v2/batch/" + id).is(200).object()
			m := got["metrics"].(map[string]any)
			if len(states) == 0 && m["pending_count"] != 0.0 {
				t.Errorf("a fresh batch counts %v", m)
			}
			if states = append(states, got["status"]); got["status"] == completed {
				if m["success_count"].(float64)+m["failed_count"].(float64) != 40 || m["pending_count"] != 0.0 {
					t.Errorf("it ended with %v", m)
				}
				break
			}
			if got["outputUrl"] != "" {
				t.Error("a result before the end")
			}
			time.Sleep(2 * time.Second)
		}
		states = slices.Compact(states)
		if fmt.Sprint(states) != "[PENDING JOBS_CREATED PROCESSING COMPLETED]" {
			t.Errorf("it went through %v", states)
		}
		if a.Running() != 0 || len(a.get("/v2/generations").array()) != 0 {
			t.Error("its jobs are among the others")
		}
		a.checkResult(id)
	})
}

// checkResult follows a batch's outputUrl without a key.
func (a *account) checkResult(id string) {
	a.t.Helper()
	link := a.get("/v2/batch/" + id).object()["outputUrl"].(string)
	a.key = ""
	there := a.get(link).is(302).header.Get("Location")
	seen := make(map[string]bool)
	for line := range strings.Lines(string(a.get(there).is(200).body)) {
		var row struct {
			RequestID string `json:"request_id"`
			Response  map[string]any
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			a.t.Fatal(err)
		}
		seen[row.RequestID] = true
		if status := row.Response["status"]; status == completed && row.Response["outputUrl"] == "" {
			a.t.Errorf("no output in %s", line)
		}
	}
	if len(seen) != 40 || !seen["video_040"] {
		a.t.Errorf("%d results", len(seen))
	}
	a.get(link + "x").is(404)
	a.get(there[:len(there)-2]).is(403)
}

func TestBatchRules(t *testing.T) {
	good := lines(20)
	for _, c := range []struct{ name, file, code string }{
		{"nineteen", lines(19), "batch_insufficient_records"},
		{"too many", lines(501), "batch_too_many_requests"},
		{"no JSON", good + "{\n", "batch_invalid_jsonl"},
		{"twice", good + lines(1), "batch_duplicate_request_id"},
		{"elsewhere", strings.Replace(good, "/v2/generate", "/v2/tts", 1), "batch_invalid_endpoint"},
		{"odd model", strings.Replace(good, "lipsync-2", "lipsync-9", 1), "batch_invalid_jsonl"},
		{"long", strings.Replace(good, "_12s", "_31s", 1), "generation_input_duration_greater_than_max_duration"},
		{"too large", good + strings.Repeat(" ", batchFileLimit), "batch_file_too_large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := open(t, Options{Plan: Scale})
			a.form("/v2/batch", part{"input", "jobs.jsonl", c.file}, part{"dry_run", "", "true"}).says(400, c.code)
		})
	}
	a := open(t, Options{Plan: Scale})
	for range batchConcurrency {
		a.form("/v2/batch", part{"input", "jobs.jsonl", good}).is(201)
	}
	busy := a.form("/v2/batch", part{"input", "jobs.jsonl", good})
	busy.says(429, "concurrency_limit_reached")
	if got := a.AcceptedBatches(); len(got) != batchConcurrency || string(got[0].Body) != good || got[0].Lines != 20 {
		t.Errorf("the judge noted %d", len(got))
	}
}

func TestBatchFilters(t *testing.T) {
	a := open(t, Options{Plan: Scale, Now: noon})
	old := a.AddBatch(Batch{Age: 48 * time.Hour, Status: completed, Total: 3, Succeeded: 3})
	young := a.AddBatch(Batch{Age: time.Hour, Total: 3, Succeeded: 1})
	for query, want := range map[string][]string{
		"":                                     {young, old},
		"?status=COMPLETED":                    {old},
		"?created_after=2026-06-01T12:00:00Z":  {young},
		"?created_before=2026-06-01T12:00:00Z": {old},
	} {
		if got := a.get("/v2/batch" + query).is(200).ids(); !slices.Equal(got, want) {
			t.Errorf("%s lists %v, want %v", query, got, want)
		}
	}
	a.get("/v2/batch?status=ASLEEP").is(400)
	a.get("/v2/batch?created_after=yesterday").is(400)
}
