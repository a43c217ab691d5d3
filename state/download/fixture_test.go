package download_test

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
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
	return download.Patience{Stall: 200 * time.Millisecond, GiveUp: 2 * time.Second, Asked: 2 * time.Second, First: time.Millisecond}
}

// to returns a Link function for a fixed address.
func to(link string) func(context.Context, bool) (api.URL, error) {
	return func(context.Context, bool) (api.URL, error) { return api.ParseURL(link), nil }
}

// storage serves one file.
func storage(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL + "/out/a.wav?sig=secret"
}

// saves runs Save on a file in a new folder.
func saves(t *testing.T, link string, change ...func(*download.Request)) (download.File, error) {
	t.Helper()
	r := download.Request{Path: filepath.Join(t.TempDir(), "new", "a.wav"), Mark: "job-1", Kind: media.Audio, Link: to(link)}
	for _, f := range change {
		f(&r)
	}
	d := download.Downloader{Client: http.DefaultClient, Patience: quick()}
	return d.Save(t.Context(), r)
}

// names returns the names in the folder of a path.
func names(t *testing.T, path string) []string {
	t.Helper()
	all, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range all {
		out = append(out, e.Name())
	}
	return out
}
