package cli

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/api/text"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/settings"
	"dubtop/ui/uitest"
)

var liesFlag = flag.Int("lies", 6, "how many more hostile texts the commands are told")

// hostile are all the texts that the commands receive.
func hostile() []string {
	r := rand.New(rand.NewPCG(7, 7))
	all := slices.Concat(uitest.Lies(), slices.Sorted(maps.Values(uitest.Nasty())))
	for range *liesFlag {
		all = append(all, uitest.Lie(r))
	}
	return all
}

// tells runs a command line with any content, and checks every byte of its
// output. It returns the lines of both streams.
func (d *desk) tells(args ...string) (out, errs []string) {
	d.t.Helper()
	root := &cobra.Command{Use: "dubtop"}
	root.AddCommand(Commands(d.world.WithAccounts(root))...)
	var stdout, stderr bytes.Buffer
	Run(root, args, &stdout, &stderr)
	for _, raw := range []string{stdout.String(), stderr.String()} {
		raw = strings.ReplaceAll(raw, "\r\n", "\n") // of CSV
		for line := range strings.Lines(raw) {
			line = strings.TrimSuffix(line, "\n")
			if clean := text.Clean(line, 1<<20); string(clean) != line || strings.ContainsAny(line, "\r\b\t") || len(uitest.Foreign([]byte(line), "dubtop")) > 0 {
				d.t.Errorf("%q says %q", args, line)
			}
		}
		if strings.Contains(raw, testKey) {
			d.t.Errorf("%q says the key", args)
		}
	}
	for line := range strings.Lines(stderr.String()) {
		if !strings.HasPrefix(line, "dubtop: ") && !json.Valid([]byte(line)) {
			d.t.Errorf("%q says %q by the way", args, line)
		}
	}
	return strings.Split(stdout.String(), "\n"), strings.Split(stderr.String(), "\n")
}

// table runs a command that prints this many lines. No line comes from foreign
// text.
func (d *desk) table(lines int, args ...string) {
	d.t.Helper()
	out, _ := d.tells(args...)
	if n := len(out) - 1; n != lines {
		d.t.Errorf("%q answers with %d lines, want %d\n%s", args, n, lines, strings.Join(out, "\n"))
	}
}

// document runs a command that prints JSON.
func (d *desk) document(args ...string) {
	d.t.Helper()
	out, _ := d.tells(args...)
	if !json.Valid([]byte(strings.Join(out, "\n"))) {
		d.t.Errorf("%q is no JSON\n%s", args, strings.Join(out, "\n"))
	}
}

// sheet runs a command that prints CSV, with this many rows below the titles.
func (d *desk) sheet(rows int, args ...string) {
	d.t.Helper()
	out, _ := d.tells(args...)
	if len(out)-2 != rows {
		d.t.Errorf("%q answers with %d rows, want %d", args, len(out)-2, rows)
	}
	for _, wrong := range uitest.Formulas([]byte(strings.Join(out, "\n"))) {
		d.t.Errorf("%q: %s", args, wrong)
	}
}

// lied fills the ledger and the queue with hostile texts, as an older program
// may have left them there. It returns the number of labels.
func (d *desk) lied(told []string) (labels int) {
	d.t.Helper()
	j, distinct := d.journal(), map[text.Text]bool{}
	for i, lie := range told {
		id := fmt.Sprintf("%d%s", i, lie)
		distinct[text.Of(lie+id)] = true
		booked(d.t, j, noon, ledger.Entry{
			Job: api.ID("j" + id), Submission: lie + id, Model: text.Text(lie + id), Label: text.Text(lie + id), Outcome: text.Text(lie),
			Actual: new(api.Micros(1_000_000)), Basis: ledger.CostBasis(lie),
		})
		s := confirmed(d.t, fmt.Sprint("q", i), "", dollarPrice(1_000_000))
		s.ID, s.Name, s.Model, s.Draft.Label, s.Reason = "q"+id, text.Text(lie), lie, lie, text.Text(lie)
		enqueue(d.t, j, s, noon)
		switch i % 3 {
		case 1:
			sent(d.t, j, s, api.Refused, lie)
		case 2:
			must(d.t, j.LabelAll(d.t.Context(), []string{s.ID}, lie))
		}
	}
	mine, _, err := j.Sender(noon)
	if err != nil || !mine {
		d.t.Fatal(mine, err)
	}
	return len(distinct)
}

