package media

import (
	"bytes"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Each reader has its own target, so that a run does not spend its time on the
// others. All start from the files of the corpus.

func FuzzMP3(f *testing.F)      { fuzzReader(f, ".mp3", ".mp2") }
func FuzzADTS(f *testing.F)     { fuzzReader(f, ".aac") }
func FuzzWAV(f *testing.F)      { fuzzReader(f, ".wav", ".w64") }
func FuzzFLAC(f *testing.F)     { fuzzReader(f, ".flac") }
func FuzzOgg(f *testing.F)      { fuzzReader(f, ".ogg", ".oga", ".opus", ".spx", ".ogv") }
func FuzzMatroska(f *testing.F) { fuzzReader(f, ".webm", ".mkv", ".mka") }
func FuzzAVI(f *testing.F)      { fuzzReader(f, ".avi") }
func FuzzASF(f *testing.F)      { fuzzReader(f, ".wma", ".wmv") }
func FuzzAIFF(f *testing.F)     { fuzzReader(f, ".aiff", ".aif", ".aifc", ".caf", ".au") }

// fuzzReader looks for files that make a reader panic, read endlessly, take a
// lot of memory or return nonsense.
func fuzzReader(f *testing.F, endings ...string) {
	const largest = 16 << 10 // larger seeds slow the search down
	for _, ending := range endings {
		paths, err := filepath.Glob("testdata/corpus/sound/*" + ending)
		if err != nil || len(paths) == 0 {
			f.Fatalf("no files *%s: %v", ending, err)
		}
		for _, path := range paths {
			file, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			if len(file) <= largest {
				f.Add(file, byte(len(path)))
			}
		}
	}
	f.Fuzz(func(t *testing.T, file []byte, choice byte) { fuzzed(t, file, Kind(choice%4)) })
}

// fuzzed measures an arbitrary file, from disk and behind a link.
func fuzzed(t *testing.T, file []byte, want Kind) {
	r := &counting{r: bytes.NewReader(file)}
	before := allocated()
	info, err := Probe(t.Context(), r, int64(len(file)), want)
	if spent := allocated() - before; spent > 64<<20+64*uint64(len(file)) {
		t.Errorf("%d bytes of memory for a file of %d", spent, len(file))
	}
	if most := int64(16*len(file) + 4<<20); r.read > most {
		t.Errorf("%d bytes read of a file of %d", r.read, len(file))
	}
	sane := info.Kind == Image || info.Seconds > 0 && info.Seconds <= maxSeconds && info.Within >= 0 && info.Within < math.Inf(1)
	if err == nil && !sane {
		t.Errorf("%+v", info)
	}
	for _, ranges := range []bool{true, false} {
		if _, err := tight(t, file, ranges, want); ended(err) {
			t.Errorf("not a sentence: %v", err)
		}
	}
}

// counting counts the bytes read.
type counting struct {
	r    io.ReaderAt
	read int64
}

func (c *counting) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.r.ReadAt(p, at)
	c.read += int64(n)
	return n, err
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
