package ui

import (
	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
)

// help lists the keys: first what the screen below offers, with the reason
// where something can't be done now, then every other action there is.
type help struct {
	pager
	below screen
}

func newHelp(a *App) *help {
	h := &help{below: a.top()}
	h.pager = pager{app: a, title: "help", content: h.lines}
	return h
}

func (h *help) lines(width int) []styled {
	a := h.app
	t := a.theme
	lines := append(a.noticeLines(width), "", "  "+t.text(toneTitle, "Here"))
	seen := map[string]bool{}
	for _, act := range h.below.Actions() {
		b := act.key.Help()
		if b.Key == "" || seen[b.Key] {
			continue // the first that claims a key has it
		}
		seen[b.Key] = true
		line := "  " + t.text(toneKey, fit(text.Of(b.Key), 12, false, "")) + t.text(toneText, text.Of(b.Desc))
		if why := act.refusal(); why != "" {
			line += t.text(toneMuted, "  (not now: "+why+")")
		}
		lines = append(lines, fitStyled(line, width))
	}
	group := ""
	for _, e := range a.cfg.Keys.Entries() {
		if e.Group == keymap.GroupSpare {
			continue
		}
		if e.Group != group {
			group = e.Group
			lines = append(lines, "", "  "+t.text(toneTitle, text.Of(group)))
		}
		lines = append(lines, "  "+t.text(toneKey, fit(text.Of(e.Shown), 12, false, ""))+t.text(toneText, text.Of(e.Words))+
			t.text(toneMuted, text.Of("  "+string(e.Name))))
	}
	return append(lines, "",
		"  "+t.text(toneTitle, "Good to know"),
		"  "+t.text(toneMuted, "Nothing is sent that costs money before its price was shown and confirmed."),
		"  "+t.text(toneMuted, "A running job can't be cancelled; pending for over five minutes is unusual: don't send it again."),
		"  "+t.text(toneMuted, "Filters: words are ANDed; status:failed, model:sync-3, label:acme, note:retake, -word for not."))
}

// pager shows lines that can be scrolled.
type pager struct {
	app           *App
	title         text.Text
	content       func(width int) []styled
	extra         []action
	width, height int
	top, length   int
}

func (p *pager) Title() text.Text { return p.title }

func (p *pager) SetSize(width, height int) {
	p.width, p.height = width, height
	p.scroll(0)
}

func (p *pager) scroll(by int) {
	p.length = len(p.content(p.width))
	p.top = max(0, min(p.length-p.height, p.top+by))
}

func (p *pager) Actions() []action {
	a := p.app
	by := func(n func() int) func() tea.Cmd { return plain(func() { p.scroll(n()) }) }
	acts := append([]action{}, p.extra...)
	acts = append(acts,
		a.does(keymap.Down, by(func() int { return 1 })).hinted(""),
		a.does(keymap.Up, by(func() int { return -1 })).hinted(""),
		a.does(keymap.Top, by(func() int { return -p.length })),
		a.does(keymap.Bottom, by(func() int { return p.length })),
		a.does(keymap.HalfDown, by(func() int { return p.height / 2 })),
		a.does(keymap.HalfUp, by(func() int { return -p.height / 2 })),
		a.does(keymap.PageDown, by(func() int { return p.height })),
		a.does(keymap.PageUp, by(func() int { return -p.height })),
		a.does(keymap.Back, a.pop).hinted(""),
		a.does(keymap.Help, func() tea.Cmd { return a.toggleHelp() }).hinted(""),
		a.does(keymap.Quit, a.quit),
	)
	return append(acts, a.elsewhere()...)
}

func (p *pager) Update(tea.Msg) tea.Cmd { return nil }

// Position says how far down one is.
func (p *pager) Position() text.Text {
	if p.length <= p.height {
		return ""
	}
	return text.Sprintf("lines %d–%d of %d", p.top+1, min(p.length, p.top+p.height), p.length)
}

func (p *pager) View() styled {
	lines := p.content(p.width)
	top := max(0, min(p.top, len(lines)-p.height))
	lines = lines[top:min(len(lines), top+p.height)]
	for i, line := range lines {
		lines[i] = fitStyled(line, p.width)
	}
	return joined(lines)
}

// toggleHelp opens the help, or closes it when it is open.
func (a *App) toggleHelp() tea.Cmd {
	if _, ok := a.top().(*help); ok {
		return a.pop()
	}
	a.push(newHelp(a))
	return nil
}
