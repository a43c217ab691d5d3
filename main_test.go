package main

import (
	"bytes"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"dubtop/ui/cli"
)

// said is the result of a command line.
type said struct {
	status      int
	out, errors string
}

// say runs a command line. These tests have no terminal; commands that need one
// are tested in ui/terminal with the built binary.
func say(args ...string) said {
	var out, errs bytes.Buffer
	status := run(args, &out, &errs)
	return said{status, out.String(), errs.String()}
}

func TestCommandLine(t *testing.T) {
	for _, c := range []struct {
		name   string
		args   string
		status int
		out    string // "" means no output
		errors string
	}{
		{"version", "version", 0, "dubtop " + version, ""},
		{"version as a flag", "--version", 0, "dubtop " + version, ""},
		{"help", "--help", 0, "--demo", ""},
		{"help of a command", "simulate --help", 0, "--speed", ""},
		{"help of a flag for proofs", "simulate --help", 0, "--ignore-keys", ""},
		{"no terminal", "", cli.StatusUsage, "", "dubtop needs a terminal"},
		{"no terminal for the demo", "--demo", cli.StatusUsage, "", "dubtop needs a terminal"},
		{"unknown flag", "--dmeo", cli.StatusUsage, "", "--dmeo"},
		{"unknown command", "simulat", cli.StatusUsage, "", "simulat"},
		{"unknown profile", "simulate --profile june", cli.StatusUsage, "", "june"},
		{"unknown plan", "simulate --plan gold", cli.StatusUsage, "", "gold"},
		{"no speed", "simulate --speed 0", cli.StatusUsage, "", "above 0"},
		{"negative history", "simulate --generations -1", cli.StatusUsage, "", "below 0"},
		{"a key that can't be sent", "simulate --key sk\u0130", cli.StatusUsage, "", "--key"},
		{"help of a key of one's own", "simulate --help", 0, "--key", ""},
		{"help of spend", "spend --help", 0, "--since", ""},
		{"help of the queue", "queue", 0, "ls", ""},
		{"an address in use", "simulate --addr 256.0.0.1:1", cli.StatusError, "", "cannot listen"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := say(strings.Fields(c.args)...)
			if got.status != c.status {
				t.Errorf("status %d, want %d\n%s%s", got.status, c.status, got.out, got.errors)
			}
			if !strings.Contains(got.out, c.out) || c.out == "" && got.out != "" {
				t.Errorf("stdout is %q, want %q in it", got.out, c.out)
			}
			if !strings.Contains(got.errors, c.errors) || c.errors == "" && got.errors != "" {
				t.Errorf("stderr is %q, want %q in it", got.errors, c.errors)
			}
			if strings.Count(got.errors, "\n") > 1 {
				t.Errorf("stderr has more than one line:\n%s", got.errors)
			}
		})
	}
}

// Completion offers the values of flags, and never files.
func TestValuesOfFlagsAreCompleted(t *testing.T) {
	for line, want := range map[string]string{
		"simulate --profile ":     "seed strict current :4",
		"simulate --plan ":        "free hobbyist creator growth scale enterprise :4",
		"spend --by ":             "day week month model label project spender :4",
		"simulate --generations ": ":4",
		"queue ls ":               ":4",
	} {
		at := strings.LastIndex(line, " ")
		got := say(append([]string{"__completeNoDesc"}, append(strings.Fields(line[:at]), line[at+1:])...)...)
		if words := strings.Join(strings.Fields(got.out), " "); got.status != 0 || words != want {
			t.Errorf("%q offers %q, want %q (status %d)", line, words, want, got.status)
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if got := say("completion", shell); got.status != 0 || !strings.Contains(got.out, "__complete") {
			t.Errorf("completion of %s: status %d, %q", shell, got.status, got.errors)
		}
	}
}

func TestSmallHeapIsCollectedSeldomAndALargeOneStaysSmall(t *testing.T) {
	for live, want := range map[uint64]int{0: 300, 4 << 20: 200, 20 << 20: 40, 50 << 20: 16, 1 << 30: 15} {
		if got := collectorPercent(live); got != want {
			t.Errorf("with %d MB in use the heap may grow by %d %%, want %d", live>>20, got, want)
		}
	}
}

func TestCollectorFollowsTheHeap(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	tuneCollections()
	ballast := make([]byte, 50<<20)
	for range 100 {
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
		if now := debug.SetGCPercent(100); now < 25 {
			runtime.KeepAlive(ballast)
			return
		}
	}
	t.Error("50 MB more in use change nothing")
}
