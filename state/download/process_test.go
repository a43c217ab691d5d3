package download_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"dubtop/api"
	"dubtop/api/media"
	"dubtop/state/download"
)

// plan tells a process what to save.
type plan struct {
	Dir, Base, Key string
	Outputs        []output
	Seed           uint64
	Bytes          int64 // it is killed after that many; 0 means never
	Points         int   // or at that point
}

// recorded reports whether a process has recorded an output.
func (p *plan) recorded(id string) bool {
	data, _ := os.ReadFile(filepath.Join(p.Dir, "record"))
	return bytes.Contains(data, []byte(id+" "))
}

// record records an output.
func (p *plan) record(id string, f download.File) error {
	r, err := os.OpenFile(filepath.Join(p.Dir, "record"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(r, "%s %d %s\n", id, f.Size, f.SHA256)
	return errors.Join(err, r.Close())
}

// TestSavingProcess is a process that saves the outputs of a plan. It does
// nothing in a usual run.
func TestSavingProcess(t *testing.T) {
	var p plan
	if json.Unmarshal([]byte(os.Getenv("DUBTOP_TEST_PLAN")), &p) != nil {
		t.Skip("run by TestSavedUnderFaults")
	}
	random := rand.New(rand.NewPCG(p.Seed, 2))
	random.Shuffle(len(p.Outputs), func(i, j int) { p.Outputs[i], p.Outputs[j] = p.Outputs[j], p.Outputs[i] })
	queue := make(chan output, len(p.Outputs))
	var open sync.WaitGroup
	for _, o := range p.Outputs {
		open.Add(1)
		queue <- o
	}
	s := &saver{t: t, plan: p, client: newClient(t, p.Base, p.Key)}
	s.Downloader = download.Downloader{Client: s.client.Files(), Patience: download.Patience{
		Stall: 500 * time.Millisecond, GiveUp: 5 * time.Second, Asked: 5 * time.Second, First: time.Millisecond,
	}}
	s.bytes.Store(p.Bytes)
	s.points.Store(int64(p.Points))
	s.Fail(download.Disk{Writes: s.write, Reached: s.reached})
	for range 2 {
		go func() {
			for o := range queue {
				switch o.tries++; {
				case s.save(o):
					open.Done()
				case o.tries > 300:
					t.Errorf("%s is not saved after %d attempts", o.ID, o.tries)
					open.Done()
				default:
					queue <- o
				}
			}
		}()
	}
	open.Wait()
	close(queue)
}

// saver saves in a process that is killed.
type saver struct {
	t *testing.T
	plan
	client *api.Client
	download.Downloader
	bytes, points atomic.Int64
}

// write writes, kills the process in the middle of it, or finds the disk full.
func (s *saver) write(f *os.File, p []byte) (int, error) {
	if rand.IntN(300) == 0 {
		n, _ := f.Write(p[:len(p)/3])
		return n, &os.PathError{Op: "write", Path: f.Name(), Err: unix.ENOSPC}
	}
	if s.Bytes > 0 && s.bytes.Add(-int64(len(p))) <= 0 {
		_, _ = f.Write(p[:len(p)/2])
		die()
	}
	return f.Write(p)
}

// reached kills the process at its point.
func (s *saver) reached() {
	if s.Points > 0 && s.points.Add(-1) == 0 {
		die()
	}
}

// die is kill -9.
func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// save saves an output, and reports whether it is done with it.
func (s *saver) save(o output) bool {
	if s.recorded(o.ID) {
		return true
	}
	_, err := s.Save(s.t.Context(), download.Request{
		Path: filepath.Join(s.Dir, o.ID+".mp4"), Mark: o.ID, Kind: media.Video, Length: o.Length,
		Link: func(ctx context.Context, stale bool) (api.URL, error) {
			if !stale {
				return api.ParseURL(o.Link), nil
			}
			g, err := s.client.Generation(ctx, api.ID(o.ID), api.GenerationDetails{})
			return g.Output, err
		},
		Record: func(f download.File) error {
			if f.Size != o.Size || f.SHA256 != o.SHA256 || f.Differs != "" {
				s.t.Errorf("%s: saved %+v, the original is %+v", o.ID, f, o)
			}
			return s.record(o.ID, f)
		},
	})
	switch {
	case err == nil, errors.Is(err, download.ErrExists) && s.recorded(o.ID): // by another process
		return true
	case errors.Is(err, download.ErrBusy):
		time.Sleep(20 * time.Millisecond)
		return false
	case errors.Is(err, download.ErrFull), errors.Is(err, download.ErrServer), errors.Is(err, download.ErrLink), errors.Is(err, download.ErrContent):
		return false
	}
	s.t.Errorf("%s: %v", o.ID, err)
	return true
}
