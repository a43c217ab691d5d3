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

// messages lists all messages in full, and beside them the requests to servers,
// the newest first.
type messages struct {
	kit.Pager
	app    *desk
	part   int
	at     [messageParts]uint64 // ids of the selected entries
	offset int                  // distance of the selected one in lines from the top of the window
	list   []entry              // of the part, the newest last; see load
}

// The parts of the messages.
const (
	partMessages = iota
	partRequests
	messageParts
)

// entry is a message or a request.
type entry struct {
	id    uint64
	words text.Text // for the clipboard
	draw  func(width int, mark paint.Styled) []paint.Styled
}

func (a *desk) openMessages() tea.Cmd {
	m := &messages{app: a}
	m.Pager = kit.Pager{Stage: a.Stage, Heading: "messages", Content: m.lines}
	m.load()
	page := func(by func() int) func() tea.Cmd { return kit.Plain(func() { m.page(by()) }) }
	turn := kit.Plain(func() { m.part = (m.part + 1) % messageParts; m.load(); m.Scroll(-m.Top) })
	m.Extra = []kit.Action{
		a.Does(keymap.CopyID, m.copy).Unless(m.nothing).Hinted("copy it"),
		a.Does(keymap.NextPart, turn).Hinted("next part").Called("messages or requests"),
		a.Does(keymap.PreviousPart, turn),
		a.Does(keymap.Down, kit.Plain(func() { m.step(1) })).Hinted("older"),
		a.Does(keymap.Up, kit.Plain(func() { m.step(-1) })).Hinted("newer"),
		a.Does(keymap.Top, kit.Plain(func() { m.show(len(m.list) - 1) })),
		a.Does(keymap.Bottom, kit.Plain(func() { m.show(0) })),
		a.Does(keymap.PageDown, page(func() int { return m.Height })),
		a.Does(keymap.PageUp, page(func() int { return -m.Height })),
		a.Does(keymap.HalfDown, page(func() int { return m.Height / 2 })),
		a.Does(keymap.HalfUp, page(func() int { return -m.Height / 2 })),
		a.Does(keymap.Messages, a.Pop),
	}
	m.Extra[0] = m.Extra[0].Called("copy the message")
	m.Extra[len(m.Extra)-1] = m.Extra[len(m.Extra)-1].Called("back")
	a.Push(m)
	return nil
}

// load reads the entries of the part. The selected one stays, or else it is the
// newest.
func (m *messages) load() {
	a := m.app
	m.list = m.list[:0]
	switch {
	case m.part == partMessages:
		for i := range a.Messages.List {
			s := &a.Messages.List[i]
			m.list = append(m.list, entry{s.ID, s.Text, func(width int, mark paint.Styled) []paint.Styled { return m.message(s, width, mark) }})
		}
	case a.session != nil:
		for _, e := range a.session.Client.Exchanges() {
			m.list = append(m.list, entry{e.ID, requestWords(&e), func(width int, mark paint.Styled) []paint.Styled { return m.request(&e, width, mark) }})
		}
	}
	if n := len(m.list); n > 0 {
		m.at[m.part] = m.list[m.index()].id
	}
}

func (m *messages) nothing() text.Text {
	if len(m.list) == 0 {
		return "there is nothing yet"
	}
	return ""
}

// copy copies the selected entry. It shows a notice but adds no message, which
// would push the list down.
func (m *messages) copy() tea.Cmd {
	a := m.app
	what := [...]text.Text{partMessages: "message", partRequests: "request"}[m.part]
	a.Toast = kit.Toast{Text: what + " copied", Tone: paint.OK, Until: a.Now.Add(kit.PraiseTime)}
	return tea.SetClipboard(string(m.list[m.index()].words))
}

// index returns the position of the selected entry, or of the newest if that is
// gone.
func (m *messages) index() int {
	if i := slices.IndexFunc(m.list, func(e entry) bool { return e.id == m.at[m.part] }); i >= 0 {
		return i
	}
	return len(m.list) - 1
}

// spans returns the first line of every entry and the line after its last.
func (m *messages) spans() [][2]int {
	m.load()
	spans, at := make([][2]int, len(m.list)), headLines
	for i := len(m.list) - 1; i >= 0; i-- {
		n := len(m.list[i].draw(m.Width, ""))
		spans[i], at = [2]int{at, at + n}, at+n
	}
	return spans
}

// headLines is the number of lines above the first entry.
const headLines = 2

// step moves to the next entry, after scrolling to the end of the selected one.
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

// show selects an entry.
func (m *messages) show(index int) {
	spans := m.spans()
	if len(spans) == 0 {
		return
	}
	m.at[m.part] = m.list[index].id
	m.reveal(spans[index], index == len(spans)-1)
	m.anchor(spans)
}

// reveal scrolls as little as needed to show an entry, its first line in any
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
			m.at[m.part] = m.list[i].id
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

// Tick keeps the view steady when new entries arrive above it.
func (m *messages) Tick(time.Time) tea.Cmd {
	if spans := m.spans(); m.Top > 0 && len(spans) > 0 {
		m.Scroll(spans[m.index()][0] - m.offset - m.Top)
	}
	return nil
}

func (m *messages) lines(width int) []paint.Styled {
	t := m.app.Theme
	m.load()
	lines := []paint.Styled{partTitles(t, m.part, "Messages", "Requests"), ""}
	if len(m.list) == 0 {
		return append(lines, "  "+t.Text(paint.Muted, [...]text.Text{partMessages: "No messages yet.", partRequests: "No requests yet."}[m.part]))
	}
	for _, e := range slices.Backward(m.list) {
		mark := paint.Blank(2)
		if e.id == m.at[m.part] {
			mark = t.Text(paint.CursorBar, t.Glyphs.Cursor) + " "
		}
		lines = append(lines, e.draw(width, mark)...)
	}
	return lines
}

// message draws one message in full, with its time.
func (m *messages) message(s *kit.Message, width int, mark paint.Styled) []paint.Styled {
	const beside, indent = 50, 2 // the width from which the time is beside the words
	t := m.app.Theme
	at := clock(s.Last, m.app.Now)
	left := indent
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
