package terminal_test

import (
	"regexp"
	"testing"
)

// fill fills in the form for a new job named name.
func (w *window) fill(media, name string) {
	w.t.Helper()
	w.keys("n")
	w.sees("Output file name")
	w.clears()
	w.paste(media + name + "_28s.mp4")
	w.keys("\t")
	w.paste(media + "line_25s.wav")
	w.sees(name+"_28s.mp4", "line_25s.wav")
}

// empty matches a form without files.
var empty = regexp.MustCompile(`(?s)Video +https://…  .*Audio +https://…  `)

// clears clears the form. What it says about that may give way at once to what is
// said about another job.
func (w *window) clears() {
	w.t.Helper()
	w.keys("\x0c") // ctrl+l
	w.until("the form is empty", func() bool { return empty.MatchString(w.screen()) })
}

// price asks for the price and waits until the dialog listens.
func (w *window) price() {
	w.t.Helper()
	w.keys("\x13") // ctrl+s
	w.sees("Send this job?", "This will cost $1.25", "y send it  n no, go back")
}

func TestJobIsSentOnceAndOpened(t *testing.T) {
	t.Parallel()
	a := simulated(t, "--speed", "1000")
	g := a.gate(0)
	w := open(t, stage{env: a.env(g.URL)})
	w.sees("completed", "n new", "4 Models 5")
	w.fill(a.media(), "talk")
	w.price()
	w.keys("yyyy\r\r") // keys after the yes go to the list
	w.sees("accepted", "details")
	w.keys("\x1b")
	w.sees("talk_28s", "n new")
	if n := g.arrivals("talk_28s"); n != 1 {
		t.Errorf("%d paid requests left", n)
	}
	w.keysAreNowhere(a.key)
	w.keys("q")
	w.ends(0)
}

func TestTwoWindowsShareOneJournal(t *testing.T) {
	t.Parallel()
	a := simulated(t)
	g := a.gate(0)
	pass := g.shut(t)
	one := open(t, stage{env: a.env(g.URL)})
	one.sees("completed", "n new", "4 Models 5")
	one.fill(a.media(), "shared")
	one.price()
	one.keys("y")
	one.until("the request is on its way", func() bool { return g.arrivals("shared_28s") == 1 })
	two := open(t, stage{home: one.home, env: a.env(g.URL)})
	two.sees("shared_28s")
	pass()
	one.sees("accepted")
	two.keys("r")
	two.sees("pending", "shared_28s")
	two.loses("sending")
	if n := g.arrivals("shared_28s"); n != 1 {
		t.Errorf("%d paid requests left", n)
	}
	for _, w := range []*window{one, two} {
		w.keys("q")
		w.ends(0)
		w.restored("after q")
	}
}

func TestQuittingDuringARequestAsksAndRemembers(t *testing.T) {
	t.Parallel()
	a := simulated(t)
	g := a.gate(0)
	pass := g.shut(t)
	w := open(t, stage{env: a.env(g.URL)})
	w.sees("completed", "n new", "4 Models 5")
	w.fill(a.media(), "parted")
	w.price()
	w.keys("y")
	w.until("the request is on its way", func() bool { return g.arrivals("parted_28s") == 1 })
	w.keys("q")
	w.sees("A paid request is being sent", "y quit now  n stay")
	w.keys("y")
	w.ends(0)
	pass()
	again := open(t, stage{home: w.home, env: a.env(g.URL)})
	again.sees("maybe charged", "parted_28s")
	if n := g.arrivals("parted_28s"); n != 1 {
		t.Errorf("%d paid requests left", n)
	}
}
