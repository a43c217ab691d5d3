package download

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"dubtop/state/durable"

	"golang.org/x/sys/unix"
)

// bufferSize is how much is read and written at once.
const bufferSize = 256 << 10

// pushSize is how many bytes wait in memory before they are sent to the disk.
const pushSize = 8 << 20

// part is the file being received, with the facts about it. Whoever holds its
// lock may write it and give it its name.
type part struct {
	name string // of the finished file
	file *os.File
	disk disk
	size int64 // bytes in file
	sums sums  // of these bytes
	note note
	kept int64 // bytes found at the beginning
	out  int64 // bytes on their way to the disk
}

// note is what NAME.part.json remembers of a part. It is on the disk before the
// bytes that it describes.
type note struct {
	Mark     string            `json:"mark"`
	ETag     string            `json:"etag,omitempty"`     // strong
	Modified string            `json:"modified,omitempty"` // as sent, if there is no strong ETag
	Total    int64             `json:"total"`              // -1 if the server does not say
	Want     map[string][]byte `json:"want,omitempty"`     // checksums by algorithm
	// Boot is the run of the system that wrote the part. After a crash of the
	// system, a file can have the length of the written bytes without the
	// bytes.
	Boot string `json:"boot,omitempty"`
	// SHA256 and Size are those of the complete file. It has its name, or is
	// about to get it.
	SHA256 string `json:"sha256,omitempty"`
	Size   int64  `json:"size,omitempty"`
}

// validator is what If-Range needs, "" if the server gave nothing that tells
// one version of the file from another.
func (n *note) validator() string {
	if n.ETag != "" {
		return n.ETag
	}
	return n.Modified
}

func partName(name string) string { return name + ".part" }
func noteName(name string) string { return name + ".part.json" }

// tries is how often a part is opened whose name is just being taken by
// another.
const tries = 5

// openPart opens and locks the part of a file, and makes the folder if needed.
func openPart(name string, d disk) (*part, error) {
	if err := durable.MakeFolder(filepath.Dir(name)); err != nil {
		return nil, diskError(name, err)
	}
	for range tries {
		f, err := lockPart(partName(name))
		if err != nil {
			return nil, diskError(name, err)
		}
		if f != nil {
			p := &part{name: name, file: f, disk: d}
			p.readNote()
			return p, nil
		}
	}
	return nil, because(ErrBusy, filepath.Base(name)+" is being saved by another dubtop")
}

// lockPart opens a part and locks it. It returns nil if the file lost its name
// meanwhile: the former owner has finished.
func lockPart(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0o666)
	if err != nil {
		return nil, err
	}
	if err := durable.TryLock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	open, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if !open.Mode().IsRegular() {
		return nil, errors.Join(errNoFile, f.Close())
	}
	named, err := os.Lstat(path)
	if err != nil || !os.SameFile(open, named) {
		return nil, f.Close()
	}
	// A second name may be a finished file, which must not be written.
	if s, ok := open.Sys().(*syscall.Stat_t); ok && s.Nlink > 1 {
		return nil, errors.Join(os.Remove(path), f.Close())
	}
	return f, nil
}

// errNoFile is the error for a part that is a pipe or the like.
var errNoFile = errors.New("there is something else in its place")

// errReplaced is the error for a part that lost its name while it was written.
var errReplaced = errors.New("it was removed or replaced")

// readNote reads the note. A part without a legible one begins again.
func (p *part) readNote() {
	p.note = note{Total: -1}
	data, err := os.ReadFile(noteName(p.name))
	if err != nil || json.Unmarshal(data, &p.note) != nil {
		p.note = note{Total: -1}
	}
}

// saveNote replaces the note on the disk, whole or not at all.
func (p *part) saveNote() error {
	data, err := json.Marshal(p.note)
	if err != nil {
		return diskError(p.name, err)
	}
	fresh := p.name + ".part.new"
	p.disk.reach()
	removeAll(fresh) // it may be a link to another file
	if err := writeNew(fresh, data); err != nil {
		return diskError(p.name, err)
	}
	p.disk.reach()
	return diskError(p.name, os.Rename(fresh, noteName(p.name)))
}

