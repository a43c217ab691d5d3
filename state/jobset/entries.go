package jobset

import "strings"

// Entries splits a text into the paths and links in it. There may be one per
// line, or several in a line, separated by spaces as in a shell: terminals type
// such a line when several files are dropped on them. Quotes are kept; whoever
// reads the path removes them.
func Entries(typed string) (entries []string) {
	for line := range strings.Lines(typed) {
		var w words
		for _, r := range strings.TrimSpace(line) {
			w.add(r)
		}
		entries = append(entries, w.end()...)
	}
	return entries
}

// words splits a line as a shell does.
type words struct {
	done    []string
	word    strings.Builder
	quote   rune // the open quote, 0 if none
	escaped bool
}

func (w *words) add(r rune) {
	switch {
	case w.escaped:
		w.escaped = false
	case r == '\\' && w.quote != '\'':
		w.escaped = true
	case w.quote != 0:
		if r == w.quote {
			w.quote = 0
		}
	case r == '\'' || r == '"':
		w.quote = r
	case r == ' ' || r == '\t':
		w.end()
		return
	}
	w.word.WriteRune(r)
}

// end ends a word and returns all of them.
func (w *words) end() []string {
	if w.word.Len() > 0 {
		w.done = append(w.done, w.word.String())
	}
	w.word.Reset()
	return w.done
}
