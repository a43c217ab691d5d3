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

// Several processes may show one queue, but one at a time sends from it: the
// one that holds a lock on a file beside the journal. The file says who that
// is. It is never removed, because whoever waits for the lock has it open; the
// system drops the lock when the holder dies, however it dies.

// Holder is a process that sends from the queue.
type Holder struct {
	PID   int       `json:"pid"`
	Host  text.Text `json:"host"`
	Since time.Time `json:"since"`
}

// String is the holder in words, such as "process 4711 on kiwi".
func (h Holder) String() string {
	if h.PID == 0 {
		return "another process"
	}
	return fmt.Sprintf("process %d on %s", h.PID, h.Host)
}

// Sender makes this process the one that sends from the queue, if no other is:
// mine tells, and who is the one that does, zero if it did not say. To take
// over when the other ends, ask again from time to time. It can't be got while
// nothing may be spent; the error says why.
func (j *Journal) Sender(now time.Time) (mine bool, who Holder, err error) {
	j.turn.mu.Lock()
	defer j.turn.mu.Unlock()
	if err := j.Writable(); err != nil {
		// Whoever can't send must not keep the others from it.
		return false, Holder{}, errors.Join(err, j.turn.leave())
	}
	if j.turn.holder.PID != 0 {
		return true, j.turn.holder, nil
	}
	host, _ := os.Hostname() // only to be shown
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

// Holder tells who sends from the queue, without taking a turn; held is false
// if nobody does. It leaves no trace.
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
		return Holder{}, false, fmt.Errorf("who sends from the queue can't be told: %w", err)
	}
	defer f.Close()
	// Whoever leaves empties the file, so the lock is only tried, for an
	// instant, where the holder may have died.
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

// LeaveSender lets another process send from the queue. It is no error if this
// one did not.
func (j *Journal) LeaveSender() error {
	j.turn.mu.Lock()
	defer j.turn.mu.Unlock()
	return j.turn.leave()
}

// sign writes the holder's name over that of the one before.
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

// holderIn reads the name; it is zero while the holder is about to write it.
func holderIn(f *os.File) (h Holder) {
	const enough = 4096
	name, err := io.ReadAll(io.LimitReader(f, enough))
	if err != nil || json.Unmarshal(name, &h) != nil {
		return Holder{}
	}
	return h
}