// signed makes a machine with a hostile name the sender.
func (d *desk) signed(lie string) {
	d.t.Helper()
	name, err := json.Marshal(journal.Holder{PID: 1, Host: text.Text(lie), Since: noon})
	must(d.t, err)
	must(d.t, os.WriteFile(d.journalPath()+"-queue", name, 0o600))
}

func (d *desk) journalPath() string {
	dir, err := settings.StateDir(d.world.Env)
	must(d.t, err)
	return filepath.Join(dir, journal.ProfileName(api.NewSecret(testKey).Fingerprint(), api.DefaultBaseURL), "journal.db")
}

// Whatever others wrote into ledger, queue, labels and host names, it controls
// no terminal, breaks no line, and no spreadsheet runs it.
func TestHostileTextInOutput(t *testing.T) {
	t.Parallel()
	told := hostile()
	d := newDesk(t)
	n, labels := len(told), d.lied(told)
	for _, lie := range told {
		d.signed(lie)
		d.tells("queue", "ls")
		d.document("queue", "ls", "--json")
		if *liesFlag > 1000 {
			break
		}
	}
	d.table(n+4, "queue", "ls")
	for _, by := range []string{"label", "model"} {
		d.tells("spend", "--by", by)
		d.sheet(labels, "spend", "--csv", "--by", by)
		d.document("spend", "--json", "--by", by)
	}
	d.sheet(n, "spend", "--csv", "--entries")
	d.document("spend", "--json", "--entries")
}

// damages damages every row of the ledger.
func (d *desk) damages(told []string) {
	d.t.Helper()
	db, err := sql.Open("sqlite", "file:"+d.journalPath())
	must(d.t, err)
	defer db.Close()
	for _, statement := range []string{"DROP TRIGGER ledger_stays", "DROP TRIGGER ledger_is_final"} {
		_, err = db.ExecContext(d.t.Context(), statement)
		must(d.t, err)
	}
	for i, lie := range told {
		_, err = db.ExecContext(d.t.Context(), "UPDATE ledger SET model = ?, kind = ?, job = ?, basis = ? WHERE seq = ?", lie, lie, lie, lie, i+1)
		must(d.t, err)
	}
}

func TestHostileTextInDamageReports(t *testing.T) {
	t.Parallel()
	told := hostile()
	d := newDesk(t)
	d.lied(told)
	d.damages(told)
	for _, line := range []string{"spend", "spend --by label", "spend --csv --by model", "spend --csv --entries", "queue ls"} {
		d.tells(strings.Fields(line)...)
	}
	d.document("spend", "--json")
	d.document("spend", "--json", "--entries")
}

// The same for the command line, the environment, the configuration, file
// names, and the errors of system and server.
func TestHostileTextInErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // retries take time
		for _, lie := range hostile() {
			d := newDesk(t)
			d.refused(lie)
			d.misled(lie)
			d.answered(lie)
		}
	})
}

// refused puts hostile texts on the command line.
func (d *desk) refused(lie string) {
	d.t.Helper()
	for _, flags := range [][]string{nil, {"--json"}} {
		for _, args := range [][]string{
			{lie},
			{"queue", lie},
			{"queue", "ls", lie},
			{"queue", "ls", "--" + lie},
			{"spend", "--by", lie},
			{"spend", "--since", lie},
			{"join", lie},
			{"queue", "drain", "--resume=" + lie},
			{"queue", "ls", "--account", lie},
		} {
			d.tells(append(args, flags...)...)
		}
	}
}

