package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/ledger"
	"dubtop/state/notify"
)

// someone returns the environment of a user with a new home and these
// variables.
func someone(t *testing.T, variables map[string]string) Env {
	return Env{
		Getenv: func(name string) string { return variables[name] },
		Home:   t.TempDir(),
		UID:    os.Getuid(),
	}
}

func write(t *testing.T, path, text string, mode fs.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // regardless of the umask
		t.Fatal(err)
	}
}

// configured loads a configuration with this text.
func configured(t *testing.T, text string) (Settings, []Problem) {
	t.Helper()
	env := someone(t, nil)
	write(t, filepath.Join(env.Home, ".config/dubtop/config.toml"), text, 0o600)
	return Load(env)
}

func defaults() Settings {
	return Settings{BaseURL: api.DefaultBaseURL, Theme: ThemeAuto, Output: DefaultOutput()}
}

func TestWithoutAFileThereAreDefaults(t *testing.T) {
	s, problems := Load(someone(t, nil))
	if len(problems) > 0 || !reflect.DeepEqual(s, defaults()) {
		t.Errorf("Load = %+v, %v", s, problems)
	}
	s, problems = configured(t, "")
	if len(problems) > 0 || !reflect.DeepEqual(s, defaults()) {
		t.Errorf("an empty file: %+v, %v", s, problems)
	}
}

func TestEverySettingIsTaken(t *testing.T) {
	s, problems := configured(t, `
base_url = "http://127.0.0.1:8080"
theme = "light"
ascii = true

[refresh]
running = "3s"
rest = "20s"
batches = "1m"

[queue]
slots = 6
reserve = 1

[budget]
max_job = 12.5
daily = "$100"
monthly = "1000.10 hard"
confirm_above = 20

[notify]
how = "bell"
ends = ["pilot", "set", "watched"]
progress = false

[keys]
quit = "ctrl+x,f5"
open = ["o", "enter"]
`)
	want := Settings{
		BaseURL: "http://127.0.0.1:8080", Theme: ThemeLight, ASCII: true,
		Refresh: Refresh{Running: 3 * time.Second, Rest: 20 * time.Second, Batches: time.Minute},
		Queue:   Queue{Slots: 6, Reserve: 1},
		Notify:  notify.Wish{How: notify.Bell, Deaf: []notify.Kind{notify.Queue, notify.Last}, NoProgress: true},
		Guard: ledger.Guard{
			MaxJob: &ledger.Limit{Amount: 12_500_000}, Daily: &ledger.Limit{Amount: 100_000_000},
			Monthly: &ledger.Limit{Amount: 1_000_100_000, Hard: true}, ConfirmAbove: &ledger.Limit{Amount: 20_000_000},
		},
	}
	want.Output = DefaultOutput()
	for i := range s.Keys {
		s.Keys[i].File = filepath.Base(s.Keys[i].File)
	}
	want.Keys = []Binding{{"quit", "ctrl+x,f5", "config.toml", 27}, {"open", "o,enter", "config.toml", 28}}
	if len(problems) > 0 || !reflect.DeepEqual(s, want) {
		t.Errorf("Load = %+v, %v", s, problems)
	}
}

// The shortest times that are accepted are those that the poller keeps to.
func TestShortestTimesReachThePoller(t *testing.T) {
	shortest := state.ShortestPace()
	s, problems := configured(t, fmt.Sprintf("[refresh]\nrunning = %q\nrest = %q\nbatches = %q\n", shortest.Running, shortest.Rest, shortest.Batches))
	want := state.DefaultPace()
	want.Running, want.Rest, want.Batches = shortest.Running, shortest.Rest, shortest.Batches
	if got := s.Refresh.Pace(); got != want || len(problems) > 0 {
		t.Errorf("%+v, %v", got, problems)
	}
}

// No key is accepted and then ignored.
func TestEveryKeyChangesTheSettings(t *testing.T) {
	for name := range known(&Settings{}) {
		value := map[bool]string{true: `"11m"`, false: "7"}[strings.HasPrefix(name, "refresh.")]
		if other := map[string]string{
			"base_url": `"https://other.example"`, "theme": `"light"`, "ascii": "true", "mouse": "true", "upload.visibility": `"organization"`, "project": `"acme"`,
			"pictures": `"off"`, "budget.scope": `"key"`, "notify.how": `"bell"`, "notify.ends": `["set"]`, "notify.progress": "false",
			"queue.fair": "true", "queue.start": `"22:00"`, "output.strict": "true", "output.automatic": `"all"`, "output.folder": `"/out"`, "output.template": `"{name}"`,
			"output.checksums": "false", "output.sidecar": "false", "on_done.run": `["true"]`, "on_done.limit": `"1m"`,
		}[name]; other != "" {
			value = other
		}
		if s, problems := configured(t, name+" = "+value); len(problems) > 0 || reflect.DeepEqual(s, defaults()) {
			t.Errorf("%s = %s: %v", name, value, problems)
		}
	}
}

