package ui_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dubtop/api/media/sample"
	"dubtop/api/simulator"
	"dubtop/ui"
	"dubtop/ui/uitest"
)

// lying is a story in which every text that others can write is hostile.
type lying struct {
	*story
	liar    func() string
	seen    int // frames with a hostile text
	dialogs map[string]bool
}

// lied replaces the texts in all answers, including those about prices and paid
// requests, except where nothing could be opened then. Some requests get no
// answer, with a hostile reason.
func lied(liar func() string) func(http.RoundTripper) http.RoundTripper {
	spoil := func(but string) func(member string, v any) any {
		return func(member string, v any) any {
			if _, isText := v.(string); !isText || structural(member) || member == but {
				return v
			}
			return liar()
		}
	}
	return func(wire http.RoundTripper) http.RoundTripper {
		all, models := poison(spoil(""))(wire), poison(spoil("name"))(wire)
		var n atomic.Int64
		return trip(func(r *http.Request) (*http.Response, error) {
			if strings.HasPrefix(r.URL.Path, "/v2/assets") && n.Add(1) == 3 {
				return nil, errors.New("proxyconnect tcp: " + liar())
			}
			if r.URL.Path == "/v2/models" {
				return models.RoundTrip(r) // there is something to choose from
			}
			return all.RoundTrip(r)
		})
	}
}

// press presses keys one by one and looks at every frame.
func (w *lying) press(keys ...string) {
	w.t.Helper()
	for _, key := range keys {
		w.Press(key)
		w.look()
	}
}

func (w *lying) pass(d time.Duration) { w.t.Helper(); w.Pass(d); w.look() }

var (
	moneyTitle = regexp.MustCompile(`Send (this job|this batch|\d+ jobs?|1 job as a pilot|it again)|An answer is not saved yet|Keep this draft instead|budget +more than`)
	ownLabel   = regexp.MustCompile(`^(but|budget|because|is|this|earlier|that is|before|changed|model|models|video|audio|image|script|file|frames|length|based on|today|valid|job|and|left out|then|id) +\S`)
	ownPrice   = regexp.MustCompile(`^This will cost \$(1\.25|14\.40) at list price$`)
	ownBar     = regexp.MustCompile(`^ {8}│ `)
)

// look fails if a dialog about money has a line with a hostile text and no
// label.
func (w *lying) look() {
	w.t.Helper()
	screen := w.Screen()
	if strings.Contains(screen, "cost $0.01") {
		w.seen++
	}
	box := boxed(screen)
	if title := moneyTitle.FindString(strings.Join(box, " ")); title != "" {
		w.dialogs[title] = true
		for _, line := range box {
			lie := strings.Contains(line, "0.01") || strings.Contains(line, "list price") && !ownPrice.MatchString(line)
			if lie && !ownLabel.MatchString(line) && !ownBar.MatchString(line) {
				w.t.Errorf("a dialog of money says %q\n%s", line, screen)
			}
		}
	}
}

// boxed returns the lines of the dialog on a screen.
func boxed(screen string) (lines []string) {
	left := -1
	for line := range strings.SplitSeq(screen, "\n") {
		var cells []rune
		for _, r := range line {
			cells = append(cells, r)
			if ansi.StringWidth(string(r)) == 2 {
				cells = append(cells, ' ')
			}
		}
		if at := slices.Index(cells, '╭'); at >= 0 {
			left = at
			continue
		}
		if left < 0 || len(cells) <= left || cells[left] != '│' {
			continue
		}
		end := len(cells) - 1
		for end > left && cells[end] != '│' {
			end--
		}
		if end > left+2 {
			lines = append(lines, strings.TrimRight(string(cells[left+2:end]), " "))
		}
	}
	return lines
}

// views visits all views, lists, panes, parts and boxes.
func (w *lying) views() {
	w.pass(12 * time.Second)
	for _, view := range []string{"1", "2", "3", "4", "5", "6"} {
		w.press(view, "g", "enter")
		w.pass(time.Second)
		w.press("]", "]", "pgdown", "o", "y", "Y", "esc", "G", "enter", "esc", "c")
		w.pass(time.Second)
		w.press("esc", "s", "s", "?", "esc", ":", "esc")
	}
	w.press("6", "T", "]", "esc", "E", "enter")
	w.pass(time.Second)
	w.press("L", "pgdown", "esc", "1", "g", "t")
	w.Paste(w.liar())
	w.press("enter", "w")
	w.Paste(w.liar())
	w.press("enter", "a", "t", "esc", "Y", "o")
	w.pass(2 * time.Second)
	w.press("n", "A", "1", "/")
	w.Paste("name:" + w.liar())
	w.press("enter", "esc", "esc")
}

