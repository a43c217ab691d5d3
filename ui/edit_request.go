package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/draft"
	"dubtop/state/jsoncheck"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
	"dubtop/ui/painter"
)

// editing returns the form's keys for the user's editor.
func (f *generationForm) editing() []kit.Action {
	a := f.app
	none := func() text.Text {
		if a.cfg.Edit == nil {
			return "there is no editor here"
		}
		return ""
	}
	field := a.Does(keymap.EditField, f.editField).Unless(func() text.Text {
		if why := none(); why != "" || f.Current().Typed() || f.Current().Name == draft.FieldScript {
			return why
		}
		return "this field takes no text; " + a.KeyFor(keymap.EditRequest) + " opens the whole request"
	})
	request := a.Does(keymap.EditRequest, f.editRequest).Unless(none)
	if f.draft.Edited != "" {
		request = request.Hinted("back to the edited request")
	}
	return []kit.Action{field, request}
}

// editedMsg is a text that comes back from the editor.
type editedMsg struct {
	form *generationForm
	text string
	err  error
	take func(edited string) tea.Cmd
}

func (m editedMsg) apply(a *composer) tea.Cmd {
	switch {
	case m.err != nil:
		a.Complain("the editor failed, and nothing was changed: " + errorText(m.err))
	case a.Top() == kit.Screen(m.form):
		return m.take(m.text)
	}
	return nil
}

// inEditor shows a text in the user's editor. Meanwhile the program stands
// still.
func (f *generationForm) inEditor(name, words string, take func(edited string) tea.Cmd) tea.Cmd {
	m, edit := editedMsg{form: f, take: take}, f.app.cfg.Edit
	return painter.Outside(func() (err error) {
		m.text, err = edit.Edit(name, words)
		return err
	}, func(err error) tea.Msg {
		m.err = err
		return m
	})
}

// editField edits the text of the focused field. Only a script can have several
// lines.
func (f *generationForm) editField() tea.Cmd {
	name, value := f.Current().Name, f.Current().Value()
	if name == draft.FieldScript {
		value = f.draft.Script
	}
	return f.inEditor("field.txt", value+"\n", func(edited string) tea.Cmd {
		edited = strings.TrimRight(edited, " \t\r\n")
		if name != draft.FieldScript {
			edited = strings.Join(strings.Fields(edited), " ")
		}
		if edited == strings.TrimSpace(value) {
			return nil
		}
		return f.Put(name, edited)
	})
}

// editRequest edits the whole request as JSON.
func (f *generationForm) editRequest() tea.Cmd {
	was := f.draft.Edited
	if was == "" {
		was = f.draft.EditText(f.env())
	}
	return f.inEditor("request.json", was, func(edited string) tea.Cmd { return f.takeRequest(was, edited) })
}

// takeRequest shows an edited request in the form. An unreadable request
// is kept until it is corrected.
func (f *generationForm) takeRequest(was, edited string) tea.Cmd {
	a, pending := f.app, f.draft.Edited
	next, problem := f.draft.Edit(edited)
	switch {
	case strings.TrimSpace(edited) == "":
		next = f.draft
		next.Edited = ""
		f.replace(next)
		a.Say("the text was empty, and nothing was changed")
		return nil
	case edited == was && pending == "":
		a.Say("nothing was changed")
		return nil
	case problem.Words != "":
		next.Edited = edited
		f.replace(next)
		return f.askAgain(problem)
	}
	f.replace(next)
	a.Say("the form shows the edited request")
	if left := next.Unsent(); len(left) > 0 {
		a.Warn(text.Of(next.Model + " has no " + strings.Join(left, ", ") + ": left out"))
	}
	return f.look()
}

// replace puts another draft into the form, as if it had been typed.
func (f *generationForm) replace(next draft.Draft) {
	f.draft = next.Clone()
	f.touched()
}

// askAgain offers to correct an unreadable request.
func (f *generationForm) askAgain(p jsoncheck.Problem) tea.Cmd {
	a := f.app
	return a.Ask(&kit.Confirm{
		Heading: "The request can't be read. Mend it now?",
		Body: func() []paint.Item {
			return []paint.Item{
				{Label: "where", Words: text.Of(p.String()), Tone: paint.Bad},
				{Words: "Your text is kept until it can be read."},
			}
		},
		Yes: "back to the editor", No: "later",
		Answer: func(yes bool) tea.Cmd {
			if !yes {
				return nil
			}
			return f.editRequest()
		},
	})
}

// editedLines says above the form that an edited request can't be read yet.
func (f *generationForm) editedLines() []paint.Styled {
	if f.draft.Edited == "" {
		return nil
	}
	_, problem := f.draft.Edit(f.draft.Edited)
	key := f.app.KeyFor(keymap.EditRequest)
	words := "The edited request can't be read: " + text.Of(problem.String()) + ". " + key + " goes back to it; save it empty to drop it."
	return append(f.app.Theme.Paragraph(f.Width, paint.Bad, words), "")
}
