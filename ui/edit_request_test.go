package ui_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"dubtop/ui"
)

// pen is an editor that answers at once.
type pen func(name, text string) (string, error)

func (p pen) Edit(name, text string) (string, error) { return p(name, text) }

// writing is an editor with a prepared answer to each text, in order.
type writing struct {
	got   []string
	next  []func(text string) string
	names []string
}

func (w *writing) pen(name, text string) (string, error) {
	w.got, w.names = append(w.got, text), append(w.names, name)
	if len(w.next) == 0 {
		return "", errors.New("exit status 1")
	}
	do := w.next[0]
	w.next = w.next[1:]
	return do(text), nil
}

func (w *writing) then(do ...func(text string) string) { w.next = append(w.next, do...) }

func (w *writing) stage() stage { return stage{config: func(c *ui.Config) { c.Edit = pen(w.pen) }} }

// swap replaces a text in what is edited.
func swap(old, with string) func(string) string {
	return func(text string) string { return strings.Replace(text, old, with, 1) }
}

func TestRequestIsEditedAsJSON(t *testing.T) {
	t.Parallel()
	w := &writing{}
	tell(t, w.stage(), func(s *story) {
		s.fillForm()
		s.fill("Label", "mine")
		w.then(swap(`"input"`, `"options": {"sync_mode": "loop", "fps": 24, "model_mode": "lips"}, "dialogueEdit": {"take": 2}, "input"`))
		s.Press("ctrl+r")
		s.Sees("loop", "Others, kept", "dialogueEdit, options.fps", "lipsync-2 has no model_mode: left out", "mine", "line_25s.wav")
		if !strings.Contains(w.got[0], s.media("talk_28s.mp4")) || strings.Contains(w.got[0], "mine") || w.names[0] != "request.json" {
			s.t.Errorf("%s has\n%s", w.names[0], w.got[0])
		}
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(time.Second)
		body := string(s.account.Accepted()[0].Body)
		if !strings.Contains(body, `"options":{"fps":24,"sync_mode":"loop"}`) || !strings.Contains(body, `"dialogueEdit":{"take":2}`) {
			s.t.Errorf("sent %s", body)
		}
	})
}

func TestBrokenJSONIsKeptUntilItIsMended(t *testing.T) {
	t.Parallel()
	w := &writing{}
	tell(t, w.stage(), func(s *story) {
		s.fillForm()
		w.then(swap(",\n", "\n"), func(broken string) string { return broken }, swap(`"lipsync-2"`, `"sync-3",`))
		s.Press("ctrl+r")
		s.Pass(time.Second)
		s.Sees("The request can't be read", "line 3, column 3: a comma or a closing bracket is missing")
		s.Press("y") // still broken
		s.Pass(time.Second)
		s.Sees("The request can't be read")
		s.Press("n")
		s.Sees("The edited request can't be read: line 3, column 3", "talk_28s.mp4")
		s.Press("ctrl+s")
		s.Sees("the edited request can't be read yet")
		s.Press("esc", "n") // it is kept with the draft
		s.Sees("The edited request can't be read: line 3, column 3")
		s.Press("ctrl+r")
		s.DoesNotSee("can't be read")
		s.Sees("sync-3", "Video or image", "talk_28s.mp4")
		if w.got[1] != w.got[2] || !strings.Contains(w.got[2], "\"lipsync-2\"\n") {
			s.t.Errorf("the editor got\n%s", w.got[2])
		}
	})
}

func TestEditorThatFailsOrEmptiesChangesNothing(t *testing.T) {
	t.Parallel()
	w := &writing{}
	tell(t, w.stage(), func(s *story) {
		s.fillForm()
		s.Press("ctrl+r")
		s.Sees("the editor failed, and nothing was changed: exit status 1", "talk_28s.mp4", "line_25s.wav")
		w.then(func(string) string { return "\n" }, func(string) string { return "{" }, func(string) string { return "" })
		s.Press("ctrl+r")
		s.Sees("the text was empty, and nothing was changed", "talk_28s.mp4")
		s.Press("ctrl+r")
		s.Pass(time.Second)
		s.Press("n")
		s.Sees("the JSON ends too early")
		s.Press("ctrl+r")
		s.Sees("the text was empty", "talk_28s.mp4", "line_25s.wav")
		s.DoesNotSee("the JSON ends too early")
	})
	tell(t, stage{}, func(s *story) {
		s.Press("n", "ctrl+r")
		s.Sees("there is no editor here")
	})
}

func TestOneFieldIsEdited(t *testing.T) {
	t.Parallel()
	w := &writing{}
	tell(t, w.stage(), func(s *story) {
		s.Press("n")
		s.fill("Video", "https://x.io/a.mp4")
		w.then(swap("a.mp4", "b.mp4\n"), func(string) string { return "One.\nTwo.\n" })
		s.Press("ctrl+e")
		s.Sees("https://x.io/b.mp4")
		s.at("or a script")
		s.Press("ctrl+e")
		s.Press("ctrl+r")
		if last := w.got[len(w.got)-1]; !strings.Contains(last, `"script": "One.\nTwo."`) {
			s.t.Errorf("the script is\n%s", last)
		}
		s.at("Model")
		s.Press("ctrl+e")
		s.Sees("this field takes no text")
	})
}