// job fills in the form with hostile links and files, up to the dialog.
func (w *lying) job(name string) {
	w.press("n")
	w.Press("ctrl+l")
	w.Paste(w.account.StorageURL() + "/media/" + url.PathEscape("\n\n"+uitest.FalsePrice+" ") + "talk_28s.mp4")
	w.press("tab")
	w.Paste(w.write("\u2028\u2028"+uitest.FalsePrice+"\u202e.wav", sample.WAV(25)))
	w.at("Output file name")
	w.Paste(name)
	w.press("ctrl+s")
	w.pass(2 * time.Second)
	w.Sees("Send this job?", "$1.25")
}

// money visits the dialogs of one job, a rerun, a group, a batch and an unknown
// outcome.
func (w *lying) money() {
	w.press("1")
	w.job("first")
	for _, size := range [][2]int{{60, 30}, {40, 40}, {120, 40}} {
		w.Resize(size[0], size[1])
		w.look()
	}
	w.press("y")
	w.pass(2 * time.Second)
	w.press("1", "g", ".")
	w.pass(2 * time.Second)
	w.press("ctrl+s")
	w.pass(2 * time.Second)
	w.press("esc", "esc", "1", "a", ".")
	w.pass(15 * time.Second)
	w.press("pgdown", "enter")
	w.pass(2 * time.Second)
	w.press("n", "esc", "A")
	w.press("2", "N")
	path := w.lines(24, func(_ int, line string) string {
		return strings.Replace(line, "/media/shot_", "/media/"+url.PathEscape("\n\n"+uitest.FalsePrice)+"shot_", 1)
	})
	batch, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	w.Paste(w.write("\u2028"+uitest.FalsePrice+"\u202e.jsonl", batch))
	w.press("ctrl+s")
	w.pass(3 * time.Second)
	w.press("n", "esc", "esc")
	w.account.Fault(creating, simulator.Fault{DropBefore: true, Times: 1})
	w.job("lost")
	w.press("y")
	w.Pass(3 * time.Minute)
	w.press("5", "enter", "R")
	w.pass(2 * time.Second)
	w.press("n", "x")
	w.pass(2 * time.Second)
	w.press("n", "esc")
}

