package terminal_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dubtop/api/media/sample"
	"dubtop/api/simulator"
	"dubtop/state/outbox"
)

// rowsOfSet is the number of jobs in a set that is killed again and again.
const rowsOfSet = 6

// However and whenever the program is killed while a job set is measured,
// confirmed, uploaded and sent, the set is there whole or not at all, and in the
// end each of its files was uploaded once and each of its rows made once.
//
// For a long run: go test ./ui/terminal -run SetIsWholeWhenKilled -kills 200 -v -timeout 0.
func TestSetIsWholeWhenKilled(t *testing.T) {
	t.Parallel()
	var f figures
	var at moments
	for set := uint64(0); f.kills < *kills && !t.Failed(); set++ {
		t.Run(fmt.Sprintf("set %d", set), func(t *testing.T) {
			s := newSlowStore(t)
			c := &crash{
				figures: &f, t: t, a: s.account, g: s.account.gate(40 * time.Millisecond), home: t.TempDir(),
				random: rand.New(rand.NewPCG(set, uint64(*kills))),
			}
			c.sendsSet(s, min(perAccount, *kills-f.kills), &at)
		})
	}
	f.report(t)
	t.Logf("killed %d times before the set was confirmed, %d while it was uploaded, %d while it was sent, %d after that",
		at.before, at.uploading, at.sending, at.after)
}

// moments counts kills by what the set was doing.
type moments struct{ before, uploading, sending, after int }

func (m *moments) count(h holding) {
	local, waits := false, false
	for _, s := range h.subs {
		local = local || s.HasLocal()
		waits = waits || s.State != outbox.SubmissionSent
	}
	switch {
	case len(h.subs) == 0:
		m.before++
	case local:
		m.uploading++
	case waits:
		m.sending++
	default:
		m.after++
	}
}

// slowStore is an account whose storage is slow, and counts what arrives.
type slowStore struct {
	*simulator.Server
	account *account
	pieces  atomic.Int64
}

func newSlowStore(t *testing.T) *slowStore {
	t.Helper()
	s := new(slowStore)
	disk := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			r.Body = &slowBody{ReadCloser: r.Body, pieces: &s.pieces}
		}
		s.Storage().ServeHTTP(w, r)
	}))
	t.Cleanup(disk.Close)
	base := httptest.NewUnstartedServer(nil)
	s.Server = simulator.New(simulator.Options{
		Profile: simulator.Current, Plan: simulator.Scale, Speed: 200, Reliable: true, Generations: 200,
		StorageURL: disk.URL, BaseURL: "http://" + base.Listener.Addr().String(),
	})
	base.Config.Handler = s.API()
	base.Start()
	t.Cleanup(base.Close)
	s.account = &account{t: t, base: base.URL, key: s.Key()}
	return s
}

// slowBody is a file on its way to the storage.
type slowBody struct {
	io.ReadCloser
	pieces *atomic.Int64
}

func (b *slowBody) Read(p []byte) (int, error) {
	b.pieces.Add(1)
	time.Sleep(5 * time.Millisecond)
	return b.ReadCloser.Read(p[:min(len(p), 16<<10)])
}

// writesSet writes the list of a set and its files, each with a content of its
// own.
func (c *crash) writesSet(s *slowStore) (list string) {
	c.t.Helper()
	res, err := http.Get(s.StorageURL() + "/media/clip_6s.mp4")
	must(c.t, err)
	defer res.Body.Close()
	clip, err := io.ReadAll(res.Body)
	must(c.t, err)
	list = filepath.Join(c.home, "acme.csv")
	rows := []string{"video,audio,language,name"}
	for i := range rowsOfSet {
		video, audio := fmt.Sprintf("film%d.mp4", i), fmt.Sprintf("line%d.wav", i)
		const free = 1 << 18
		film := append(clip[:len(clip):len(clip)], 0, free>>16, 0, 0, 'f', 'r', 'e', 'e')
		film = append(film, make([]byte, free-8)...)
		film[len(film)-1] = byte(i)
		must(c.t, os.WriteFile(filepath.Join(c.home, video), film, 0o600))
		must(c.t, os.WriteFile(filepath.Join(c.home, audio), sample.WAV(5+i), 0o600))
		rows = append(rows, fmt.Sprintf("%s,%s,de,take%d", video, audio, i))
	}
	must(c.t, os.WriteFile(list, []byte(strings.Join(rows, "\n")), 0o600))
	return list
}

