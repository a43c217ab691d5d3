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
)

// overhear keeps why a question of the poller had no good answer.
func (a *App) overhear(topic state.Topic, err error) {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, api.ErrUnsupported) || errors.Is(err, api.ErrUnpriced) {
		return
	}
	a.said.add(saying{first: a.now, last: a.now, text: topicWords(topic) + ": " + errorText(err), tone: toneBad}, true)
}

// note keeps what is told on a screen of its own, so that it is found later.
func (a *App) note(words text.Text) {
	a.said.add(saying{first: a.now, last: a.now, text: words, tone: toneBad}, false)
}

// topicWords says what was asked for.
func topicWords(topic state.Topic) text.Text {
	switch topic {
	case state.Batches:
		return "batches"
	case state.Assets, state.AssetPages:
		return "assets"
	case state.Models:
		return "models"
	case state.UnitPrices:
		return "unit prices"
	case state.Charges:
		return "costs"
	}
	return "generations"
}

// messages lists everything that was told, whole, the newest first.
type messages struct {
	pager
	app    *App
	at     uint64 // the saying under the cursor
	offset int    // how far below the first line shown it begins
}

func (a *App) openMessages() tea.Cmd {
	m := &messages{app: a}
	m.pager = pager{stage: a.stage, title: "messages", content: m.lines}
	if n := len(a.said.list); n > 0 {
		m.at = a.said.list[n-1].id
	}
	page := func(by func() int) func() tea.Cmd { return plain(func() { m.page(by()) }) }
	m.extra = []action{
		a.does(keymap.CopyID, m.copy).unless(m.nothing).hinted("copy it"),
		a.does(keymap.Down, plain(func() { m.step(1) })).hinted("older"),
		a.does(keymap.Up, plain(func() { m.step(-1) })).hinted("newer"),
		a.does(keymap.Top, plain(func() { m.show(len(a.said.list) - 1) })),
		a.does(keymap.Bottom, plain(func() { m.show(0) })),
		a.does(keymap.PageDown, page(func() int { return m.height })),
		a.does(keymap.PageUp, page(func() int { return -m.height })),
		a.does(keymap.HalfDown, page(func() int { return m.height / 2 })),
		a.does(keymap.HalfUp, page(func() int { return -m.height / 2 })),
		a.does(keymap.Messages, a.pop),
	}
	m.extra[0].key.SetHelp(m.extra[0].key.Help().Key, "copy the message")
	m.extra[len(m.extra)-1].key.SetHelp(string(a.keyFor(keymap.Messages)), "back")
	a.push(m)
	return nil
}

func (m *messages) nothing() text.Text {
	if len(m.app.said.list) == 0 {
		return "nothing was said yet"
	}
	return ""
}

// copy puts the message under the cursor on the clipboard. That is told, and
// not listed: it would push down what is being read.
func (m *messages) copy() tea.Cmd {
	a := m.app
	s := a.said.list[m.index()]
	a.toast = toast{"message copied", toneOK, a.now.Add(praiseTime)}
	return tea.SetClipboard(string(s.text))
}

// index is where the saying under the cursor stands; the newest when it is
// gone.
func (m *messages) index() int {
	list := m.app.said.list
	if i := slices.IndexFunc(list, func(s saying) bool { return s.id == m.at }); i >= 0 {
		return i
	}
	return len(list) - 1
}

// spans are the first line of every message, and the one after its last.
func (m *messages) spans() [][2]int {
	list := m.app.said.list
	spans, at := make([][2]int, len(list)), headLines
	for i := len(list) - 1; i >= 0; i-- {
		n := len(m.block(&list[i], m.width))
		spans[i], at = [2]int{at, at + n}, at+n
	}
	return spans
}

// headLines is how many lines stand above the first message.
const headLines = 1

// step goes one message further, once the one under the cursor was shown to its
// end.
func (m *messages) step(by int) {
	spans := m.spans()
	if len(spans) == 0 {
		return
	}
	switch at := spans[m.index()]; {
	case by == 1 && at[1] > m.top+m.height, by == -1 && at[0] < m.top:
		m.scroll(by)
		m.anchor(spans)
	default:
		m.show(max(0, min(len(spans)-1, m.index()-by)))
	}
}

// show takes the cursor to a message.
func (m *messages) show(index int) {
	spans := m.spans()
	if len(spans) == 0 {
		return
	}
	m.at = m.app.said.list[index].id
	m.reveal(spans[index], index == len(spans)-1)
	m.anchor(spans)
}

// reveal scrolls as far as it takes to see a message, from its first line on.
func (m *messages) reveal(span [2]int, newest bool) {
	switch {
	case newest:
		m.scroll(-m.top)
	case span[0] < m.top:
		m.scroll(span[0] - m.top)
	case span[1] > m.top+m.height:
		m.scroll(min(span[0], span[1]-m.height) - m.top)
	}
}

// page scrolls, and takes the cursor along to what is in sight.
func (m *messages) page(by int) {
	m.scroll(by)
	spans := m.spans()
	for i, span := range slices.Backward(spans) {
		if span[0] >= m.top || span[1] >= m.top+m.height {
			m.at = m.app.said.list[i].id
			break
		}
	}
	m.anchor(spans)
}

func (m *messages) anchor(spans [][2]int) {
	if len(spans) > 0 {
		m.offset = spans[m.index()][0] - m.top
	}
}

// Tick keeps what is being read where it is while new messages come above it.
func (m *messages) Tick(time.Time) tea.Cmd {
	if spans := m.spans(); m.top > 0 && len(spans) > 0 {
		m.scroll(spans[m.index()][0] - m.offset - m.top)
	}
	return nil
}

func (m *messages) lines(width int) []styled {
	t := m.app.theme
	list := m.app.said.list
	if len(list) == 0 {
		return []styled{"", "  " + t.text(toneMuted, "Nothing was said yet.")}
	}
	lines := make([]styled, headLines, headLines+len(list))
	for i := len(list) - 1; i >= 0; i-- {
		lines = append(lines, m.block(&list[i], width)...)
	}
	return lines
}

// block draws one message: when, and what, whole.
func (m *messages) block(s *saying, width int) []styled {
	const beside, indent = 50, 2 // the width from which the time stands beside the words
	t := m.app.theme
	at := clock(s.last, m.app.now)
	left, mark := indent, blank(indent)
	if s.id == m.at {
		mark = t.text(toneCursor, t.glyphs.cursor) + " "
	}
	var lines []styled
	if width >= beside {
		left += textWidth(at) + 2
	} else {
		lines = append(lines, mark+t.text(toneMuted, at))
	}
	for i, l := range wrap(s.text, max(1, width-left-1)) {
		margin := blank(left)
		if i == 0 && width >= beside {
			margin = mark + t.text(toneMuted, at) + "  "
		}
		lines = append(lines, margin+t.text(s.tone, l))
	}
	if s.times > 1 {
		words := text.Sprintf("%d times since %s", s.times, clock(s.first, m.app.now))
		lines = append(lines, blank(left)+t.text(toneMuted, words))
	}
	return lines
}
