package cli

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"dubtop/api/text"
)

// progress is a line on standard error that is written over. It is only shown at
// a terminal.
type progress struct {
	out   io.Writer
	wide  int // width of the terminal; 0 without one
	shown text.Text
}

func newProgress(v voice) *progress {
	p := &progress{out: v.out}
	if !v.json {
		p.wide = terminalWidth(v.out)
	}
	return p
}

// show replaces the line. The words are kept rather than a bar before them, where
// there is no room for both.
func (p *progress) show(words text.Text) {
	if p.wide == 0 || words == p.shown {
		return
	}
	p.shown = words
	if now := terminalWidth(p.out); now > 0 { // it may have changed
		p.wide = now
	}
	if said, found := strings.CutPrefix(string(words), "["); found && utf8.RuneCountInString(string(words)) >= p.wide {
		_, said, _ = strings.Cut(said, "] ")
		words = text.Of(said)
	}
	fmt.Fprint(p.out, "\r", text.Clean(string(words), p.wide-1), "\x1b[K")
}

// clear removes the line, so that something else can be written.
func (p *progress) clear() {
	if p.wide > 0 && p.shown != "" {
		p.shown = ""
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

// bar draws how much is done of all.
func bar(done, all int) text.Text {
	const width = 20
	n := 0
	if all > 0 {
		n = width * done / all
	}
	b := make([]byte, width)
	for i := range b {
		b[i] = ' '
		if i < n {
			b[i] = '#'
		}
	}
	return text.Of("[" + string(b) + "]")
}