// misled puts them into the environment and the configuration.
func (d *desk) misled(lie string) {
	d.t.Helper()
	all := func() {
		for _, line := range []string{"queue ls", "spend", "spend --json", "queue drain", "join --json"} {
			d.tells(strings.Fields(line)...)
		}
	}
	d.configure(fmt.Sprintf("theme = %q\n%q = 1\n[keys]\n%q = %q\n[budget]\ndaily = %q\n", lie, lie, lie, lie, lie))
	all()
	d.configure("theme = \"dark\"\n" + lie)
	all()
	d.configure(fmt.Sprintf("base_url = %q\n", "https://"+lie))
	all()
	d.configure("")
	name := strings.Map(func(r rune) rune {
		if r == 0 || r == '/' {
			return '_'
		}
		return r
	}, lie)
	base := d.t.TempDir()
	for variable, values := range map[string][]string{
		"SYNC_BASE_URL":  {lie, "https://" + lie, "https://api.example/" + lie},
		"SYNC_API_KEY":   {lie, testKey + lie, `"` + testKey + `"` + lie},
		"DUBTOP_CONFIG":  {lie, base},
		"XDG_STATE_HOME": {"/dev/null/" + name},
		"DUBTOP_ACCOUNT": {lie},
	} {
		before := d.variables[variable]
		for _, value := range values {
			d.variables[variable] = value
			all()
		}
		d.variables[variable] = before
	}
	d.variables["SYNC_API_KEY"] = ""
	all()
	d.variables["SYNC_API_KEY"] = testKey
	home := d.world.Env.Home
	d.world.Env.Home = filepath.Join(base, name[:min(len(name), 200)])
	all()
	d.world.Env.Home = home
}

// answered has server and network send them.
func (d *desk) answered(lie string) {
	d.t.Helper()
	message, err := json.Marshal(map[string]any{"statusCode": 401, "message": lie, "error": lie, "error_code": lie})
	must(d.t, err)
	for _, wire := range []http.RoundTripper{
		answers{401, string(message)},
		answers{500, string(message)},
		answers{200, lie},
		answers{429, lie},
		broken{lie},
	} {
		d.world.Transport = wire
		for _, line := range []string{"queue ls", "spend --json", "join"} {
			d.tells(strings.Fields(line)...)
		}
	}
}

// broken is a network with hostile error messages.
type broken struct{ lie string }

func (b broken) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("proxyconnect tcp: " + b.lie)
}

// A profile is a directory, whose name may be anything.
func TestHostileTextInProfileNames(t *testing.T) {
	t.Parallel()
	for _, lie := range []string{"\x1b[31m\u202e", "\n" + uitest.FalsePrice + "\n", "\u009b1m\u200b"} {
		d := newDesk(t)
		account, profile := d.served()
		_, server, _ := strings.Cut(profile("x"), "-")
		name := lie + "-" + server
		d.knows(name, account.Add(simulator.Job{}))
		d.table(2, "join")
		d.document("join", "--json")
		d.document("join", "--json", name)
		d.table(1, "join", name)
	}
}

// A drain prints names of jobs and the server's messages.
func TestHostileTextInADrain(t *testing.T) {
	for _, format := range []string{"queue drain", "queue drain --json"} {
		drains(t, simulator.Options{Slots: 99, IgnoreKeys: true}, func(t *testing.T, w *works) {
			for i, lie := range slices.Concat(uitest.Lies(), slices.Sorted(maps.Values(uitest.Nasty()))) {
				sub := w.priced(fmt.Sprint("job", i), "")
				sub.Name = text.Text(lie)
				must(t, w.j.Enqueue(t.Context(), sub, time.Now()))
				body, err := json.Marshal(map[string]any{"statusCode": 422, "message": lie, "error_code": lie})
				must(t, err)
				fault := simulator.Fault{Times: 1, Status: 422, Body: string(body)}
				switch i {
				case 1:
					fault = simulator.Fault{Times: 1, DropBefore: true}
				case 2:
					fault.Status = 503
				}
				w.account.Fault("POST /v2/generate", fault)
			}
			out, _ := w.tells(strings.Fields(format)...)
			for _, line := range out[:len(out)-1] {
				if strings.HasSuffix(format, "json") && !json.Valid([]byte(line)) {
					t.Errorf("no JSON: %q", line)
				}
			}
			if len(out) < 20 {
				t.Errorf("it says too little:\n%s", strings.Join(out, "\n"))
			}
		})
	}
}