// Every mistake is reported with its line and key, and affects nothing else.
func TestMistakesAreNamedAndSkipped(t *testing.T) {
	for _, c := range []struct {
		line  string
		key   string
		words string
		edit  func(*Settings) // settings changed nevertheless
	}{
		{`theme = "blue"`, "theme", `"auto", "dark" or "light": "auto" is used`, nil},
		{`theme = 3`, "theme", `"auto", "dark" or "light"`, nil},
		{`ascii = "yes"`, "ascii", "true or false, without quotes", nil},
		{`themes = "dark"`, "themes", "did you mean theme?", nil},
		{`baseurl = "x"`, "baseurl", "did you mean base_url?", nil},
		{`something_else = 1`, "something_else", "it is ignored", nil},
		{`refresh = "5s"`, "refresh", "it must be a table: [refresh]", nil},
		{`refresh.runing = "5s"`, "refresh.runing", "did you mean refresh.running?", nil},
		{`refresh.running = 5`, "refresh.running", `a duration like "10s"`, nil},
		{`refresh.running = "often"`, "refresh.running", `a duration like "10s"`, nil},
		{`refresh.running = "1ms"`, "refresh.running", "1ms is too short: 2s is used", func(s *Settings) { s.Refresh.Running = 2 * time.Second }},
		{`refresh.rest = "-1h"`, "refresh.rest", "too short: 10s is used", func(s *Settings) { s.Refresh.Rest = 10 * time.Second }},
		{`refresh.rest = "5s"`, "refresh.rest", "5s is too short: 10s is used", func(s *Settings) { s.Refresh.Rest = 10 * time.Second }},
		{`refresh.batches = "48h"`, "refresh.batches", "too long: 24h0m0s is used", func(s *Settings) { s.Refresh.Batches = 24 * time.Hour }},
		{`refresh.assets = "10m"`, "refresh.assets", "it can't be set: assets and models are read again every few minutes", nil},
		{`refresh.models = "1h"`, "refresh.models", "it can't be set", nil},
		{`keys = 1`, "keys", "it must be a table: [keys]", nil},
		{`keys.quit = 1`, "keys.quit", `keys like "ctrl+x,f5"`, nil},
		{`keys.quit = ["a", 1]`, "keys.quit", `keys like "ctrl+x,f5"`, nil},
		{`base_url = "http://api.sync.so"`, "base_url", "https://", func(s *Settings) { s.BaseURL = "http://api.sync.so" }},
		{`base_url = "https://me@api.sync.so"`, "base_url", "user name", func(s *Settings) { s.BaseURL = "https://me@api.sync.so" }},
		{`base_url = "sync"`, "base_url", "not an address", func(s *Settings) { s.BaseURL = "sync" }},
		{`queue.slots = -1`, "queue.slots", "a whole number from 0 to 1000, 0 to detect it: 0 is used", nil},
		{`queue.slots = 2.5`, "queue.slots", "a whole number", nil},
		{`queue.reserve = "1"`, "queue.reserve", "a whole number from 0 to 1000, 0 for none: 0 is used", nil},
		{`queue.slot = 2`, "queue.slot", "did you mean queue.slots?", nil},
		{`upload = {visibility = "everybody"}`, "upload.visibility", `it must be "user" or "organization": "user" is used`, nil},
		{`queue = 2`, "queue", "it must be a table: [queue]", nil},
		{`queue = {slots = 3, reserve = 3}`, "queue.reserve", "below slots (3), or nothing is ever sent: 2 is used", func(s *Settings) { s.Queue = Queue{Slots: 3, Reserve: 2} }},
		{`budget.daily = -1`, "budget.daily", `"-1" is not an amount of dollars: write it like 100`, nil},
		{`budget.daily = "1,000"`, "budget.daily", `"1,000" is not an amount`, nil},
		{`budget.daily = "100 harder"`, "budget.daily", `"100 hard" for one that refuses`, nil},
		{`budget.daily = ""`, "budget.daily", `"" is not an amount`, nil},
		{`budget.daily = "hard"`, "budget.daily", `"hard" is not an amount`, nil},
		{`budget.daily = true`, "budget.daily", "it must be an amount of dollars", nil},
		{`budget.daily = nan`, "budget.daily", "it must be an amount of dollars", nil},
		{`budget.daily = 1e300`, "budget.daily", "it must be an amount of dollars", nil},
		{`budget.daily = [100]`, "budget.daily", "it must be an amount of dollars", nil},
		{`budget.daily = 0`, "budget.daily", `write "0 hard" to spend nothing`, func(s *Settings) { s.Guard.Daily = new(ledger.Limit) }},
		{`budget.dayly = 5`, "budget.dayly", "did you mean budget.daily?", nil},
		{`budget.per_film = 5`, "budget.per_film", "there is no such setting", nil},
		{`budget.label.acme.weekly = 5`, "budget.label.acme.weekly", "a label or a project has daily and monthly", func(s *Settings) { s.Guard.Labels = []ledger.Share{{Name: "acme"}} }},
		{`budget.label.acme = 5`, "budget.label.acme", "it must be a table", func(s *Settings) { s.Guard.Labels = []ledger.Share{{Name: "acme"}} }},
		{`budgets = {daily = 5}`, "budgets", "did you mean budget?", nil},
		{`daily = 5`, "daily", "did you mean budget.daily?", nil},
		{`queue.max_job = 5`, "queue.max_job", "did you mean budget.max_job?", nil},
		{`budget = 100`, "budget", "it must be a table: [budget]", nil},
		{`base_url = 5`, "base_url", "not an address", func(s *Settings) { s.BaseURL = "5" }},
	} {
		t.Run(c.line, func(t *testing.T) {
			extra := "\nascii = true\n"
			if strings.HasPrefix(c.line, "ascii") {
				extra = "\n"
			}
			s, problems := configured(t, "# mine\n\n"+c.line+extra)
			if len(problems) != 1 {
				t.Fatalf("problems = %v, want one", problems)
			}
			p := problems[0]
			if p.Line != 3 || p.Key != c.key || !strings.Contains(p.Words, c.words) || filepath.Base(p.File) != "config.toml" {
				t.Errorf("problem = %+v, want line 3, key %s, %q", p, c.key, c.words)
			}
			if !strings.Contains(p.String(), "config.toml:3: "+c.key+": ") {
				t.Errorf("in one line: %s", p)
			}
			want := defaults()
			want.ASCII = extra != "\n"
			if c.edit != nil {
				c.edit(&want)
			}
			// A limit on spending that cannot be read stops spending.
			if strings.Contains(c.line, "budget") || strings.Contains(c.words, "budget.") {
				if !p.Spending || !strings.HasSuffix(p.Words, " (nothing can be spent until it is fixed)") {
					t.Errorf("the problem stops nothing: %+v", p)
				}
				want.Guard.Fault = "~/.config/dubtop/config.toml:3: " + c.key + ": " + p.Words
			}
			if !reflect.DeepEqual(s, want) {
				t.Errorf("settings = %+v, want %+v", s, want)
			}
		})
	}
}

