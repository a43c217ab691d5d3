package media

import (
	"errors"
	"math"
	"slices"
	"testing"
)

// recording is a movie written in fragments of 2 s, each with a picture of 25
// frames per second, sound, and some bytes of data.
type recording struct {
	pieces int
	bytes  int
	before func(piece int) []byte // written before each fragment
	table  bool                   // a table of all fragments at the end
	untold bool                   // fragments do not say when they begin
	starts func(piece int) uint64 // in ms; nil means one after the other
}

func (r recording) file() []byte {
	file := join(ftyp("iso5"), box("moov", mvhd(1000, 0),
		trackOf(1, "vide", 1000, 0, 0, 320, 240), trackOf(2, "soun", 1000, 0, 0, 0, 0),
		box("mvex", box("trex", zeros(4), be32(1), be32(1), be32(40), zeros(8)), box("trex", zeros(4), be32(2), be32(1), be32(20), zeros(8)))))
	quiet := zeros(r.bytes)
	file = slices.Grow(file, r.pieces*(r.bytes+300))
	var entries []byte
	for n := range r.pieces {
		if r.before != nil {
			file = append(file, r.before(n)...)
		}
		begins := uint64(2000 * n)
		if r.starts != nil {
			begins = r.starts(n)
		}
		entries = append(entries, join(be64(begins), be64(uint64(len(file))), []byte{1, 1, 1})...)
		file = append(file, r.piece(begins)...)
		file = append(file, join(be32(uint32(8+r.bytes)), []byte("mdat"))...)
		file = append(file, quiet[:r.bytes]...)
	}
	if r.table {
		tables := join(r.tfra(1, entries), r.tfra(2, entries))
		file = append(file, box("mfra", tables, box("mfro", zeros(4), be32(uint32(8+len(tables)+16))))...)
	}
	return file
}

func (r recording) piece(begins uint64) []byte {
	traf := func(track, samples uint32) []byte {
		when := box("tfdt", []byte{1, 0, 0, 0}, be64(begins))
		if r.untold {
			when = nil
		}
		return box("traf", box("tfhd", zeros(4), be32(track)), when, box("trun", zeros(4), be32(samples)))
	}
	return box("moof", traf(1, 50), traf(2, 100))
}

func (r recording) tfra(track uint32, entries []byte) []byte {
	return box("tfra", []byte{1, 0, 0, 0}, be32(track), be32(0), be32(uint32(r.pieces)), entries)
}

// sidx returns an index of one fragment.
func sidx(seconds, size int) []byte {
	return box("sidx", zeros(4), be32(1), be32(1000), zeros(8), be16(0), be16(1), be32(uint32(size)), be32(uint32(1000*seconds)), zeros(4))
}

func TestFragmentedRecordingsByLink(t *testing.T) {
	const large = 180_000
	header := len(recording{}.piece(0)) + 8
	tests := []struct {
		name     string
		film     recording
		seconds  float64 // 0 means too far
		requests int
	}{
		{"with a table at the end", recording{pieces: 30, bytes: large, table: true}, 60, 4},
		{"without one, of few pieces", recording{pieces: 30, bytes: large}, 60, 34},
		{"with an index before each", recording{pieces: 30, bytes: large, before: func(int) []byte { return sidx(2, header+large) }}, 60, 36},
		{"with an index before each, and a table", recording{pieces: 500, bytes: 20_000, table: true, before: func(int) []byte { return sidx(2, header+20_000) }}, 1000, 6},
		{"with one index before all", recording{pieces: 30, bytes: large, before: func(n int) []byte {
			if n > 0 {
				return nil
			}
			return sidx(60, 30*(header+large))
		}}, 60, 34}, // the index is for the picture; for the sound the fragments are read
		{"whose table begins later", recording{pieces: 400, bytes: large / 10, table: true, starts: func(n int) uint64 { return uint64(2000 * (n + 50)) }}, 800, 4},
		{"many, without a table", recording{pieces: 400, bytes: 5_000}, 800, 70},
		{"many, that don't say when they begin", recording{pieces: 400, bytes: 5_000, untold: true}, 0, 72},
		{"few, that don't say when they begin", recording{pieces: 40, bytes: large, untold: true}, 80, 44},
		{"two recordings in one file", recording{pieces: 400, bytes: 5_000, starts: func(n int) uint64 { return uint64(2000 * (n % 200)) }}, 0, 74},
		{"two recordings and a table", recording{pieces: 400, bytes: 5_000, table: true, starts: func(n int) uint64 { return uint64(2000 * (n % 200)) }}, 0, 74},
		{"of large pieces", recording{pieces: 70, bytes: 300_000}, 0, 72},
	}
	for _, test := range tests {
		file := test.film.file()
		for _, want := range []Kind{Video, Audio} {
			info, w, err := remoteFrom(t.Context(), ranged(file), want)
			if test.seconds == 0 {
				if !errors.Is(err, ErrTooFar) {
					t.Errorf("a recording %s: %+v, %v; want it to be too far", test.name, info, err)
				}
			} else if err != nil || math.Abs(info.Seconds-test.seconds) > 1e-6 || info.Within != 0 {
				t.Errorf("a recording %s as %s: %+v, %v; want %v s", test.name, want, info, err, test.seconds)
			}
			if len(w.requests) > test.requests || w.sent > MaxRemote {
				t.Errorf("a recording %s: %d bytes in %d requests, want at most %d", test.name, w.sent, len(w.requests), test.requests)
			}
		}
	}
}

