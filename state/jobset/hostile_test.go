package jobset_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dubtop/state/draft"
	"dubtop/state/jobset"
)

// A line that can't be read costs nothing but itself: those before and after it
// become rows.
func TestBrokenLineCostsOnlyItself(t *testing.T) {
	for broken, want := range map[string]string{
		`"x.mp4,x.wav`:             "line 51, column 1: this quote is not closed",
		`x.mp4,"x.wav`:             "line 51, column 7: this quote is not closed",
		`"x"y,x.wav`:               "line 51, column 3: a quoted cell does not end where its line does, or something follows it",
		`5" x.mp4,x.wav`:           "line 51, column 2: this quote is not closed",
		`5"x".mp4,x.wav`:           "line 51, column 2: misplaced quote: double it, or put the whole cell in quotes",
		"x.mp4,x.wav,y":            "line 51 has 3 cells, the first line has 2: is a cell with a delimiter not in quotes?",
		`=A1,x.wav`:                `line 51, column "video": the cell has a formula: save the list with its values`,
		"x.mp4,#REF!":              `line 51, column "audio": the spreadsheet had an error here: #REF!`,
		strings.Repeat("x", 1<<20): "line 51: the line is longer than 64 kB",
	} {
		var w strings.Builder
		w.WriteString("video,audio\n")
		for i := range 100 {
			if i == 49 {
				w.WriteString(broken + "\n")
			}
			fmt.Fprintf(&w, "ep%d.mp4,ep%d.wav\n", i, i)
		}
		s := table(t, w.String())
		if len(s.Rows) != 101 || s.Rows[49].Trouble != want {
			t.Errorf("%.20s: %d rows, %q; want %q", broken, len(s.Rows), s.Rows[min(49, len(s.Rows)-1)].Trouble, want)
			continue
		}
		for i := range 100 {
			at := i
			if i >= 49 {
				at++
			}
			if r := s.Rows[at]; r.Trouble != "" || r.Draft.Visual != fmt.Sprintf("/in/ep%d.mp4", i) {
				t.Errorf("%.20s: row %d is %s, %s", broken, at, r.Draft.Visual, r.Trouble)
			}
		}
	}
}

// A quote that is closed in another line takes at most the lines in between.
func TestQuotedLineBreaksAreKept(t *testing.T) {
	s := table(t, "video,audio,script\n\"a\nb.mp4\",x.wav,\nc.mp4,,\"one\n\ntwo\n\nthree\"\n\"d.mp4,\ne.mp4,\nf.mp4,\ng\",x.wav\nh.mp4,h.wav,\n")
	same(t, shown(s), []string{
		"a\nb.mp4 + x.wav",
		"c.mp4 + ",
		" + : line 9: a cell of this line goes on in other lines: is a quote not closed?",
		"e.mp4 + ", "f.mp4 + ",
		` + : line 12, column 2: this quote is not closed`,
		"h.mp4 + h.wav",
	})
	if s.Rows[1].Draft.Script != "one\n\ntwo\n\nthree" {
		t.Errorf("the script is %q", s.Rows[1].Draft.Script)
	}
}

// Hostile lines of JSON say where they are broken, too.
func TestBrokenJSONLines(t *testing.T) {
	s, err := jobset.Lines([]byte(strings.Join([]string{
		`{"request_id":"a1","payload":{"model":"sync-3","input":[{"type":"video","url":"https://x.io/a.mp4"},{"type":"audio","url":"https://x.io/a.wav"}]}}`,
		`{"video":"a.mp4","audio":}`,
		`{"request_id":"a1","payload":{"model":"sync-3","input":[{"type":"video","url":"https://x.io/b.mp4"},{"type":"audio","url":"https://x.io/b.wav"}]}}`,
		`{"video":"` + strings.Repeat("x", 70<<10) + `"}`,
		strings.Repeat("[", 20_000),
		`{"video":"c.mp4","audio":"c.wav"}`,
	}, "\r")), "/in", "", draft.Draft{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, shown(s), []string{
		"https://x.io/a.mp4 + https://x.io/a.wav",
		" + : line 2, column 26: not a JSON object: invalid character '}' looking for beginning of value",
		"https://x.io/b.mp4 + https://x.io/b.wav: line 3: its request_id is that of line 1 too",
		" + : line 4: the line is longer than 64 kB",
		" + : line 5, column 10001: not a JSON object: invalid character '[' exceeded max depth",
		"c.mp4 + c.wav",
	})
}

// Reading any file takes at most a few times its memory.
func TestHostileFilesTakeBoundedMemory(t *testing.T) {
	if raced {
		t.Skip("the race detector takes memory of its own")
	}
	for name, text := range map[string]string{
		"one line of delimiters":   strings.Repeat(",", 8<<20),
		"quotes that never close":  "video,audio\n" + strings.Repeat("\"x\n", 9000),
		"quotes and blank lines":   "video,audio\n" + strings.Repeat("\"\n", 9000),
		"lines without end":        "video,audio\n" + strings.Repeat("a", jobset.MaxBytes-100),
		"blank lines":              strings.Repeat("\n", 4<<20),
		"a hundred megabytes":      strings.Repeat("video,audio\n", 100<<20/12),
		"a hundred megabytes wide": utf16le(strings.Repeat("video\n", 1<<20), true),
	} {
		t.Run(name, func(t *testing.T) {
			raw := []byte(text)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _ = jobset.Table(raw, "/in", "", draft.Draft{}, nil)
			runtime.ReadMemStats(&after)
			if took := after.TotalAlloc - before.TotalAlloc; took > uint64(len(raw))+200<<20 {
				t.Errorf("%d MB for a file of %d MB", took>>20, len(raw)>>20)
			}
		})
	}
}

// Whatever a table holds, every line that is not blank is in some row, or the
// whole table is refused.
func TestNoLineIsLost(t *testing.T) {
	cell := rapid.SampledFrom([]string{"a.mp4", `"b"`, `"`, `""`, `c"d`, `"e`, `f"`, "", "=1", "é", "-x", `"x,y"`})
	rapid.Check(t, func(t *rapid.T) {
		var lines []string
		for n := range rapid.IntRange(1, 30).Draw(t, "lines") {
			lines = append(lines, fmt.Sprintf("v%d.mp4,%s,%s", n, cell.Draw(t, "cell"), cell.Draw(t, "cell")))
		}
		s, err := jobset.Table([]byte("video,audio,name\n"+strings.Join(lines, "\n")+"\n"), "/in", "", draft.Draft{}, nil)
		if err != nil {
			return
		}
		all := ""
		for i := range s.Rows {
			r := &s.Rows[i]
			all += r.Draft.Visual + "|" + r.Draft.Audio + "|" + r.Draft.OutputFileName + "|" + r.Trouble + "\n"
		}
		for n := range lines {
			video, line := fmt.Sprintf("v%d.mp4", n), fmt.Sprintf("line %d", n+2)
			if !strings.Contains(all, video) && !strings.Contains(all, line+":") && !strings.Contains(all, line+",") && !strings.Contains(all, line+" ") {
				t.Fatalf("%s is lost: %q in\n%s", line, lines[n], all)
			}
		}
	})
}
