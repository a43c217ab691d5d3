package ui

import (
	"context"
	"errors"
	"slices"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/state/output"
	"dubtop/ui/paint"
)

// jobLink is one of the links of a job.
type jobLink struct {
	what text.Text
	link api.URL
}

// linksOfJob lists the links of a job, that of the output first.
func linksOfJob(job *api.Generation) []jobLink {
	links := []jobLink{
		{"output", job.Output}, {text.Of(output.Audio.Words()), job.SynthesizedAudio}, {text.Of(output.Segment.Words()), job.SegmentOutput},
	}
	for i := range job.Input {
		links = append(links, jobLink{"input: " + text.Of(string(job.Input[i].Type)), job.Input[i].URL})
	}
	return slices.DeleteFunc(links, func(l jobLink) bool { return l.link.IsZero() })
}

// openLinks lets the user choose one of the links of a job, and opens it with a
// fresh signature.
func (a *desk) openLinks(job *api.Generation) tea.Cmd {
	links := linksOfJob(job)
	l := a.newSmallList("open a link", []heading{{"what", 20, 0}, {"link", 30, 1}}, nil, func() (rows [][]paint.Piece) {
		for _, x := range links {
			rows = append(rows, []paint.Piece{paint.Normal.Of(x.what), paint.Muted.Of(x.link.Shown())})
		}
		return rows
	})
	session, id := a.session, job.ID
	a.Push(l.picker(func(at int) tea.Cmd {
		a.Busy("getting a fresh link" + a.Theme.Glyphs.More)
		return linkCmd(session, id, at, links[at].what)
	}))
	return nil
}

// linkCmd asks for a job again and returns one of its links, checked.
func linkCmd(s *account.Account, id api.ID, at int, what text.Text) tea.Cmd {
	return func() tea.Msg {
		job, err := s.Client.Generation(context.Background(), id, api.GenerationDetails{})
		if err != nil {
			return outputMsg{err: err}
		}
		links := linksOfJob(&job)
		if at >= len(links) || links[at].what != what {
			return outputMsg{err: errors.New("the job has this link no more")}
		}
		link, err := links[at].link.Link()
		return outputMsg{link: link, err: err}
	}
}
