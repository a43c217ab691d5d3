package download_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"dubtop/state/download"
)

// Whatever has the name already stays as it is.
func TestNeverReplaces(t *testing.T) {
	for name, make := range map[string]func(path string) error{
		"a file":        func(p string) error { return os.WriteFile(p, []byte("mine"), 0o600) },
		"a folder":      func(p string) error { return os.Mkdir(p, 0o700) },
		"a link":        func(p string) error { return os.Symlink("/etc/passwd", p) },
		"a broken link": func(p string) error { return os.Symlink("nowhere", p) },
	} {
		for _, when := range []string{"before", "during"} {
			s := newStore(t, 100_000)
			d := newDesk(t, s.url)
			if err := os.MkdirAll(filepath.Dir(d.Path), 0o700); err != nil {
				t.Fatal(err)
			}
			before := func() {
				if err := make(d.Path); err != nil {
					t.Error(err)
				}
			}
			if when == "before" {
				before()
			} else {
				s.answer = func(int, http.ResponseWriter, *http.Request) bool { before(); return false }
			}
			stat := func() os.FileMode {
				i, err := os.Lstat(d.Path)
				if err != nil {
					t.Fatal(err)
				}
				return i.Mode()
			}
			_, err := d.save()
			wants(t, err, download.ErrExists, "a.wav exists already")
			mode := stat()
			d.folder("a.wav")
			if data, err := os.ReadFile(d.Path); mode.IsRegular() && (err != nil || string(data) != "mine") {
				t.Errorf("%s, %s: it is %q now", name, when, data)
			}
		}
	}
}

// A full disk stops a download and keeps what has arrived. With room it goes
// on.
func TestFullDisk(t *testing.T) {
	for _, errno := range []unix.Errno{unix.ENOSPC, unix.EDQUOT, unix.EFBIG} {
		s := newStore(t, 900_000)
		d := newDesk(t, s.url)
		room := 500_000
		d.Fail(download.Disk{Writes: func(f *os.File, p []byte) (int, error) {
			n := min(len(p), room)
			room -= n
			n, err := f.Write(p[:n])
			if err == nil && n < len(p) {
				err = &os.PathError{Op: "write", Path: f.Name(), Err: errno}
			}
			return n, err
		}})
		_, err := d.save()
		wants(t, err, download.ErrFull)
		if !errors.Is(err, errno) {
			t.Errorf("%v does not wrap %v", err, errno)
		}
		d.folder("a.wav.part", "a.wav.part.json")
		room = 1 << 30
		if f := d.saved(s.data); f.Kept != 500_000 {
			t.Errorf("kept %d bytes", f.Kept)
		}
	}
}

