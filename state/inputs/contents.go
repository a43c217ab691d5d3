package inputs

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"dubtop/state/draft"
	"dubtop/state/journal"
)

// Contents knows the hashes of the user's files. Those read before are
// remembered by path, size, time and inode, also across starts. Its methods may
// be called from any goroutine; a nil Contents remembers nothing.
type Contents struct{ journal *journal.Journal }

// NewContents returns the hashes that a journal remembers, which may be nil.
func NewContents(j *journal.Journal) *Contents { return &Contents{j} }

// settled is how old a change of a file must be for its time to tell it from the
// next one: clocks of file systems are coarse.
const settled = 2 * time.Second

// Measure sets the size, hash and stamp of a local file, reading it unless its
// hash is known.
func (c *Contents) Measure(ctx context.Context, f *draft.File) error {
	now, err := StampFile(f.Path)
	if err != nil {
		return err
	}
	if sum := c.known(ctx, f.Path, now); sum != "" {
		f.Size, f.SHA256, f.Stamp = now.Size, sum, now
		return nil
	}
	r, _, err := OpenFile(f.Path)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := f.Measure(untilDone{ctx, r}); err != nil {
		return err
	}
	after, err := StampFile(f.Path)
	switch {
	case err != nil:
		return err
	case after != now || f.Size != now.Size:
		return fmt.Errorf("%s changed while it was read: try again when it is complete", filepath.Base(f.Path))
	}
	f.Stamp = after
	c.keep(ctx, f)
	return nil
}

// MeasureTyped is Measure for a path that may be relative to the current folder.
func (c *Contents) MeasureTyped(ctx context.Context, f *draft.File) error {
	path, err := filepath.Abs(f.Path)
	if err != nil {
		return err
	}
	f.Path = path
	return c.Measure(ctx, f)
}

// known returns the remembered hash of a file, "" if there is none.
func (c *Contents) known(ctx context.Context, path string, s draft.Stamp) string {
	if c == nil || c.journal == nil {
		return ""
	}
	sum, err := c.journal.Content(ctx, path, s)
	if err != nil {
		return "" // then it is read
	}
	return sum
}

// keep remembers a hash unless the file has only just changed.
func (c *Contents) keep(ctx context.Context, f *draft.File) {
	if c == nil || c.journal == nil || time.Since(time.Unix(0, f.Stamp.ModTime)) <= settled {
		return
	}
	_ = c.journal.SaveContent(ctx, f.Path, f.Stamp, f.SHA256, time.Now()) // if this fails it is read again
}

// untilDone reads until a context ends.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}

// StampFile returns the stamp of a regular file.
func StampFile(path string) (draft.Stamp, error) {
	info, err := os.Stat(OnDisk(path))
	if err != nil {
		return draft.Stamp{}, err
	}
	return stampOf(info), regular(info)
}

func stampOf(info fs.FileInfo) draft.Stamp {
	s := draft.Stamp{Size: info.Size(), ModTime: info.ModTime().UnixNano()}
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		s.Inode = sys.Ino
	}
	return s
}

// Unchanged returns an error if a file is not as it was when it was priced.
func (c *Contents) Unchanged(ctx context.Context, files []draft.File) error {
	for _, f := range files {
		now := f
		if err := c.Measure(ctx, &now); err != nil {
			return err
		}
		if now.SHA256 != f.SHA256 {
			return ChangedFile(f.Path)
		}
	}
	return nil
}

// ChangedFile returns the error about a file that is not as it was priced.
func ChangedFile(path string) error {
	return fmt.Errorf("%s has changed since it was priced: price it again", filepath.Base(path))
}
