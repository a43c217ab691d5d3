package ui

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/journal"
	"dubtop/state/table"
	"dubtop/ui/kit"
)

// lands is a reply that changes the store as an answer would.
type lands func(a *desk)

func (f lands) apply(a *desk) tea.Cmd { f(a); return nil }

// walker is a user of a list that changes by itself. It knows only what the
// last frame showed and which keys have moved the cursor since.
type walker struct {
	*rapid.T
	a     *App
	fresh int // the number of the next job

	frame   []string // the names of all rows in the order of the last frame
	drawn   string   // the name in the cursor's row there, "" if there was none
	at      int      // the position of that name in frame
	target  string   // what an action may act on, besides nothing
	changed bool     // rows or order may have changed since the frame
	strayed bool     // the cursor was moved since then
}

func newWalker(tb testing.TB, t *rapid.T, j *journal.Journal) *walker {
	w := &walker{T: t, a: newDesk(tb, 0)}
	w.a.session.Journal = j
	w.bring(rapid.IntRange(1, 25).Draw(t, "jobs"))
	w.resize(rapid.IntRange(24, 160).Draw(t, "width"), rapid.IntRange(7, 50).Draw(t, "height"))
	return w
}

// job returns a job with a short name of its own.
func (w *walker) job(n int) state.Generation {
	is := rapid.IntRange(0, 1<<12-1).Draw(w.T, "job")
	return state.NewGeneration(api.Generation{
		ID:             api.ID(fmt.Sprintf("j%04d-64a4-4c55-a6a1-4f3b2f7a1111", n)),
		CreatedAt:      api.Time{Time: w.a.Now.Add(-time.Duration(is>>5) * time.Minute)},
		Status:         []api.Status{api.Pending, api.Processing, api.Completed, api.Failed}[is&3],
		Model:          []text.Text{"lipsync-2", "sync-3"}[is>>2&1],
		OutputDuration: api.Seconds(is >> 3 & 3),
		OutputFileName: text.Text(fmt.Sprintf("j%04d", n)),
	})
}

// bring applies an answer with some new jobs.
func (w *walker) bring(n int) {
	jobs := make([]state.Generation, n)
	for i := range jobs {
		jobs[i] = w.job(w.fresh)
		w.fresh++
	}
	w.answer(func(c *table.Collection[state.Generation]) { c.Merge(c.Ask(w.a.Now), jobs, w.a.Now) })
}

// change applies an answer with changes to some jobs.
func (w *walker) change() {
	jobs := make([]state.Generation, rapid.IntRange(1, 4).Draw(w.T, "changed"))
	for i := range jobs {
		jobs[i] = w.job(rapid.IntRange(0, w.fresh-1).Draw(w.T, "which"))
	}
	w.answer(func(c *table.Collection[state.Generation]) { c.Merge(c.Ask(w.a.Now), jobs, w.a.Now) })
}

// lose applies an answer in which some jobs are gone.
func (w *walker) lose() {
	gone := rapid.IntRange(1, 9).Draw(w.T, "gone")
	w.answer(func(c *table.Collection[state.Generation]) {
		var left []state.Generation
		for g := range c.All() {
			if (len(left)+gone)%3 != 0 {
				left = append(left, *g)
			} else {
				gone += 2
			}
		}
		c.Answer(c.Ask(w.a.Now), left, w.a.Now)
	})
}

func (w *walker) answer(write func(c *table.Collection[state.Generation])) {
	w.changed = true
	w.update(lands(func(a *desk) { write(&a.store.Generations) }))
}

// update applies a message while no frame is drawn.
func (w *walker) update(msg tea.Msg) { w.a.Update(msg) }

// draw draws a frame and looks at it.
func (w *walker) draw() {
	w.a.Frame.Fresh = false
	w.a.View()
	w.look()
}

func (w *walker) resize(width, height int) {
	w.a.Update(tea.WindowSizeMsg{Width: width, Height: height})
	w.draw()
}

// list returns the list of jobs.
func (w *walker) list() *kit.List[state.Generation] {
	return &w.a.tabs[0].screen.(*kit.ListView[state.Generation]).List
}

var cursorRow = regexp.MustCompile(`(?m)^▌.*?\b(j\d{4})`)

