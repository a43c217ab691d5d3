package terminal_test

import (
	"bytes"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/journal"
)

const benchKey = "sk-bench"

// remembering creates a home whose journal contains n jobs, for the server at
// base.
func remembering(b *testing.B, base string, n int) (home string) {
	b.Helper()
	home = b.TempDir()
	key := api.NewSecret(benchKey)
	j, err := journal.OpenProfile(b.Context(), filepath.Join(home, ".local/state/dubtop"), journal.ProfileName(key.Fingerprint(), base))
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now()
	jobs := make([]state.Generation, n)
	for i := range jobs {
		jobs[i] = state.Generation{
			ID: api.ID(fmt.Sprintf("00000000-0000-4000-8000-%012d", i)), Created: now.Add(-time.Duration(i) * time.Minute),
			Status: api.Completed, Model: "lipsync-2", Name: text.Of(fmt.Sprintf("remembered_%d", i)), Length: 25, HasOutput: true,
		}
	}
	for page := range slices.Chunk(jobs, 5000) {
		if err := j.SaveGenerations(b.Context(), page, now); err != nil {
			b.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
	return home
}

// started runs the binary until all texts were drawn, and returns the time from
// its start to each.
func started(b *testing.B, home, base string, texts ...string) []time.Duration {
	b.Helper()
	near, far, err := pty.Open()
	if err != nil {
		b.Fatal(err)
	}
	defer near.Close()
	defer far.Close()
	if err := pty.Setsize(near, &pty.Winsize{Rows: rows, Cols: columns}); err != nil {
		b.Fatal(err)
	}
	cmd := stage{env: []string{"SYNC_BASE_URL=" + base, "SYNC_API_KEY=" + benchKey}}.command(home)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = far, far, far
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	if err := near.SetReadDeadline(began.Add(patience)); err != nil {
		b.Fatal(err)
	}
	var drawn []byte
	times := make([]time.Duration, len(texts))
	buf := make([]byte, 64<<10)
	for slices.Contains(times, 0) {
		n, err := near.Read(buf)
		now := time.Since(began)
		if err != nil {
			b.Fatalf("not all of %q were drawn: %v\n%s", texts, err, drawn)
		}
		drawn = append(drawn, buf[:n]...)
		for i, text := range texts {
			if times[i] == 0 && bytes.Contains(drawn, []byte(text)) {
				times[i] = now
			}
		}
	}
	return times
}

// BenchmarkStart starts the binary alternately with an empty journal, one of 40
// jobs and one of 100,000, against a server that does not answer. The medians
// show how much later than with an empty journal the first frame comes, and how
// much later the first list than with a short one: at most 15 ms.
//
//	go test ./ui/terminal -run '^$' -bench Start -benchtime 20x
func BenchmarkStart(b *testing.B) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // nobody accepts connections
	if err != nil {
		b.Fatal(err)
	}
	defer silent.Close()
	base := "http://" + silent.Addr().String()
	empty, short, full := remembering(b, base, 0), remembering(b, base, 40), remembering(b, base, 100_000)
	const frame, list = "Generations", "remembered_3"
	var blank, first, few, known []float64
	for b.Loop() {
		of := func(home string, text ...string) []time.Duration { return started(b, home, base, text...) }
		blank = append(blank, milliseconds(of(empty, frame)[0]))
		few = append(few, milliseconds(of(short, list)[0]))
		times := of(full, frame, list)
		first, known = append(first, milliseconds(times[0])), append(known, milliseconds(times[1]))
	}
	b.ReportMetric(median(blank), "ms/empty-frame")
	b.ReportMetric(median(first), "ms/full-frame")
	b.ReportMetric(median(few), "ms/short-list")
	b.ReportMetric(median(known), "ms/full-list")
	b.ReportMetric(median(first)-median(blank), "ms/behind")
	b.ReportMetric(median(known)-median(few), "ms/list-behind")
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}
