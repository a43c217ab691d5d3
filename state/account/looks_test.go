package account

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/media/sample"
	"dubtop/api/simulator"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/tasks"
)

// elsewhere serves the files of the account's storage under other host names,
// all of which send nothing once they are told to stall.
type elsewhere struct {
	storage *url.URL
	wire    http.RoundTripper
	lengths bool // the server prices only lengths, no whole requests
	stalled atomic.Bool
	looks   atomic.Int64 // requests that got no answer
}

func (e *elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Host, ".example") {
		if e.lengths && (strings.HasSuffix(r.URL.Path, "/estimate") || strings.HasSuffix(r.URL.Path, "/cost")) {
			body, _ := io.ReadAll(r.Body)
			if r.Body = io.NopCloser(bytes.NewReader(body)); !bytes.Contains(body, []byte(`"duration"`)) {
				w := httptest.NewRecorder()
				w.WriteHeader(http.StatusUnprocessableEntity)
				_, _ = w.WriteString(`{"statusCode":422,"error":"cost_estimate_unavailable","message":"No price."}`)
				return w.Result(), nil
			}
		}
		return e.wire.RoundTrip(r)
	}
	if e.stalled.Load() {
		e.looks.Add(1)
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	there := r.Clone(r.Context())
	there.URL.Scheme, there.URL.Host, there.Host = e.storage.Scheme, e.storage.Host, e.storage.Host
	answer, err := e.wire.RoundTrip(there)
	if answer != nil {
		answer.Request = r
	}
	return answer, err
}

// beside returns a desk whose network has other hosts as well.
func beside(t *testing.T, account *simulator.Server, d tasks.Runner) (tasks.Runner, *elsewhere) {
	t.Helper()
	storage, err := url.Parse(account.StorageURL())
	must(t, err)
	e := &elsewhere{storage: storage, wire: account.RoundTripper()}
	d.Client, err = api.New(api.Config{BaseURL: account.BaseURL(), Key: api.NewSecret(account.Key()), Transport: e})
	must(t, err)
	return d, e
}

// waits queues a job whose audio is on a host.
func waits(t *testing.T, d tasks.Runner, account *simulator.Server, name, host string) {
	t.Helper()
	p := inputs.Pricing{Draft: draft.Draft{
		Model: "lipsync-2", Visual: account.StorageURL() + "/media/talk_28s.mp4",
		Audio: fmt.Sprintf("%s/media/line_25s.wav?%s", host, name), OutputFileName: name,
	}}
	sub, _, err := p.Price(t.Context(), d.Client)
	must(t, err, sub.Confirm(time.Now(), "key-"+name), d.Journal.Enqueue(t.Context(), sub, time.Now()))
}

// Twenty jobs at the front have their audio on a host that has stalled since.
// When their prices are renewed, the jobs behind them are sent in order after a
// moment, and each of the twenty says why it is not.
func TestStalledHostDoesNotDelayADrain(t *testing.T) {
	virtual(t, simulator.Options{Slots: 60}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		d, e := beside(t, account, d)
		e.lengths = true
		const stuck = 20
		for i := range stuck {
			waits(t, d, account, fmt.Sprintf("stuck_%02d", i), "https://slow.example")
		}
		enqueue(t, d, account, numbered(10)...)
		time.Sleep(time.Hour)
		e.stalled.Store(true)
		began := time.Now()
		var first, last time.Duration
		why := map[string]string{}
		sum, err := (&Drain{Account: sessionOf(d, Config{Slots: 60}), Notice: func(n Notice) {
			if n.Kind == NoticeSent {
				first, last = cmp.Or(first, n.At.Sub(began)), n.At.Sub(began)
				return
			}
			why[string(n.Name)] = string(n.Kind) + ": " + string(n.Words)
		}}).Run(t.Context())
		if err != nil || sum != (Sum{Sent: 10, Left: stuck}) || !slices.Equal(accepted(account), numbered(10)) {
			t.Errorf("%+v, %v, accepted %v", sum, err, accepted(account))
		}
		if first > 5*time.Second || last > 10*time.Second { // ten is the most that can be sent in that time
			t.Errorf("the first left after %s, the last after %s", first, last)
		}
		for i := range stuck {
			name := fmt.Sprintf("stuck_%02d", i)
			if said := why[name]; said != "no_price: it has no price any more: the length is not known; audio: slow.example sent nothing for 15 s; try again later, or use a local copy or an asset" {
				t.Errorf("of %s is told %q", name, said)
			}
		}
		if took := time.Since(began); took > 5*time.Minute || e.looks.Load() != stuck {
			t.Errorf("it took %s and %d looks", took, e.looks.Load())
		}
	})
}

