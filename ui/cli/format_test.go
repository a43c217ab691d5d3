package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"
	"github.com/spf13/cobra"

	"dubtop/api"
	"dubtop/api/text"
)

// --json takes a list of fields, with or without the sign, and alone means all.
func TestFieldsOfJSONAreChosen(t *testing.T) {
	d := newDesk(t)
	d.line()
	for line, want := range map[string]string{
		"queue ls --json id,state":  `{"id":"q5","state":"waiting"}`,
		"queue ls --json=id,state":  `{"id":"q5","state":"waiting"}`,
		"queue ls --json state,id":  `{"state":"waiting","id":"q5"}`,
		"queue ls --json price_usd": `{"price_usd":null}`,
		"spend --json=since,damage": "",
		"spend --by week --json by": "",
		"spend --json by --by=week": "",
		"join --json profile,jobs":  "",
		"queue ls --json=all":       "",
		"queue ls --json":           "",
	} {
		got := d.run(line)
		var doc map[string]json.RawMessage
		if err := json.Unmarshal([]byte(got.out), &doc); err != nil || got.status != 0 || string(doc["version"]) != "1" || !strings.HasPrefix(got.out, "{\n  \"version\": 1") {
			t.Errorf("%s: %+v (%v)", line, got, err)
			continue
		}
		var items []json.RawMessage
		if want != "" && json.Unmarshal(doc["items"], &items) == nil {
			var first bytes.Buffer
			must(t, json.Compact(&first, items[0]))
			if first.String() != want {
				t.Errorf("%s: %s, want %s", line, first.String(), want)
			}
		}
	}
	if got := d.run("spend --json by"); got.out != "{\n  \"version\": 1,\n  \"by\": \"day\"\n}\n" {
		t.Errorf("spend: %+v", got)
	}
}

func TestUnknownFieldsAreRefused(t *testing.T) {
	d := newDesk(t)
	for line, want := range map[string]string{
		"queue ls --json=stat":      `no field is called \"stat\"; state?`,
		"queue ls --json id,stat":   `no field is called \"stat\"; state?`,
		"queue ls --json=zebra":     `no field is called \"zebra\"; there are place, id`,
		"queue ls --json zebra":     `takes no argument such as \"zebra\"`,
		"queue drain --json=status": "no fields can be chosen here",
	} {
		if got := d.run(line); got.status != StatusUsage || got.out != "" || !strings.Contains(got.errors, want) || errorOf(t, got.errors).Hint == "" {
			t.Errorf("%s: %+v", line, got)
		}
	}
}

// gone is a pipe that nobody reads.
type gone struct{}

func (gone) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}
}

// A reader that has gone, such as head, is no error.
func TestBrokenPipesAreQuiet(t *testing.T) {
	d := newDesk(t)
	d.line()
	for _, args := range [][]string{{"queue", "ls"}, {"queue", "ls", "--json"}, {"spend"}, {"spend", "--csv"}, {"spend", "--json"}, {"join", "-q"}} {
		root := &cobra.Command{Use: "dubtop"}
		root.AddCommand(Commands(d.world)...)
		var errs bytes.Buffer
		if status := Run(root, args, gone{}, &errs); errs.Len() > 0 || status != StatusPipe && args[0] != "join" {
			t.Errorf("%v: status %d, %q", args, status, errs.String())
		}
	}
}

// A table is as wide as the terminal, but ids and numbers stay whole. In a pipe
// it is whole.
func TestTablesFitTheTerminal(t *testing.T) {
	p, tty, err := pty.Open()
	must(t, err)
	defer p.Close()
	defer tty.Close()
	must(t, pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: 60}))
	table := columns{titles: []text.Text{"ID", ">COST", "NAME", "WHY"}}
	table.add("0123456789abcdef", "~$1.25", "日本 a name that is rather long", "because of something that nobody can explain")
	for line := range strings.Lines(string(table.fitted(tty))) {
		if ansi.StringWidth(strings.TrimSuffix(line, "\n")) > 60 {
			t.Errorf("too wide: %q", line)
		}
		if strings.Contains(line, "$") && (!strings.Contains(line, "0123456789abcdef  ~$1.25") || strings.Count(line, "…") == 0) {
			t.Errorf("cut in the wrong place: %q", line)
		}
	}
	var piped bytes.Buffer
	if whole := string(table.fitted(&piped)); strings.Contains(whole, "…") || !strings.Contains(whole, "that nobody can explain") {
		t.Errorf("cut in a pipe: %q", whole)
	}
}

// Every kind of error, also one without words of its own, comes with a hint.
func TestNoHintIsEmpty(t *testing.T) {
	for kind := api.KindUnknown; kind <= api.KindNotAPI; kind++ {
		if advice(apiCode(kind), "dubtop ls") == "" {
			t.Errorf("%s has no hint", apiCode(kind))
		}
	}
}

// Where there is nothing to choose from, no empty list is offered.
func TestUnknownNameAmongNone(t *testing.T) {
	if got := unknownName("view", "nope", nil); got != `no view is called "nope"; there is none yet` {
		t.Error(got)
	}
}
