package download_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/state/download"
)

var (
	outputsFlag = flag.Int("outputs", 12, "how many outputs are saved under faults")
	killsFlag   = flag.Int("kills", 12, "how many processes that save are killed")
	largestFlag = flag.Int64("largest", 2_000_000, "size of the largest output, in bytes")
)

// roundSize is how many outputs are on the disk at once.
const roundSize = 50

// Outputs are saved from a simulated account whose storage fails in every way,
// onto a disk that is full now and then, by processes of which many are killed.
// In the end every file is the original, nothing else has a final name, no
// finished file was fetched again, and the storage never saw the key.
//
//	go test ./state/download -run SavedUnderFaults -outputs 200 -kills 300 -largest 50000000 -v
func TestSavedUnderFaults(t *testing.T) {
	if *outputsFlag == 0 {
		t.Skip()
	}
	if testing.Short() {
		*killsFlag = min(*killsFlag, 4)
	}
	w := newWorld(t)
	rounds := (*outputsFlag + roundSize - 1) / roundSize
	began := time.Now()
	for n := range rounds {
		kills := *killsFlag/rounds + map[bool]int{true: *killsFlag % rounds}[n == 0]
		w.round(w.outputs[n*roundSize:min((n+1)*roundSize, len(w.outputs))], kills)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	t.Logf("%d outputs of %d MB in %.0f s: %d processes killed, %d of %d requests failed, %.2f times the bytes sent, %d MB for the largest process",
		len(w.outputs), w.bytes/1e6, time.Since(began).Seconds(), w.killed, w.faults, w.requests, float64(w.sent.Load())/float64(max(1, w.bytes)), w.memory>>20)
}

// world is the account, its storage, and what is known of the outputs.
type world struct {
	t       *testing.T
	account *simulator.Server
	outputs []output
	random  *rand.Rand
	sent    atomic.Int64

	mu       sync.Mutex
	finished map[string]bool // outputs seen under their names
	requests int             // for outputs
	drawn    []bool          // whether the next requests fail
	faults   int             // requests that failed
	killed   int
	bytes    int64 // of all outputs
	memory   int64 // bytes
}

// output is a finished job and its video.
type output struct {
	ID     string
	Link   string
	Size   int64
	SHA256 string
	Length time.Duration

	tries int
}

// newWorld makes an account and reads its outputs while its storage still
// works.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, finished: make(map[string]bool), random: rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))}
	listen := func() net.Listener {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	base, storage := listen(), listen()
	w.account = simulator.New(simulator.Options{
		Profile: simulator.Current, Reliable: true, Generations: *outputsFlag*3/2 + 10, OutputSize: *largestFlag,
		BaseURL: "http://" + base.Addr().String(), StorageURL: "http://" + storage.Addr().String(),
	})
	for l, h := range map[net.Listener]http.Handler{base: w.account.API(), storage: w.watched(w.account.Storage())} {
		s := &httptest.Server{Listener: l, Config: &http.Server{Handler: h}}
		s.Start()
		t.Cleanup(s.Close)
	}
	client := newClient(t, w.account.BaseURL(), w.account.Key())
	_, err := client.Generations(t.Context(), api.GenerationQuery{}, func(page []api.Generation) {
		for _, g := range page {
			if g.Output.IsZero() || len(w.outputs) == *outputsFlag {
				continue
			}
			link, _ := g.Output.Link()
			w.outputs = append(w.outputs, output{ID: string(g.ID), Link: link, Length: time.Duration(float64(g.OutputDuration) * float64(time.Second))})
		}
	})
	if err != nil || len(w.outputs) != *outputsFlag {
		t.Fatalf("%d outputs: %v", len(w.outputs), err)
	}
	for i := range w.outputs {
		o := &w.outputs[i]
		path := filepath.Join(t.TempDir(), "original")
		res, err := client.Files().Get(o.Link)
		if err != nil {
			t.Fatal(err)
		}
		f, _ := os.Create(path)
		if _, err = io.Copy(f, res.Body); err != nil {
			t.Fatal(err)
		}
		_, _ = res.Body.Close(), f.Close()
		o.Size, o.SHA256, _ = download.Sum(t.Context(), path)
		_ = os.Remove(path)
		w.bytes += o.Size
	}
	w.sent.Store(0)
	return w
}

func newClient(t *testing.T, base, key string) *api.Client {
	t.Helper()
	c, err := api.New(api.Config{BaseURL: base, Key: api.NewSecret(key)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// watched is the storage: it looks for the key and for files that are fetched
// though they are finished, and draws faults.
func (w *world) watched(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		dump, _ := httputil.DumpRequest(r, true)
		if key := w.account.Key(); bytes.Contains(dump, []byte(key)) || bytes.Contains(bytes.ToLower(dump), []byte("x-api-key")) {
			w.t.Errorf("the storage saw the key: %s", dump)
		}
		id := strings.TrimSuffix(filepath.Base(r.URL.Path), ".mp4")
		w.mu.Lock()
		if w.finished[id] {
			w.t.Errorf("%s is finished and was fetched again", id)
		}
		w.requests++
		if len(w.drawn) > 0 {
			if w.drawn[0] {
				w.faults++
			}
			w.drawn = w.drawn[1:]
		}
		w.mu.Unlock()
		next.ServeHTTP(&counted{rw, &w.sent}, r)
	})
}

// counted counts the bytes of an answer.
type counted struct {
	http.ResponseWriter
	sent *atomic.Int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.sent.Add(int64(n))
	return n, err
}

// Unwrap lets the answer be flushed.
func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// spoil queues faults for the next requests: for about one of two.
func (w *world) spoil(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for range n - len(w.drawn) {
		some := 1 + w.random.IntN(int(*largestFlag/2))
		all := simulator.StorageFaults(some)
		f := simulator.Fault{}
		w.drawn = append(w.drawn, false)
		if w.random.IntN(2) == 0 {
			f = all[w.random.IntN(len(all))]
			if f.Header.Get("Retry-After") != "" {
				f.Header.Set("Retry-After", fmt.Sprint(w.random.IntN(2)))
			}
			w.drawn[len(w.drawn)-1] = true
		}
		f.Times = 1
		w.account.Fault("GET /out/{file}", f)
	}
}

// round saves some outputs with processes that are killed, and then compares
// the files.
func (w *world) round(outputs []output, kills int) {
	dir := w.t.TempDir()
	plan := plan{Dir: dir, Base: w.account.BaseURL(), Key: w.account.Key(), Outputs: outputs}
	var total int64
	for _, o := range outputs {
		total += o.Size
	}
	for n := range kills {
		w.spoil(30)
		plan.Seed = w.random.Uint64()
		plan.Bytes, plan.Points = 0, 0
		if n%2 == 0 {
			plan.Bytes = 1 + w.random.Int64N(max(total/int64(kills), 1))
		} else {
			plan.Points = 1 + w.random.IntN(60)
		}
		others := 0
		if n%8 == 7 { // two at once
			others = 1
		}
		if w.run(plan, others) {
			w.killed++
		}
		w.look(dir, outputs)
	}
	plan.Bytes, plan.Points = 0, 0
	w.spoil(2 * len(outputs))
	for range 3 {
		if w.run(plan, 1) {
			w.t.Error("a process died by itself")
		}
	}
	w.look(dir, outputs)
	w.compare(plan)
	_ = os.RemoveAll(dir)
}

// run runs processes that save, and reports whether the first was killed.
func (w *world) run(p plan, others int) (killed bool) {
	w.t.Helper()
	var all sync.WaitGroup
	defer all.Wait()
	for i := range others {
		o := p
		o.Seed += uint64(i) + 1
		all.Go(func() { w.process(o) })
	}
	return w.process(p)
}

// process runs one process that saves.
func (w *world) process(p plan) (killed bool) {
	data, _ := json.Marshal(p) // of plain fields
	c := exec.CommandContext(w.t.Context(), os.Args[0], "-test.run=^TestSavingProcess$", "-test.v")
	c.Env = append(os.Environ(), "DUBTOP_TEST_PLAN="+string(data))
	out, err := c.CombinedOutput()
	if usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		w.mu.Lock()
		w.memory = max(w.memory, usage.Maxrss<<10)
		w.mu.Unlock()
	}
	status, _ := c.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signaled() && status.Signal() == syscall.SIGKILL {
		return true
	}
	if err != nil {
		w.t.Errorf("a process failed: %v\n%s", err, out)
	}
	return false
}

// look notes which outputs have their names.
func (w *world) look(dir string, outputs []output) {
	there := names(w.t, dir)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, o := range outputs {
		if slices.Contains(there, o.ID+".mp4") {
			w.finished[o.ID] = true
		}
	}
}

// compare compares the files with the originals.
func (w *world) compare(p plan) {
	var want []string
	for _, o := range p.Outputs {
		path := filepath.Join(p.Dir, o.ID+".mp4")
		size, sum, err := download.Sum(w.t.Context(), path)
		if err != nil || size != o.Size || sum != o.SHA256 {
			w.t.Errorf("%s has %d bytes, %s, not the original's %d, %s: %v", o.ID, size, sum, o.Size, o.SHA256, err)
		}
		if !p.recorded(o.ID) {
			w.t.Errorf("%s was not recorded", o.ID)
		}
		if err := download.Discard(path); err != nil { // what a crash left
			w.t.Error(err)
		}
		want = append(want, o.ID+".mp4")
	}
	slices.Sort(want)
	got := slices.DeleteFunc(names(w.t, p.Dir), func(n string) bool { return n == "record" })
	if !slices.Equal(got, want) {
		w.t.Errorf("the folder has %q", got)
	}
}