func TestLongLocalRecordings(t *testing.T) {
	const hours = 3
	film := recording{pieces: hours * 1800, bytes: 4, before: func(int) []byte { return join(box("styp", zeros(8)), sidx(2, 0)) }}
	info, err := probe(t, film.file())
	if err != nil || info.Seconds != hours*3600 {
		t.Errorf("%d hours: %+v, %v", hours, info, err)
	}
}

func TestTruncatedRecording(t *testing.T) {
	file := recording{pieces: 30, bytes: 40_000}.file()
	for name, cut := range map[string][]byte{
		"in its last piece":     file[:len(file)-100],
		"between moof and mdat": file[:len(file)-40_008+4],
		"with room for the end": join(file, zeros(100_000)),
	} {
		if info, err := probe(t, cut); !errors.Is(err, ErrCutOff) && !errors.Is(err, ErrDamaged) {
			t.Errorf("a recording cut off %s: %+v, %v", name, info, err)
		}
		if info, _, err := remoteFrom(t.Context(), ranged(cut), Video); err == nil {
			t.Errorf("a recording cut off %s, behind a link: %+v", name, info)
		}
	}
}

func TestIndexBeyondTheFile(t *testing.T) {
	film := recording{pieces: 30, bytes: 40_000, before: func(n int) []byte {
		if n > 0 {
			return nil
		}
		return sidx(600, 100_000_000)
	}}
	if info, _, err := remoteFrom(t.Context(), ranged(film.file()), Video); !errors.Is(err, ErrCutOff) {
		t.Errorf("behind a link: %+v, %v", info, err)
	}
}

func TestLongSampleTable(t *testing.T) {
	const frames = 200_000
	var lengths []byte
	for n := range frames {
		lengths = append(lengths, be32(1)...)
		lengths = append(lengths, be32(uint32(30+n%20))...)
	}
	described := func(claim uint32) []byte {
		return box("moov", mvhd(1000, claim), box("trak",
			box("tkhd", []byte{0, 0, 0, 1}, zeros(8), be32(1), zeros(68)),
			box("mdia", box("mdhd", zeros(12), be32(1000), be32(claim), zeros(4)), box("hdlr", zeros(8), []byte("vide"), zeros(12), []byte("h\x00")),
				box("minf", box("stbl", box("stsz", zeros(4), be32(100), be32(frames)), box("stts", zeros(4), be32(frames), lengths))))))
	}
	const seconds = frames * 39.5 / 1000
	file := join(ftyp("isom"), box("mdat", zeros(100)), described(seconds*1000))
	if info, err := probe(t, file); err != nil || math.Abs(info.Seconds-seconds) > 1e-6 {
		t.Errorf("local: %+v, %v", info, err)
	}
	info, w, err := remoteFrom(t.Context(), ranged(file), Video)
	if err != nil || math.Abs(info.Seconds-seconds) > 1e-6 || w.sent > MaxRemote {
		t.Errorf("behind a link: %+v, %v after %d bytes", info, err, w.sent)
	}
	if info, err := probe(t, join(ftyp("isom"), box("mdat", zeros(100)), described(5))); err != nil || math.Abs(info.Seconds-seconds) > 1e-6 {
		t.Errorf("a header that claims less: %+v, %v", info, err)
	}
}
