package kit

import (
	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/table"
	"dubtop/ui/paint"
)

// rowsAtOnce is how many rows are checked between two keys: in about a
// millisecond.
const rowsAtOnce = 10_000

// askFilter opens the filter prompt. Whenever the filter being typed matches
// the original item, the cursor returns to it.
func (l *List[T]) askFilter() {
	l.Refresh()
	l.cursor.home, l.typing = l.cursor.id, true
	p := &filterPrompt{
		stage: l.Stage, input: paint.NewInput(l.Stage.Theme), before: l.Query.Text,
		apply: l.filter, settle: l.Settle, found: l.Position, mistake: l.mistake,
		left: func() { l.cursor.home, l.search, l.typing = "", table.Search[T]{}, false },
		kept: l.seek, complete: completing{offers: l.Shown.Complete},
	}
	p.input.Prompt = "/ "
	p.input.Placeholder = "words, status:failed, cost:>1 age:<2h, this or that, -not"
	p.input.SetValue(p.before)
	p.input.CursorEnd()
	l.Stage.Push(p)
}

// mistake returns what in the filter looks like a mistake, or "".
func (l *List[T]) mistake() text.Text {
	l.Refresh()
	if m := l.Shown.Mistake(); m != nil {
		return text.Of(m.Error())
	}
	return ""
}

// filter hides the rows that do not match. Among many rows they are searched
// once the typed text is on the screen, in steps, so that a key may come before
// each. Until the last one the list stays as it is.
func (l *List[T]) filter(words string) tea.Cmd {
	q := l.Query
	q.Text = words
	l.searching = nil
	if l.Rows.Len() > rowsAtOnce && q != l.Query {
		l.searching = &searching[T]{list: l, query: q}
		return l.searching.next
	}
	l.Query = q
	l.Refresh()
	return nil
}

// searching is a search on its way. As a message it asks for the next step.
type searching[T any] struct {
	list        *List[T]
	query       table.Query
	begun, over bool
}

func (s *searching[T]) next() tea.Msg { return s }

func (s *searching[T]) apply(*Stage) tea.Cmd {
	switch {
	case s.list.searching != s: // a key has come between
		return nil
	case !s.begun:
		s.begin()
	default:
		s.over = s.list.search.Step(rowsAtOnce)
	}
	if !s.over {
		return s.next
	}
	s.list.Settle()
	return nil
}

func (s *searching[T]) begin() {
	l := s.list
	l.Refresh()
	s.begun, s.over = true, l.search.Begin(l.Rows, s.query, &l.Shown)
}

// Asked reports whether the user waits for the change made by the message.
func (s *searching[T]) Asked() bool { return s.over }

// Settle completes the search for the filter being typed and shows its rows.
func (l *List[T]) Settle() {
	s := l.searching
	if s == nil {
		return
	}
	if !s.begun {
		s.begin()
	}
	l.searching, l.Query = nil, s.query
	l.search.Finish(&l.Shown)
	l.reordered()
	l.Stage.Layout() // the prompt may have a line more, or less
}

// filterPrompt is the line a filter is typed into. The list follows every
// keystroke; enter keeps the filter, esc restores the previous one.
type filterPrompt struct {
	stage   *Stage
	input   paint.Input
	before  string
	apply   func(string) tea.Cmd
	settle  func()           // completes what apply has begun
	found   func() text.Text // the position in the list and the number of matches
	mistake func() text.Text // returns what in the filter looks like a mistake
	left    func()           // called when the prompt is left
	kept    func() tea.Cmd   // asks for the rows of the filter
	width   int

	complete completing
}

func (p *filterPrompt) Title() text.Text { return "filter" }

// Leave runs when the prompt closes.
func (p *filterPrompt) Leave() tea.Cmd {
	p.settle()
	p.left()
	return nil
}

// Position returns the list's position, so that the number of matches stays
// visible.
func (p *filterPrompt) Position() text.Text { return p.found() }

func (p *filterPrompt) SetSize(width, _ int) {
	p.width = width
	p.input.SetWidth(max(1, width-4))
}

// Place puts the prompt on the last line of the body.
func (p *filterPrompt) Place(_, boxHeight, _, height int) (int, int) { return 0, height - boxHeight }

// Dims returns false: the list below shows the matches.
func (p *filterPrompt) Dims() bool { return false }

func (p *filterPrompt) Actions() []Action {
	a := p.stage
	keep := a.Does(keymap.Choose, func() tea.Cmd {
		p.settle()
		if mistake := p.mistake(); mistake != "" {
			a.Warn(mistake)
		}
		return tea.Batch(a.Pop(), p.kept())
	}).Hinted("keep the filter")
	drop := a.Does(keymap.Leave, func() tea.Cmd { return tea.Batch(p.apply(p.before), a.Pop()) }).Hinted("cancel")
	return []Action{keep, p.completeAction(), drop}
}

func (p *filterPrompt) Update(msg tea.Msg) tea.Cmd {
	return p.changed(func() tea.Cmd { return p.input.Update(msg) })
}

// changed applies the filter if change changes it.
func (p *filterPrompt) changed(change func() tea.Cmd) tea.Cmd {
	was, before := p.input.Value(), p.Lines()
	typed := change()
	if p.input.Value() == was {
		return typed
	}
	search := p.apply(p.input.Value())
	if p.Lines() != before {
		p.stage.Layout()
	}
	return tea.Batch(typed, search)
}

// Lines returns the height of the prompt: a warning takes a line above the
// input.
func (p *filterPrompt) Lines() int {
	if p.mistake() != "" {
		return 2
	}
	return 1
}

func (p *filterPrompt) View() paint.Styled {
	line := p.offered(paint.PadStyled(p.input.View(), p.width))
	if mistake := p.mistake(); mistake != "" {
		t := p.stage.Theme
		return paint.Joined([]paint.Styled{t.Text(paint.Warn, paint.Fit("  "+mistake, p.width, false, t.Glyphs.More)), line})
	}
	return line
}

func (p *filterPrompt) Cursor() *tea.Cursor {
	c := p.input.Cursor()
	if c != nil {
		c.Y += p.Lines() - 1
	}
	return c
}