// sets goes through job sets of files and of a table whose names and cells lie,
// up to the dialog.
func (w *lying) sets() {
	dir, name := w.t.TempDir(), strings.NewReplacer("/", "", "\x00", "")
	for n := range 4 {
		stem := fmt.Sprintf("%d%.150s", n, name.Replace(w.liar()))
		for _, ext := range []string{".mp4", []string{".wav", "_de.wav", "", "x.wav"}[n]} {
			if err := os.WriteFile(filepath.Join(dir, stem+ext), sample.WAV(2), 0o600); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	w.press("1", "N")
	w.refill("Videos or a list", dir)
	w.press("ctrl+s")
	w.pass(time.Second)
	w.press("j", "j", "j", "F", "e", "esc", "esc")
	w.Sees("job set")
	w.press("esc", "esc")
	var b bytes.Buffer
	table := csv.NewWriter(&b)
	_ = table.Write([]string{"video", "audio", "language", "name", "label", strings.Join(strings.Fields(w.liar()), " "), "model"}) // to memory; a header has one line
	for n := range 6 {
		media := func(n string) string {
			return w.account.StorageURL() + "/media/" + url.PathEscape("\n\n"+uitest.FalsePrice+" ") + n
		}
		row := []string{media("talk_28s.mp4"), media(fmt.Sprintf("line_%ds.wav", 20+n)), w.liar(), w.liar(), w.liar(), w.liar(), ""}
		if n < 3 {
			row[2], row[3], row[4] = "de", "", ""
		} else if n == 4 {
			row[0], row[6] = w.liar(), w.liar()
		}
		_ = table.Write(row)
	}
	table.Flush()
	w.press("N")
	w.refill("Videos or a list", w.write("\u2028"+uitest.FalsePrice+"\u202e.csv", b.Bytes()))
	w.press("ctrl+s")
	w.pass(time.Second)
	w.press("j", "j", "j", "j", "s", "s", "g", "/")
	w.Paste(w.liar())
	w.press("esc", "ctrl+s")
	w.pass(5 * time.Second)
	w.press("pgdown", "enter")
	w.pass(2 * time.Second)
	w.Sees("as a pilot, and 2 later?")
	w.press("n", "esc", "esc", "esc")
}

// asides visits the dialogs of a soft budget, an unsaved answer and an earlier
// draft, and then exports the ledger.
func (w *lying) asides(home string) {
	w.fillDisk()
	w.job("")
	w.says("budget", "$1.25 typed in full")
	w.Type("1.25")
	w.press("enter")
	w.pass(2 * time.Second)
	w.press("5", "6", "enter", "esc", "q")
	w.pass(time.Second)
	w.says("An answer is not saved yet", "job ", "because")
	w.press("n")
	w.freeDisk()
	w.pass(11 * time.Second)
	w.press("1", "n", "ctrl+l")
	w.at("Output file name")
	w.Paste("before" + w.liar())
	w.press("esc", "1", "g", ".")
	w.pass(2 * time.Second)
	w.at("Output file name")
	w.Paste("again" + w.liar())
	w.pass(2 * time.Second)
	w.press("esc")
	w.pass(time.Second)
	w.Sees("Keep this draft instead of the earlier one?", "before", "again")
	w.press("y", "6", "g", "t")
	w.Paste("a;=1+1" + w.liar())
	w.press("enter", "E", "enter")
	w.pass(2 * time.Second)
	table, err := os.ReadFile(filepath.Join(home, "dubtop-ledger-"+begins().Format(time.DateOnly)+".csv"))
	if err != nil || !strings.Contains(string(table), "a;'=1+1") {
		w.t.Errorf("exported %q, %v\n%s", table, err, w.Screen())
	}
	for _, wrong := range append(uitest.Formulas(table), uitest.Foreign(table, "dubtop")...) {
		w.t.Errorf("in the export: %s", wrong)
	}
}

// Everything that others can write is hostile: members of answers, links, file
// names, batch lines, labels, notes, the configuration, the environment, system
// errors. None of it controls the terminal, and no dialog about money shows it
// as the program's own words.
func TestHostileTextCannotActOrSpeakForTheProgram(t *testing.T) {
	t.Parallel()
	dialogs := map[string]bool{}
	for deal := range walkDeals() {
		next := dealt(uitest.Lies(), deal)
		home := filepath.Join(t.TempDir(), "\n"+uitest.FalsePrice)
		if err := os.Mkdir(home, 0o700); err != nil {
			t.Fatal(err)
		}
		st := stage{account: simulator.Options{Plan: simulator.Scale, Generations: 12, IgnoreKeys: true}, through: lied(next), prepare: failing, width: 120, height: 40}
		st.terminal.Env = []string{"TERM=xterm-ghostty", "COLORTERM=truecolor", "LANG=en_US.UTF-8"} // gets notices with names in them
		st.config = func(c *ui.Config) {
			c.Version, c.Home, c.KeyVariable = next(), home, next()
			c.Notices, c.LookedUp = []string{next(), next()}, []string{next(), next()}
			c.Open = func(string) error { return errors.New(next()) }
			c.SaveKey = func(string, string) (string, error) { return next(), errors.New(next()) }
			if c.Account != nil {
				c.Account.Name = next()
			}
		}
		walks := func(st stage, about func(w *lying), frames int) {
			tell(t, st, func(s *story) {
				w := &lying{s, next, 0, dialogs}
				about(w)
				w.clean()
				for _, wrong := range uitest.Foreign([]byte(s.Clipboard()), "dubtop") {
					t.Errorf("on the clipboard: %s", wrong)
				}
				if w.seen < frames {
					t.Errorf("lies in %d frames\n%s", w.seen, s.Screen())
				}
			})
		}
		walks(st, func(w *lying) { w.views(); w.money(); w.sets() }, 100)
		within := st
		within.journal = filepath.Join(home, "journal.db")
		within.config = func(c *ui.Config) {
			st.config(c)
			c.Slots, c.Guard.ConfirmAbove = 9, dollars(1_000_000, false)
		}
		walks(within, func(w *lying) { w.asides(home) }, 20)
		st.broken = errors.New(next())
		walks(st, func(w *lying) { w.press("5", "6", "n", "esc", "1", "g", ".", "L") }, 3)
		st.broken, st.noKey = nil, true
		walks(st, (*lying).begins, 1)
	}
	if len(dialogs) < 6 {
		t.Errorf("dialogs of money: %v", dialogs)
	}
}

// walkDeals is the number of walks, each with the texts dealt anew: one, or as
// many as there are texts with -sizes all.
func walkDeals() int {
	if *sizesFlag == "all" {
		return len(uitest.Lies())
	}
	return 1
}

// begins gives a key on the first screen and has it saved.
func (w *lying) begins() {
	w.look()
	w.press("1")
	w.Paste(w.account.Key())
	w.press("enter")
	w.pass(3 * time.Second)
	w.press("y")
	w.pass(3 * time.Second)
	w.press("L")
}
