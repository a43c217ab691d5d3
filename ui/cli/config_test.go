package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestConfigShow(t *testing.T) {
	d := newDesk(t)
	d.variables["SYNC_BASE_URL"] = "https://sync.example"
	d.configure("theme = \"dark\"\nascii = 3\n[refresh]\nrunning = \"1s\"\n[budget]\ndaily = \"100 hard\"\n[budget.label.acme]\nmonthly = 500\n[views]\nnight = \"status:failed\"\n[views.queue]\nnext = \"model:sync-3\"\n[keys]\nopen = \"Q\"\n")
	got := d.run("config show --json")
	var all struct {
		Items []struct {
			Name, Value string
			SetBy       *string `json:"set_by"`
			Line        int
			Problem     *string
		}
	}
	if err := json.Unmarshal([]byte(got.out), &all); err != nil || got.status != 0 {
		t.Fatalf("%v: %+v", err, got)
	}
	file := d.variables["DUBTOP_CONFIG"]
	want := map[string][3]string{ // value, what set it, the problem
		"theme": {`"dark"`, file, ""}, "ascii": {"false", file, "true or false"}, "refresh.running": {`"2s"`, file, "too short"},
		"budget.daily": {`"$100.00 hard"`, file, ""}, "budget.monthly": {"none", "", ""}, "base_url": {`"https://sync.example"`, "SYNC_BASE_URL", ""},
		"budget.label.acme.monthly": {`"$500.00"`, file, ""}, "views.night": {`"status:failed"`, file, ""}, "views.queue.next": {`"model:sync-3"`, file, ""},
		"keys.open": {`"Q"`, file, ""}, "notify.ends": {`["queue","pilot","set","watched","last"]`, "", ""}, "notify.progress": {"true", "", ""},
		"queue.slots": {"0", "", ""}, "output.automatic": {`"off"`, "", ""}, "upload.visibility": {`"user"`, "", ""},
	}
	for _, s := range all.Items {
		w, listed := want[s.Name]
		delete(want, s.Name)
		by, problem := "", ""
		if s.SetBy != nil {
			by = *s.SetBy
		}
		if s.Problem != nil {
			problem = *s.Problem
		}
		if listed && (s.Value != w[0] || by != w[1] || !strings.Contains(problem, w[2]) || (w[2] == "") != (problem == "")) {
			t.Errorf("%s: %s, set by %q, problem %q; want %v", s.Name, s.Value, by, problem, w)
		}
		if s.Value == "" || (s.Line > 0) != (by == file) {
			t.Errorf("%s: %+v", s.Name, s)
		}
	}
	if len(want) > 0 {
		t.Errorf("not shown: %v", want)
	}
	if got := d.run("config show"); got.status != 0 || !strings.Contains(got.out, "config.toml:1\n") || !strings.Contains(got.out, "default\n") {
		t.Errorf("as text: %+v", got)
	}
}

func TestConfigCheck(t *testing.T) {
	d := newDesk(t)
	if got := d.run("config check"); got.status != 0 || got.out != "No problems in ~/.config/dubtop/config.toml.\n" {
		t.Errorf("without a file: %+v", got)
	}
	d.configure("thme = \"dark\"\n[budget]\ndaly = 3\n[keys]\nrun_againn = \"Q\"\nopen = \"j\"\n")
	got := d.run("config check")
	for _, want := range []string{
		"config.toml:1: thme: there is no such setting; did you mean theme?\n", "config.toml:3: budget.daly: ", "did you mean budget.daily?", "nothing can be spent",
		`config.toml:5: keys.run_againn: there is no action "run_againn"; the help (?) names them all; did you mean run_again?`,
		`config.toml:6: keys.open: key "j" already belongs to "down"; give that another key first` + "\n",
	} {
		if !strings.Contains(got.out, want) {
			t.Errorf("no %q in:\n%s", want, got.out)
		}
	}
	if got.status != StatusUsage || got.errors != "" {
		t.Errorf("%+v", got)
	}
	got = d.run("config check --json")
	var list struct{ Items []problemJSON }
	if err := json.Unmarshal([]byte(got.out), &list); err != nil || len(list.Items) != 4 || got.status != StatusUsage || list.Items[0].Setting != "thme" || list.Items[0].Line != 1 {
		t.Errorf("%v: %+v", err, got)
	}
}

func TestConfigPath(t *testing.T) {
	d := newDesk(t)
	if got := d.run("config path"); got.out != filepath.Join(d.world.Env.Home, ".config/dubtop/config.toml")+"\n" {
		t.Errorf("%+v", got)
	}
	d.configure("")
	if got := d.run("config path"); got.out != d.variables["DUBTOP_CONFIG"]+"\n" {
		t.Errorf("%+v", got)
	}
}

// A key file that others could read is a finding, and the key is in none.
func TestConfigCheckNamesTheKeyFile(t *testing.T) {
	d := newDesk(t)
	delete(d.variables, "SYNC_API_KEY")
	dir := filepath.Join(d.world.Env.Home, ".config/dubtop")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "api_key"), []byte(testKey), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := d.run("config check"); got.status != StatusUsage || !strings.Contains(got.out, "api_key: others could read it") {
		t.Errorf("%+v", got)
	}
}