func TestProblemsAreInFileOrder(t *testing.T) {
	_, problems := configured(t, "b = 1\ntheme = 1\n[refresh]\nrest = 1\na = 1\n[zoo]\nx = 1\n[keys]\nk = 1\n")
	var lines []string
	for _, p := range problems {
		lines = append(lines, fmt.Sprint(p.Line, p.Key))
	}
	want := []string{"1b", "2theme", "4refresh.rest", "5refresh.a", "6zoo", "9keys.k"}
	if !slices.Equal(lines, want) {
		t.Errorf("problems = %v, want %v", lines, want)
	}
}

// Settings do not know the actions, but report the lines and return the keys in
// file order.
func TestKeysTellTheirLine(t *testing.T) {
	s, problems := configured(t, "theme = \"dark\"\n[keys]\nzoom = \"z\"\n# a comment\nbatches = [\"b\"]\nassets = \"a\"\n")
	if len(problems) > 0 || len(s.Keys) != 3 {
		t.Fatalf("keys = %+v, problems = %v", s.Keys, problems)
	}
	for i, want := range []string{":3: keys.zoom: no", ":5: keys.batches: no", ":6: keys.assets: no"} {
		if got := s.Keys[i].Problem(errors.New("no")).String(); !strings.HasSuffix(got, "config.toml"+want) {
			t.Errorf("problem %d = %q, want …%s", i, got, want)
		}
	}
}

