// Package editor lets the user edit a text in their own editor. It deals
// with processes, signals and temporary files, never with the meaning of the text.
package editor

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

// Editor runs the editor of an environment: $VISUAL, else $EDITOR, else vi.
type Editor struct {
	command string // for the shell, as it may have arguments
}

// New returns the editor of an environment.
func New(getenv func(string) string) *Editor {
	return &Editor{cmp.Or(strings.TrimSpace(getenv("VISUAL")), strings.TrimSpace(getenv("EDITOR")), "vi")}
}

// Edit shows a text in the editor, on the real terminal, and returns it as it
// was saved. The file is called name, so that the editor knows its format.
// Nobody else can read it, and it is removed before Edit returns, also when the
// process is asked to end.
func (e *Editor) Edit(name, text string) (edited string, err error) {
	dir, err := os.MkdirTemp("", "dubtop-") // for this user only
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", err
	}
	if err := e.run(path); err != nil {
		return "", err
	}
	return read(path)
}

// mostBytes is the largest file that is read back.
const mostBytes = 8 << 20

func read(path string) (string, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", fmt.Errorf("the editor left no file: %w", err)
	case info.Size() > mostBytes:
		return "", fmt.Errorf("the edited text has %d MB; %d are the most", info.Size()>>20, mostBytes>>20)
	}
	edited, err := os.ReadFile(path)
	return string(edited), err
}

// run runs the editor and ends it when the process is asked to end.
func (e *Editor) run(path string) error {
	c := exec.Command("sh", "-c", e.command+` "$1"`, "sh", path)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(asked)
	if err := c.Start(); err != nil {
		return fmt.Errorf("%s can't be started: %w", e.command, err)
	}
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case s := <-asked:
			_ = c.Process.Signal(s) // it has ended if this fails
		case <-ended:
		}
	}()
	if err := c.Wait(); err != nil {
		return fmt.Errorf("%s: %w", e.command, err)
	}
	return nil
}