// look takes in the last frame if it shows the list undimmed, without a picker over
// its rows. Otherwise the list drawn before is what the user knows.
func (w *walker) look() {
	row := cursorRow.FindStringSubmatch(ansi.Strip(string(w.a.Frame.Content)))
	if w.a.tab != 0 || row == nil && len(w.a.Stack) > 1 {
		return
	}
	for _, s := range w.a.Stack[1:] {
		if o, over := s.(kit.Overlay); !over || o.Dims() {
			return
		}
		if p, tall := s.(interface{ Lines() int }); tall && p.Lines() == 0 {
			return
		}
	}
	w.frame, w.drawn, w.at, w.changed, w.strayed = nil, "", 0, false, false
	if row != nil {
		w.drawn = row[1]
	}
	w.frame = w.rows()
	w.at, w.target = slices.Index(w.frame, w.drawn), w.drawn
}

// rows returns the names of all rows in order.
func (w *walker) rows() (names []string) {
	l := w.list()
	l.Refresh()
	for i := range l.Shown.Len() {
		names = append(names, string(l.Shown.At(i).Name))
	}
	return names
}

// move presses a key that moves the cursor.
func (w *walker) move() {
	if w.a.Top() != w.a.tabs[0].screen {
		return
	}
	w.moveBy(rapid.SampledFrom([]string{"j", "j", "j", "k", "k", "k", "g", "G", "ctrl+d"}).Draw(w.T, "movement"))
}

func (w *walker) moveBy(key string) {
	defer w.update(keyPress(key))
	w.strayed = w.strayed || w.drawn == "" || !slices.Equal(w.frame, w.rows())
	if w.strayed {
		w.target = "" // nobody has seen where the cursor goes
		return
	}
	switch key {
	case "j":
		w.at++
	case "k":
		w.at--
	case "g":
		w.at = 0
	case "G":
		w.at = len(w.frame) - 1
	case "ctrl+d":
		w.at += w.list().Page() / 2
	}
	w.at = max(0, min(len(w.frame)-1, w.at))
	w.target = w.frame[w.at]
}

// keys presses keys that change what is shown, or open and close screens.
func (w *walker) keys() {
	k := rapid.SampledFrom([]string{"/", "s", "S", "F", "?", ":", "enter", "esc", "esc", "2", "1", "v", "a", "A", ",", "j", "0", "backspace"}).Draw(w.T, "key")
	if k == "j" && w.a.Top() == w.a.tabs[0].screen {
		w.moveBy(k)
		return
	}
	w.changed = true
	w.update(keyPress(k))
}

func keyPress(k string) tea.KeyPressMsg {
	switch k {
	case "enter":
		return tea.KeyPressMsg{Code: tea.KeyEnter}
	case "esc":
		return tea.KeyPressMsg{Code: tea.KeyEscape}
	case "backspace":
		return tea.KeyPressMsg{Code: tea.KeyBackspace}
	case "space":
		return press(' ')
	case "ctrl+d":
		return tea.KeyPressMsg{Code: 'd', Mod: tea.ModCtrl}
	}
	return press([]rune(k)[0])
}

// filter filters the list through its prompt.
func (w *walker) filter() {
	if w.a.Top() != w.a.tabs[0].screen {
		return
	}
	words := rapid.SampledFrom([]string{"status:failed", "-completed", "j000", "sync-3", "nothing", "0"}).Draw(w.T, "words")
	keys := []tea.KeyPressMsg{press('/')}
	for _, r := range words {
		keys = append(keys, press(r))
	}
	if rapid.Bool().Draw(w.T, "kept") {
		keys = append(keys, keyPress("enter"))
	}
	for _, k := range keys {
		w.changed = true
		w.update(k)
	}
}

// act presses a key that acts on a row, and checks which one.
func (w *walker) act() {
	if w.a.Top() != w.a.tabs[0].screen {
		return
	}
	marks, before := w.marked(), *w
	key := rapid.SampledFrom([]string{"y", ".", "enter", "space", "t"}).Draw(w.T, "action")
	w.a.Toast = kit.Toast{}
	_, cmd := w.a.Update(keyPress(key))
	w.draw()
	var got []string
	switch key {
	case "y":
		got = w.copied(cmd)
	case ".":
		got = w.again()
	case "enter":
		marks = nil // details of one job
		if d, ok := w.a.Top().(*generationDetails); ok {
			got = []string{string(d.id[:5])}
			w.a.Pop()
		}
	case "space":
		got = changes(marks, w.marked())
		marks = nil
	case "t":
		if p, ok := w.a.Top().(*kit.Prompt); ok {
			got = jobName.FindAllString(string(p.Heading), -1)
			w.a.Pop()
		}
	}
	before.judge(key, got, marks)
}

