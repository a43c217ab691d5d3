package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"dubtop/api/text"
)

// Several processes may show one queue, but only one sends from it: the holder
// of a lock on a file beside the journal. The file names the holder. It is
// never removed, because processes waiting for the lock have it open. The
// system drops the lock when the holder dies in any way.

// Holder is a process that sends from the queue.
type Holder struct {
	PID   int       `json:"pid"`
	Host  text.Text `json:"host"`
	Since time.Time `json:"since"`
}

// String describes the holder, as in "process 4711 on kiwi".
func (h Holder) String() string {
	if h.PID == 0 {
		return "another process"
	}
	return fmt.Sprintf("process %d on %s", h.PID, h.Host)
}

// Sender makes this process the sender, unless another one is: mine says which,
// and who names the sender, or is zero if it is unnamed. Ask again from time to
// time to take over when the other ends. It returns an error if nothing can be
// spent.
func (j *Journal) Sender(now time.Time) (mine bool, who Holder, err error) {
	j.turn.mu.Lock()
	defer j.turn.mu.Unlock()
	if err := j.Writable(); err != nil {
		// A process that can't send must not stop others from sending.
		return false, Holder{}, errors.Join(err, j.turn.leave())
	}
	if j.turn.holder.PID != 0 {
		return true, j.turn.holder, nil
	}
	host, _ := os.Hostname() // for display only
	me := Holder{PID: os.Getpid(), Host: text.Of(host), Since: now.UTC()}
	if j.path == "" {
		j.turn.holder = me
		return true, me, nil
	}
	f, err := os.OpenFile(turnPath(j.path), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return false, Holder{}, unwritable(j.path, err)
	}
	err = lockPatiently(f)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return false, holderIn(f), f.Close()
	}
	if err != nil {
		return false, Holder{}, errors.Join(unlockable(j.path, err), f.Close())
	}
	if err := sign(f, me); err != nil {
		return false, Holder{}, errors.Join(unwritable(j.path, err), f.Close())
	}
	j.turn.file, j.turn.holder = f, me
	return true, me, nil
}

// Holder returns the process that sends, without taking the turn; held is false
// if there is none. It changes nothing.
func (j *Journal) Holder() (who Holder, held bool, err error) {
	j.turn.mu.Lock()
	defer j.turn.mu.Unlock()
	if j.turn.holder.PID != 0 {
		return j.turn.holder, true, nil
	}
	if j.path == "" {
		return Holder{}, false, nil
	}
	f, err := os.Open(turnPath(j.path))
	if errors.Is(err, fs.ErrNotExist) {
		return Holder{}, false, nil
	}
	if err != nil {
		return Holder{}, false, fmt.Errorf("can't tell who sends from the queue: %w", err)
	}
	defer f.Close()
	// A holder that leaves empties the file. So the lock is only tried, for an
	// instant, if the holder may have died.
	if info, err := f.Stat(); err == nil && info.Size() == 0 {
		return Holder{}, false, nil
	}
	who = holderIn(f)
	err = unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return who, true, nil
	}
	if err != nil {
		return Holder{}, false, unlockable(j.path, err)
	}
	return Holder{}, false, nil
}

// LeaveSender gives up the turn to send, if this process has it.
func (j *Journal) LeaveSender() error {
	j.turn.mu.Lock()
	defer j.turn.mu.Unlock()
	return j.turn.leave()
}

// sign writes the holder's name into the file.
func sign(f *os.File, h Holder) error {
	name, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(name, 0)
	return err
}

// holderIn reads the holder's name. It is zero if the holder has not written it
// yet.
func holderIn(f *os.File) (h Holder) {
	const enough = 4096
	name, err := io.ReadAll(io.LimitReader(f, enough))
	if err != nil || json.Unmarshal(name, &h) != nil {
		return Holder{}
	}
	return h
}