// Values above a syntax error count. Above all, another server must not turn
// into the one where jobs cost money.
func TestSyntaxErrors(t *testing.T) {
	s, problems := configured(t, "base_url = \"http://localhost:1\"\ntheme = \"dark\nascii = true\n")
	if len(problems) != 1 || problems[0].Line != 2 || !strings.Contains(problems[0].Words, "from here on the defaults are used") {
		t.Errorf("problems = %v", problems)
	}
	if s.BaseURL != "http://localhost:1" || s.ASCII || s.Theme != ThemeAuto {
		t.Errorf("settings = %+v", s)
	}
	s, problems = configured(t, "keys = { a = \"b\",\n  theme dark }\n[[[")
	if len(problems) != 1 || problems[0].Line == 0 || !reflect.DeepEqual(s, defaults()) {
		t.Errorf("settings = %+v, %v", s, problems)
	}
}

func TestBudgetsByLabelAndProject(t *testing.T) {
	var s Settings
	problems := parse("[budget.label.\"Acme & Sons\"]\nmonthly = 500\n[budget.label.b]\ndaily = \"5 hard\"\n[budget.project.Spring]\nmonthly = 20.5\n", &s)
	want := ledger.Guard{
		Labels:   []ledger.Share{{Name: "Acme & Sons", Monthly: &ledger.Limit{Amount: 500_000_000}}, {Name: "b", Daily: &ledger.Limit{Amount: 5_000_000, Hard: true}}},
		Projects: []ledger.Share{{Name: "Spring", Monthly: &ledger.Limit{Amount: 20_500_000}}},
	}
	if len(problems) > 0 || !reflect.DeepEqual(s.Guard, want) {
		t.Errorf("%+v, %v", s.Guard, problems)
	}
}

// A budget below a syntax error is not read, and that must not mean "no
// budget".
func TestBudgetBelowASyntaxErrorStopsSpending(t *testing.T) {
	for text, fault := range map[string]string{
		"theme = \"dark\n[budget]\ndaily = 5\n":          "config.toml:1: ",
		"[budget]\nmonthly = 5\ndaily = 5$\n":            "config.toml:3: ",
		"[budget]\ndaily = 5\n[budget]\nmonthly = 5\n":   "config.toml:3: ",
		"[budget]\ndaily = 5\n[keys]\nquit = \"q\nx=1\n": "", // it stands above the error
		"[budget]\ndaly 5\n":                             "config.toml:2: ",
		"theme = \"dark\nascii = true\n":                 "",
	} {
		s, problems := configured(t, text)
		if len(problems) != 1 || problems[0].Spending != (fault != "") || !strings.Contains(s.Guard.Fault, fault) || (s.Guard.Fault != "") != (fault != "") {
			t.Errorf("%q: the fault is %q, want %q; problems %v", text, s.Guard.Fault, fault, problems)
		}
	}
}

// Amounts are read exactly, to the millionth of a dollar.
func TestAmountsAreExact(t *testing.T) {
	for text, want := range map[string]ledger.Limit{
		`0.1`: {Amount: 100_000}, `0.29`: {Amount: 290_000}, `4.35`: {Amount: 4_350_000}, `1_000.10`: {Amount: 1_000_100_000},
		`999999999.999999`: {Amount: 999_999_999_999_999}, `1e3`: {Amount: 1_000_000_000}, `0.000001`: {Amount: 1},
		`"9000000000000.000001"`: {Amount: 9_000_000_000_000_000_001}, `" $2.50  HARD "`: {Amount: 2_500_000, Hard: true},
		`"0 hard"`: {Hard: true}, `"3 soft"`: {Amount: 3_000_000}, `"$0.005"`: {Amount: 5_000},
	} {
		s, problems := configured(t, "[budget]\nmax_job = "+text+"\n")
		if len(problems) > 0 || s.Guard.MaxJob == nil || *s.Guard.MaxJob != want || s.Guard.Fault != "" {
			t.Errorf("%s is %+v, want %+v; %v", text, s.Guard.MaxJob, want, problems)
		}
	}
	if s, problems := configured(t, "budget.confirm_above = 0\n"); len(problems) > 0 || *s.Guard.ConfirmAbove != (ledger.Limit{}) {
		t.Errorf("everything is to be confirmed: %+v, %v", s.Guard, problems)
	}
}

