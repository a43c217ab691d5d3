package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// built is the path of the binary that these tests run.
var built string

func TestMain(m *testing.M) {
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "dubtop-built-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	built = filepath.Join(dir, "dubtop")
	if out, err := exec.Command("go", "build", "-o", built, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// said is what a command line answered.
type said struct {
	status      int
	out, errors string
}

// say runs the binary without a terminal.
func say(t *testing.T, env []string, args ...string) said {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(built, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "TERM=xterm"}, env...), &out, &errs
	_ = cmd.Run() // its status says it
	return said{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		args   string
		status int
		out    string // "" says that there must be none
		errors string
	}{
		{"version", "version", 0, "dubtop " + version, ""},
		{"help", "--help", 0, "--demo", ""},
		{"help of a command", "simulate --help", 0, "--speed", ""},
		{"no terminal", "", exitUsage, "", "dubtop draws on a terminal"},
		{"no terminal for the demo", "--demo", exitUsage, "", "dubtop draws on a terminal"},
		{"unknown flag", "--dmeo", exitUsage, "", "--dmeo"},
		{"unknown command", "simulat", exitUsage, "", "simulat"},
		{"unknown profile", "simulate --profile june", exitUsage, "", "june"},
		{"unknown plan", "simulate --plan gold", exitUsage, "", "gold"},
		{"no speed", "simulate --speed 0", exitUsage, "", "above 0"},
		{"negative history", "simulate --generations -1", exitUsage, "", "below 0"},
		{"an address in use", "simulate --addr 256.0.0.1:1", exitError, "", "cannot listen"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := say(t, nil, strings.Fields(c.args)...)
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
