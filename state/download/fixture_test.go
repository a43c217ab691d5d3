package download_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/media"
	"dubtop/state/download"
)

// rate is how many bytes a second of the sounds in these tests takes.
const rate = 16000

// sound returns a WAV file with random samples, of about size bytes.
func sound(seed uint64, size int) []byte {
	data := (size - 44) &^ 1
	b := make([]byte, 44+data)
	copy(b, "RIFF")
	binary.LittleEndian.PutUint32(b[4:], uint32(36+data))
	copy(b[8:], "WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00")
	binary.LittleEndian.PutUint32(b[24:], rate/2)
	binary.LittleEndian.PutUint32(b[28:], rate)
	copy(b[32:], "\x02\x00\x10\x00data")
	binary.LittleEndian.PutUint32(b[40:], uint32(data))
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	_, _ = r.Read(b[44:]) // never fails
	return b
}

// quick is the patience of tests.
func quick() download.Patience {
	return download.Patience{Stall: 300 * time.Millisecond, GiveUp: 2 * time.Second, Asked: 2 * time.Second, First: time.Millisecond}
}

// to returns a Link function for a fixed address.
func to(link string) func(context.Context, bool) (api.URL, error) {
	return func(context.Context, bool) (api.URL, error) { return api.ParseURL(link), nil }
}

// store serves one file and remembers what was asked.
type store struct {
	t    *testing.T
	data []byte
	etag string
	// answer replaces the n-th answer, beginning with 1. It returns false to
	// serve the file after all.
	answer func(n int, w http.ResponseWriter, r *http.Request) bool

	mu   sync.Mutex
	asks []*http.Request
	url  string
}

// newStore serves a sound of size bytes.
func newStore(t *testing.T, size int) *store {
	t.Helper()
	s := &store{t: t, data: sound(1, size), etag: `"v1"`}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL + "/out/a.wav?sig=secret"
	return s
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asks = append(s.asks, r)
	n := len(s.asks)
	answer := s.answer
	s.mu.Unlock()
	if answer != nil && answer(n, w, r) {
		return
	}
	if s.etag != "" {
		w.Header().Set("ETag", s.etag)
	}
	http.ServeContent(w, r, "a.wav", time.Time{}, bytes.NewReader(s.data))
}

// requests returns what was asked for.
func (s *store) requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asks)
}

// breakOff sends n bytes of the whole file and cuts the connection.
func (s *store) breakOff(w http.ResponseWriter, n int) {
	w.Header().Set("Content-Length", fmt.Sprint(len(s.data)))
	if s.etag != "" {
		w.Header().Set("ETag", s.etag)
	}
	_, _ = w.Write(s.data[:n])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// desk is where files are saved.
type desk struct {
	t *testing.T
	download.Downloader
	download.Request
}

// newDesk returns a desk that saves a sound from a link.
func newDesk(t *testing.T, link string) *desk {
	t.Helper()
	return &desk{
		t:          t,
		Downloader: download.Downloader{Client: &http.Client{Transport: &http.Transport{}}, Patience: quick()},
		Request:    download.Request{Path: filepath.Join(t.TempDir(), "new", "a.wav"), Mark: "job-1", Kind: media.Audio, Link: to(link)},
	}
}

func (d *desk) save() (download.File, error) { return d.Save(d.t.Context(), d.Request) }

// saved saves and compares the file with the original.
func (d *desk) saved(want []byte) download.File {
	d.t.Helper()
	f, err := d.save()
	if err != nil {
		d.t.Fatal(err)
	}
	got, err := os.ReadFile(d.Path)
	if err != nil || !bytes.Equal(got, want) {
		d.t.Fatalf("saved %d bytes, not the %d of the original: %v", len(got), len(want), err)
	}
	d.folder(filepath.Base(d.Path))
	return f
}

// folder compares the names in the folder.
func (d *desk) folder(want ...string) {
	d.t.Helper()
	if all := names(d.t, filepath.Dir(d.Path)); !slices.Equal(all, want) {
		d.t.Errorf("the folder has %q, want %q", all, want)
	}
}

// names returns the names in a folder.
func names(t *testing.T, folder string) []string {
	t.Helper()
	all, err := os.ReadDir(folder)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var out []string
	for _, e := range all {
		out = append(out, e.Name())
	}
	return out
}
