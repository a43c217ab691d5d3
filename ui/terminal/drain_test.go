package terminal_test

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// script is a subcommand of the built binary that runs beside a window, as in a
// shell.
type script struct {
	t    *testing.T
	cmd  *exec.Cmd
	said lines
}

// lines are what a command has said so far.
type lines struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// begins starts a subcommand in the home of a window.
func (w *window) begins(env []string, args ...string) *script {
	w.t.Helper()
	s := &script{t: w.t, cmd: stage{args: args, env: env}.command(w.home)}
	s.cmd.Stdout, s.cmd.Stderr = &s.said, &s.said
	must(w.t, s.cmd.Start())
	w.t.Cleanup(func() { // it has ended, unless the test failed
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
	})
	return s
}

// says waits until the command has said something.
func (s *script) says(words string) {
	s.t.Helper()
	if !eventually(func() bool { return strings.Contains(s.said.String(), words) }) {
		s.t.Fatalf("%v does not say %q:\n%s", s.cmd.Args[1:], words, s.said.String())
	}
}

// ends waits for the end, then checks status and output.
func (s *script) ends(status int, words ...string) {
	s.t.Helper()
	ctx, stop := context.WithTimeout(s.t.Context(), patience)
	defer stop()
	defer context.AfterFunc(ctx, func() { _ = s.cmd.Process.Kill() })()
	_ = s.cmd.Wait() // its status says it
	said := s.said.String()
	if got := s.cmd.ProcessState.ExitCode(); got != status {
		s.t.Fatalf("%v ended with status %d, want %d\n%s", s.cmd.Args[1:], got, status, said)
	}
	for _, want := range words {
		if !strings.Contains(said, want) {
			s.t.Errorf("%v does not say %q:\n%s", s.cmd.Args[1:], want, said)
		}
	}
}

// While a window sends, drain says so and does nothing. Once the window is gone
// it sends the waiting jobs, and a signal loses no answer.
func TestDrainSendsIfNoWindowDoes(t *testing.T) {
	t.Parallel()
	a := simulated(t, "--speed", "1000")
	g := a.gate(0)
	pass := g.shut(t)
	env := a.env(g.URL)
	w := open(t, stage{env: env})
	w.sees("completed", "n new", "4 Models 5")
	w.keys("5P")
	w.sees("queue paused")
	w.keys("1")
	for i, name := range []string{"drained", "later"} {
		w.sees("completed", "n new", "4 Models 5")
		w.fill(a.media(), name)
		w.price()
		w.keys("y")
		w.sees(fmt.Sprintf("number %d in the queue", i+1))
	}
	w.begins(env, "queue", "drain").ends(75, fmt.Sprintf("another process sends from this queue: process %d on ", w.cmd.Process.Pid))
	w.begins(env, "queue", "ls").ends(0, "2 waiting, ~$2.50 in total", "You have paused the queue")
	w.keys("q")
	w.ends(0)

	w.begins(env, "queue", "drain").ends(75, "paused by you", "--resume")
	s := w.begins(env, "queue", "drain", "--resume")
	if !eventually(func() bool { return g.arrivals("drained_28s") == 1 }) {
		t.Fatal("nothing was sent")
	}
	must(t, s.cmd.Process.Signal(syscall.SIGTERM))
	s.says("stopping once ")
	pass()
	s.ends(130, "2 jobs wait, confirmed for at most $2.50", "sent as ", "1 sent; left: 1 in the queue", "dubtop queue drain continues")
	w.begins(env, "queue", "ls").ends(0, "1 waiting, ~$1.25 in total.\n")

	w.begins(env, "queue", "drain").ends(0, "1 job waits", "1 sent.")
	w.begins(env, "queue", "ls").ends(0, "The queue is empty.\n")
	for _, name := range []string{"drained_28s", "later_28s"} {
		if n := g.arrivals(name); n != 1 {
			t.Errorf("%s was sent %d times", name, n)
		}
	}
	w.keysAreNowhere(a.key)
}
