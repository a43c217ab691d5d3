package ui

import (
	"context"
	"errors"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// overhear adds a failed poll to the messages.
func (a *desk) overhear(topic state.Topic, err error) {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, api.ErrUnsupported) || errors.Is(err, api.ErrUnpriced) {
		return
	}
	a.Messages.Add(kit.Message{First: a.Now, Last: a.Now, Text: text.Of(topic.Words()) + ": " + errorText(err), Tone: paint.Bad}, true)
}

// note adds words shown on another screen to the messages, so that they can be
// found later.
func (a *desk) note(words text.Text) {
	a.Messages.Add(kit.Message{First: a.Now, Last: a.Now, Text: words, Tone: paint.Bad}, false)
}

// messages lists all messages in full, the newest first.
type messages struct {
	kit.Pager
	app    *desk
	at     uint64 // id of the selected message
	offset int    // its distance in lines from the top of the window
}

func (a *desk) openMessages() tea.Cmd {
	m := &messages{app: a}
	m.Pager = kit.Pager{Stage: a.Stage, Heading: "messages", Content: m.lines}
	if n := len(a.Messages.List); n > 0 {
		m.at = a.Messages.List[n-1].ID
	}
	page := func(by func() int) func() tea.Cmd { return kit.Plain(func() { m.page(by()) }) }
	m.Extra = []kit.Action{
		a.Does(keymap.CopyID, m.copy).Unless(m.nothing).Hinted("copy it"),
		a.Does(keymap.Down, kit.Plain(func() { m.step(1) })).Hinted("older"),
		a.Does(keymap.Up, kit.Plain(func() { m.step(-1) })).Hinted("newer"),
		a.Does(keymap.Top, kit.Plain(func() { m.show(len(a.Messages.List) - 1) })),
		a.Does(keymap.Bottom, kit.Plain(func() { m.show(0) })),
		a.Does(keymap.PageDown, page(func() int { return m.Height })),
		a.Does(keymap.PageUp, page(func() int { return -m.Height })),
		a.Does(keymap.HalfDown, page(func() int { return m.Height / 2 })),
		a.Does(keymap.HalfUp, page(func() int { return -m.Height / 2 })),
		a.Does(keymap.Messages, a.Pop),
	}
	m.Extra[0].Key.SetHelp(m.Extra[0].Key.Help().Key, "copy the message")
	m.Extra[len(m.Extra)-1].Key.SetHelp(string(a.KeyFor(keymap.Messages)), "back")
	a.Push(m)
	return nil
}

func (m *messages) nothing() text.Text {
	if len(m.app.Messages.List) == 0 {
		return "there are no messages yet"
	}
	return ""
}

// copy copies the selected message. It shows a notice but adds no message,
// which would push the list down.
func (m *messages) copy() tea.Cmd {
	a := m.app
	s := a.Messages.List[m.index()]
	a.Toast = kit.Toast{Text: "message copied", Tone: paint.OK, Until: a.Now.Add(kit.PraiseTime)}
	return tea.SetClipboard(string(s.Text))
}

// index returns the position of the selected message, or of the newest if that
// is gone.
func (m *messages) index() int {
	list := m.app.Messages.List
	if i := slices.IndexFunc(list, func(s kit.Message) bool { return s.ID == m.at }); i >= 0 {
		return i
	}
	return len(list) - 1
}

// spans returns the first line of every message and the line after its last.
func (m *messages) spans() [][2]int {
	list := m.app.Messages.List
	spans, at := make([][2]int, len(list)), headLines
	for i := len(list) - 1; i >= 0; i-- {
		n := len(m.block(&list[i], m.Width))
		spans[i], at = [2]int{at, at + n}, at+n
	}
	return spans
}

// headLines is the number of lines above the first message.
const headLines = 1

// step moves to the next message, after scrolling to the end of the selected
// one.
func (m *messages) step(by int) {
	spans := m.spans()
	if len(spans) == 0 {
		return
	}
	switch at := spans[m.index()]; {
	case by == 1 && at[1] > m.Top+m.Height, by == -1 && at[0] < m.Top:
		m.Scroll(by)
		m.anchor(spans)
	default:
		m.show(max(0, min(len(spans)-1, m.index()-by)))
	}
}

// show selects a message.
func (m *messages) show(index int) {
	spans := m.spans()
	if len(spans) == 0 {
		return
	}
	m.at = m.app.Messages.List[index].ID
	m.reveal(spans[index], index == len(spans)-1)
	m.anchor(spans)
}

// reveal scrolls as little as needed to show a message, its first line in any
// case.
func (m *messages) reveal(span [2]int, newest bool) {
	switch {
	case newest:
		m.Scroll(-m.Top)
	case span[0] < m.Top:
		m.Scroll(span[0] - m.Top)
	case span[1] > m.Top+m.Height:
		m.Scroll(min(span[0], span[1]-m.Height) - m.Top)
	}
}

// page scrolls, and moves the selection into view.
func (m *messages) page(by int) {
	m.Scroll(by)
	spans := m.spans()
	for i, span := range slices.Backward(spans) {
		if span[0] >= m.Top || span[1] >= m.Top+m.Height {
			m.at = m.app.Messages.List[i].ID
			break
		}
	}
	m.anchor(spans)
}

func (m *messages) anchor(spans [][2]int) {
	if len(spans) > 0 {
		m.offset = spans[m.index()][0] - m.Top
	}
}

// Tick keeps the view steady when new messages arrive above it.
func (m *messages) Tick(time.Time) tea.Cmd {
	if spans := m.spans(); m.Top > 0 && len(spans) > 0 {
		m.Scroll(spans[m.index()][0] - m.offset - m.Top)
	}
	return nil
}

func (m *messages) lines(width int) []paint.Styled {
	t := m.app.Theme
	list := m.app.Messages.List
	if len(list) == 0 {
		return []paint.Styled{"", "  " + t.Text(paint.Muted, "No messages yet.")}
	}
	lines := make([]paint.Styled, headLines, headLines+len(list))
	for i := len(list) - 1; i >= 0; i-- {
		lines = append(lines, m.block(&list[i], width)...)
	}
	return lines
}

// block draws one message in full, with its time.
func (m *messages) block(s *kit.Message, width int) []paint.Styled {
	const beside, indent = 50, 2 // the width from which the time is beside the words
	t := m.app.Theme
	at := clock(s.Last, m.app.Now)
	left, mark := indent, paint.Blank(indent)
	if s.ID == m.at {
		mark = t.Text(paint.CursorBar, t.Glyphs.Cursor) + " "
	}
	var lines []paint.Styled
	if width >= beside {
		left += paint.TextWidth(at) + 2
	} else {
		lines = append(lines, mark+t.Text(paint.Muted, at))
	}
	for i, l := range paint.Wrap(s.Text, max(1, width-left-1)) {
		margin := paint.Blank(left)
		if i == 0 && width >= beside {
			margin = mark + t.Text(paint.Muted, at) + "  "
		}
		lines = append(lines, margin+t.Text(s.Tone, l))
	}
	if s.Times > 1 {
		words := text.Sprintf("%d times since %s", s.Times, clock(s.First, m.app.Now))
		lines = append(lines, paint.Blank(left)+t.Text(paint.Muted, words))
	}
	return lines
}
