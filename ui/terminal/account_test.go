package terminal_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dubtop/state"
	"dubtop/state/journal"
)

// opener replaces the browser. It records its arguments and is noisy.
const opener = `#!/bin/sh
env > "$NOTES/env"
echo "noise on stdout"
echo "noise on stderr" >&2
printf %s "$1" > "$NOTES/new" && mv "$NOTES/new" "$NOTES/link"
`

func TestBrowserGetsTheFreshLinkAndNothingElse(t *testing.T) {
	t.Parallel()
	a := simulated(t)
	g := a.gate(0)
	notes, bin := t.TempDir(), t.TempDir()
	must(t, os.WriteFile(filepath.Join(bin, "xdg-open"), []byte(opener), 0o700))
	w := open(t, stage{env: append(a.env(g.URL),
		"DISPLAY=:9", "NOTES="+notes, "PATH="+bin+":"+os.Getenv("PATH"))})
	w.sees("completed", "n new")
	w.keys("/status:completed\r")
	w.loses("failed")
	before := len(g.links())
	w.keys("o")
	w.sees("opened in the browser")
	link := w.file(filepath.Join(notes, "link"))
	if links := g.links()[before:]; !slices.Contains(links, string(link)) {
		t.Errorf("the browser got %q, the API gave %q", link, links)
	}
	env, err := os.ReadFile(filepath.Join(notes, "env"))
	must(t, err)
	if bytes.Contains(env, []byte(a.key)) || bytes.Contains(env, []byte("SYNC_API_KEY")) {
		t.Error("the browser got the key in its environment")
	}
	w.keysAreNowhere(a.key)
	w.keys("q")
	w.ends(0)
	if bytes.Contains(w.bytes(), []byte("noise")) {
		t.Error("what the browser says is on the screen")
	}
	w.keysAreNowhere(a.key)
}

// keysAreNowhere checks that the key is in no place where others could read it.
func (w *window) keysAreNowhere(key string) {
	w.t.Helper()
	if bytes.Contains(w.bytes(), []byte(key)) {
		w.t.Error("the key is on the screen")
	}
	if line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", w.cmd.Process.Pid)); err == nil && bytes.Contains(line, []byte(key)) {
		w.t.Error("the key is in the command line")
	}
	must(w.t, filepath.WalkDir(w.home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil //nolint:nilerr // files come and go while the program runs
		}
		if text, err := os.ReadFile(path); err == nil && bytes.Contains(text, []byte(key)) {
			w.t.Errorf("the key is in %s", path)
		}
		return nil
	}))
}

func TestWithoutADisplayTheLinkIsShownAndCopied(t *testing.T) {
	t.Parallel()
	a := simulated(t)
	g := a.gate(0)
	w := open(t, stage{env: a.env(g.URL)})
	w.sees("completed", "n new")
	w.keys("/status:completed\r")
	w.loses("failed")
	before := len(g.links())
	w.keys("o")
	w.sees("There is no browser here")
	w.until("the screen holds the fresh link", func() bool {
		whole := strings.Join(strings.Fields(w.screen()), "")
		return slices.ContainsFunc(g.links()[before:], func(link string) bool { return strings.Contains(whole, link) })
	})
	w.until("it is copied", func() bool { return bytes.Contains(w.bytes(), []byte("\x1b]52;c;")) })
}

