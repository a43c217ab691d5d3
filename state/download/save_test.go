package download_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/download"
)

// A file is saved under its name, and nothing else stays in the folder.
func TestSaved(t *testing.T) {
	s := newStore(t, 300_000)
	s.answer = func(_ int, w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Disposition", `attachment; filename="../../evil.wav"`)
		return false
	}
	d := newDesk(t, s.url)
	var last download.Progress
	d.Progress = func(p download.Progress) { last = p }
	f := d.saved(s.data)
	sum := sha256.Sum256(s.data)
	if f.SHA256 != hex.EncodeToString(sum[:]) || f.Size != int64(len(s.data)) || f.Path != d.Path || f.Kept != 0 {
		t.Errorf("reported %+v", f)
	}
	if f.Differs != "" || f.Media.Seconds == 0 {
		t.Errorf("measured %+v, differs %q", f.Media, f.Differs)
	}
	if last.Done != f.Size || last.Total != f.Size {
		t.Errorf("last progress %+v", last)
	}
	if r := s.requests()[0]; r.Header.Get("Range") != "" || r.Header.Get("X-Api-Key") != "" {
		t.Errorf("asked with %v", r.Header)
	}
}

// A download goes on where the connection broke, if it is still the same file.
func TestResumes(t *testing.T) {
	for name, c := range map[string]struct {
		etag   string
		second func(s *store, w http.ResponseWriter, r *http.Request) bool
		fresh  bool // the file is fetched from its beginning
	}{
		"ranges": {etag: `"v1"`},
		"a whole file for a range": {etag: `"v1"`, fresh: true, second: func(s *store, w http.ResponseWriter, r *http.Request) bool {
			_, _ = w.Write(s.data)
			return true
		}},
		"a changed file": {etag: `"v1"`, fresh: true, second: func(s *store, _ http.ResponseWriter, _ *http.Request) bool {
			s.data, s.etag = sound(2, len(s.data)), `"v2"`
			return false
		}},
		"a changed file, If-Range ignored": {etag: `"v1"`, fresh: true, second: func(s *store, _ http.ResponseWriter, r *http.Request) bool {
			s.data, s.etag = sound(2, len(s.data)), `"v2"`
			r.Header.Del("If-Range")
			return false
		}},
		"another size, If-Range ignored": {etag: `"v1"`, fresh: true, second: func(s *store, _ http.ResponseWriter, r *http.Request) bool {
			s.data = sound(2, len(s.data)+10)
			r.Header.Del("If-Range")
			return false
		}},
		"another part": {etag: `"v1"`, fresh: true, second: func(s *store, w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-9/%d", len(s.data)))
			w.WriteHeader(http.StatusPartialContent)
			_, _ = w.Write(s.data[:10])
			return true
		}},
		"not satisfiable": {etag: `"v1"`, fresh: true, second: func(_ *store, w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			return true
		}},
		"nothing to recognise it by": {fresh: true},
		"a weak tag":                 {etag: `W/"v1"`, fresh: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t, 900_000)
			s.etag = c.etag
			s.answer = func(n int, w http.ResponseWriter, r *http.Request) bool {
				switch n {
				case 1:
					s.breakOff(w, 600_000)
				case 2:
					if got := r.Header.Get("Range"); (got == "bytes=600000-") == (c.second == nil && c.fresh) {
						t.Errorf("the second request asks for %q", got)
					}
					return c.second != nil && c.second(s, w, r)
				}
				return false
			}
			d := newDesk(t, s.url)
			_, err := d.save()
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(d.Path)
			if err != nil || !bytes.Equal(got, s.data) {
				t.Errorf("saved %d bytes, not the original: %v", len(got), err)
			}
			d.folder("a.wav")
		})
	}
}

// What has arrived is kept when a download is cancelled, and used by the next
// one of the same job only.
func TestKeepsWhatHasArrived(t *testing.T) {
	for mark, kept := range map[string]bool{"job-1": true, "job-2": false} {
		s := newStore(t, 900_000)
		ctx, cancel := context.WithCancel(t.Context())
		s.answer = func(n int, w http.ResponseWriter, r *http.Request) bool {
			if n == 1 {
				w.Header().Set("ETag", s.etag)
				w.Header().Set("Content-Length", fmt.Sprint(len(s.data)))
				_, _ = w.Write(s.data[:500_000])
				_ = http.NewResponseController(w).Flush()
				<-r.Context().Done()
				return true
			}
			return false
		}
		d := newDesk(t, s.url)
		d.Patience.Stall = time.Minute
		d.Progress = func(p download.Progress) {
			if p.Done == 500_000 {
				cancel()
			}
		}
		if _, err := d.Save(ctx, d.Request); !errors.Is(err, context.Canceled) {
			t.Fatalf("cancelled: %v", err)
		}
		d.folder("a.wav.part", "a.wav.part.json")
		note, _ := os.ReadFile(d.Path + ".part.json")
		if strings.Contains(string(note), "secret") {
			t.Errorf("the link is on the disk: %s", note)
		}
		d.Mark, d.Progress = mark, nil
		f := d.saved(s.data)
		if want := map[bool]int64{true: 500_000}[kept]; f.Kept != want {
			t.Errorf("%s: kept %d bytes, want %d", mark, f.Kept, want)
		}
	}
}

