package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/journal"
	"dubtop/state/settings"
)

func (w World) doctorCommand() *cobra.Command {
	var names bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check everything that dubtop depends on",
		Long: `Checks versions, files and folders with their permissions and what set them, the
terminal, the locale, proxies, whether the server can be reached and takes the
key, the clock, the journal with the checksums of the whole ledger, and what the
server does not offer. It reads, and changes nothing but the permissions of a key
file that others can read. It sends a few requests that cost nothing.

The output is made for bug reports: it has no key, and without --names neither
names of accounts, machines and servers nor addresses. The exit status is 1 if
something is wrong; each such finding says what to do.

With --json:
  {"healthy", "findings": [{"check", "status", "message", "hint"}]}
status is ok, warning or problem, and hint is "" if there is nothing to do.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return w.doctor(c, names) },
	}
	c.Flags().BoolVar(&names, "names", false, "also print names, addresses and whole paths")
	c.Flags().Bool("json", false, "print JSON, and errors as JSON")
	return c
}

// The results of a check.
const (
	fine    = "ok"
	warning = "warning"
	problem = "problem"
)

// finding is the result of a check.
type finding struct {
	Check   text.Text `json:"check"`
	Status  text.Text `json:"status"`
	Message text.Text `json:"message"`
	Hint    text.Text `json:"hint"`
}

// health is all that was found.
type health struct {
	Healthy  bool      `json:"healthy"`
	Findings []finding `json:"findings"`

	world World
	found lookup
	names bool // names and addresses may be told
}

func (h *health) add(check, status string, message, hint text.Text) {
	h.Findings = append(h.Findings, finding{text.Of(check), text.Of(status), message, hint})
	h.Healthy = h.Healthy && status != problem
}

// private returns words that name something, or others in their place.
func (h *health) private(words, instead string) text.Text {
	if h.names {
		return text.Of(words)
	}
	return text.Of(instead)
}

func (w World) doctor(c *cobra.Command, names bool) error {
	h := health{Healthy: true, world: w, found: w.lookUp(voiceOf(c)), names: names}
	h.checkProgram()
	h.checkPlaces()
	h.checkConfiguration()
	h.checkProxy()
	h.checkAccount(c.Context())
	if voiceOf(c).json {
		if err := writeJSON(c, h); err != nil {
			return err
		}
	} else if err := write(c, h.text()); err != nil {
		return err
	}
	if h.Healthy {
		return nil
	}
	return &Failure{Status: StatusError, Code: "unhealthy"}
}

func (h *health) text() []byte {
	t := columns{titles: []text.Text{"CHECK", "STATUS", "FINDING"}}
	for _, f := range h.Findings {
		words := f.Message
		if f.Hint != "" {
			words += "; " + f.Hint
		}
		status := f.Status
		if status == problem {
			status = "PROBLEM"
		}
		t.add(f.Check, status, words)
	}
	return t.bytes()
}

// checkProgram tells the versions, the terminal and the locale.
func (h *health) checkProgram() {
	b, env := h.world.build(), h.world.Env.Getenv
	revision := cmp.Or(b.Revision, "unknown revision")
	if b.Modified {
		revision += ", modified"
	}
	h.add("version", fine, text.Sprintf("dubtop %s (%s), %s, %s/%s", b.Version, revision, b.Go, b.OS, b.Arch), "")
	words := []string{"TERM=" + cmp.Or(env("TERM"), "(unset)")}
	for _, name := range []string{"COLORTERM", "TERM_PROGRAM", "NO_COLOR"} {
		if v := env(name); v != "" {
			words = append(words, name+"="+v)
		}
	}
	for name, what := range map[string]string{"TMUX": "inside tmux", "SSH_CONNECTION": "through ssh"} {
		if env(name) != "" {
			words = append(words, what)
		}
	}
	if term := env("TERM"); term == "" || term == "dumb" {
		h.add("terminal", warning, text.Of(strings.Join(words, ", ")), "the dashboard needs a terminal that can move the cursor; commands do not")
	} else {
		h.add("terminal", fine, text.Of(strings.Join(words, ", ")), "")
	}
	switch locale, wide := Locale(env); {
	case locale == "":
		h.add("locale", fine, "unset, so UTF-8 is assumed", "")
	case wide:
		h.add("locale", fine, text.Of(locale), "")
	default:
		h.add("locale", warning, text.Of(locale)+" is not UTF-8, so borders and symbols are plain", "set LANG to a locale that ends in UTF-8")
	}
}

// Locale returns the terminal's locale, "" if it is unset, and whether it can show
// more than ASCII. An unset one says nothing, and nearly every terminal can.
func Locale(getenv func(string) string) (name string, wide bool) {
	name = cmp.Or(getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG"))
	low := strings.ToLower(name)
	return name, name == "" || strings.Contains(low, "utf-8") || strings.Contains(low, "utf8")
}

// checkPlaces looks at the files and folders of the program.
func (h *health) checkPlaces() {
	for _, p := range settings.Places(h.world.Env) {
		check := "path of " + p.Name
		if p.Err != nil {
			h.add(check, problem, text.Of(p.Err.Error()), "set HOME")
			continue
		}
		words := h.path(p.Path)
		if p.SetBy != "" {
			words += text.Of(", set by " + p.SetBy)
		}
		info, err := os.Stat(p.Path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			h.add(check, fine, words+", not there yet", "")
		case err != nil:
			h.add(check, problem, words+" can't be read: "+reasonOnly(err), "correct its permissions")
		default:
			h.judgePlace(check, words+text.Sprintf(", %v", info.Mode()), p.Name, p.Path, info)
		}
	}
}

// judgePlace judges the permissions of a file or folder.
func (h *health) judgePlace(check string, words text.Text, name, path string, info fs.FileInfo) {
	const othersWrite, othersRead = 0o022, 0o044
	mode := info.Mode().Perm()
	folder := name == "state" || name == "output"
	switch {
	case folder && !info.IsDir():
		h.add(check, problem, words+" is not a folder", "move the file away")
	case folder && !writable(path):
		h.add(check, problem, words+" can't be written to", "make it writable, or name another one")
	case name == "state" && mode&othersRead != 0, name == "key" && mode&(othersRead|othersWrite) != 0:
		h.add(check, warning, words+", readable by others", text.Of("chmod go= "+string(h.path(path))))
	case name == "config" && mode&othersWrite != 0:
		h.add(check, warning, words+", writable by others, so no command in it is run", text.Of("chmod go-w "+string(h.path(path))))
	default:
		h.add(check, fine, words, "")
	}
}

// writable reports whether a file can be made in a folder.
func writable(folder string) bool {
	f, err := os.CreateTemp(folder, ".dubtop-doctor-")
	if err != nil {
		return false
	}
	return errors.Join(f.Close(), os.Remove(f.Name())) == nil
}

// path returns a path, or where it is if it may name people or customers.
func (h *health) path(path string) text.Text {
	short := settings.Short(h.world.Env, path)
	switch {
	case h.names:
		return text.Of(path)
	case strings.HasPrefix(short, "~"+string(filepath.Separator)+"."), short == "~/Downloads/dubtop":
		return text.Of(short) // one of ours
	case strings.HasPrefix(short, "~"):
		return "a folder of the home directory"
	}
	return "outside the home directory"
}

func reasonOnly(err error) text.Text {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = p.Err
	}
	return text.Words(err)
}

func (h *health) checkConfiguration() {
	problems := h.found.problems
	if len(problems) == 0 {
		h.add("configuration", fine, "no mistakes", "")
		return
	}
	status := warning
	words := text.Count(len(problems), "mistake", "mistakes")
	for _, p := range problems {
		if p.Spending {
			status = problem
		}
		words += h.private("; "+p.Shown(h.world.Env), "")
	}
	if status == problem {
		words += "; nothing can be spent until they are corrected"
	}
	h.add("configuration", status, words, "dubtop config check lists them")
}

func (h *health) checkProxy() {
	var set []string
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"} {
		if h.world.Env.Getenv(name) != "" {
			set = append(set, name)
		}
	}
	if len(set) == 0 {
		h.add("proxy", fine, "none is set", "")
		return
	}
	h.add("proxy", fine, text.Of("set: "+strings.Join(set, ", ")), "")
}

// checkAccount checks what needs a key: the server, the clock and the journal.
func (h *health) checkAccount(ctx context.Context) {
	a, err := h.world.loginWith(h.found.set, h.found.key, h.found.source)
	if fault := h.found.set.AccountFault; fault != nil {
		err = AccountFailed(fault)
	}
	if err != nil {
		f := failureOf(err)
		h.add("key", problem, h.private(f.Error(), "there is no key that can be used"), text.Of(cmp.Or(f.Hint, "dubtop config check")))
		return
	}
	h.add("key", fine, "found: "+h.private(a.keyFrom, "dubtop auth status says where"), "")
	h.checkServer(ctx, a)
	h.checkJournal(ctx, a)
}

func (h *health) checkServer(ctx context.Context, a login) {
	server := "the vendor's server"
	if a.client.Base() != api.DefaultBaseURL {
		server = "another server than the vendor's"
	}
	limited, stop := context.WithTimeout(ctx, tryTime)
	defer stop()
	began := time.Now()
	models, err := a.client.Models(limited)
	name := h.private(a.client.Base(), server)
	if e, ok := errors.AsType[*api.Error](err); err != nil {
		kind := "failed"
		if ok {
			kind = apiCode(e.Kind)
		}
		hint := "check the network and the proxy, and whether base_url is right"
		if kind == "auth" {
			hint = "dubtop auth login stores another key"
		}
		h.add("server", problem, name+": "+h.private(string(text.Words(err)), "no good answer ("+kind+")"), text.Of(hint))
		return
	}
	h.add("server", fine, name+text.Sprintf(" takes the key, and lists %d models in %d ms", len(models.Items), time.Since(began).Milliseconds()), "")
	h.checkClock(a.client)
	_, _ = a.client.Account(limited) // to notice whether there is such a call
	_, _ = a.client.Projects(limited)
	if missing := a.client.Missing(); len(missing) > 0 {
		h.add("offers", fine, text.Of("the server does not offer: "+strings.Join(missing, ", ")), "")
	} else {
		h.add("offers", fine, "all that was asked for: models, account, projects", "")
	}
}

func (h *health) checkClock(c *api.Client) {
	const noticed, harmful = 5 * time.Second, 5 * time.Minute
	now := time.Now()
	server, ok := c.ServerTime(now)
	if !ok {
		h.add("clock", warning, "the server does not tell its time", "")
		return
	}
	off := now.Sub(server).Round(time.Second)
	words := text.Of(fmt.Sprintf("differs from the server's by %v", off))
	switch {
	case off.Abs() >= harmful:
		h.add("clock", problem, words, "set the clock; signed links may be refused, and days of the budget begin at the wrong time")
	case off.Abs() >= noticed:
		h.add("clock", warning, words, "ages on the screen allow for it; better set the clock")
	default:
		h.add("clock", fine, words, "")
	}
}

func (h *health) checkJournal(ctx context.Context, a login) {
	const check = "journal"
	j, err := a.existing(ctx)
	if err == nil && j == nil {
		h.add(check, fine, "there is none for this key yet", "")
		return
	}
	if err != nil {
		h.add(check, problem, h.private(string(text.Words(err)), "it can't be opened"), "make room on the disk and correct the permissions of the state folder; nothing can be spent without it")
		return
	}
	defer func() { _ = j.Close() }()
	if err := j.Writable(); err != nil {
		h.add(check, problem, h.private(string(text.Words(err)), "it can't be written to"), "update dubtop, or correct the permissions of the state folder")
	} else {
		h.add(check, fine, "can be written to", "")
	}
	rows := 0
	damage, err := j.EachEntry(ctx, func(*journal.Entry) { rows++ })
	switch {
	case err != nil:
		h.add("ledger", problem, h.private(string(text.Words(err)), "it can't be read"), "keep a copy of the state folder before anything else")
	case len(damage) > 0:
		h.add("ledger", problem, text.Count(len(damage), "row is", "rows are")+" damaged and left out of all sums", "dubtop spend --verify names them")
	default:
		h.add("ledger", fine, text.Count(rows, "row", "rows")+", all as their checksums say", "")
	}
	who, held, err := j.Holder()
	switch {
	case err != nil:
		h.add("sender", warning, h.private(string(text.Words(err)), "it can't be told who sends from the queue"), "working file locks need a local disk")
	case held:
		h.add("sender", fine, h.private(who.String(), fmt.Sprintf("process %d", who.PID))+" sends from the queue", "")
	default:
		h.add("sender", fine, "no process sends from the queue", "")
	}
}