// sendsSet makes a set, and kills the program up to so many times, until all of
// it was sent.
func (c *crash) sendsSet(s *slowStore, times int, at *moments) {
	c.t.Helper()
	list := c.writesSet(s)
	whole := false
	before := *at
	for i := 0; i < times && at.after == before.after; i++ {
		c.start()
		c.w.sees("completed", "n new", "4 Models 5")
		if whole || c.confirmsSet(list, c.random.IntN(4) == 0) {
			c.livesOn(s)
		}
		h := c.kill()
		at.count(h)
		whole = c.wholeSet(h)
	}
	if !whole {
		return // it was always killed before the yes was saved
	}
	c.start()
	h := c.settles("the whole set was sent", func(s *outbox.Submission, _ *holding) bool { return s.State == outbox.SubmissionSent })
	c.wholeSet(h)
	c.honest(h)
	c.jobs += len(h.subs)
	c.uploadedOnce(s)
	c.w.sees(fmt.Sprintf("acme %d: %d", rowsOfSet, rowsOfSet), "all ended")
	c.w.keys("q")
	c.w.ends(0)
}

// confirmsSet makes a set from a list, and confirms it. Early, it stops at any
// time before that, while the files are read and measured, and returns false.
func (c *crash) confirmsSet(list string, early bool) bool {
	c.t.Helper()
	c.w.keys("N")
	c.w.sees("Videos or a list")
	c.w.keys("\x15" + list)
	c.w.keys("\x13")
	if early {
		c.lives(200 * time.Millisecond)
		return false
	}
	c.w.sees(fmt.Sprintf("%d jobs to send", rowsOfSet), "bounce ends it")
	c.w.loses("measuring")
	c.w.keys("\x13")
	c.w.sees("continue", "total")
	c.w.keys("\t\r") // all at once
	c.w.sees("y send them  n no, go back")
	c.w.keys("y")
	return true
}

// livesOn lets the program run until some more pieces of files have arrived, or
// some more paid requests, and then for a moment.
func (c *crash) livesOn(s *slowStore) {
	piece, request := s.pieces.Load()+c.random.Int64N(80), c.g.arrivals("take")+1+c.random.IntN(2)
	arrived := func() bool { return s.pieces.Load() >= piece }
	if c.random.IntN(2) == 0 {
		arrived = func() bool { return c.g.arrivals("take") >= request }
	}
	for late := time.Now().Add(6 * time.Second); !arrived() && time.Now().Before(late); {
		time.Sleep(2 * time.Millisecond)
	}
	c.lives(2 * c.g.hold)
}

// uploadedOnce checks that each file arrived once and became an asset once, and
// that the key went to no storage host.
func (c *crash) uploadedOnce(s *slowStore) {
	c.t.Helper()
	puts, assets := map[string]int{}, map[string]int{}
	for _, u := range s.Uploads() {
		if u.Whole {
			puts[u.SHA256] += u.Puts
			assets[u.SHA256] += u.Assets
		}
	}
	for sum, n := range puts {
		if n != 1 || assets[sum] != 1 {
			c.t.Errorf("the content %.8s arrived %d times and became %d assets", sum, n, assets[sum])
		}
	}
	if len(puts) != 2*rowsOfSet {
		c.t.Errorf("%d contents arrived, want %d", len(puts), 2*rowsOfSet)
	}
	for _, r := range s.Requests() {
		if r.Origin == "storage" && r.Key {
			c.t.Error("the key was sent to the storage")
		}
	}
}

// wholeSet checks that the journal has all rows of the set once, or nothing of
// it, and reports which.
func (c *crash) wholeSet(h holding) bool {
	c.t.Helper()
	j := c.journal()
	defer j.Close()
	sets, err := j.Sets(c.t.Context())
	must(c.t, err)
	members, _, err := j.Members(c.t.Context(), 0)
	must(c.t, err)
	if len(sets) == 0 && len(members) == 0 && len(h.subs) == 0 {
		return false
	}
	rows := map[string]int{}
	for _, m := range members {
		rows[m.ID] = m.Row
	}
	seen := map[int]bool{}
	for id, s := range h.subs {
		seen[rows[id]] = true
		if rows[id] == 0 || s.Draft.Set != "acme" || s.Draft.Row != rows[id] || s.State == outbox.SubmissionSent && rows[string(s.GenerationID)] != rows[id] {
			c.t.Fatalf("%s is %s, row %d of %q", s.Name, s.State, rows[id], s.Draft.Set)
		}
	}
	if len(sets) != 1 || sets[0].Name != "acme" || sets[0].Rows != rowsOfSet || len(h.subs) != rowsOfSet || len(seen) != rowsOfSet {
		c.t.Fatalf("of the set %+v there are %d submissions in %d rows", sets, len(h.subs), len(seen))
	}
	return true
}
