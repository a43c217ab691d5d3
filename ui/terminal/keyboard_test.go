package terminal

import (
	"os"
	"strings"
	"testing"
	"time"
)

// typed returns what the program reads when the pieces arrive one after another.
func typed(t *testing.T, pieces ...string) string {
	t.Helper()
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	k := newKeyboard(in)
	var b strings.Builder
	for _, p := range pieces {
		if _, err := out.WriteString(p); err != nil {
			t.Fatal(err)
		}
	}
	out.Close()
	for buf := make([]byte, 256); ; {
		n, err := k.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			return b.String()
		}
	}
}

// The terminal's answer within a paste shows that the end of the paste got lost:
// it is an answer, and a ctrl+c before it was pressed.
func TestAnswerEndsAPaste(t *testing.T) {
	const answer = "\x1b[?62;22c"
	for name, c := range map[string]struct{ in, want string }{
		"answer alone":        {answer, answer},
		"after a paste":       {pasteStart + "text" + pasteEnd + answer, pasteStart + "text" + pasteEnd + answer},
		"in a paste":          {pasteStart + "text" + answer, pasteStart + "text" + pasteEnd + answer},
		"behind ctrl+c":       {pasteStart + "text\x03" + answer, pasteStart + "text" + pasteEnd + "\x03" + answer},
		"and the rest of it":  {pasteStart + "text" + answer + "2q\x03 more", pasteStart + "text" + pasteEnd + answer + pasteStart + "2q\x03 more"},
		"and ctrl+c in there": {pasteStart + "one\x03 two" + answer, pasteStart + "one\x03 two" + pasteEnd + answer},
	} {
		if got := typed(t, c.in); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestPasteWithoutAnEndIsEndedBySilence(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer out.Close()
	k := newKeyboard(in)
	if _, err := out.WriteString(pasteStart + "text"); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for began := time.Now(); time.Since(began) < 5*time.Second && !strings.HasSuffix(b.String(), pasteEnd); {
		buf := make([]byte, 64)
		n, err := k.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(buf[:n])
	}
	if got := b.String(); got != pasteStart+"text"+pasteEnd {
		t.Errorf("%q", got)
	}
}