// again returns the names of the jobs being run again.
func (w *walker) again() (names []string) {
	if m := jobName.FindString(string(w.a.Toast.Text)); m != "" {
		names = []string{m}
	}
	if g, ok := w.a.Top().(*group); ok {
		for i := range g.jobs {
			names = append(names, string(g.jobs[i].job.Name))
		}
		g.stop()
		w.a.Pop()
	}
	return names
}

// changes returns the names that are in only one of two sets.
func changes(before, after map[string]struct{}) (names []string) {
	for _, sets := range [][2]map[string]struct{}{{before, after}, {after, before}} {
		for name := range sets[0] {
			if _, both := sets[1][name]; !both {
				names = append(names, name)
			}
		}
	}
	return names
}

var jobName = regexp.MustCompile(`\bj\d{4}\b`)

// judge checks what an action acted on.
func (w *walker) judge(key string, got []string, marks map[string]struct{}) {
	want := []string{w.target}
	settled := !w.changed && w.drawn != ""
	if len(marks) > 0 {
		want, settled = slices.Sorted(maps.Keys(marks)), true
		if key == "t" && len(marks) > 1 {
			return // its title counts them
		}
	}
	slices.Sort(got)
	switch {
	case len(got) == 0 && !settled:
	case w.target == "" && len(marks) == 0 && len(got) == 0:
	case !slices.Equal(got, want):
		w.Fatalf("%s acted on %q; drawn was %q, moved to %q, marked %d (changed %t)\n%s",
			key, got, w.drawn, w.target, len(marks), w.changed, ansi.Strip(string(w.a.Frame.Content)))
	}
}

// copied runs a command that copies, and returns the names of the ids.
func (w *walker) copied(cmd tea.Cmd) (names []string) {
	if cmd == nil {
		return nil
	}
	for _, line := range strings.Fields(fmt.Sprint(cmd())) {
		names = append(names, line[:min(5, len(line))])
	}
	return names
}

// marked returns the names of the marked rows.
func (w *walker) marked() map[string]struct{} {
	names := map[string]struct{}{}
	if m := w.list().Marks; m != nil {
		w.list().Refresh()
		for g := range m.On {
			names[string(g.Name)] = struct{}{}
		}
	}
	return names
}

// TestActionAppliesToTheDrawnRow checks one law for any sequence of answers,
// sizes, filters, orders, marks, focus and screens: an action applies to the
// row that the last frame showed under the cursor, or to the one that movement
// keys reached among the rows drawn there, or to nothing. If nothing has
// happened since the frame, it always applies. Each length is tried 100 times;
// -rapid.checks asks for more.
func TestActionAppliesToTheDrawnRow(t *testing.T) {
	t.Parallel()
	j, err := journal.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	for _, steps := range []int{8, 20, 40} {
		t.Run(fmt.Sprint(steps), func(tt *testing.T) {
			rapid.Check(tt, func(t *rapid.T) {
				w := newWalker(tt, t, j)
				for range steps {
					w.step()
				}
			})
		})
	}
}

// In a small window a prompt may cover every row. The first key after it
// applies to no row, because none was visible.
func TestRowUnderAPromptWasNotDrawn(t *testing.T) {
	t.Parallel()
	a := newDesk(t, 1)
	a.Update(tea.WindowSizeMsg{Width: 24, Height: 7})
	for _, k := range "/-completed:" {
		a.Update(press(k))
	}
	a.View()
	a.Update(keyPress("enter"))
	a.Toast = kit.Toast{}
	if _, cmd := a.Update(press('y')); cmd != nil && strings.Contains(fmt.Sprint(cmd()), "-64a4-") {
		t.Errorf("y copied an id that was not on the screen:\n%s", ansi.Strip(string(a.Frame.Content)))
	}
	a.View()
	if _, cmd := a.Update(press('y')); cmd == nil {
		t.Error("y does nothing for a row that is on the screen")
	}
}

func (w *walker) step() {
	steps := []func(){
		w.draw, w.draw, w.move, w.move, w.keys, w.filter, w.change, w.change, w.lose, w.act, w.act, w.act,
		func() { w.bring(rapid.IntRange(1, 3).Draw(w.T, "new")) },
		func() {
			w.resize(rapid.IntRange(24, 160).Draw(w.T, "width"), rapid.IntRange(7, 50).Draw(w.T, "height"))
		},
		func() { w.update(tea.FocusMsg{}) },
		func() { w.update(tea.BlurMsg{}) },
		func() { w.a.Now = w.a.Now.Add(time.Second); w.update(lands(func(*desk) {})) },
	}
	steps[rapid.IntRange(0, len(steps)-1).Draw(w.T, "step")]()
}
