package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/account"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// accountAction lets the user go to another account.
func (a *desk) accountAction() kit.Action {
	return a.Does(keymap.Account, kit.Plain(a.pickAccount)).Unless(a.unswitchable)
}

// unswitchable returns why there is no other account to go to, or "".
func (a *desk) unswitchable() text.Text {
	switch {
	case a.session != nil && a.session.Demo:
		return "the demo has no others; start dubtop without --demo"
	case len(a.cfg.Accounts) == 0:
		return "no other is configured"
	}
	return ""
}

// pickAccount shows the accounts of the configuration, and which one this is.
func (a *desk) pickAccount() {
	choices := append([]AccountChoice{{Key: "SYNC_API_KEY or a file"}}, a.cfg.Accounts...)
	l := a.newSmallList("accounts", []heading{{"account", 20, 1}, {"", 12, 0}, {"server", 22, 1}, {"key", 22, 0}}, nil, func() (rows [][]paint.Piece) {
		for i, c := range choices {
			name, here := paint.Normal.Of(text.Of(c.Name)), paint.Piece{}
			if i == 0 {
				name = paint.Muted.Of("without a name")
			}
			if c.Name == a.account {
				here = paint.Accent.Of("this one")
			}
			rows = append(rows, []paint.Piece{name, here, paint.Muted.Of(text.Of(c.Server)), paint.Muted.Of(text.Of(c.Key))})
		}
		return rows
	})
	l.picker(func(at int) tea.Cmd { return a.switchAccount(choices[at].Name) })
	a.Push(l)
}

// switchAccount reads the key of another account, and goes there.
func (a *desk) switchAccount(name string) tea.Cmd {
	if name == a.account && a.session != nil {
		a.Say("this is the account " + a.accountWords(name) + " already")
		return nil
	}
	ctx, stop := context.WithCancel(context.Background())
	w := &keyWait{waiting: waiting{app: a, words: "Reading the key of " + a.accountWords(name) + a.Theme.Glyphs.More}, stop: stop}
	a.Push(w)
	read := a.cfg.Switch
	return func() tea.Msg {
		defer stop()
		c, err := read(ctx, name)
		return keyReadMsg{w, name, c, err}
	}
}

// accountWords names an account in a sentence.
func (a *desk) accountWords(name string) text.Text {
	if name == "" {
		return "without a name"
	}
	return text.Of(name)
}

// keyWait blocks the keyboard while a key is read, which a command may take its
// time for.
type keyWait struct {
	waiting
	stop func()
}

// Actions ends the wait.
func (w *keyWait) Actions() []kit.Action {
	a := w.app
	return []kit.Action{a.Does(keymap.Back, func() tea.Cmd {
		w.stop()
		a.Remove(w)
		return nil
	}).Hinted("stay here")}
}

// keyReadMsg is the outcome of reading the key of another account.
type keyReadMsg struct {
	wait    *keyWait
	name    string
	account *account.Config
	err     error
}

func (m keyReadMsg) apply(a *desk) tea.Cmd {
	if !a.Shown(m.wait) {
		return nil // the user stays
	}
	a.Remove(m.wait)
	if m.err != nil {
		a.Complain("no key for the account " + a.accountWords(m.name) + ": " + errorText(m.err))
		return nil
	}
	return a.host.move(m.account, func() tea.Cmd {
		a.Say("this is the account " + a.accountWords(m.name))
		return nil
	})
}
