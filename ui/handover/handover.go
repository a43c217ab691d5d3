// Package handover makes a folder that is given to a client: videos, a page to
// watch and approve them offline, a manifest and checksums. It reads back what
// the client decided.
//
// It knows files. It never knows the session, the API key or a link, and writes
// no path of this machine into the folder.
package handover

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/durable"
)

// File is a saved file, with the facts for the client.
type File struct {
	Path string // where it was saved
	As   string // its path in the hand-over, "" for the last element of Path

	ID                           string // of the job; a verdict names it
	Name, Label, Language, Model text.Text
	Seconds                      float64 // 0 if unknown
	Cost                         *api.Micros
	SHA256                       string // as it was saved, in hexadecimal; "" if unknown
}

// Order says what to make.
type Order struct {
	Title  text.Text // heading of the page
	Folder string    // is made; in place, the common folder of all files
	Files  []File

	InPlace  bool // the files are not copied
	Costs    bool // the client is told them
	Progress func(done, total int64)
}

// Result describes a finished hand-over.
type Result struct {
	Folder string
	Files  int
	Bytes  int64
}

// The names of the papers beside the files.
const (
	Page     = "index.html"
	Manifest = "manifest.csv"
	Sums     = "SHA256SUMS"
)

// ErrExists reports a folder, or one of the names above, that is there already
// and was not made by an earlier hand-over.
var ErrExists = errors.New("is there already; nothing was overwritten")

// Make makes a hand-over. Until it is whole, a new folder has a temporary name;
// after an error, nothing of it is left.
func Make(ctx context.Context, o Order) (Result, error) {
	m := &making{Order: o}
	if err := m.plan(); err != nil {
		return Result{}, err
	}
	build := m.makeFolder
	if o.InPlace {
		build = m.makeInPlace
	}
	if err := build(ctx); err != nil {
		return Result{}, explained(err)
	}
	return Result{Folder: o.Folder, Files: len(m.parts), Bytes: m.total}, nil
}

// making is a hand-over being made.
type making struct {
	Order
	parts       []part
	total, done int64 // bytes
}

// part is a file of the hand-over.
type part struct {
	*File
	name string // in the folder, with slashes
	size int64
	sum  string // SHA-256 in hexadecimal, once it is read
}

// makeFolder copies all files into a new folder.
func (m *making) makeFolder(ctx context.Context) error {
	if _, err := os.Lstat(m.Folder); err == nil {
		return fmt.Errorf("%s %w", shown(m.Folder), ErrExists)
	}
	above := filepath.Dir(m.Folder)
	if err := os.MkdirAll(above, 0o755); err != nil {
		return err
	}
	if err := m.checkSpace(above); err != nil {
		return err
	}
	durable.Sweep(above, time.Now())
	temporary, err := os.MkdirTemp(above, ".handover-*.part")
	if err != nil {
		return err
	}
	defer durable.LockFolder(temporary)() // nobody takes it for a leftover
	if err := m.fill(ctx, temporary); err != nil {
		return errors.Join(err, os.RemoveAll(temporary))
	}
	err = durable.RenameNew(temporary, m.Folder)
	if errors.Is(err, fs.ErrExist) {
		err = fmt.Errorf("%s %w", shown(m.Folder), ErrExists)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(temporary))
	}
	return durable.SyncFolder(above)
}

// fill writes everything into a folder.
func (m *making) fill(ctx context.Context, folder string) error {
	if err := os.Chmod(folder, 0o755); err != nil { // it is to be given away
		return err
	}
	for n := range m.parts {
		if err := m.copy(ctx, &m.parts[n], folder); err != nil {
			return err
		}
	}
	papers, err := m.papers()
	if err != nil {
		return err
	}
	for _, p := range papers {
		if err := durable.WriteNew(filepath.Join(folder, p.name), p.content, readable); err != nil {
			return err
		}
	}
	return syncTree(folder)
}

// checkSpace refuses a hand-over that does not fit on the disk.
func (m *making) checkSpace(folder string) error {
	const papers = 1 << 20 // more than page, manifest and checksums take
	free, err := durable.FreeSpace(folder)
	if err == nil && free < m.total+papers {
		return fmt.Errorf("the files take %s, and %s has %s left; nothing was written", text.Bytes(m.total), shown(folder), text.Bytes(free))
	}
	return nil // a disk that does not tell is written to
}

// makeInPlace reads all files, and writes the papers beside them.
func (m *making) makeInPlace(ctx context.Context) error {
	for n := range m.parts {
		if err := m.read(ctx, &m.parts[n]); err != nil {
			return err
		}
	}
	papers, err := m.papers()
	if err != nil {
		return err
	}
	if err := m.mayReplace(); err != nil {
		return err
	}
	defer durable.LockFolder(m.Folder)()
	durable.Sweep(m.Folder, time.Now())
	for n := range papers {
		if papers[n].name == Sums {
			if papers[n].content, err = m.withKnown(papers[n].content); err != nil {
				return err
			}
		}
	}
	return replace(m.Folder, papers)
}

// explained puts an error into words for the user.
func explained(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return errors.New("the disk is full; nothing was left on it")
	}
	return err
}

// shown returns a path for the screen.
func shown(path string) text.Text { return text.Clean(path, 300) }

// syncTree makes the names in a folder and those below it last.
func syncTree(folder string) error {
	return filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return durable.SyncFolder(path)
	})
}
