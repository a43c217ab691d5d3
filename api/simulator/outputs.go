package simulator

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// outputTag returns the ETag of an output.
func outputTag(id string, f Fault) string {
	version := 1
	if f.NewETag {
		version = 2
	}
	return fmt.Sprintf(`"%016x-%d"`, hash(id), version)
}

// outputFile returns the video of a generation, made large by noise that
// players skip.
func (s *Server) outputFile(id string, seconds float64) io.ReadSeeker {
	film := movie(seconds, hash(id))
	size := int64(len(film))
	if wanted := s.opts.OutputSize; wanted > 0 {
		r := stream(s.opts.Seed, "size", hash(id))
		size = max(size, wanted/50+r.Int64N(wanted-wanted/50+1))
	}
	if noise := size - int64(len(film)); noise >= 8 {
		film = append(film, u32(uint32(min(noise, 1<<32-1)))...)
		film = append(film, "free"...)
	} else {
		size = int64(len(film))
	}
	return io.NewSectionReader(&padded{film, hash(id)}, 0, size)
}

// padded is a file that continues with noise. The noise differs from place to
// place, so that a client that puts a part in the wrong place is found out.
type padded struct {
	head   []byte
	chance uint64
}

// ReadAt implements [io.ReaderAt].
func (f *padded) ReadAt(p []byte, at int64) (int, error) {
	n := 0
	if at < int64(len(f.head)) {
		n = copy(p, f.head[at:])
	}
	for ; n < len(p); n++ {
		x := (uint64(at) + uint64(n)) * 0x9e3779b97f4a7c15
		p[n] = byte((x ^ f.chance) >> 40)
	}
	return n, nil
}

// flaky draws the fault of a request to a storage that is not to be relied on.
func (s *Server) flaky() Fault {
	if s.opts.Flaky <= 0 {
		return Fault{}
	}
	s.mu.Lock()
	s.made++
	r := stream(s.opts.Seed, "flaky", s.made)
	s.mu.Unlock()
	if r.Float64() >= s.opts.Flaky {
		return Fault{}
	}
	some := 1 + r.IntN(int(max(s.opts.OutputSize, 1000)))
	faults := StorageFaults(some)
	return faults[r.IntN(len(faults))]
}

// StorageFaults returns the faults of storages, each once: a connection that is
// refused or closed before or after some bytes, lengths that are wrong, a whole
// file for a part, a changed file, an expired link, a server that asks to wait
// or goes silent.
func StorageFaults(some int) []Fault {
	return []Fault{
		{Refuse: true},
		{DropBefore: true},
		{DropAfter: true},
		{Truncate: some},
		{Announce: int64(some)},
		{Announce: -int64(some)},
		{IgnoreRange: true},
		{NewETag: true},
		{Status: http.StatusForbidden, Body: "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"},
		{Status: http.StatusServiceUnavailable, Body: "Slow down", Header: http.Header{"Retry-After": {strconv.Itoa(1 + some%3)}}},
		{Silent: some},
	}
}