func TestFilesThatCantBeRead(t *testing.T) {
	env := someone(t, map[string]string{"DUBTOP_CONFIG": "/nowhere/at/all.toml"})
	s, problems := Load(env)
	want := defaults()
	want.Guard.Fault = "/nowhere/at/all.toml: it can't be read (no such file or directory): the defaults are used, and nothing can be spent"
	if len(problems) != 1 || !strings.Contains(problems[0].String(), "/nowhere/at/all.toml: it can't be read") || !reflect.DeepEqual(s, want) {
		t.Errorf("a file that was asked for and is not there: %+v, %v", s, problems)
	}
	env = someone(t, map[string]string{"DUBTOP_CONFIG": t.TempDir()})
	if _, problems := Load(env); len(problems) != 1 || !strings.Contains(problems[0].Words, "not a configuration file") {
		t.Errorf("a directory: %v", problems)
	}
}

func TestEnvironmentTakesPrecedence(t *testing.T) {
	variables := map[string]string{"SYNC_BASE_URL": " https://staging.example.com ", "DUBTOP_CONFIG": filepath.Join(t.TempDir(), "c.toml")}
	env := someone(t, variables)
	write(t, variables["DUBTOP_CONFIG"], `base_url = "https://file.example.com"`, 0o644)
	if s, problems := Load(env); s.BaseURL != "https://staging.example.com" || len(problems) > 0 {
		t.Errorf("Load = %+v, %v", s, problems)
	}
	variables["SYNC_BASE_URL"] = "http://staging.example.com"
	s, problems := Load(env)
	if s.BaseURL != "http://staging.example.com" || len(problems) != 1 || problems[0].File != "SYNC_BASE_URL" {
		t.Errorf("a bad variable: %+v, %v; it must be kept for the client to refuse", s, problems)
	}
}

