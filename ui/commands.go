package ui

import (
	"context"
	"errors"
	"time"

	"dubtop/ui/kit"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/account"
)

// A command touches the world for a screen. It is given values, never the
// model, and ends in a reply.

// reply is a message from the world that knows how to land.
type reply interface{ land(a *App) tea.Cmd }

type beatMsg struct{}

func beatCmd() tea.Cmd {
	return tea.Tick(kit.BeatTime, func(time.Time) tea.Msg { return beatMsg{} })
}

// ticking is a screen that does something as time goes by.
type ticking interface {
	Tick(now time.Time) tea.Cmd
}

// land takes the time on: notices fade, the session does what is due, the next
// beat is set. Nothing else sets a beat, so there is only ever one on its way.
func (beatMsg) land(a *App) tea.Cmd {
	a.Now = time.Now().Round(0) // the wall clock: it goes on while the machine sleeps
	cmds := []tea.Cmd{beatCmd()}
	if a.session != nil {
		a.session.Beat(a.Now)
		a.tellPilots()
		a.keepOffer()
		cmds = append(cmds, a.work())
	}
	a.Toast.Fade(a.Now)
	for _, s := range a.Stack {
		if t, ok := s.(ticking); ok {
			cmds = append(cmds, t.Tick(a.Now))
		}
	}
	return tea.Batch(cmds...)
}

func statCmd(f *generationForm, path string) tea.Cmd {
	return func() tea.Msg {
		size, err := account.StatFile(path)
		return statMsg{f, path, fileFact{size, err}}
	}
}

func detailsCmd(s *account.Account, d *generationDetails) tea.Cmd {
	id, settled, book := d.id, d.costs != nil && d.costs.Total != nil, s.Journal
	return func() tea.Msg {
		ctx := context.Background()
		m := detailsMsg{session: s, screen: d}
		m.job, m.err = s.Client.Generation(ctx, id, api.GenerationDetails{Progress: true})
		if m.err != nil && book != nil { // then what was sent from here is all there is
			m.sent, _, _ = book.SubmissionOf(ctx, id)
		}
		if m.err != nil || settled {
			return m
		}
		if m.job.Status.Terminal() {
			if c, err := s.Client.Costs(ctx, id); err == nil {
				m.costs = &c
			}
		}
		return m
	}
}

// outputCmd asks for a job again and gives its link, checked.
func outputCmd(s *account.Account, id api.ID, what use) tea.Cmd {
	return func() tea.Msg {
		ctx := context.Background()
		job, err := s.Client.Generation(ctx, id, api.GenerationDetails{})
		if err != nil {
			return outputMsg{what: what, err: err}
		}
		output := job.Output
		if output.IsZero() && job.Status == api.Completed {
			output, err = s.Client.Download(ctx, id)
		}
		if err != nil || output.IsZero() {
			return outputMsg{what: what, err: errors.Join(errors.New("the job has no output to open"), err)}
		}
		link, err := output.Link()
		return outputMsg{link: link, what: what, job: &job, err: err}
	}
}

func browseCmd(open func(string) error, link string) tea.Cmd {
	return func() tea.Msg { return openedMsg{link, open(link)} }
}

func tryKeyCmd(c *account.Config, p *keyPrompt, key string) tea.Cmd {
	return func() tea.Msg {
		_, err := c.Client.Models(context.Background())
		return triedMsg{p, c, key, err}
	}
}

func saveKeyCmd(save func(string) (string, error), key string) tea.Cmd {
	return func() tea.Msg {
		path, err := save(key)
		return savedKeyMsg{path, err}
	}
}

// errorText is an error as it may stand on the screen: even our own words may
// quote remote ones.
func errorText(err error) text.Text { return account.Words(err) }
