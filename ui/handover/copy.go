package handover

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"dubtop/api/text"
	"dubtop/state/durable"
)

// readable is the mode of the files: everybody may read them.
const readable = 0o644

// copy copies a file into the folder and learns its checksum.
func (m *making) copy(ctx context.Context, p *part, folder string) error {
	to := filepath.Join(folder, filepath.FromSlash(p.name))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, readable)
	if err != nil {
		return err
	}
	err = m.sum(ctx, p, out)
	return errors.Join(err, out.Sync(), out.Close())
}

// read learns the checksum of a file.
func (m *making) read(ctx context.Context, p *part) error { return m.sum(ctx, p, io.Discard) }

// sum reads a file to its end, passes it on, and checks that it is still the one
// that was saved.
func (m *making) sum(ctx context.Context, p *part, to io.Writer) error {
	in, err := os.Open(p.Path)
	if err != nil {
		return err
	}
	defer in.Close()
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(h, to, m.meter(ctx)), in)
	if err != nil {
		return err
	}
	p.sum = hex.EncodeToString(h.Sum(nil))
	if n != p.size || p.SHA256 != "" && !strings.EqualFold(p.SHA256, p.sum) {
		return fmt.Errorf("%s has changed since it was saved; save it again, or leave it out", text.Of(filepath.Base(p.Path)))
	}
	return nil
}

// meter counts what passes, and ends with the context.
func (m *making) meter(ctx context.Context) io.Writer {
	return writer(func(b []byte) (int, error) {
		m.done += int64(len(b))
		if m.Progress != nil {
			m.Progress(m.done, m.total)
		}
		return len(b), ctx.Err()
	})
}

// writer is a function that takes bytes.
type writer func([]byte) (int, error)

// Write implements [io.Writer].
func (w writer) Write(b []byte) (int, error) { return w(b) }

// withKnown adds the checksums of other files in the folder, which saving has
// written.
func (m *making) withKnown(sums []byte) ([]byte, error) {
	known, err := os.ReadFile(filepath.Join(m.Folder, Sums))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return sums, nil
		}
		return nil, err
	}
	var here strings.Builder
	for line := range strings.Lines(string(known)) {
		name := filepath.FromSlash(durable.ChecksumName(line))
		if _, err := os.Stat(filepath.Join(m.Folder, name)); name == "" || filepath.IsLocal(name) && err == nil {
			here.WriteString(line)
		}
	}
	merged, _ := durable.MergeChecksums([]byte(here.String()), slices.Collect(strings.Lines(string(sums)))...)
	return merged, nil
}

// mayReplace reports whether the papers may be written in place: there are none,
// or the page is one of ours. Checksums are added to those that are there.
func (m *making) mayReplace() error {
	page, err := os.ReadFile(filepath.Join(m.Folder, Page))
	if err == nil && strings.Contains(string(page), generator) {
		return nil
	}
	for _, name := range []string{Page, Manifest} {
		if _, err := os.Lstat(filepath.Join(m.Folder, name)); err == nil {
			return fmt.Errorf("%s %w", shown(filepath.Join(m.Folder, name)), ErrExists)
		}
	}
	return nil
}

// replace writes the papers of a hand-over in place, each whole or not at all.
func replace(folder string, papers []paper) error {
	var temporary []string
	clean := func() {
		for _, name := range temporary {
			_ = os.Remove(name) // those that were renamed are gone already
		}
	}
	defer clean()
	for _, p := range papers {
		path, err := durable.Temporary(folder, p.content, readable)
		if err != nil {
			return err
		}
		temporary = append(temporary, path)
	}
	for n, p := range papers {
		if err := os.Rename(temporary[n], filepath.Join(folder, p.name)); err != nil {
			return err
		}
	}
	return durable.SyncFolder(folder)
}
