package dispatch

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dubtop/api/media"
)

// wav is a WAV file of some seconds of silence, in one byte a sample.
func wav(seconds int) []byte {
	le := binary.LittleEndian
	data := make([]byte, 8000*seconds)
	b := slices.Concat([]byte("RIFF"), le.AppendUint32(nil, uint32(36+len(data))), []byte("WAVEfmt "), le.AppendUint32(nil, 16))
	for _, n := range []uint16{1, 1} {
		b = le.AppendUint16(b, n)
	}
	b = le.AppendUint32(le.AppendUint32(b, 8000), 8000)
	b = le.AppendUint16(le.AppendUint16(b, 1), 8)
	return slices.Concat(b, []byte("data"), le.AppendUint32(nil, uint32(len(data))), data)
}

// internet answers as the host of a link is named: good hosts at once, slow ones
// byte for byte, and stalled ones with half of what they promise.
type internet struct {
	mutex sync.Mutex
	asked map[string]int
}

func (n *internet) RoundTrip(r *http.Request) (*http.Response, error) {
	host := r.URL.Hostname()
	n.mutex.Lock()
	n.asked[host]++
	n.mutex.Unlock()
	file := wav(3)
	answer := &http.Response{StatusCode: http.StatusOK, ContentLength: int64(len(file)), Header: http.Header{}, Request: r}
	switch {
	case strings.HasPrefix(host, "stalled"):
		answer.Body = io.NopCloser(io.MultiReader(bytes.NewReader(file[:20]), silence{r.Context()}))
	case strings.HasPrefix(host, "slow"):
		answer.Body = io.NopCloser(trickle{r.Context(), bytes.NewReader(file)})
	case strings.HasPrefix(host, "mute"):
		<-r.Context().Done()
		return nil, r.Context().Err()
	default:
		answer.Body = io.NopCloser(bytes.NewReader(file))
	}
	return answer, nil
}

// silence is a connection that stays open and brings nothing.
type silence struct{ ctx context.Context }

func (s silence) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

// trickle brings a few bytes every ten seconds.
type trickle struct {
	ctx context.Context
	r   io.Reader
}

func (t trickle) Read(p []byte) (int, error) {
	select {
	case <-time.After(10 * time.Second):
	case <-t.ctx.Done():
		return 0, t.ctx.Err()
	}
	return t.r.Read(p[:min(len(p), 128)])
}

func links(hosts ...string) (all []Link) {
	for i, host := range hosts {
		all = append(all, Link{fmt.Sprintf("https://%s/%d.wav", host, i), media.Audio})
	}
	return all
}

func TestOneSlowHostHoldsUpNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := &internet{asked: map[string]int{}}
		hosts := slices.Concat(slices.Repeat([]string{"stalled.example.com"}, 10), slices.Repeat([]string{"good.example.com"}, 10), []string{"slow.example.com", "mute.example.com"})
		begun, note, at, errs := time.Now(), new(Progress), map[string]time.Duration{}, map[string]error{}
		err := NewHosts().MeasureAll(t.Context(), &http.Client{Transport: net}, links(hosts...), note, func(l Link, info media.Info, err error) {
			if err == nil && info.Seconds != 3 {
				t.Errorf("%s: %v s", l.URL, info.Seconds)
			}
			at[hostOf(l.URL)], errs[hostOf(l.URL)] = time.Since(begun), err
			if _, _, host := note.State(); host != "" && host != "slow.example.com" {
				t.Errorf("it waits for %s", host)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		for host, want := range map[string]time.Duration{
			"good.example.com": 0, "stalled.example.com": 30 * time.Second, "mute.example.com": 15 * time.Second, "slow.example.com": 40 * time.Second,
		} {
			if at[host] > want {
				t.Errorf("%s was measured after %v, want at most %v", host, at[host], want)
			}
		}
		stall, ok := errors.AsType[*media.StallError](errs["stalled.example.com"])
		if !ok || stall.Host != "stalled.example.com" || stall.After != 15*time.Second || net.asked["stalled.example.com"] > 5 {
			t.Errorf("the stalled host: %v, asked %d times", errs["stalled.example.com"], net.asked["stalled.example.com"])
		}
		if _, ok := errors.AsType[*media.StallError](errs["mute.example.com"]); !ok || errs["slow.example.com"] != nil {
			t.Errorf("mute: %v, slow: %v", errs["mute.example.com"], errs["slow.example.com"])
		}
		if done, all, _ := note.State(); done != 22 || all != 22 {
			t.Errorf("%d of %d", done, all)
		}
	})
}

func TestAHostThatAnswersAgainIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net, h := &internet{asked: map[string]int{}}, NewHosts()
		client := &http.Client{Transport: net}
		measure := func() error {
			_, err := h.Measure(t.Context(), client, "https://stalled.example.com/a.wav", media.Audio)
			return err
		}
		for range 3 {
			if err := measure(); err == nil {
				t.Fatal("it was measured")
			}
		}
		if err := measure(); net.asked["stalled.example.com"] != 2 || !strings.Contains(err.Error(), "was not tried") {
			t.Errorf("asked %d times: %v", net.asked["stalled.example.com"], err)
		}
		time.Sleep(2 * stallMemory)
		if _ = measure(); net.asked["stalled.example.com"] != 3 {
			t.Errorf("after a while it was asked %d times", net.asked["stalled.example.com"])
		}
	})
}

func TestMeasuringEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		net, begun := &internet{asked: map[string]int{}}, time.Now()
		err := NewHosts().MeasureAll(ctx, &http.Client{Transport: net}, links(slices.Repeat([]string{"mute.example.com"}, 50)...), new(Progress), func(Link, media.Info, error) {})
		if !errors.Is(err, context.Canceled) || time.Since(begun) != time.Second || len(slices.Collect(maps.Keys(net.asked))) != 1 {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}
