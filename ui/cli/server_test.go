package cli

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"dubtop/api/simulator"
)

// remote connects the desk to a simulated account of the newest server.
func (d *desk) remote(o simulator.Options) *simulator.Server {
	d.t.Helper()
	o.Key, o.Profile, o.Reliable = testKey, simulator.Current, true
	server := simulator.New(o)
	running, err := server.Listen("127.0.0.1:0")
	must(d.t, err)
	d.t.Cleanup(func() { _ = running.Close() })
	d.variables["SYNC_BASE_URL"] = running.URL()
	return server
}

// items runs a command and returns the items of its JSON.
func (d *desk) items(line string) (items []map[string]any) {
	d.t.Helper()
	got := d.run(line)
	var doc struct {
		Version int
		Items   []map[string]any
	}
	if err := json.Unmarshal([]byte(got.out), &doc); err != nil || doc.Version != shape || got.status != 0 || got.errors != "" {
		d.t.Fatalf("%s: %v: %+v", line, err, got)
	}
	return doc.Items
}

// shape returns the names of the members of a row in JSON, in order.
func (d *desk) shape(line string) string {
	d.t.Helper()
	got := d.run(line)
	_, rows, _ := strings.Cut(got.out, "\"items\": [\n    ")
	row, _, _ := strings.Cut(rows, "\n")
	if rows == "" {
		row = got.out
	}
	dec := json.NewDecoder(strings.NewReader(strings.TrimSuffix(row, ",")))
	var names []string
	for depth, name := 0, true; ; {
		t, err := dec.Token()
		if err != nil {
			return strings.Join(names, " ")
		}
		switch s := t.(type) {
		case json.Delim:
			if s == '{' || s == '[' {
				depth++
			} else {
				depth--
			}
			name = depth == 1
		case string:
			if depth == 1 && name {
				names = append(names, s)
				name = false
				continue
			}
			name = depth == 1
		default:
			name = depth == 1
		}
	}
}

// The shapes are promises to scripts: fields may come, but none may go or change.
func TestShapesOfJSON(t *testing.T) {
	d := newDesk(t)
	server := d.remote(simulator.Options{Generations: 3})
	id := server.Add(simulator.Job{Status: "COMPLETED"})
	server.AddBatch(simulator.Batch{Status: "COMPLETED", Total: 20, Succeeded: 19, Failed: 1})
	server.AddAsset(simulator.Asset{})
	batch := d.items("batch ls --json")[0]["id"].(string)
	asset := d.items("assets ls --json")[0]["id"].(string)
	jobs := "id status model name label set lang project project_id verdict note seconds cost_usd cost_basis created_at started_at ended_at took_seconds error error_code has_output saved_path gone"
	files := "id type name bytes seconds width height format visibility created_at updated_at url thumbnail_url"
	batches := "id status jobs completed failed created_at has_results results_url webhook_url"
	for line, want := range map[string]string{
		"ls --json":                     jobs,
		"get --json " + id:              jobs + " progress output_url segment_output_url speech_url inputs options segments webhook_url raw",
		"models --json":                 "name id type version description longest_seconds takes_image deprecated_at",
		"voices --json":                 "id name provider cloned restricted preview_url",
		"projects --json":               "id name description visibility mode",
		"account --json":                "version server name plan slots longest_seconds billing balance_usd held_usd credits free_used free_most free_resets_at billing_url",
		"batch ls --json":               batches,
		"batch get --json " + batch:     batches,
		"batch results --json " + batch: "id line request_id status model name seconds has_output error error_code",
		"assets ls --json":              files,
		"assets get --json " + asset:    files,
	} {
		if got := d.shape(line); got != want {
			t.Errorf("%s has\n%s\nwant\n%s\n%+v", line, got, want, d.run(line))
		}
	}
	for _, line := range []string{"ls", "get " + id, "models", "voices", "projects", "account", "batch ls", "batch get " + batch, "batch results " + batch, "assets ls", "assets get " + asset, "models --csv", "voices -q"} {
		if got := d.run(line); got.status != 0 || got.errors != "" || got.out == "" {
			t.Errorf("%s: %+v", line, got)
		}
	}
}

func TestAJobIsShownWithWhatThisMachineKnows(t *testing.T) {
	d := newDesk(t)
	server := d.remote(simulator.Options{})
	id, other := server.Add(simulator.Job{Status: "COMPLETED"}), server.Add(simulator.Job{Status: "COMPLETED"})
	d.run("ls")
	a, err := d.world.login(voice{})
	must(t, err)
	j, err := a.open(t.Context(), voice{})
	must(t, err)
	must(t, j.LabelAll(t.Context(), []string{id}, "acme"))
	must(t, j.NoteAll(t.Context(), []string{id}, "noisy"))
	must(t, j.Close())
	items := d.items("get --json " + other + " " + id)
	if len(items) != 2 || items[0]["id"] != other || items[1]["label"] != "acme" || items[1]["note"] != "noisy" || items[1]["raw"].(map[string]any)["id"] != id {
		t.Errorf("%v", items)
	}
	got := d.run("get --json id " + id + " nobody")
	if got.status != StatusPartly || !strings.Contains(got.out, id) || errorOf(t, got.errors).Code != "not_found" {
		t.Errorf("some unknown: %+v", got)
	}
}

