package account

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/journal"
)

var speedSize = flag.Int64("speed", 0, "bytes of the file that TestUploadSpeed compares with curl, such as 1500000000")

// capped is how fast a server takes files, in bytes a second.
const capped = 125_000_000

// storageVariable makes the test binary a server that takes files, at its value
// in bytes a second, 0 for as fast as it can.
const storageVariable = "DUBTOP_STORAGE_CHILD"

// storageChild serves uploads and discards them. It prints its address.
func storageChild(rate int64) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	base := "http://" + l.Addr().String()
	var size atomic.Int64
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("POST /v2/assets/upload", func(w http.ResponseWriter, r *http.Request) {
		var sent struct{ Size int64 }
		_ = json.NewDecoder(r.Body).Decode(&sent)
		size.Store(sent.Size)
		answer(w, map[string]any{"uploadUrl": base + "/put", "url": base + "/file", "expiresIn": 3600})
	})
	mux.HandleFunc("POST /v2/assets", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"id": "a1", "type": "VIDEO", "visibility": "USER", "createdAt": "2026-06-02T08:15:30Z", "size": size.Load()})
	})
	mux.HandleFunc("PUT /put", func(_ http.ResponseWriter, r *http.Request) {
		buffer, began, got := make([]byte, 256<<10), time.Now(), int64(0)
		for {
			n, err := r.Body.Read(buffer)
			if got += int64(n); rate > 0 {
				time.Sleep(time.Duration(got*int64(time.Second)/rate) - time.Since(began))
			}
			if err != nil {
				return
			}
		}
	})
	fmt.Println(base)
	_ = http.Serve(l, mux)
}

// storageAt starts a server and returns its address.
func storageAt(t *testing.T, rate int64) string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), storageVariable+"="+strconv.FormatInt(rate, 10))
	out, err := cmd.StdoutPipe()
	must(t, err, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	must(t, err)
	return strings.TrimSpace(line)
}

// resident is the memory that the process has now, in bytes.
func resident() int64 {
	data, _ := os.ReadFile("/proc/self/statm")
	fields := strings.Fields(string(data))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// TestUploadSpeed sends a sparse file like a job would, and with curl to the same
// server in turn: capped at 125 MB/s, and not capped, where the program that also
// has to know the content is sha256sum and then curl.
func TestUploadSpeed(t *testing.T) {
	if *speedSize == 0 {
		t.Skip("asked for with -speed")
	}
	path := filepath.Join(t.TempDir(), "film.mp4")
	must(t, os.WriteFile(path, []byte("film"), 0o600), os.Truncate(path, *speedSize), os.Chtimes(path, time.Unix(1, 0), time.Unix(1, 0)))
	j, err := journal.Open(t.Context(), filepath.Join(t.TempDir(), "journal.db"))
	must(t, err)
	defer j.Close()
	for _, rate := range []int64{capped, 0} {
		base := storageAt(t, rate)
		for range 3 {
			began := time.Now()
			if rate == 0 {
				must(t, exec.Command("sha256sum", path).Run())
			}
			must(t, exec.Command("curl", "-sS", "-f", "-T", path, base+"/put").Run())
			theirs := time.Since(began)
			ours, more := uploadOnce(t, j, base, path, rate == 0)
			t.Logf("cap %d MB/s: curl %s, dubtop %s: %.2f× its speed, %.1f MB more memory",
				rate/1e6, theirs.Round(time.Millisecond), ours.Round(time.Millisecond), float64(theirs)/float64(ours), float64(more)/1e6)
			if rate > 0 && float64(theirs) < 0.9*float64(ours) || more > 30e6 {
				t.Error("too slow, or too much memory")
			}
		}
	}
}

// uploadOnce uploads a file whose content is known, or has to be read first.
func uploadOnce(t *testing.T, j *journal.Journal, base, path string, read bool) (took time.Duration, more int64) {
	t.Helper()
	client, err := api.New(api.Config{BaseURL: base, Key: api.NewSecret("k")})
	must(t, err)
	f := draft.File{Field: "video", Path: path}
	var unread *inputs.Contents
	if !read {
		must(t, unread.Measure(t.Context(), &f))
	}
	rest, stop, peak := resident(), make(chan struct{}), make(chan int64)
	go func() {
		most := int64(0)
		for {
			select {
			case <-stop:
				peak <- most
				return
			case <-time.After(20 * time.Millisecond):
				most = max(most, resident())
			}
		}
	}()
	began := time.Now()
	if read {
		must(t, unread.Measure(t.Context(), &f))
	}
	r := uploadRun{client: client, journal: j, contents: inputs.NewContents(j), visibility: VisibleToUser, file: f, sent: new(atomic.Int64)}
	end := r.do(t.Context())
	took = time.Since(began)
	close(stop)
	more = <-peak - rest
	must(t, end.err, j.ForgetAsset(t.Context(), end.asset))
	return took, more
}
