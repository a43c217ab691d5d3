package media

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"dubtop/api/media/remote"
)

// exact is how far a length may be off without notice, in seconds.
const exact = 0.05

// corpusFile is a line of a table in testdata/corpus, whose README explains it.
type corpusFile struct {
	line    string
	path    string
	want    Kind
	seconds float64
	options map[string]string
}

// corpus reads all tables in testdata/corpus.
func corpus(t testing.TB) []corpusFile {
	t.Helper()
	tables, err := filepath.Glob("testdata/corpus/*.txt")
	if err != nil || len(tables) == 0 {
		t.Fatalf("no tables: %v", err)
	}
	var files []corpusFile
	for _, table := range tables {
		text, err := os.ReadFile(table)
		if err != nil {
			t.Fatal(err)
		}
		for n, line := range strings.Split(string(text), "\n") {
			line, _, _ = strings.Cut(line, "#")
			if strings.TrimSpace(line) == "" {
				continue
			}
			f, err := corpusLine(strings.TrimSuffix(table, ".txt"), line)
			if err != nil {
				t.Fatalf("%s:%d: %v", table, n+1, err)
			}
			files = append(files, f)
		}
	}
	return files
}

// corpusLine parses a line: file, wanted kind, length, options.
func corpusLine(dir, line string) (corpusFile, error) {
	fields := strings.Fields(line)
	if len(fields) < 3 {
		return corpusFile{}, errors.New("fewer than three fields")
	}
	f := corpusFile{line: strings.Join(fields, " "), path: filepath.Join(dir, fields[0]), options: map[string]string{}}
	kinds := map[string]Kind{"video": Video, "audio": Audio, "image": Image}
	f.want = kinds[fields[1]]
	var err error
	if f.seconds, err = strconv.ParseFloat(fields[2], 64); err != nil && fields[2] != "-" || f.want == Unknown {
		return f, fmt.Errorf("%q is no length, or %q no kind", fields[2], fields[1])
	}
	for _, option := range fields[3:] {
		name, value, _ := strings.Cut(option, "=")
		switch name {
		case "within", "local", "ranges", "whole", "unsized":
			f.options[name] = value
		default:
			return f, fmt.Errorf("there is no option %q", name)
		}
	}
	return f, nil
}

// check compares the result of one way of reading with the table.
func (f *corpusFile) check(way string, info Info, err error) error {
	refused := f.options["local"]
	if own, ok := f.options[way]; ok {
		refused = own
	}
	if refused != "" {
		return sameRefusal(refused, info, err)
	}
	if err != nil {
		return err
	}
	if f.want == Image {
		return nil
	}
	within := exact
	if most, ok := f.options["within"]; ok {
		within, _ = strconv.ParseFloat(most, 64)
		if !(info.Within > 0 && info.Within <= within) {
			return fmt.Errorf("it should say that it may be off, by %v s at the most; it says %v", within, info.Within)
		}
		within = info.Within
	} else if info.Within != 0 {
		return fmt.Errorf("it says that it may be off by %v s", info.Within)
	}
	if off := math.Abs(info.Seconds - f.seconds); !(off <= within) {
		return fmt.Errorf("%.4f s is off by %.4f", info.Seconds, off)
	}
	return nil
}

// sameRefusal checks that a file has no length, for the reason given in the
// table.
func sameRefusal(name string, info Info, err error) error {
	reasons := map[string]error{
		"format": ErrFormat, "length": ErrNoLength, "damaged": ErrDamaged, "cut": ErrCutOff, "far": ErrTooFar,
		"page": ErrWebPage, "empty": ErrEmpty,
	}
	_, kind := errors.AsType[*KindError](err)
	switch want, known := reasons[name]; {
	case !known && name != "kind":
		return fmt.Errorf("there is no reason %q", name)
	case name == "kind" && kind, known && errors.Is(err, want):
		return nil
	case err == nil:
		return fmt.Errorf("%.4f s; it should have no length: %s", info.Seconds, name)
	}
	return fmt.Errorf("%w; it should say: %s", err, name)
}

// TestCorpus measures every file of the corpus in four ways: from disk, behind
// a server with ranges, behind one without, and without knowing its size.
func TestCorpus(t *testing.T) {
	for _, f := range corpus(t) {
		t.Run(f.line, func(t *testing.T) {
			file, err := os.ReadFile(f.path)
			if err != nil {
				t.Fatal(err)
			}
			info, err := File(t.Context(), f.path, f.want)
			if wrong := f.check("local", info, err); wrong != nil {
				t.Errorf("local: %v", wrong)
			}
			info, _, err = remoteFrom(t.Context(), ranged(file), f.want)
			if wrong := f.check("ranges", info, err); wrong != nil {
				t.Errorf("behind ranges: %v", wrong)
			}
			info, _, err = remoteFrom(t.Context(), whole(file, true), f.want)
			if wrong := f.check("whole", info, err); wrong != nil {
				t.Errorf("without ranges: %v", wrong)
			}
			info, _, err = remoteFrom(t.Context(), whole(file, false), f.want)
			if wrong := f.check("unsized", info, err); wrong != nil {
				t.Errorf("of unknown size: %v", wrong)
			}
		})
	}
}

// TestCorpusIsWhole finds files missing from the tables, and a corpus that has
// grown too large for the repository.
func TestCorpusIsWhole(t *testing.T) {
	const most = 5 << 20
	named, families := map[string]bool{}, map[string]bool{}
	for _, f := range corpus(t) {
		named[f.path], families[filepath.Dir(f.path)] = true, true
	}
	var total int64
	err := filepath.WalkDir("testdata/corpus", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		stat, err := entry.Info()
		if err != nil {
			return err
		}
		total += stat.Size()
		if families[filepath.Dir(path)] && !named[path] {
			t.Errorf("%s is in no table", path)
		}
		return nil
	})
	if err != nil || total > most {
		t.Errorf("the corpus has %d bytes, %v; at most %d are carried around", total, err, most)
	}
}

// TestCorpusOnATightAllowance measures the corpus behind links with an
// allowance too small even for these files. Whatever can still be measured must
// have the same length.
func TestCorpusOnATightAllowance(t *testing.T) {
	measured, all := 0, 0
	for _, f := range corpus(t) {
		file, err := os.ReadFile(f.path)
		if err != nil {
			t.Fatal(err)
		}
		wide, _, wrong := remoteFrom(t.Context(), ranged(file), f.want)
		for _, ranges := range []bool{true, false} {
			all++
			info, err := tight(t, file, ranges, f.want)
			switch {
			case errors.Is(err, ErrTooFar):
				continue
			case wrong != nil && err == nil:
				t.Errorf("%s: measured though it can't be: %+v", f.line, info)
			case wrong == nil && err != nil:
				t.Errorf("%s: %v", f.line, err)
			case math.Abs(info.Seconds-wide.Seconds) > exact+max(info.Within, wide.Within):
				t.Errorf("%s: %v s with little, %v s with all of it", f.line, info.Seconds, wide.Seconds)
			}
			measured++
		}
	}
	if measured < all/3 {
		t.Errorf("%d of %d were measured", measured, all)
	}
}

func tight(t *testing.T, file []byte, ranges bool, want Kind) (Info, error) {
	t.Helper()
	handler := whole(file, true)
	if ranges {
		handler = ranged(file)
	}
	client := clientOf(&wire{handler: handler})
	return remoteWith(t.Context(), client, link, want, remote.Allowance{Page: 256, Chunk: 512, Most: 4096})
}
