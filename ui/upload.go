package ui

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/account"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

const noUploads = "this server takes no uploads"

// uploadAction uploads a file on its own, or stops the one on its way.
func (a *composer) uploadAction() kit.Action {
	return a.Does(keymap.Upload, a.askUpload).Hinted("upload").Unless(func() text.Text {
		if why := a.unspendable(); why != "" {
			return why
		}
		if a.session.Client.Uploads() == api.Unsupported {
			return noUploads
		}
		return ""
	})
}

// askUpload asks for a file, or what to do about the last one.
func (a *composer) askUpload() tea.Cmd {
	if len(a.uploading) > 0 {
		u := a.uploading[0]
		if u.making.Err() != nil {
			u.making.Retry()
			a.Busy("uploading " + u.name() + " again" + a.Theme.Glyphs.More)
			return a.work()
		}
		return a.askStop(u)
	}
	if a.session.Client.Uploads() != api.SupportUnknown {
		return a.askUploadPath()
	}
	a.Busy("asking the server" + a.Theme.Glyphs.More)
	session, top := a.session, a.Top()
	return func() tea.Msg {
		support, err := session.Client.AskUploads(context.Background())
		return uploadsAskedMsg{asked{session}, top, support, err}
	}
}

// uploadsAskedMsg tells whether the server takes uploads, before a path is typed
// in vain.
type uploadsAskedMsg struct {
	asked
	top     kit.Screen // when it was asked
	support api.Support
	err     error
}

func (m uploadsAskedMsg) apply(a *composer) tea.Cmd {
	a.Calm()
	switch {
	case m.err != nil:
		a.Complain(text.Words(m.err))
	case m.support == api.Unsupported:
		a.Warn(noUploads)
	case a.Top() == m.top: // or else the user has moved on
		return a.askUploadPath()
	}
	return nil
}

func (a *composer) askUploadPath() tea.Cmd {
	return a.PromptCompleted("File to upload", "", longestPath, a.completePath, func(typed text.Text) tea.Cmd {
		return a.lookAtUpload(string(typed))
	})
}

// completePath looks for the file that a path begins.
func (a *composer) completePath(p *kit.Prompt, typed string) tea.Cmd {
	home := a.cfg.Home
	return func() tea.Msg { return completedMsg{p, typed, inputs.CompletePath(typed, home)} }
}

// completedMsg is a longer path.
type completedMsg struct {
	prompt        *kit.Prompt
	typed, longer string
}

func (m completedMsg) apply(*desk) tea.Cmd {
	m.prompt.Extend(m.typed, m.longer)
	return nil
}

// lookAtUpload measures a file before the question whether to upload it.
func (a *composer) lookAtUpload(typed string) tea.Cmd {
	if typed == "" {
		return nil
	}
	m, err := draft.ParseMedia(typed, a.cfg.Home)
	kind := m.Holds()
	switch {
	case err != nil:
		a.Warn(errorText(err))
		return nil
	case m.Source != draft.SourceFile:
		a.Warn("only a file of this machine can be uploaded")
		return nil
	case kind == "":
		a.Warn(m.Base() + " is neither a video nor audio nor an image, by its name")
		return nil
	}
	a.Busy("reading " + m.Base() + a.Theme.Glyphs.More)
	session, file := a.session, draft.File{Field: kind, Path: m.Path}
	return func() tea.Msg {
		err := session.Contents().MeasureTyped(context.Background(), &file)
		return uploadReadMsg{asked{session}, file, err}
	}
}

// uploadReadMsg is a file that may be uploaded after a yes.
type uploadReadMsg struct {
	asked
	file draft.File
	err  error
}

func (m uploadReadMsg) apply(a *composer) tea.Cmd {
	a.Calm()
	if m.err != nil {
		a.Complain(text.Words(m.err))
		return nil
	}
	u := &ownUpload{file: m.file}
	return a.Ask(&kit.Confirm{
		Heading: "Upload " + u.name() + "?",
		Body: func() []paint.Item {
			sees := "only you see it"
			if a.session.Visibility == account.VisibleToAll {
				sees = "everybody in the organisation sees it"
			}
			return append(paint.Sentence("It costs nothing, but it leaves this machine: it goes to the server's storage and becomes an asset, and "+text.Of(sees)+"."),
				paint.Item{Label: "file", Words: text.Of(m.file.Path), Tone: paint.Normal},
				paint.Item{Label: "type", Words: text.Of(m.file.Field), Tone: paint.Normal},
				paint.Item{Label: "size", Words: bytesText(m.file.Size), Tone: paint.Normal})
		},
		Yes: "upload it", No: "no",
		Answer: func(yes bool) tea.Cmd {
			if !yes {
				return nil
			}
			u.making = a.session.MakeAssets([]draft.File{u.file})
			a.uploading = append(a.uploading, u)
			a.Busy("uploading " + u.name() + a.Theme.Glyphs.More)
			return a.work()
		},
	})
}

// askStop asks whether to stop an upload.
func (a *composer) askStop(u *ownUpload) tea.Cmd {
	return a.Ask(&kit.Confirm{
		Heading: "Stop uploading " + u.name() + "?",
		Body: func() []paint.Item {
			return append(paint.Sentence("A part is worth nothing to the server, so the file is sent again from its first byte if it is needed later."),
				paint.Item{Label: "so far", Words: uploadWords(u.making.Progress()), Tone: paint.Normal})
		},
		Yes: "stop it", No: "go on",
		Answer: func(yes bool) tea.Cmd {
			if !yes {
				return nil
			}
			a.uploading.end(u)
			a.Say("stopped: " + u.name())
			return a.work()
		},
	})
}

// tellUpload reports a file that has become an asset, or failed to.
func (a *composer) tellUpload(e *account.Event) {
	for _, u := range slices.Clone(a.uploading) {
		if ids, done := u.making.Assets(); done {
			a.Mention(u.name() + " is asset " + text.Of(string(ids[0])) + " now")
			a.uploading.end(u)
		} else if err := u.making.Err(); err != nil {
			a.Complain(u.name() + " was not uploaded: " + errorText(err) + " (" + a.KeyFor(keymap.Upload) + " in the assets tries again)")
		}
	}
	if e.Upload != nil && e.Err != nil && !e.Upload.Final {
		a.Warn((&ownUpload{file: e.Upload.File}).name() + ": " + errorText(e.Err) + "; it is tried again")
	}
}