// A refused link is replaced by a new one, a few times.
func TestAsksForANewLink(t *testing.T) {
	for _, status := range []int{400, 401, 403, 404, 410} {
		s := newStore(t, 100_000)
		s.answer = func(_ int, w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Query().Get("sig") != "new" {
				w.WriteHeader(status)
				return true
			}
			return false
		}
		d := newDesk(t, s.url)
		var asked []bool
		d.Link = func(_ context.Context, stale bool) (api.URL, error) {
			asked = append(asked, stale)
			if stale {
				return api.ParseURL(strings.Replace(s.url, "secret", "new", 1)), nil
			}
			return api.ParseURL(s.url), nil
		}
		d.saved(s.data)
		if !slices.Equal(asked, []bool{false, true}) {
			t.Errorf("%d: asked for links %v", status, asked)
		}
	}
	s := newStore(t, 100_000)
	s.answer = func(_ int, w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(403); return true }
	d := newDesk(t, s.url)
	_, err := d.save()
	wants(t, err, download.ErrLink, "403", "new link")
	if n := len(s.requests()); n > 3 {
		t.Errorf("%d requests for a refused link", n)
	}
	d.folder()
}

// wants checks an error: what it is, some of its words, and that the link is
// not in it.
func wants(t *testing.T, err, kind error, words ...string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("the error is %v, want %v", err, kind)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q is not in %q", w, err)
		}
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("the link is in %q", err)
	}
}

// A server that is silent, breaks off or refuses is given up after a time that
// is told. What has arrived is kept.
func TestGivesUp(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(s *store, w http.ResponseWriter, r *http.Request)
		words  []string
	}{
		"silent": {func(_ *store, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, []string{"sent nothing for 50ms", "given up after 400ms"}},
		"stalls": {func(s *store, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", s.etag)
			w.Header().Set("Content-Length", fmt.Sprint(len(s.data)))
			_, _ = w.Write(s.data[:1000])
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, []string{"sent nothing for 50ms", "given up after"}},
		"breaks off": {func(s *store, w http.ResponseWriter, _ *http.Request) { s.breakOff(w, 1000) }, []string{"cut off", "given up after"}},
		"broken":     {func(_ *store, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) }, []string{"502 Bad Gateway", "given up after"}},
		"limited":    {func(_ *store, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) }, []string{"429", "given up after"}},
		"asks for too much": {func(_ *store, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(503)
		}, []string{"503", "asks to wait 60 minutes", "longer than 2 s"}},
		"odd": {func(_ *store, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(418) }, []string{"418"}},
		"trickles": {func(s *store, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(s.data)))
			for i := 0; r.Context().Err() == nil; i++ {
				_, _ = w.Write(s.data[i : i+1])
				_ = http.NewResponseController(w).Flush()
				time.Sleep(10 * time.Millisecond)
			}
		}, []string{"too slow", "400ms"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t, 100_000)
			s.answer = func(_ int, w http.ResponseWriter, r *http.Request) bool { c.answer(s, w, r); return true }
			d := newDesk(t, s.url)
			d.Patience.Stall, d.Patience.GiveUp = 50*time.Millisecond, 400*time.Millisecond
			_, err := d.save()
			wants(t, err, download.ErrServer, c.words...)
			if _, err := os.Lstat(d.Path); err == nil {
				t.Error("something has the final name")
			}
		})
	}
}

