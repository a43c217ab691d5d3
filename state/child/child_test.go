package child

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func sh(script string, more ...string) Command {
	return Command{Args: append([]string{"sh", "-c", script, "sh"}, more...), Limit: 20 * time.Second, Most: 4096, Errors: true}
}

func TestProgramSeesNoKeyAndNoShell(t *testing.T) {
	t.Setenv("SYNC_API_KEY", "sk-secret")
	c := sh(`env; echo "$1"; echo "$DUBTOP_PATH"; exit 3`, "$(touch here) `id` ;x")
	c.Env = []string{"DUBTOP_PATH=/films/a b.mp4"}
	r := Run(t.Context(), c)
	out := string(r.Output)
	if strings.Contains(out, "sk-secret") || strings.Contains(out, "SYNC_") {
		t.Error("it has the key")
	}
	if !strings.Contains(out, "$(touch here) `id` ;x\n/films/a b.mp4") {
		t.Errorf("it says %q", out)
	}
	if r.Status != 3 || r.Err == nil || r.Err.Error() != "exit status 3" {
		t.Errorf("status %d, %v", r.Status, r.Err)
	}
}

// A program and all that it started is gone after its time.
func TestWholeGroupEndsAfterTheLimit(t *testing.T) {
	pid := filepath.Join(t.TempDir(), "pid")
	c := sh(`sh -c 'trap "" TERM; echo $$ > "$1"; while :; do sleep 1; done' sh "$1" & wait`, pid)
	c.Limit = 300 * time.Millisecond
	begun := time.Now()
	r := Run(t.Context(), c)
	if !errors.Is(r.Err, ErrLimit) || time.Since(begun) > 15*time.Second {
		t.Fatalf("%v after %s", r.Err, time.Since(begun))
	}
	text, err := os.ReadFile(pid)
	if err != nil {
		t.Skip("it was ended before its child was there")
	}
	n, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	for late := time.Now().Add(10 * time.Second); syscall.Kill(n, 0) == nil && running(n); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("its child is still there")
		}
	}
}

// running reports whether a process is more than an entry that nobody waits for.
func running(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

func TestOutputIsLimited(t *testing.T) {
	c := sh(`i=0; while [ $i -lt 5000 ]; do echo "line $i"; i=$((i+1)); done`)
	r := Run(t.Context(), c)
	if r.Err != nil || len(r.Output) != c.Most || !r.Cut || !strings.HasSuffix(string(r.Output), "line 4999\n") {
		t.Errorf("%d bytes, cut %t, %v", len(r.Output), r.Cut, r.Err)
	}
	c = sh(`while :; do echo yes; done`)
	c.Head = true
	if r := Run(t.Context(), c); !errors.Is(r.Err, ErrLong) || len(r.Output) != c.Most {
		t.Errorf("%d bytes, %v", len(r.Output), r.Err)
	}
}

func TestProgramThatIsNotThere(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "here-only"), []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	t.Setenv("PATH", "/usr/bin:.")
	for name, want := range map[string]string{
		"no-such-program": "there is no program no-such-program on the PATH",
		"here-only":       "here-only is in the working directory only, where nothing is run",
	} {
		r := Run(t.Context(), Command{Args: []string{name}, Limit: time.Second, Most: 10})
		if r.Err == nil || r.Err.Error() != want || r.Status != -1 {
			t.Errorf("%s: %v", name, r.Err)
		}
	}
}

// refusing takes some output, and then no more.
type refusing struct{ took int }

func (r *refusing) Write(p []byte) (int, error) {
	if r.took += len(p); r.took > 100 {
		return 0, errors.New("enough")
	}
	return len(p), nil
}

func TestOutputIsHandedOnUntilNobodyWantsMore(t *testing.T) {
	var all bytes.Buffer
	if r := Run(t.Context(), Command{Args: []string{"sh", "-c", "echo one; echo two"}, Limit: time.Minute, Out: &all}); r.Err != nil || all.String() != "one\ntwo\n" || len(r.Output) != 0 {
		t.Errorf("%q, %+v", all.String(), r)
	}
	r := Run(t.Context(), Command{Args: []string{"sh", "-c", "while :; do echo more; done"}, Limit: time.Minute, Out: new(refusing)})
	if r.Err == nil || errors.Is(r.Err, ErrLimit) || r.Took > 30*time.Second {
		t.Errorf("%+v", r)
	}
}