// Unknown ids say which command lists the known ones.
func TestUnknownIDsHaveAHint(t *testing.T) {
	d := newDesk(t)
	d.remote(simulator.Options{})
	d.run("ls")
	const id = "00000000-0000-4000-8000-000000000001"
	for line, hint := range map[string]string{
		"get ": "dubtop ls lists the jobs", "open ": "dubtop ls lists the jobs", "copy-as curl ": "dubtop ls lists the jobs",
		"batch get ": "dubtop batch ls", "batch results ": "dubtop batch ls", "assets get ": "dubtop assets ls",
	} {
		for _, id := range []string{id, "so\u0301-no-id!"} {
			args := line + id
			if what, format, ok := strings.Cut(line, " "); ok && strings.HasPrefix(line, "copy-as") {
				args = what + " " + id + " " + format
			}
			if got := d.run(args); got.status != StatusError || got.out != "" || !strings.Contains(got.errors, hint) || !strings.Contains(got.errors, "is called "+id) {
				t.Errorf("%s: %+v", args, got)
			}
		}
	}
}

// The output opens in the browser; without one, its link is printed.
func TestOpen(t *testing.T) {
	d := newDesk(t)
	server := d.remote(simulator.Options{})
	id := server.Add(simulator.Job{Status: "COMPLETED"})
	link := d.items("get --json output_url " + id)[0]["output_url"].(string)
	if got := d.run("open " + id); got.status != 0 || !strings.HasPrefix(got.out, "http") || got.errors != "" {
		t.Errorf("without a browser: %+v", got)
	}
	var opened []string
	d.world.Open = func(link string) error { opened = append(opened, link); return nil }
	if got := d.run("open " + id); got.status != 0 || got.out != "" || len(opened) != 1 || before(opened[0]) != before(link) {
		t.Errorf("%v: %+v", opened, got)
	}
	if got := d.run("open --print --json opened " + id); got.out != "{\n  \"version\": 1,\n  \"opened\": false\n}\n" || len(opened) != 1 {
		t.Errorf("%v: %+v", opened, got)
	}
	d.world.Open = func(string) error { return errors.New("no such program") }
	if got := d.run("open " + id); got.status != 0 || before(strings.TrimSpace(got.out)) != before(link) || !strings.Contains(got.errors, "no browser") {
		t.Errorf("with a broken browser: %+v", got)
	}
	failed := server.Add(simulator.Job{Status: "FAILED"})
	if got := d.run("open --json " + failed); got.status != StatusError || errorOf(t, got.errors).Code != "no_output" {
		t.Errorf("without an output: %+v", got)
	}
}

// before returns a link without its signature, which changes.
func before(link string) string {
	link, _, _ = strings.Cut(link, "?")
	return link
}

func TestCopyAs(t *testing.T) {
	d := newDesk(t)
	id := d.remote(simulator.Options{}).Add(simulator.Job{})
	for format, want := range map[string]string{
		"curl": "curl -X POST '", "json": "{\n  \"model\": ", "python": "import json, os, requests\n", "jsonl": `{"`,
	} {
		got := d.run("copy-as " + id + " " + format)
		if got.status != 0 || !strings.HasPrefix(got.out, want) || format == "json" && !json.Valid([]byte(got.out)) {
			t.Errorf("%s: %+v", format, got)
		}
	}
	for line, want := range map[string]string{"copy-as " + id + " perl": `no format is called "perl"; there are curl`, "copy-as " + id: "and 1 argument was given"} {
		if got := d.run(line); got.status != StatusUsage || !strings.Contains(got.errors, want) {
			t.Errorf("%s: %+v", line, got)
		}
	}
}

// Servers without a list say so, and that is no empty list.
func TestAServerWithoutAList(t *testing.T) {
	d := newDesk(t)
	server := simulator.New(simulator.Options{Key: testKey, Reliable: true, Profile: simulator.Seed})
	running, err := server.Listen("127.0.0.1:0")
	must(t, err)
	defer running.Close()
	d.variables["SYNC_BASE_URL"] = running.URL()
	d.variables["SYNC_API_KEY"] = "sk-wrong" // which comes first
	for _, line := range []string{"account", "projects", "voices"} {
		if got := d.run(line); got.status != StatusAuth || got.out != "" {
			t.Errorf("%s with a wrong key: %+v", line, got)
		}
	}
	d.variables["SYNC_API_KEY"] = testKey
	for _, line := range []string{"account", "projects", "voices"} {
		if got := d.run(line + " --json"); got.status != StatusError || got.out != "" || errorOf(t, got.errors).Code != "unsupported" || errorOf(t, got.errors).Hint == "" {
			t.Errorf("%s: %+v", line, got)
		}
	}
}

// What can't be seen in JSON is escaped, as JSON can.
func TestInvisibleCharactersAreEscaped(t *testing.T) {
	if got := escaped("[\n\"a\u202e\x1b\u200b\U000E0041é\"]"); got != "[\n\"a\\u202e\\u001b\\u200b\\udb40\\udc41é\"]" || !json.Valid([]byte(got)) {
		t.Errorf("%q", got)
	}
}
