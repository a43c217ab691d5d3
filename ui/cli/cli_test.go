package cli

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // places where clocks change

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/settings"
)

const testKey = "sk-0123456789abcdef"

func TestMain(m *testing.M) {
	debug.SetGCPercent(800) // many small heaps
	os.Exit(m.Run())
}

// desk is a user with a home, a key and a shell.
type desk struct {
	t         testing.TB
	world     World
	variables map[string]string
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, variables: map[string]string{"SYNC_API_KEY": testKey}}
	d.world = World{Zone: zone, Version: "test", Env: settings.Env{
		Home: t.TempDir(), UID: os.Getuid(), Getenv: func(name string) string { return d.variables[name] },
	}}
	d.world.Transport = answers{200, `[{"id":"lipsync-2","name":"lipsync-2"}]`}
	return d
}

// answers is a network on which every server gives the same answer.
type answers struct {
	status int
	body   string
}

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	switch {
	case r.URL.Hostname() == "127.0.0.1":
		return http.DefaultTransport.RoundTrip(r)
	case a.status == 0:
		return nil, errors.New("no network")
	}
	return &http.Response{
		StatusCode: a.status, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(a.body)),
	}, nil
}

// A refused key never looks like an empty account, neither if the account has
// no journal nor if the dashboard created an empty one.
func TestWrongKeyIsReportedByEveryCommand(t *testing.T) {
	for _, opened := range []bool{false, true} {
		d := newDesk(t)
		d.world.Transport = answers{401, `{"statusCode":401,"message":"Unauthorized"}`}
		if opened {
			if err := d.journal().Close(); err != nil {
				t.Fatal(err)
			}
		}
		for _, line := range []string{"queue ls", "queue drain", "spend", "spend --entries --csv", "join"} {
			if got := d.run(line); got.status != StatusAuth || got.out != "" || strings.Count(got.errors, "\n") != 1 ||
				!strings.Contains(got.errors, "the key from the environment (SYNC_API_KEY): the API key was refused (401)") {
				t.Errorf("%s: %+v", line, got)
			}
			if got := d.run(line + " --json"); !strings.Contains(line, "csv") && (errorOf(t, got.errors).Code != "auth" || got.status != StatusAuth) {
				t.Errorf("%s in JSON: %+v", line, got)
			}
		}
	}
}

// A key that worked once can read the journal without a network.
func TestKnownKeyNeedsNoNetwork(t *testing.T) {
	d := newDesk(t)
	j := d.journal()
	d.world.Transport = answers{}
	price := api.Micros(1_250_000)
	booked(t, j, noon, ledger.Entry{Submission: "s1", Job: "g1", Model: "lipsync-2", Estimate: &price})
	if got := d.run("spend"); got.status != 0 || got.errors != "" || !strings.Contains(got.out, "1.25") {
		t.Errorf("spend: %+v", got)
	}
}

func TestUntestedKeyIsAWarning(t *testing.T) {
	d := newDesk(t)
	d.world.Transport = answers{}
	if got := d.run("queue ls"); got.status != 0 || got.out != "The queue is empty.\n" || !strings.Contains(got.errors, "the key could not be checked") {
		t.Errorf("queue ls: %+v", got)
	}
}

// journal opens the account's journal as the dashboard does.
func (d *desk) journal() *journal.Journal {
	d.t.Helper()
	dir, err := settings.StateDir(d.world.Env)
	if err != nil {
		d.t.Fatal(err)
	}
	profile := journal.ProfileName(api.NewSecret(testKey).Fingerprint(), api.DefaultBaseURL)
	j, err := journal.OpenProfile(d.t.Context(), dir, profile)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = j.Close() })
	return j
}