// writeNew writes a file that does not exist yet.
func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// resume finds out how much of the part can be used, and hashes it.
func (p *part) resume(ctx context.Context, mark string) error {
	stat, err := p.file.Stat()
	if err != nil {
		return diskError(p.name, err)
	}
	n := p.note
	size := stat.Size()
	switch {
	case size == 0, n.Mark != mark, n.Boot != boot(), n.validator() == "", n.Total >= 0 && size > n.Total:
		return p.restart(note{Mark: mark, Total: -1})
	}
	p.sums = newSums(n.Want)
	if p.size, err = hashInto(ctx, p.sums, io.NewSectionReader(p.file, 0, size)); err != nil {
		return err
	}
	p.kept, p.out = p.size, p.size
	_, err = p.file.Seek(p.size, io.SeekStart)
	return diskError(p.name, err)
}

// restart empties the part and begins with another note, which is not on the
// disk yet.
func (p *part) restart(n note) error {
	p.size, p.kept, p.out, p.note, p.sums = 0, 0, 0, n, newSums(n.Want)
	p.disk.reach()
	if err := p.file.Truncate(0); err != nil {
		return diskError(p.name, err)
	}
	_, err := p.file.Seek(0, io.SeekStart)
	return diskError(p.name, err)
}

// begin empties the part and saves its note.
func (p *part) begin(n note) error {
	n.Boot = boot()
	if err := p.restart(n); err != nil {
		return err
	}
	return p.saveNote()
}

// Write appends to the part.
func (p *part) Write(b []byte) (int, error) {
	n, err := p.disk.write(p.file, b)
	p.size += int64(n)
	p.sums.add(b[:n])
	if p.size-p.out >= pushSize {
		pushOut(p.file, p.out, p.size-p.out)
		p.out = p.size
	}
	return n, diskError(p.name, err)
}

// complete reports whether all announced bytes are there.
func (p *part) complete() bool { return p.note.Total >= 0 && p.size == p.note.Total && p.size > 0 }

// publish gives the complete part its name.
func (p *part) publish() error {
	if err := p.disk.sync(p.file); err != nil {
		return diskError(p.name, err)
	}
	p.note.SHA256, p.note.Size = p.sums.sha256(), p.size
	if err := p.saveNote(); err != nil {
		return err
	}
	if !p.isNamed() {
		return diskError(p.name, errReplaced)
	}
	p.disk.reach()
	if err := durable.RenameNew(partName(p.name), p.name); err != nil {
		return diskError(p.name, err)
	}
	p.disk.reach()
	return diskError(p.name, durable.SyncFolder(filepath.Dir(p.name)))
}

// forget removes the note of a file that has its name.
func (p *part) forget() {
	p.disk.reach()
	removeAll(noteName(p.name), p.name+".part.new")
}

// discard removes the part and its note.
func (p *part) discard() {
	removeAll(partName(p.name))
	p.forget()
}

// removeAll removes files as far as possible. What stays does no harm.
func removeAll(names ...string) {
	for _, name := range names {
		_ = os.Remove(name)
	}
}

// isNamed reports whether the part still has its name, and nothing else has.
func (p *part) isNamed() bool {
	open, err := p.file.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(partName(p.name))
	return err == nil && os.SameFile(open, named)
}

// close unlocks the part and keeps it. A part without a byte is removed, with
// its note unless that is about the finished file.
func (p *part) close() {
	if p.size == 0 && p.isNamed() {
		removeAll(partName(p.name))
		if p.note.SHA256 == "" {
			removeAll(noteName(p.name), p.name+".part.new")
		}
	}
	_ = p.file.Close() // what matters was synced
}

// hashInto reads r to its end and hashes it.
func hashInto(ctx context.Context, s sums, r io.Reader) (int64, error) {
	var all int64
	buf := make([]byte, bufferSize)
	for {
		if err := ctx.Err(); err != nil {
			return all, err
		}
		n, err := r.Read(buf)
		s.add(buf[:n])
		all += int64(n)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, because(ErrDisk, "what has arrived can't be read: "+reason(err))
		}
	}
}
