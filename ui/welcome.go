package ui

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/account"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// keysPage is the vendor's page for creating API keys.
const keysPage = "https://sync.so/settings/api-keys"

// welcome is the first screen if there is no key. It offers three ways to go
// on.
type welcome struct {
	app    *desk
	width  int
	height int
}

func newWelcome(a *desk) *welcome { return &welcome{app: a} }

func (w *welcome) Title() text.Text { return "welcome" }

func (w *welcome) SetSize(width, height int) { w.width, w.height = width, height }

func (w *welcome) Actions() []kit.Action {
	a := w.app
	letter := func(k string, words text.Text, run func() tea.Cmd) kit.Action {
		return kit.Action{Key: key.NewBinding(key.WithKeys(k), key.WithHelp(k, string(words))), Run: run, Hint: true}
	}
	return []kit.Action{
		letter("1", "paste a key", func() tea.Cmd { a.Push(newKeyPrompt(a)); return nil }),
		letter("2", "create a key online", func() tea.Cmd { return a.openURL(keysPage) }),
		letter("3", "look around in the demo", w.demo),
		a.accountAction(),
		a.Does(keymap.Messages, a.openMessages),
		a.Does(keymap.Help, func() tea.Cmd { return a.ToggleHelp() }).Hinted(""),
		a.Does(keymap.Quit, a.host.quit).Hinted(""),
	}
}

func (w *welcome) demo() tea.Cmd {
	s, err := w.app.cfg.Demo()
	if err != nil {
		w.app.Complain("the demo could not start: " + errorText(err))
		return nil
	}
	w.app.host.enter(s)
	return w.app.work()
}

func (w *welcome) Update(tea.Msg) tea.Cmd { return nil }

func (w *welcome) View() paint.Styled {
	t := w.app.Theme
	lines := []paint.Styled{
		"", "  " + t.Text(paint.Title, "Welcome to dubtop."),
		"  " + t.Text(paint.Muted, "Browse, price, submit and watch Sync Labs lip-sync jobs from the terminal."), "",
		"  " + t.Text(paint.Key, "1") + "  " + t.Text(paint.Normal, "Paste an API key     ") + t.Text(paint.Muted, "tested first, saved only if you agree"),
		"  " + t.Text(paint.Key, "2") + "  " + t.Text(paint.Normal, "Create a key online  ") + t.Text(paint.Muted, keysPage),
		"  " + t.Text(paint.Key, "3") + "  " + t.Text(paint.Normal, "The demo             ") + t.Text(paint.Muted, "a simulated account: no key, no network, no cost"),
		"",
	}
	if len(w.app.cfg.LookedUp) > 0 {
		lines = append(lines, "  "+t.Text(paint.Muted, "Looked for a key in:"))
		for _, place := range w.app.cfg.LookedUp {
			lines = append(lines, "  "+t.Text(paint.Muted, "  "+t.Glyphs.Dot+" "+text.Of(place)))
		}
	}
	lines = append(lines, w.app.NoticeLines(w.width)...)
	for i, line := range lines {
		lines[i] = paint.FitStyled(line, w.width)
	}
	return paint.Joined(lines)
}

// keyPrompt takes an API key, masked, and tests it before using it.
type keyPrompt struct {
	app     *desk
	input   paint.Input
	width   int
	testing bool
	trouble text.Text
}

func newKeyPrompt(a *desk) *keyPrompt {
	p := &keyPrompt{app: a, input: paint.NewInput(a.Theme)}
	p.input.Prompt = ""
	p.input.Placeholder = "paste it here"
	p.input.EchoMode = textinput.EchoPassword
	p.input.CharLimit = 512
	return p
}

func (p *keyPrompt) Title() text.Text { return "API key" }

func (p *keyPrompt) SetSize(width, _ int) {
	p.width = width
	p.input.SetWidth(max(1, width-6))
}