// configure writes the configuration.
func (d *desk) configure(text string) {
	d.t.Helper()
	path := filepath.Join(d.t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
	d.variables["DUBTOP_CONFIG"] = path
}

// ran is the result of a command line.
type ran struct {
	status      int
	out, errors string
}

func (d *desk) run(line string) ran {
	d.t.Helper()
	root := &cobra.Command{Use: "dubtop"}
	root.AddCommand(Commands(d.world.WithAccounts(root))...)
	var out, errs bytes.Buffer
	status := Run(root, strings.Fields(line), &out, &errs)
	for _, text := range []string{out.String(), errs.String()} {
		if strings.Contains(text, testKey) || strings.ContainsAny(text, "\x1b\x07\u202e") {
			d.t.Errorf("%s says what nobody may print: %q", line, text)
		}
	}
	return ran{status, out.String(), errs.String()}
}

// says fails unless the command succeeds with exactly this output.
func (d *desk) says(line, want string) {
	d.t.Helper()
	if got := d.run(line); got.status != 0 || got.errors != "" || got.out != want {
		d.t.Errorf("%s: status %d, %q\n%s\nwant\n%s", line, got.status, got.errors, got.out, want)
	}
}

var noon = time.Date(2026, 11, 24, 11, 0, 0, 0, time.UTC) // in Berlin

// confirmed returns a confirmed submission.
func confirmed(t testing.TB, id, name string, p outbox.Price) outbox.Submission {
	t.Helper()
	s := outbox.Submission{
		ID: id, Kind: outbox.SubmitGeneration, State: outbox.SubmissionDraft, Body: []byte("{}"), Created: noon,
		Model: "lipsync-2", Name: text.Of(name),
	}
	if err := s.Estimate(p, noon); err != nil {
		t.Fatal(err)
	}
	s.Unpriced = !p.Known()
	if err := s.Confirm(noon, "key-"+id); err != nil {
		t.Fatal(err)
	}
	return s
}

func dollarPrice(m api.Micros) outbox.Price { return outbox.Price{Cost: &m, Seconds: 10, Frames: 250} }

func enqueue(t testing.TB, j *journal.Journal, s outbox.Submission, at time.Time) {
	t.Helper()
	if err := j.Enqueue(t.Context(), s, at); err != nil {
		t.Fatal(err)
	}
}

// booked adds a job to the ledger.
func booked(t testing.TB, j *journal.Journal, at time.Time, e ledger.Entry) {
	t.Helper()
	e.At = at
	if err := j.AppendEntry(t.Context(), journal.Entry{Kind: journal.EntryAccepted, Entry: e}); err != nil {
		t.Fatal(err)
	}
}

// flip changes rows in the file of the closed journal.
func (d *desk) flip(j *journal.Journal, statements ...string) {
	d.t.Helper()
	path := j.Path()
	if err := j.Close(); err != nil {
		d.t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		d.t.Fatal(err)
	}
	defer db.Close()
	for _, s := range append([]string{"DROP TRIGGER IF EXISTS ledger_stays", "DROP TRIGGER IF EXISTS ledger_is_final"}, statements...) {
		if _, err := db.ExecContext(d.t.Context(), s); err != nil {
			d.t.Fatal(err)
		}
	}
}

// errorOf reads the JSON line of an error.
func errorOf(t *testing.T, text string) said {
	t.Helper()
	var doc map[string]said
	if err := json.Unmarshal([]byte(text), &doc); err != nil || len(doc) != 1 || doc["error"].Code == "" {
		t.Errorf("no error in JSON: %q (%v)", text, err)
	}
	return doc["error"]
}

// Reading creates no journal, and not even a directory.
func TestReadingCreatesNoJournal(t *testing.T) {
	d := newDesk(t)
	d.says("queue ls", "The queue is empty.\n")
	d.says("queue drain", "The queue is empty.\n")
	d.says("queue drain --resume", "The queue is empty.\n")
	d.says("spend", "Nothing spent.\n")
	d.says("spend --since 2026-11-01 --by label", "Nothing spent since 2026-11-01.\n")
	d.says("spend --entries --csv", "time,submission,job,model,label,seconds,estimate_usd,actual_usd,actual_basis,credits,outcome\r\n")
	if got := d.run("queue ls --json"); !strings.Contains(got.out, `"items": []`) || !strings.Contains(got.out, `"sender": null`) {
		t.Errorf("in JSON: %s", got.out)
	}
	if got := d.run("queue drain --json"); got.status != 0 || !strings.Contains(got.out, `"event":"ends","sent":0`) {
		t.Errorf("in JSON: %+v", got)
	}
	if files, err := os.ReadDir(d.world.Env.Home); err != nil || len(files) > 0 {
		t.Errorf("looking made %v (%v)", files, err)
	}
}

func TestMissingKey(t *testing.T) {
	d := newDesk(t)
	d.variables["SYNC_API_KEY"] = ""
	for _, line := range []string{"queue ls", "queue drain", "spend"} {
		got := d.run(line)
		if got.status != StatusAuth || got.out != "" || !strings.Contains(got.errors, "dubtop: no key; looked at SYNC_API_KEY") ||
			!strings.Contains(got.errors, "set SYNC_API_KEY") {
			t.Errorf("%s: %+v", line, got)
		}
		got = d.run(line + " --json")
		if e := errorOf(t, got.errors); got.status != StatusAuth || got.out != "" || e.Code != "no_key" || !strings.Contains(string(e.Hint), "SYNC_API_KEY") {
			t.Errorf("%s in JSON: %+v", line, got)
		}
	}
	if _, err := settings.SaveKey(d.world.Env, nil, testKey); err != nil {
		t.Fatal(err)
	}
	d.says("queue ls", "The queue is empty.\n")
}

func TestInvalidFlagsAreRefused(t *testing.T) {
	d := newDesk(t)
	for line, want := range map[string]string{
		"queue rm":                        `there is no command "dubtop queue rm"`,
		"queue ls x":                      `dubtop queue ls takes no argument such as "x"`,
		"queue drain x":                   `dubtop queue drain takes no argument such as "x"`,
		"queue ls --csv":                  "--csv",
		"spend x":                         `dubtop spend takes no argument such as "x"`,
		"spend --by hour":                 `"hour": it must be one of day, week, month, model, label`,
		"spend --since yesterday":         `"yesterday": it must be a day like 2026-11-01`,
		"spend --since 2026-02-30":        "it must be a day",
		"spend --json --csv":              "--csv and --json can't be used together",
		"spend --entries":                 "--entries needs --csv or --json",
		"spend --entries --csv --by x":    `"x"`,
		"spend --entries --csv --by week": "can't be combined with --by",
	} {
		got := d.run(line)
		if got.status != StatusUsage || got.out != "" || !strings.Contains(got.errors, want) || strings.Count(got.errors, "\n") != 1 {
			t.Errorf("%s: %+v", line, got)
		}
	}
	if got := d.run("spend --by hour --json"); errorOf(t, got.errors).Code != "usage" || got.status != StatusUsage {
		t.Errorf("in JSON: %+v", got)
	}
	if got := d.run("queue"); got.status != 0 || !strings.Contains(got.out, "ls") {
		t.Errorf("queue alone: %+v", got)
	}
}

// A mistake in the configuration is reported and does not stop a command that
// reads. A wrong server does, because it would show another account.
func TestConfigurationProblemsAreReported(t *testing.T) {
	d := newDesk(t)
	d.configure("theme = \"blue\"\n")
	got := d.run("queue ls")
	if got.status != 0 || got.out != "The queue is empty.\n" || !strings.Contains(got.errors, "config.toml:1: theme:") {
		t.Errorf("%+v", got)
	}
	got = d.run("queue ls --json")
	if !strings.HasPrefix(got.errors, `{"warning":{"code":"warning","message":"`) || strings.Count(got.errors, "\n") != 1 {
		t.Errorf("in JSON: %+v", got)
	}
	d.variables["SYNC_BASE_URL"] = "http://staging.example.com"
	if got := d.run("spend"); got.status != StatusUsage || got.out != "" || !strings.Contains(got.errors, "SYNC_BASE_URL") {
		t.Errorf("a wrong server: %+v", got)
	}
}

// Another server has another ledger.
func TestEachServerHasItsOwnJournal(t *testing.T) {
	d := newDesk(t)
	enqueue(t, d.journal(), confirmed(t, "q1", "promo", dollarPrice(1)), noon)
	d.variables["SYNC_BASE_URL"] = "https://staging.example.com"
	d.says("queue ls", "The queue is empty.\n")
}

func TestUnreadableJournalIsReported(t *testing.T) {
	d := newDesk(t)
	j := d.journal()
	path := j.Path()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("# notes of mine, nothing to do with it\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"queue ls", "queue drain", "spend"} {
		if got := d.run(line); got.status != StatusError || got.out != "" || !strings.Contains(got.errors, "the journal is damaged") {
			t.Errorf("%s: %+v", line, got)
		}
	}
}

// typing runs a command line while somebody types at the terminal.
func (d *desk) typing(typed, line string) ran {
	d.t.Helper()
	root := &cobra.Command{Use: "dubtop"}
	root.SetIn(strings.NewReader(typed))
	root.AddCommand(Commands(d.world)...)
	var out, errs bytes.Buffer
	status := Run(root, strings.Fields(line), &out, &errs)
	return ran{status, out.String(), errs.String()}
}
