package account

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dubtop/api"
	"dubtop/api/media/sample"
	"dubtop/api/simulator"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/journal"
	"dubtop/state/outbox"
	"dubtop/state/tasks"
)

var kills = flag.Int("kills", 25, "how often TestKilledUploads kills the program")

// mortal is the network of a program that is killed at some point: before a
// request, after it, or while its body is sent. From then on it does nothing.
type mortal struct {
	next http.RoundTripper
	die  func()

	mu   sync.Mutex
	left int // events until the end; negative for never
	dead bool
}

var errKilled = errors.New("killed")

// lives counts an event and reports whether the program is still alive.
func (m *mortal) lives() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead {
		return false
	}
	if m.left--; m.left == 0 {
		m.dead = true
		m.die()
	}
	return !m.dead
}

func (m *mortal) RoundTrip(r *http.Request) (*http.Response, error) {
	if !m.lives() {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, errKilled
	}
	if r.Method == http.MethodPut {
		c := *r
		c.Body = &mortalBody{r.Body, m}
		r = &c
	}
	res, err := m.next.RoundTrip(r)
	if !m.lives() {
		if err == nil {
			_ = res.Body.Close()
		}
		return nil, errKilled
	}
	return res, err
}

// mortalBody may end in the middle.
type mortalBody struct {
	io.ReadCloser
	m *mortal
}

func (b *mortalBody) Read(p []byte) (int, error) {
	if !b.m.lives() {
		return 0, errKilled
	}
	return b.ReadCloser.Read(p)
}

// localFilm is a video of 6 s on the disk with a content of its own.
func localFilm(t *testing.T, s *simulator.Server, n int) string {
	t.Helper()
	client := http.Client{Transport: s.RoundTripper()}
	res, err := client.Get(s.StorageURL() + "/media/clip_6s.mp4")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	clip, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	clip = append(clip, 0, 2, 0, 0, 'f', 'r', 'e', 'e')
	clip = append(clip, make([]byte, 1<<17-8)...)
	clip[len(clip)-1] = byte(n)
	path := filepath.Join(t.TempDir(), fmt.Sprintf("film%d.mp4", n))
	if err := os.WriteFile(path, clip, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Killed at any moment of measuring, uploading and sending, the program
// uploads no content twice that the storage has, makes no asset twice, sends
// nothing twice and loses nothing.
func TestKilledUploads(t *testing.T) {
	total := 0
	for seed := uint64(1); total < *kills; seed++ {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(time.Now().Truncate(time.Hour).Add(time.Hour)))
			total += killUploads(t, rand.New(rand.NewPCG(seed, seed)))
			time.Sleep(time.Hour) // let remaining timers run out
		})
		if t.Failed() {
			t.Fatalf("with seed %d", seed)
		}
	}
	t.Logf("killed %d times", total)
}

// killUploads runs one queue to its end, killing the program again and again,
// and returns how often.
func killUploads(t *testing.T, chance *rand.Rand) (deaths int) {
	s := simulator.New(simulator.Options{Profile: simulator.Current, Slots: 9, Reliable: true, Seed: chance.Uint64()})
	path := filepath.Join(t.TempDir(), "journal.db")
	films := []string{localFilm(t, s, 1), localFilm(t, s, 2)}
	track := filepath.Join(t.TempDir(), "track.wav")
	must(t, os.WriteFile(track, sample.WAV(5), 0o600))
	drafts := []draft.Draft{
		{Visual: films[0], Audio: s.StorageURL() + "/media/line_5s.wav"},
		{Visual: films[1], Audio: track},
		{Visual: films[0], Audio: track},
		{Visual: films[1], Audio: s.StorageURL() + "/media/line_6s.wav"},
	}
	live := func(left int) (d tasks.Runner, ctx context.Context, end func()) {
		j, err := journal.Open(t.Context(), path)
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		m := &mortal{next: s.RoundTripper(), left: left}
		m.die = func() { cancel(); _ = j.Close() }
		c, err := api.New(api.Config{BaseURL: s.BaseURL(), Key: api.NewSecret(s.Key()), Version: "test", Transport: m})
		must(t, err)
		return tasks.Runner{Client: c, Journal: j}, ctx, func() { cancel(); _ = j.Close() }
	}
	d, ctx, end := live(-1)
	for i, draft := range drafts {
		draft.Model, draft.OutputFileName = "lipsync-2", fmt.Sprintf("job_%d", i)
		p := inputs.Pricing{Draft: draft, Contents: inputs.NewContents(d.Journal)}
		sub, _, err := p.Price(ctx, d.Client)
		must(t, err, sub.Confirm(time.Now(), "key-"+draft.OutputFileName), d.Journal.Enqueue(ctx, sub, time.Now()))
	}
	end()
	time.Sleep(time.Duration(chance.IntN(10)) * time.Minute) // perhaps the prices are too old
	for range 60 {
		left := 1 + chance.IntN(60)
		if deaths >= 12 {
			left = -1
		}
		d, ctx, end := live(left)
		sum, err := (&Drain{Account: sessionOf(d, Config{})}).Run(ctx)
		end()
		if err == nil && sum.Left+sum.Unknown+sum.Unsaved == 0 {
			break
		}
		deaths++
		time.Sleep(time.Duration(chance.IntN(90)) * time.Second)
	}
	checkKilled(t, s, path, len(drafts))
	return deaths
}

// checkKilled judges what the server and the journal have.
func checkKilled(t *testing.T, s *simulator.Server, path string, jobs int) {
	t.Helper()
	puts, assets := make(map[string]int), make(map[string]int)
	for _, u := range s.Uploads() {
		if u.Whole {
			puts[u.SHA256] += u.Puts
			assets[u.SHA256] += u.Assets
		}
	}
	for sum := range puts {
		if puts[sum] != 1 || assets[sum] != 1 {
			t.Errorf("content %.8s arrived %d times and became %d assets", sum, puts[sum], assets[sum])
		}
	}
	if len(puts) != 3 {
		t.Errorf("%d contents arrived", len(puts))
	}
	keys := make(map[string]int)
	for _, a := range s.Accepted() {
		keys[a.IdempotencyKey]++
	}
	if len(keys) != jobs || len(s.Accepted()) != jobs {
		t.Errorf("the jobs are %v", keys)
	}
	for _, r := range s.Requests() {
		if r.Origin == "storage" && r.Key {
			t.Error("the key was sent to the storage")
		}
	}
	j, err := journal.Open(t.Context(), path)
	must(t, err)
	defer j.Close()
	subs, err := j.Submissions(t.Context())
	must(t, err)
	for i := range subs {
		if subs[i].State != outbox.SubmissionSent {
			t.Errorf("%s is %s: %s", subs[i].Name, subs[i].State, subs[i].Reason)
		}
	}
}