func (p *keyPrompt) Actions() []kit.Action {
	a := p.app
	return []kit.Action{
		a.Does(keymap.Choose, p.test).Unless(p.notYet).Hinted("test it"),
		a.Does(keymap.Leave, a.Pop).Hinted("back"),
	}
}

func (p *keyPrompt) notYet() text.Text {
	switch {
	case p.testing:
		return "the key is being tested"
	case strings.TrimSpace(p.input.Value()) == "":
		return "paste a key first"
	}
	return ""
}

func (p *keyPrompt) test() tea.Cmd {
	key := strings.TrimSpace(p.input.Value())
	s, err := p.app.cfg.Connect(p.app.account, key)
	if err != nil {
		p.trouble = errorText(err)
		return nil
	}
	p.testing, p.trouble = true, ""
	return tryKeyCmd(s, p, key)
}

// triedMsg is the result of testing a key with GET /v2/models.
type triedMsg struct {
	prompt  *keyPrompt
	account *account.Config
	key     string
	err     error
}

func (m triedMsg) apply(a *desk) tea.Cmd {
	if !a.Shown(m.prompt) {
		return nil
	}
	m.prompt.testing = false
	if m.err != nil {
		m.prompt.trouble = errorText(m.err)
		return nil
	}
	save := &kit.Confirm{
		Heading: "The key works. Save it for next time?",
		Body: func() []paint.Item {
			return paint.Sentence("It is saved in a file that only you can read. Otherwise dubtop asks again, or uses SYNC_API_KEY.")
		},
		Yes: "save it", No: "not now",
		Answer: func(yes bool) tea.Cmd {
			if !yes {
				return nil
			}
			return saveKeyCmd(a.cfg.SaveKey, m.account.Account, m.key)
		},
	}
	return a.host.move(m.account, func() tea.Cmd { return a.Ask(save) })
}

// savedKeyMsg reports where a key was saved.
type savedKeyMsg struct {
	path string
	err  error
}

func (m savedKeyMsg) apply(a *desk) tea.Cmd {
	if m.err != nil {
		a.Complain("the key was not saved: " + errorText(m.err))
		return nil
	}
	words := "key saved in " + m.path
	if a.cfg.KeyVariable != "" {
		words += "; remove " + a.cfg.KeyVariable + " from the environment, as it overrides the file"
	}
	a.Say(text.Of(words))
	return nil
}

func (p *keyPrompt) Update(msg tea.Msg) tea.Cmd {
	if p.testing {
		return nil
	}
	return p.input.Update(msg)
}

func (p *keyPrompt) View() paint.Styled {
	t := p.app.Theme
	lines := []paint.Styled{"", "  " + t.Text(paint.Title, "API key"), "", "  " + p.input.View(), ""}
	switch {
	case p.testing:
		lines = append(lines, "  "+t.Text(paint.Running, "Testing it with one request (GET /v2/models)"+t.Glyphs.More))
	case p.trouble != "":
		lines = append(lines, t.Paragraph(p.width, paint.Bad, p.trouble)...)
	default:
		lines = append(lines, t.Paragraph(p.width, paint.Muted, "It is not shown or logged, and is sent only to the API's own address.")...)
	}
	for i, line := range lines {
		lines[i] = paint.FitStyled(line, p.width)
	}
	return paint.Joined(lines)
}

func (p *keyPrompt) Cursor() *tea.Cursor {
	c := p.input.Cursor()
	if c != nil {
		c.X, c.Y = c.X+2, 3
	}
	return c
}

func tryKeyCmd(c *account.Config, p *keyPrompt, key string) tea.Cmd {
	return func() tea.Msg {
		_, err := c.Client.Models(context.Background())
		return triedMsg{p, c, key, err}
	}
}

func saveKeyCmd(save func(account, key string) (string, error), account, key string) tea.Cmd {
	return func() tea.Msg {
		path, err := save(account, key)
		return savedKeyMsg{path, err}
	}
}