// A host that recovers is used again without another confirmation.
func TestSkippedLinksAreTriedLater(t *testing.T) {
	virtual(t, simulator.Options{Slots: 60}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		d, e := beside(t, account, d)
		e.lengths = true
		for i := range 12 {
			waits(t, d, account, fmt.Sprintf("line_%02d", i), "https://slow.example")
		}
		time.Sleep(time.Hour)
		e.stalled.Store(true)
		time.AfterFunc(20*time.Second, func() { e.stalled.Store(false) })
		sum, err := (&Drain{Account: sessionOf(d, Config{Slots: 60})}).Run(t.Context())
		if err != nil || sum != (Sum{Sent: 12 - inputs.LooksAtHost, Left: inputs.LooksAtHost}) {
			t.Errorf("%+v, %v", sum, err)
		}
	})
}

// A server that prices whole requests needs no length from us.
func TestJobPricedByTheServerIsSentThoughItsHostStalls(t *testing.T) {
	virtual(t, simulator.Options{Slots: 60}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		d, e := beside(t, account, d)
		for i := range 12 {
			waits(t, d, account, fmt.Sprintf("line_%02d", i), "https://slow.example")
		}
		time.Sleep(time.Hour)
		e.stalled.Store(true)
		began := time.Now()
		sum, err := (&Drain{Account: sessionOf(d, Config{Slots: 60})}).Run(t.Context())
		if took := time.Since(began); err != nil || sum != (Sum{Sent: 12}) || took > 30*time.Second {
			t.Errorf("%+v, %v after %s", sum, err, took)
		}
	})
}

func TestLooksDoNotWaitForOtherHosts(t *testing.T) {
	virtual(t, simulator.Options{}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		d, e := beside(t, account, d)
		e.stalled.Store(true)
		began, looks := time.Now(), inputs.NewLooks(d.Client)
		var links []inputs.Link
		for i := range 50 {
			links = append(links, inputs.Link{Kind: "video", URL: fmt.Sprintf("https://slow%d.example/%d.mp4", i%5, i)})
		}
		var good []inputs.Link
		for i := range 20 {
			good = append(good, inputs.Link{Kind: "video", URL: fmt.Sprintf("%s/media/talk_%ds.mp4", account.StorageURL(), 5+i)})
		}
		done := make(chan map[inputs.Link]draft.Finding)
		go func() { done <- looks.All(t.Context(), links, nil) }()
		time.Sleep(time.Second)
		for link, f := range looks.All(t.Context(), good, nil) {
			if f.Seconds == 0 || f.Warn != "" {
				t.Errorf("%s: %+v", link.URL, f)
			}
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("the good ones took %s", took)
		}
		untried := 0
		for link, f := range <-done {
			if f.Untried {
				untried++
			}
			if !strings.Contains(f.Warn, "example sent nothing for 15 s") {
				t.Errorf("%s: %+v", link.URL, f)
			}
		}
		if took := time.Since(began); untried != 50-5*inputs.LooksAtHost || took > 17*time.Second {
			t.Errorf("%d were not tried; it took %s", untried, took)
		}
	})
}

// A cancelled look does not wait for anything.
func TestCancelledLooksEndAtOnce(t *testing.T) {
	virtual(t, simulator.Options{}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		d, e := beside(t, account, d)
		e.stalled.Store(true)
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		began, looks := time.Now(), inputs.NewLooks(d.Client)
		p := inputs.Pricing{Draft: draft.Draft{Model: "lipsync-2", Visual: "https://slow.example/a.mp4", Audio: "https://slow.example/a.wav"}, Looks: looks}
		if _, _, err := p.Price(ctx, d.Client); err == nil || time.Since(began) != time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		e.stalled.Store(false)
		for _, f := range looks.All(t.Context(), []inputs.Link{{Kind: "video", URL: "https://slow.example/b.mp4"}}, nil) {
			if f.Untried {
				t.Errorf("what was given up counts against its host: %+v", f)
			}
		}
	})
}

// If a local audio file has turned into a picture, only the user can fix that,
// so a drain does not wait for it.
func TestDrainDoesNotWaitForAFileOfTheWrongKind(t *testing.T) {
	virtual(t, simulator.Options{Slots: 9}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		path := filepath.Join(t.TempDir(), "line.wav")
		must(t, os.WriteFile(path, sample.WAV(3), 0o600))
		p := inputs.Pricing{Draft: draft.Draft{Model: "lipsync-2", Visual: account.StorageURL() + "/media/talk_28s.mp4", Audio: path, OutputFileName: "local"}}
		sub, _, err := p.Price(t.Context(), d.Client)
		must(t, err, sub.Confirm(time.Now(), "key-local"), d.Journal.Enqueue(t.Context(), sub, time.Now()))
		enqueue(t, d, account, "fine")
		time.Sleep(time.Hour)
		must(t, os.WriteFile(path, []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"), 0o600))
		ctx, stop := context.WithTimeout(t.Context(), time.Hour)
		defer stop()
		var told []string
		sum, err := (&Drain{Account: sessionOf(d, Config{}), Notice: func(n Notice) { told = append(told, string(n.Words)) }}).Run(ctx)
		if err != nil || sum != (Sum{Sent: 1, Left: 1}) || !slices.Contains(told, "not uploaded: line.wav has changed since it was priced: price it again") {
			t.Errorf("%+v, %v, told %q", sum, err, told)
		}
	})
}

// wav returns a WAV file with some seconds of silence, one byte per sample.
