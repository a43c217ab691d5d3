// Package child runs another program for a limited time: without a shell,
// without the API key in its environment, in a process group of its own that is
// ended as a whole, and with a limit on its output. It knows nothing of jobs.
package child

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Command is a program to run.
type Command struct {
	Args  []string      // the program and its arguments
	Env   []string      // added to the environment, as in NAME=value
	Limit time.Duration // after which it is killed
	// Most is how many bytes of its output are kept. With Head it is killed when
	// it says more; otherwise the last ones are kept.
	Most int
	Head bool
	// Out gets the output as it comes, and none is kept. If it returns an error,
	// the program is killed.
	Out io.Writer
	// Errors keeps its error output too.
	Errors bool
}

// Result is how a program ended.
type Result struct {
	Output []byte
	Cut    bool  // it said more
	Status int   // exit status, -1 if it did not exit by itself
	Err    error // why it failed, nil if it exited with 0
	Took   time.Duration
}

// The errors of programs that were ended.
var (
	ErrLimit   = errors.New("it took too long and was ended")
	ErrStopped = errors.New("it was ended with dubtop")
	ErrLong    = errors.New("it said too much and was ended")
)

// grace is the time that a program gets to end by itself when it is told to, and
// its descendants to let go of its output when it has ended.
const grace = 2 * time.Second

// Run runs a program until it ends, its time is over or ctx ends. A program by a
// bare name is looked up on the PATH, but never in the working directory.
func Run(ctx context.Context, c Command) (r Result) {
	begun := time.Now()
	defer func() { r.Took = time.Since(begun) }()
	r.Status = -1
	timed, cancel := context.WithTimeout(ctx, c.Limit)
	defer cancel()
	heard := &tail{most: c.Most, head: c.Head, full: cancel}
	cmd := exec.CommandContext(timed, c.Args[0], c.Args[1:]...)
	cmd.Env, cmd.WaitDelay = append(Environment(), c.Env...), grace
	c.connect(cmd, heard, cancel)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { // WaitDelay later the program itself is killed
		return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
	}
	err := cmd.Run()
	if timed.Err() != nil && cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // the rest of its group
	}
	r.Output, r.Cut = heard.bytes()
	if cmd.ProcessState != nil {
		r.Status = cmd.ProcessState.ExitCode()
	}
	switch {
	case heard.over && c.Head:
		r.Err = ErrLong
	case ctx.Err() != nil:
		r.Err = ErrStopped
	case errors.Is(timed.Err(), context.DeadlineExceeded):
		r.Err = fmt.Errorf("%w after %s", ErrLimit, c.Limit)
	case errors.Is(err, exec.ErrWaitDelay): // a descendant goes on with its output open
	case r.Status > 0:
		r.Err = fmt.Errorf("exit status %d", r.Status)
	default:
		r.Err = plain(err)
	}
	return r
}

// connect says where the output goes. end ends the program.
func (c *Command) connect(cmd *exec.Cmd, heard *tail, end func()) {
	cmd.Stdout = heard
	if c.Out != nil {
		cmd.Stdout = &listener{c.Out, end}
	}
	if c.Errors {
		cmd.Stderr = heard
	}
}

// plain is an error of starting a program in few words.
func plain(err error) error {
	switch e, ok := errors.AsType[*exec.Error](err); {
	case ok && errors.Is(e.Err, exec.ErrNotFound):
		return fmt.Errorf("there is no program %s on the PATH", e.Name)
	case ok && errors.Is(e.Err, exec.ErrDot):
		return fmt.Errorf("%s is in the working directory only, where nothing is run", e.Name)
	}
	return err
}

// Environment is our environment without our own variables, such as the API
// key.
func Environment() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "SYNC_") })
}

// listener hands output on, and ends the program if nobody wants more.
type listener struct {
	to  io.Writer
	end func()
}

// Write implements [io.Writer].
func (l *listener) Write(p []byte) (int, error) {
	n, err := l.to.Write(p)
	if err != nil {
		l.end()
	}
	return n, err
}

// tail keeps the end of the output, or its beginning.
type tail struct {
	most int
	head bool
	full func()
	kept bytes.Buffer
	over bool
}

// Write implements [io.Writer].
func (t *tail) Write(p []byte) (int, error) {
	n := len(p)
	if t.head {
		room := max(0, t.most-t.kept.Len())
		if n > room {
			p, t.over = p[:room], true
			t.full()
		}
		t.kept.Write(p)
		return n, nil
	}
	t.kept.Write(p)
	if t.kept.Len() > 2*t.most {
		t.trim()
	}
	return n, nil
}

func (t *tail) trim() {
	if more := t.kept.Len() - t.most; more > 0 {
		t.over = true
		t.kept.Next(more)
	}
}

func (t *tail) bytes() ([]byte, bool) {
	if !t.head {
		t.trim()
	}
	return t.kept.Bytes(), t.over
}