// A slow disk is not the fault of the server.
func TestSlowDisk(t *testing.T) {
	s := newStore(t, 900_000)
	d := newDesk(t, s.url)
	d.Patience.Stall = 20 * time.Millisecond
	d.Fail(download.Disk{Writes: func(f *os.File, p []byte) (int, error) {
		if stat, err := f.Stat(); err != nil || stat.Size() < 200_000 {
			time.Sleep(50 * time.Millisecond)
		}
		return f.Write(p)
	}})
	d.saved(s.data)
	if n := len(s.requests()); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// The free space is looked at before the first byte.
func TestFreeSpace(t *testing.T) {
	s := newStore(t, 900_000)
	d := newDesk(t, s.url)
	free := int64(1_000_000)
	d.Fail(download.Disk{Frees: func(string) (int64, error) { return free, nil }})
	_, err := d.save()
	wants(t, err, download.ErrFull, "not enough space for a.wav", "1.0 MB are free", "make room")
	d.folder()
	free = 1 << 30
	d.saved(s.data)
}

// A disk that can't keep what was written gives no name.
func TestSyncFails(t *testing.T) {
	s := newStore(t, 100_000)
	d := newDesk(t, s.url)
	d.Fail(download.Disk{Syncs: func(f *os.File) error { return &os.PathError{Op: "sync", Path: f.Name(), Err: unix.EIO} }})
	_, err := d.save()
	wants(t, err, download.ErrDisk, "input/output error")
	if _, err := os.Lstat(d.Path); err == nil {
		t.Error("it has its name")
	}
	d.Fail(download.Disk{})
	d.saved(s.data)
}

// A part is the file it seems to be, or it is not written.
func TestOddParts(t *testing.T) {
	victim := filepath.Join(t.TempDir(), "victim")
	for name, c := range map[string]struct {
		make  func(part string) error
		kind  error // nil: saved all the same
		words string
	}{
		"a link":   {func(p string) error { return os.Symlink(victim, p) }, download.ErrDisk, "is not a file; look at it and remove it"},
		"a pipe":   {func(p string) error { return unix.Mkfifo(p, 0o600) }, download.ErrDisk, "is not a file"},
		"a folder": {func(p string) error { return os.Mkdir(p, 0o700) }, download.ErrDisk, "is not a file"},
		"a second name of another file": {
			make: func(p string) error { return os.Link(victim, p) },
		},
		"locked": {func(p string) error {
			f, err := os.Create(p)
			if err == nil {
				t.Cleanup(func() { _ = f.Close() })
				err = unix.Flock(int(f.Fd()), unix.LOCK_EX)
			}
			return err
		}, download.ErrBusy, "a.wav is being saved by another dubtop"},
		"a link as its new note": {
			make: func(p string) error { return os.Symlink(victim, p+".new") },
		},
		"a link as its note": {
			make: func(p string) error { return os.Symlink(victim, p+".json") },
		},
		"too long": {make: func(p string) error {
			return errors.Join(os.WriteFile(p, make([]byte, 200_000), 0o600),
				os.WriteFile(p+".json", []byte(`{"mark":"job-1","etag":"\"v1\"","total":1000}`), 0o600))
		}},
		"of another run of the system": {make: func(p string) error {
			return errors.Join(os.WriteFile(p, make([]byte, 2000), 0o600),
				os.WriteFile(p+".json", []byte(`{"mark":"job-1","etag":"\"v1\"","total":100000,"boot":"before"}`), 0o600))
		}},
		"a broken note": {make: func(p string) error {
			return errors.Join(os.WriteFile(p, make([]byte, 2000), 0o600), os.WriteFile(p+".json", []byte(`{"mark":"job-1","et`), 0o600))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			_ = os.WriteFile(victim, []byte("mine"), 0o600)
			s := newStore(t, 100_000)
			d := newDesk(t, s.url)
			if err := errors.Join(os.MkdirAll(filepath.Dir(d.Path), 0o700), c.make(d.Path+".part")); err != nil {
				t.Fatal(err)
			}
			if c.kind != nil {
				_, err := d.save()
				wants(t, err, c.kind, c.words)
			} else {
				d.saved(s.data)
			}
			if data, err := os.ReadFile(victim); err != nil || string(data) != "mine" {
				t.Errorf("another file is %q now", data)
			}
		})
	}
}

// A folder that can't be used is named, with what to do.
func TestOddFolders(t *testing.T) {
	s := newStore(t, 100_000)
	d := newDesk(t, s.url)
	root := t.TempDir()
	d.Path = filepath.Join(root, strings.Repeat("n", 300)+".wav")
	_, err := d.save()
	wants(t, err, download.ErrDisk, "is too long", "shorter")

	d.Path = filepath.Join(root, "file", "a.wav")
	_ = os.WriteFile(filepath.Join(root, "file"), nil, 0o600)
	_, err = d.save()
	wants(t, err, download.ErrDisk, "is no folder")

	d.Path = filepath.Join(root, "gone", "a.wav")
	s.answer = func(int, http.ResponseWriter, *http.Request) bool {
		_ = os.RemoveAll(filepath.Join(root, "gone"))
		return false
	}
	_, err = d.save()
	wants(t, err, download.ErrDisk, "was removed or renamed")

	for name, what := range map[string]func(part string) error{
		"removed":  os.Remove,
		"replaced": func(p string) error { return os.Rename(filepath.Join(root, "other"), p) },
	} {
		_ = os.WriteFile(filepath.Join(root, "other"), []byte("other"), 0o600)
		d.Path = filepath.Join(root, name, "a.wav")
		s.answer = func(int, http.ResponseWriter, *http.Request) bool { return what(d.Path+".part") != nil }
		_, err = d.save()
		wants(t, err, download.ErrDisk, "a.wav.part was removed or replaced")
		if _, err := os.Lstat(d.Path); err == nil {
			t.Errorf("%s: something has the name", name)
		}
	}

	for _, path := range []string{"", "a.wav", "/", "./a.wav"} {
		d.Path = path
		_, err = d.save()
		wants(t, err, download.ErrDisk, "not the full name")
	}
	if err := download.Discard(filepath.Join(root, "never", "a.wav")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(root, "never")); err == nil {
		t.Error("discarding made a folder")
	}

	if os.Getuid() != 0 { // root may write anywhere
		d.Path = filepath.Join(root, "closed", "a.wav")
		_ = os.Mkdir(filepath.Dir(d.Path), 0o500)
		_, err = d.save()
		wants(t, err, download.ErrDisk, "you may not write in")
	}
}