// home creates a home directory with files, given by path.
func home(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for path, text := range files {
		path = filepath.Join(dir, path)
		must(t, os.MkdirAll(filepath.Dir(path), 0o700))
		must(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return dir
}

const configFile = ".config/dubtop/config.toml"

func TestConfigurationMistakeIsNamedAndStopsNothing(t *testing.T) {
	t.Parallel()
	w := demo(t, stage{home: home(t, map[string]string{configFile: "theme = \"dark\"\n\n[refresh]\nrunning = \"often\"\n"})})
	w.sees("~/" + configFile + ":4: refresh.running: it must be a duration")
}

func TestHelpNamesAllConfigurationMistakes(t *testing.T) {
	t.Parallel()
	w := demo(t, stage{home: home(t, map[string]string{configFile: "theme = \"pink\"\nbase = 1\n[keys]\nopen = \"j\"\n"})})
	w.sees("1 of 3 (?: all)")
	w.keys("?")
	w.sees("config.toml:1: theme", "config.toml:2: base", `config.toml:4: keys.open: key "j" already belongs to "down"`)
}

func TestKeysCanBeChanged(t *testing.T) {
	t.Parallel()
	w := demo(t, stage{home: home(t, map[string]string{configFile: "[keys]\nquit = \"ctrl+x\"\nbatches = \"b\"\n"})})
	w.keys("b")
	w.sees("PROGRESS")
	w.keys("2q")
	w.keys("\x18")
	w.ends(0)
}

func TestKeyFromItsFile(t *testing.T) {
	t.Parallel()
	a := simulated(t)
	for _, mode := range []os.FileMode{0o600, 0o644} {
		dir := home(t, map[string]string{".config/dubtop/api_key": a.key + "\n"})
		path := filepath.Join(dir, ".config/dubtop/api_key")
		must(t, os.Chmod(path, mode))
		w := open(t, stage{home: dir, env: []string{"SYNC_BASE_URL=" + a.base}})
		w.sees("completed")
		info, err := os.Stat(path)
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("a key file of mode %o has mode %o now", mode, info.Mode().Perm())
		}
		if mode != 0o600 {
			w.sees("~/.config/dubtop/api_key: others could read it: it is private now")
		} else if strings.Contains(w.screen(), "others could read it") {
			t.Errorf("mode %o:\n%s", mode, w.screen())
		}
		w.keys("q")
		w.ends(0)
	}
}

func TestWelcomeWithoutAKey(t *testing.T) {
	t.Parallel()
	a := simulated(t)
	w := open(t, stage{env: []string{"SYNC_BASE_URL=" + a.base}})
	w.sees("Welcome to dubtop", "Paste an API key", "SYNC_API_KEY", ".config/dubtop/api_key")
	w.keys("1")
	w.sees("not shown or logged")
	w.paste("sk-wrong")
	w.keys("\r")
	w.sees("401")
	w.keys("\x15") // ctrl+u empties the field
	w.paste(a.key)
	w.keys("\r")
	w.sees("The key works. Save it")
	w.sees("y save it  n not now") // the hints show that the dialog listens
	w.keys("y")
	w.sees("key saved in")
	w.loses("Save it")
	w.sees("completed")
	if bytes.Contains(w.bytes(), []byte(a.key)) {
		t.Error("the key was drawn")
	}
	info, err := os.Stat(filepath.Join(w.home, ".config/dubtop/api_key"))
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the key file has mode %o", info.Mode().Perm())
	}
	w.keys("q")
	w.ends(0)
}

func TestBadBaseURLIsExplained(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"http://api.sync.so", "ftp://127.0.0.1", "https://", "https://u:p@api.sync.so"} {
		w := open(t, stage{env: []string{"SYNC_BASE_URL=" + base, "SYNC_API_KEY=sk-none"}})
		w.sees("Welcome to dubtop", "SYNC_BASE_URL: ")
		why := regexp.MustCompile(`must begin with https|is not an address|user name`)
		w.until("it says why not "+base, func() bool { return why.MatchString(w.screen()) })
		w.keys("q")
		w.ends(0)
	}
}

func TestWithoutAHomeNothingCanBeSpent(t *testing.T) {
	t.Parallel()
	a := simulated(t)
	w := open(t, stage{env: append(a.env(""), "HOME=")})
	w.sees("completed")
	w.keys("n")
	w.sees("can't send", "HOME")
	w.keys("q")
	w.ends(0)
}

func TestDemoIgnoresTheRealKeyAndSavesNothing(t *testing.T) {
	t.Parallel()
	w := demo(t, stage{env: []string{"SYNC_API_KEY=sk-real-one", "SYNC_BASE_URL=http://127.0.0.1:1"}})
	w.keys("q")
	w.ends(0)
	left, err := os.ReadDir(w.home)
	must(t, err)
	if len(left) > 0 {
		t.Errorf("the demo left %v", left)
	}
}