// Checksums that a server gives must fit; those of something else are ignored.
func TestChecksums(t *testing.T) {
	data := sound(1, 100_000)
	m, s2 := md5.Sum(data), sha256.Sum256(data)
	crc := crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli))
	crcBytes := []byte{byte(crc >> 24), byte(crc >> 16), byte(crc >> 8), byte(crc)}
	b64 := base64.StdEncoding.EncodeToString
	wrong := func(b []byte) []byte { w := bytes.Clone(b); w[0]++; return w }
	type header map[string]string
	for name, c := range map[string]struct {
		make  func(md5, sha, crc []byte) header
		blind bool // says nothing about the bytes
	}{
		"Content-MD5":  {make: func(m, _, _ []byte) header { return header{"Content-MD5": b64(m)} }},
		"Digest":       {make: func(_, s, _ []byte) header { return header{"Digest": "unixsum=1,SHA-256=" + b64(s)} }},
		"Repr-Digest":  {make: func(_, s, _ []byte) header { return header{"Repr-Digest": "sha-256=:" + b64(s) + ":"} }},
		"Google CRC":   {make: func(_, _, c []byte) header { return header{"x-goog-hash": "crc32c=" + b64(c)} }},
		"Google MD5":   {make: func(m, _, _ []byte) header { return header{"x-goog-hash": "crc32c=?,md5=" + b64(m)} }},
		"Amazon":       {make: func(_, s, _ []byte) header { return header{"x-amz-checksum-sha256": b64(s)} }},
		"Amazon parts": {blind: true, make: func(_, s, _ []byte) header { return header{"x-amz-checksum-sha256": b64(s) + "-3"} }},
		"Amazon composite": {blind: true, make: func(_, s, _ []byte) header {
			return header{"x-amz-checksum-sha256": b64(s), "x-amz-checksum-type": "COMPOSITE"}
		}},
		"Amazon ETag": {make: func(m, _, _ []byte) header {
			return header{"ETag": `"` + hex.EncodeToString(m) + `"`, "Server": "AmazonS3", "x-amz-server-side-encryption": "AES256"}
		}},
		"ETag of a key service": {blind: true, make: func(m, _, _ []byte) header {
			return header{"ETag": `"` + hex.EncodeToString(m) + `"`, "Server": "AmazonS3", "x-amz-server-side-encryption": "aws:kms"}
		}},
		"ETag of another": {blind: true, make: func(m, _, _ []byte) header { return header{"ETag": `"` + hex.EncodeToString(m) + `"`} }},
		"Google gzip": {blind: true, make: func(m, _, _ []byte) header {
			return header{"x-goog-hash": "md5=" + b64(m), "x-goog-stored-content-encoding": "gzip"}
		}},
	} {
		for _, fits := range []bool{true, false} {
			s := newStore(t, 100_000)
			s.etag = ""
			h := c.make(m[:], s2[:], crcBytes)
			if !fits {
				h = c.make(wrong(m[:]), wrong(s2[:]), wrong(crcBytes))
			}
			s.answer = func(_ int, w http.ResponseWriter, _ *http.Request) bool {
				for k, v := range h {
					w.Header().Set(k, v)
				}
				return false
			}
			d := newDesk(t, s.url)
			_, err := d.save()
			switch {
			case fits || c.blind:
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
			default:
				wants(t, err, download.ErrContent, "checksum")
				if n := len(s.requests()); n != 3 {
					t.Errorf("%s: fetched %d times", name, n)
				}
				d.folder()
			}
		}
	}
}

// What is no file of the wanted kind never gets the name.
func TestKind(t *testing.T) {
	for name, c := range map[string]struct{ body, words string }{
		"web page":  {"<!doctype html><title>Sign in</title>" + strings.Repeat(" ", 600), "web page"},
		"error":     {"<Error><Code>AccessDenied</Code></Error>" + strings.Repeat(" ", 600), "neither a picture nor sound"},
		"json":      {`{"statusCode":403,"message":"no"}`, "neither a picture nor sound"},
		"picture":   {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00", "something else"},
		"truncated": {string(sound(1, 90_000)[:40_000]), ""},
		"noise":     {strings.Repeat("\x01\x02\x03", 300), "not a kind of file"},
	} {
		s := newStore(t, 1000)
		s.data = []byte(c.body)
		d := newDesk(t, s.url)
		f, err := d.save()
		if c.words == "" { // a cut sound still lasts as long as it lasts
			if err != nil && !errors.Is(err, download.ErrContent) {
				t.Errorf("%s: %+v, %v", name, f, err)
			}
			continue
		}
		wants(t, err, download.ErrContent, c.words)
		d.folder()
	}
}

// A file of another length than the job says is kept, reported, and fetched
// once.
func TestDiffers(t *testing.T) {
	for _, c := range []struct {
		says    time.Duration
		differs bool
	}{
		{0, false},
		{10 * time.Second, false},
		{10*time.Second + 150*time.Millisecond, false},
		{10*time.Second + 250*time.Millisecond, true},
		{9 * time.Second, true},
		{time.Minute, true},
	} {
		s := newStore(t, 44+10*rate)
		d := newDesk(t, s.url)
		d.Length = c.says
		if f := d.saved(s.data); (f.Differs != "") != c.differs {
			t.Errorf("the job says %s: %q", c.says, f.Differs)
		}
		if n := len(s.requests()); n != 1 {
			t.Errorf("fetched %d times", n)
		}
	}
}
