package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOneProcessSends(t *testing.T) {
	path := journalPath(t)
	a, b := opened(t, path), opened(t, path)
	looks(t, b, 0) // and takes no turn
	for range 2 {
		if mine, who, err := a.Sender(noon); !mine || err != nil || who.PID != os.Getpid() || !who.Since.Equal(noon) {
			t.Fatalf("the first: %t, %v, %v", mine, who, err)
		}
	}
	mine, who, err := b.Sender(noon)
	if mine || err != nil || who.PID != os.Getpid() || !who.Since.Equal(noon) ||
		!strings.HasPrefix(who.String(), fmt.Sprintf("process %d on ", os.Getpid())) {
		t.Errorf("the second: %t, %v, %v", mine, who, err)
	}
	looks(t, a, os.Getpid())
	looks(t, b, os.Getpid())
	for range 2 {
		if err := a.LeaveSender(); err != nil {
			t.Fatal(err)
		}
	}
	looks(t, a, 0)
	looks(t, b, 0)
	if mine, _, err := b.Sender(noon); !mine || err != nil {
		t.Errorf("after it was left: %t, %v", mine, err)
	}
	if mine, _, err := a.Sender(noon); mine || err != nil {
		t.Errorf("after leaving it: %t, %v", mine, err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if mine, _, err := a.Sender(noon); !mine || err != nil {
		t.Errorf("after the other was closed: %t, %v", mine, err)
	}
}

// looks returns who sends, 0 for nobody.
func looks(t *testing.T, j *Journal, want int) {
	t.Helper()
	who, held, err := j.Holder()
	if err != nil || held != (want != 0) || who.PID != want {
		t.Fatalf("a look says %t, %v, %v; want %d", held, who, err, want)
	}
}

// The sender is killed. Then the other takes over, and not before.
func TestAnotherProcessTakesOverFromADeadSender(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	for range 3 {
		holder := talkTo(t, "holder", path)
		if got, want := holder.hear(t), fmt.Sprint("true ", holder.cmd.Process.Pid); got != want {
			t.Fatalf("the child says %q, want %q", got, want)
		}
		if mine, who, err := j.Sender(noon); mine || err != nil || who.PID != holder.cmd.Process.Pid || who.Host == "" {
			t.Fatalf("while it lives: %t, %v, %v", mine, who, err)
		}
		looks(t, j, holder.cmd.Process.Pid)
		if err := holder.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = holder.cmd.Wait()
		looks(t, j, 0)
		if mine, _, err := j.Sender(noon); !mine || err != nil {
			t.Fatalf("after its death: %t, %v", mine, err)
		}
		if err := j.LeaveSender(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestUnnamedHolderIsAnotherProcess(t *testing.T) {
	path := journalPath(t)
	a, b := opened(t, path), opened(t, path)
	if _, _, err := a.Sender(noon); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(turnPath(path), []byte("{half a na"), 0o600); err != nil {
		t.Fatal(err)
	}
	if mine, who, err := b.Sender(noon); mine || err != nil || who.String() != "another process" {
		t.Errorf("it is %t, %v, %v", mine, who, err)
	}
}

func TestDemoSends(t *testing.T) {
	j, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if mine, _, err := j.Sender(noon); !mine || err != nil {
		t.Errorf("it is %t, %v", mine, err)
	}
}

func TestUnwritableJournalHasNoSender(t *testing.T) {
	cause := ErrFull
	j, err := OpenWithout(cause)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if mine, _, err := j.Sender(noon); mine || err == nil {
		t.Errorf("it is %t, %v", mine, err)
	}
}

// Asking who sends never prevents anybody from sending.
func TestHolderTakesNoTurn(t *testing.T) {
	path := journalPath(t)
	a, b := opened(t, path), opened(t, path)
	if who, ok, err := b.Holder(); err != nil || ok || who.PID != 0 {
		t.Errorf("before anybody does: %v, %t", who, ok)
	}
	holder := talkTo(t, "holder", path)
	holder.hear(t)
	if who, ok, err := b.Holder(); err != nil || !ok || who.PID != holder.cmd.Process.Pid || !who.Since.Equal(noon) {
		t.Errorf("another does: %v, %t", who, ok)
	}
	if err := holder.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = holder.cmd.Wait()
	if who, ok, err := b.Holder(); err != nil || ok {
		t.Errorf("after its death it is %v", who)
	}
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			select {
			case <-done:
				return
			default:
				_, _, _ = b.Holder()
			}
		}
	}()
	for range 200 {
		if mine, who, err := a.Sender(noon); !mine || err != nil {
			t.Fatalf("while somebody looks: %t, %v, %v", mine, who, err)
		}
		if who, ok, err := a.Holder(); err != nil || !ok || who.PID != os.Getpid() {
			t.Fatalf("the one that sends: %v, %t", who, ok)
		}
		if err := a.LeaveSender(); err != nil {
			t.Fatal(err)
		}
	}
}

// A process that can't write any more does not prevent others from sending.
func TestBrokenSenderGivesUpTheTurn(t *testing.T) {
	path := journalPath(t)
	a, b := opened(t, path), opened(t, path)
	if mine, _, err := a.Sender(noon); !mine || err != nil {
		t.Fatal(mine, err)
	}
	a.broken = ErrFull
	if mine, _, err := a.Sender(noon); mine || err == nil {
		t.Errorf("the broken one: %t, %v", mine, err)
	}
	if mine, _, err := b.Sender(noon); !mine || err != nil {
		t.Errorf("the other: %t, %v", mine, err)
	}
}

// A process that opens the file by another name finds the same locks.
func TestSymlinkedJournalIsTheSameJournal(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	s := sending(t, confirmed("s1"))
	if err := j.BeginSending(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if mine, _, err := j.Sender(noon); !mine || err != nil {
		t.Fatal(mine, err)
	}
	link := filepath.Join(t.TempDir(), "journal.db")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	other := opened(t, link)
	if got, err := other.Recover(t.Context(), noon); err != nil || len(got) > 0 {
		t.Errorf("the living were taken for dead: %+v, %v", got, err)
	}
	if mine, _, err := other.Sender(noon); mine || err != nil {
		t.Errorf("two send: %t, %v", mine, err)
	}
}