func TestSimulatorServesOtherClients(t *testing.T) {
	t.Parallel()
	a := simulated(t, "--profile", "strict", "--generations", "7")
	var jobs []struct{ ID, Status string }
	must(t, json.Unmarshal(a.ask("/v2/generations"), &jobs))
	if len(jobs) != 7 || jobs[0].ID == "" {
		t.Errorf("the history is %v", jobs)
	}
	res, err := http.Get(a.base + "/v2/generations")
	must(t, err)
	must(t, res.Body.Close())
	if res.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a key it answers %s", res.Status)
	}
}

// On a terminal the two lines are pasted into another shell, where programs
// only see exported variables.
func TestSimulatorExportsItsLinesOnATerminal(t *testing.T) {
	t.Parallel()
	w := open(t, stage{args: []string{"simulate", "--generations", "0"}})
	w.sees("export SYNC_BASE_URL=http://127.0.0.1:", "export SYNC_API_KEY=sk-")
	w.keys("\x03")
	w.ends(0)
}

// The pictures and golden frames are made without a real terminal. This test
// shows that the binary draws the same, except for the clock and the places
// where it looked for a key.
func TestBinaryDrawsTheGoldenFrames(t *testing.T) {
	t.Parallel()
	kept, err := os.ReadFile(fmt.Sprintf("../testdata/TestFrames/first-screen-%dx%d.golden", columns, rows))
	must(t, err)
	w := open(t, stage{})
	w.sees("Welcome to dubtop", "Looked for a key in:")
	want := timeless(string(kept))
	w.until("the binary draws\n"+want+"\nbut it draws", func() bool { return timeless(w.screen()) == want })
	w.keys("q")
	w.ends(0)
}

var changing = regexp.MustCompile(`\d\d:\d\d(:\d\d)?|· .*`)

// timeless removes what differs from run to run.
func timeless(screen string) string {
	lines := strings.Split(changing.ReplaceAllString(screen, "…"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// keepsJobs waits until a number of jobs is in the window's journal.
func (w *window) keepsJobs(number int) {
	w.t.Helper()
	j, err := journal.Open(w.t.Context(), kept(w.t, w.home))
	must(w.t, err)
	defer j.Close()
	w.until("all jobs are in the journal", func() bool {
		jobs, err := j.Generations(w.t.Context(), 1000, state.Generation{})
		must(w.t, err)
		return len(jobs) == number
	})
}

// A new key of the same account finds the journal of the old key, and the
// binary continues it.
func TestNewKeyIsJoinedToTheOldProfile(t *testing.T) {
	t.Parallel()
	a := simulated(t)
	const rotated = "sk-rotated-0123456789"
	server, err := url.Parse(a.base)
	must(t, err)
	proxy := httputil.NewSingleHostReverseProxy(server)
	both := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("x-api-key") == rotated { // both keys belong to the account
			r.Header.Set("x-api-key", a.key)
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(both.Close)
	with := func(home, key string) *window {
		return open(t, stage{home: home, env: []string{"SYNC_BASE_URL=" + both.URL, "SYNC_API_KEY=" + key}})
	}
	old := with("", a.key)
	old.sees("completed", "n new", "4 Models 5")
	old.keys("wthe red scarf\r")
	old.sees("note saved")
	// The list is stored page by page. The next start fetches what a quit left
	// out, but the other key counts what is already stored.
	old.keepsJobs(200)
	old.keys("q")
	old.ends(0)

	w := with(old.home, rotated)
	w.sees("The same account with a new key?", "200 jobs", "selected button") // the hints name keys that work now
	w.keys("y")
	w.sees("joined: this key has taken over")
	w.keys("/note:scarf\r")
	w.sees("1 of 1", "the red scarf")
	w.keys("q")
	w.ends(0)
	w.keysAreNowhere(rotated)

	w = with(old.home, rotated)
	w.sees("completed", "n new", "4 Models 5")
	w.keys("/note:scarf\r")
	w.sees("1 of 1", "the red scarf")
	w.keys("q")
	w.ends(0)
}