func TestPlacesOfFiles(t *testing.T) {
	env := Env{Home: "/home/ann", Getenv: func(string) string { return "" }}
	places := func(env Env) map[string]string {
		out := make(map[string]string)
		for name, f := range map[string]func(Env) (string, error){"config": ConfigPath, "key": func(env Env) (string, error) { return KeyPath(env, nil) }, "state": StateDir} {
			path, err := f(env)
			if err != nil {
				path = err.Error()
			}
			out[name] = path
		}
		return out
	}
	for name, c := range map[string]struct {
		variables map[string]string
		home      string
		want      map[string]string
	}{
		"by default": {nil, "/home/ann", map[string]string{
			"config": "/home/ann/.config/dubtop/config.toml", "key": "/home/ann/.config/dubtop/api_key", "state": "/home/ann/.local/state/dubtop",
		}},
		"by XDG": {map[string]string{"XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s"}, "", map[string]string{
			"config": "/c/dubtop/config.toml", "key": "/c/dubtop/api_key", "state": "/s/dubtop",
		}},
		"relative ones don't count": {map[string]string{"XDG_CONFIG_HOME": "c", "XDG_STATE_HOME": "s"}, "/h", map[string]string{
			"config": "/h/.config/dubtop/config.toml", "key": "/h/.config/dubtop/api_key", "state": "/h/.local/state/dubtop",
		}},
		"by our own": {map[string]string{"DUBTOP_CONFIG": "x.toml"}, "/h", map[string]string{
			"config": "x.toml", "key": "/h/.config/dubtop/api_key", "state": "/h/.local/state/dubtop",
		}},
		"nowhere": {nil, "", map[string]string{
			"config": ErrNoHome.Error(), "key": ErrNoHome.Error(), "state": ErrNoHome.Error(),
		}},
	} {
		env.Home, env.Getenv = c.home, func(name string) string { return c.variables[name] }
		if got := places(env); !maps.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	env.Home, env.Getenv = "", func(string) string { return "" }
	if s, problems := Load(env); len(problems) > 0 || s.BaseURL != api.DefaultBaseURL {
		t.Errorf("without a home: %+v, %v", s, problems)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("theme = \"dark\"\n[refresh]\nrunning = \"1s\"\n[keys]\na = [1]")
	f.Add("[queue]\nslots = 1\nreserve = 4\n[budget]\ndaily = 1.5\nmax_job = \"1 hard\"\nx = nan")
	f.Add("keys = 1\nrefresh = 2\n[[zoo]]")
	f.Fuzz(func(t *testing.T, text string) {
		s := defaults()
		for _, p := range parse(text, &s) {
			if p.Words == "" || strings.HasPrefix(p.Key, "budget") && !p.Spending {
				t.Errorf("a problem without words: %+v", p)
			}
		}
		if q := s.Queue; q.Slots < 0 || q.Reserve < 0 || q.Slots > 0 && q.Reserve >= q.Slots {
			t.Errorf("the queue is %+v", q)
		}
		if r := s.Refresh.Running; r != 0 && r < 2*time.Second {
			t.Errorf("running every %s", r)
		}
	})
}

func TestShort(t *testing.T) {
	for _, c := range []struct{ home, path, want string }{
		{"/home/ada", "/home/ada/.config/dubtop/config.toml", "~/.config/dubtop/config.toml"},
		{"/home/ada", "/home/adam/config.toml", "/home/adam/config.toml"},
		{"/home/ada", "SYNC_BASE_URL", "SYNC_BASE_URL"},
		{"", "/etc/config.toml", "/etc/config.toml"},
	} {
		if got := Short(Env{Home: c.home}, c.path); got != c.want {
			t.Errorf("Short(%q, %q) = %q, want %q", c.home, c.path, got, c.want)
		}
	}
}

func TestFilesOfJobsAreConfigured(t *testing.T) {
	env := someone(t, nil)
	write(t, filepath.Join(env.Home, ".config/dubtop/config.toml"), `[output]
folder = "~/Videos"
template = "{set}/{stem}_{lang}.{ext}"
strict = true
downloads = 3
automatic = "label:acme -model:react-1"
sidecar = false
checksums = false
`, 0o600)
	s, problems := Load(env)
	want := Output{
		Folder: "~/Videos", Template: "{set}/{stem}_{lang}.{ext}", Strict: true, Downloads: 3,
		Automatic: "label:acme -model:react-1",
	}
	if len(problems) > 0 || s.Output != want || s.Output.FolderIn("/home/u") != "/home/u/Videos" {
		t.Errorf("%+v, %v", s.Output, problems)
	}
}

func TestMistakesAboutFilesOfJobsAreNamed(t *testing.T) {
	want := DefaultOutput()
	for line, words := range map[string]string{
		`folder = "here"`: "must be a folder", `folder = 3`: "must be a folder",
		`template = "{nme}"`: "{nme} is not a field", `template = "../{name}"`: "must not leave", `downloads = 0`: "from 1 to 16",
		`automatic = "lable:acme"`: `no field is called "lable"; label?`, `automatic = "label:acme csot:>1"`: `no field is called "csot"`,
		`automatic = "cost:>cheap"`: "cost: ", `automatic = "(lable:acme)"`: `"lable"`, `automatic = "label:"`: "label: has no value", `automatic = "-"`: "it says nothing",
		`automatic = 3`: `must be "off"`, `foldr = "/x"`: "did you mean output.folder?",
	} {
		env := someone(t, nil)
		write(t, filepath.Join(env.Home, ".config/dubtop/config.toml"), "[output]\n"+line+"\n", 0o600)
		s, problems := Load(env)
		if len(problems) != 1 || !strings.Contains(problems[0].Words, words) || s.Output != want {
			t.Errorf("%s: %+v, %v", line, s.Output, problems)
		}
	}
	for written, want := range map[string]string{`"off"`: "", `"all"`: "all", "true": "all", "false": "", `""`: ""} {
		if s, problems := configured(t, "[output]\nautomatic = "+written); len(problems) > 0 || s.Output.Automatic != want {
			t.Errorf("%s: %q, %v", written, s.Output.Automatic, problems)
		}
	}
}

func TestViewsAreFiltersOfLists(t *testing.T) {
	s, problems := configured(t, "[views]\nfailed = \"status:failed age:<1d\"\n[views.assets]\nbig = \"size:>100mb\"\n")
	want := map[string]map[string]string{"generations": {"failed": "status:failed age:<1d"}, "assets": {"big": "size:>100mb"}}
	if len(problems) > 0 || !reflect.DeepEqual(s.Views, want) {
		t.Errorf("%v, %v", s.Views, problems)
	}
	for _, text := range []string{"[views]\nbad = \"csot:>1\"\n", "[views]\nbad = 7\n", "views = 1\n", "[views.assets]\nbad = \"took:>1s\"\n"} {
		if s, problems := configured(t, text); len(problems) != 1 || problems[0].Line == 0 || len(s.Views) > 0 {
			t.Errorf("%q: %v, %v", text, s.Views, problems)
		}
	}
}
