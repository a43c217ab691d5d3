package download_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/media"
	"dubtop/state/download"
)

var speedFlag = flag.Int64("speed", 0, "size of the file with which the speed is compared with curl's, in bytes")

// cap125 is the speed of a gigabit, in bytes a second.
const cap125 = 125_000_000

// paced is a body of a sound that arrives at a limited speed.
type paced struct {
	*io.SectionReader
	began time.Time
	sent  int64
	rate  int64 // bytes a second; 0 means at once
}

func (p *paced) Read(b []byte) (int, error) {
	n, err := p.SectionReader.Read(b[:min(len(b), 256<<10)])
	p.sent += int64(n)
	if p.rate > 0 {
		due := p.began.Add(time.Duration(float64(p.sent) / float64(p.rate) * float64(time.Second)))
		time.Sleep(time.Until(due))
	}
	return n, err
}

// Close does nothing.
func (p *paced) Close() error { return nil }

// zeros is a sound of any size: a header, then silence.
type zeros struct{ head []byte }

// ReadAt implements [io.ReaderAt].
func (z zeros) ReadAt(p []byte, at int64) (int, error) {
	n := 0
	if at < int64(len(z.head)) {
		n = copy(p, z.head[at:])
	}
	clear(p[n:])
	return len(p), nil
}

// silence returns a sound of size bytes that takes no memory.
func silence(size, rate int64) *paced {
	head := sound(1, 44)
	for i := range 4 { // the lengths in the header, little endian
		head[4+i], head[40+i] = byte((size-8)>>(8*i)), byte((size-44)>>(8*i))
	}
	return &paced{SectionReader: io.NewSectionReader(zeros{head}, 0, size), began: time.Now(), rate: rate}
}

// The speed of one large file is that of curl. It is measured in turn, to the
// same server, which gives each a gigabit.
//
//	go test ./state/download -run LikeCurl -speed 1000000000 -v
func TestFastLikeCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if *speedFlag == 0 || err != nil {
		t.Skip("needs -speed and curl")
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(*speedFlag))
		_, _ = io.Copy(w, struct{ io.Reader }{silence(*speedFlag, cap125)})
	}))
	t.Cleanup(server.Close)
	var ours, theirs []float64
	for n := range 3 {
		dir := t.TempDir()
		p := speedPlan{Dir: dir, Link: server.URL + "/a.wav", Files: 1}
		began := time.Now()
		used := p.run(t)
		ours = append(ours, time.Since(began).Seconds())
		_ = os.RemoveAll(dir)
		_ = os.Mkdir(dir, 0o700)
		began = time.Now()
		if out, err := exec.CommandContext(t.Context(), curl, "-sSf", "-o", filepath.Join(dir, "curl.wav"), p.Link).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		theirs = append(theirs, time.Since(began).Seconds())
		_ = os.RemoveAll(dir)
		t.Logf("%d: ours %.2f s with %d MB, curl's %.2f s", n, ours[n], used>>20, theirs[n])
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	ratio := theirs[1] / ours[1]
	t.Logf("%.2f times curl's speed: %.2f s and %.2f s", ratio, ours[1], theirs[1])
	if ratio < 0.9 {
		t.Error("it is slower than 0.9 times curl's speed")
	}
	const files = 9
	*speedFlag /= files * 2
	one := (&speedPlan{Dir: t.TempDir(), Link: server.URL + "/a.wav", Files: 1}).run(t)
	many := (&speedPlan{Dir: t.TempDir(), Link: server.URL + "/a.wav", Files: files}).run(t)
	t.Logf("memory of a download: %.2f MB (%d MB for one process with one, %d MB with %d)", float64(many-one)/(files-1)/(1<<20), one>>20, many>>20, files)
}

// speedPlan tells a process what to save at once.
type speedPlan struct {
	Dir, Link string
	Files     int
}

// run saves in a process of its own, and returns the most memory it had.
func (p *speedPlan) run(t *testing.T) (memory int64) {
	t.Helper()
	data, _ := json.Marshal(p)
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSpeedProcess$")
	c.Env = append(os.Environ(), "DUBTOP_TEST_SPEED="+string(data))
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	usage, _ := c.ProcessState.SysUsage().(*syscall.Rusage)
	return usage.Maxrss << 10
}

// TestSpeedProcess is a process that saves files at once. It does nothing in a
// usual run.
func TestSpeedProcess(t *testing.T) {
	var p speedPlan
	if json.Unmarshal([]byte(os.Getenv("DUBTOP_TEST_SPEED")), &p) != nil {
		t.Skip("run by TestFastLikeCurl")
	}
	client := newClient(t, "http://127.0.0.1:1", "")
	d := download.Downloader{Client: client.Files()}
	var all sync.WaitGroup
	for n := range p.Files {
		all.Go(func() {
			_, err := d.Save(t.Context(), download.Request{Path: filepath.Join(p.Dir, fmt.Sprintf("%d.wav", n)), Kind: media.Audio, Link: to(p.Link)})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// A download takes less than 2 MB of memory, however large the file is.
func TestMemory(t *testing.T) {
	const size, files = 5_000_000, 4
	d := download.Downloader{Client: &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: 200, Header: http.Header{"Content-Md5": {"bad"}}, Request: r,
			ContentLength: size, Body: silence(size, 0),
		}, nil
	})}}
	dir := t.TempDir()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	stop := errors.New("enough")
	var all sync.WaitGroup
	for n := range files {
		all.Go(func() {
			_, err := d.Save(t.Context(), download.Request{
				Path: filepath.Join(dir, fmt.Sprint(n)), Kind: media.Audio,
				Link:   func(context.Context, bool) (api.URL, error) { return api.ParseURL("https://storage.example/a"), nil },
				Record: func(download.File) error { return stop },
			})
			if !errors.Is(err, stop) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / files; each > 2<<20 {
		t.Errorf("a download of %d MB allocates %d KB", size/1_000_000, each>>10)
	}
}
