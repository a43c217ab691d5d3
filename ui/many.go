package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/draft"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// Actions on marked jobs treat them as one: links are requested together, and a
// label or note is typed once.

// Limits on the number of marked jobs.
const (
	openMost = 20     // browser windows
	linkMost = 1000   // links, requested by the hundred
	wordMost = 10_000 // labels and notes, written in one transaction
)

// whose returns the name of one job, or the number of several.
func whose(jobs []named) text.Text {
	if len(jobs) == 1 {
		return jobs[0].name
	}
	return text.Count(len(jobs), "job", "jobs")
}

// several returns a prefix with the number of jobs, or "" for one.
func several(ids []string) text.Text {
	if len(ids) == 1 {
		return ""
	}
	return text.Count(len(ids), "job", "jobs") + ": "
}

func keysOf(jobs []named) []string {
	ids := make([]string, len(jobs))
	for i, j := range jobs {
		ids[i] = j.id
	}
	return ids
}

// common returns the text that all jobs share. mixed reports that they differ.
func common(jobs []named, of func(id string) text.Text) (words text.Text, mixed bool) {
	for i, j := range jobs {
		switch had := of(j.id); {
		case i == 0:
			words = had
		case had != words:
			return "", true
		}
	}
	return words, false
}

// askAbout asks before overwriting texts that were written for several jobs one
// by one.
func (a *desk) askAbout(jobs []named, title, words, yes text.Text, do tea.Cmd) tea.Cmd {
	var names []text.Text
	for _, j := range jobs[:min(3, len(jobs))] {
		names = append(names, j.name)
	}
	if more := len(jobs) - len(names); more > 0 {
		names = append(names, text.Sprintf("%d more", more))
	}
	return a.Ask(&kit.Confirm{
		Heading: title,
		Body: func() []paint.Item {
			return []paint.Item{{Label: "jobs", Words: text.Join(names, ", ")}, {Label: "then", Words: words}}
		},
		Yes: yes, No: "leave them",
		Answer: func(yes bool) tea.Cmd {
			if yes {
				return do
			}
			return nil
		},
	})
}

// tooMany returns why n marked jobs are too many, or "".
func tooMany(n, most int) text.Text {
	if n <= most {
		return ""
	}
	return text.Sprintf("%d are marked; at most %d can be handled at once", n, most)
}

// linking returns the actions that need the links of outputs.
func (a *desk) linking(set selection) (open, link kit.Action) {
	refuse := func(most int) func() text.Text {
		return func() text.Text {
			if n := set.many(); n > 1 {
				return tooMany(n, most)
			}
			if g := set.one(); g != nil && most == openMost {
				if _, ok := a.savedOutput(g); ok {
					return ""
				}
			}
			return noOutput(set)
		}
	}
	use := func(what use) func() tea.Cmd {
		return func() tea.Cmd {
			if set.many() > 1 {
				return a.linksOf(set.chosen(), what)
			}
			if f, ok := a.savedOutput(set.one()); ok && what == opening {
				return a.openSaved(f)
			}
			return a.openOutput(set.one().ID, what)
		}
	}
	return a.Does(keymap.Open, use(opening)).Unless(refuse(openMost)), a.Does(keymap.CopyURL, use(copying)).Unless(refuse(linkMost))
}

// noOutput returns why a job has nothing to open, or "".
func noOutput(set selection) text.Text {
	switch g := set.one(); {
	case g == nil:
		return set.none()
	case g.Submission != "":
		return "it is not known yet whether this became a job"
	case g.Gone:
		return "the server no longer knows this job"
	case g.Status.Produced():
		return ""
	case g.Status.Troubled():
		return "this job ended without an output"
	default:
		return "this job has no output yet: it is " + statusWord(g.Status)
	}
}

// linksOf requests the links of those jobs that have an output.
func (a *desk) linksOf(jobs []state.Generation, what use) tea.Cmd {
	var ids []api.ID
	var local []string
	for i := range jobs {
		if f, ok := a.savedOutput(&jobs[i]); ok && what == opening {
			local = append(local, f.Path)
			continue
		}
		if g := &jobs[i]; g.Submission == "" && !g.Gone && g.Status.Produced() && g.ID != "" {
			ids = append(ids, g.ID)
		}
	}
	if len(ids)+len(local) == 0 {
		a.Warn("none of the marked jobs has an output")
		return nil
	}
	a.Busy("getting fresh links" + a.Theme.Glyphs.More)
	s, without := a.session, len(jobs)-len(ids)-len(local)
	return func() tea.Msg {
		m := linksMsg{asked: asked{s}, what: what, without: without, links: local}
		for page := range slices.Chunk(ids, groupPage) {
			links, err := outputLinks(context.Background(), s, page)
			m.links = append(m.links, links...)
			m.without += len(page) - len(links)
			if m.err = errors.Join(m.err, err); err != nil {
				break // the rest would fail too
			}
		}
		return m
	}
}

// outputLinks returns the checked links of up to 100 jobs, in order, leaving
// out jobs without one.
func outputLinks(ctx context.Context, s *account.Account, ids []api.ID) (links []string, err error) {
	found, err := account.FetchJobs(ctx, s.Client, ids)
	for _, id := range ids {
		g, ok := found[id]
		if !ok {
			continue
		}
		output := g.Output
		if output.IsZero() && err == nil {
			output, err = s.Client.Download(ctx, id)
		}
		if link, bad := output.Link(); bad == nil {
			links = append(links, link)
		}
	}
	return links, err
}

// linksMsg carries fresh links of several jobs.
type linksMsg struct {
	asked
	what    use
	links   []string
	without int // number of marked jobs without a link
	err     error
}

func (m linksMsg) apply(a *desk) tea.Cmd {
	a.Calm()
	switch {
	case m.err != nil:
		a.Complain("not all links could be fetched: " + errorText(m.err))
		return nil
	case len(m.links) == 0:
		a.Warn("none of the marked jobs has an output")
		return nil
	case m.what == copying:
		cmd := a.copyText(text.Count(len(m.links), "URL", "URLs"), strings.Join(m.links, "\n"))
		a.Say(a.Toast.Text + m.rest())
		return cmd
	}
	return a.askToOpen(m)
}

// rest says how many marked jobs have no link.
func (m linksMsg) rest() text.Text {
	if m.without == 0 {
		return ""
	}
	return text.Sprintf("; %d of the marked jobs have no output", m.without)
}

// askToOpen asks before opening several browser windows.
func (a *desk) askToOpen(m linksMsg) tea.Cmd {
	if len(m.links) == 1 {
		return a.openURL(m.links[0])
	}
	if a.cfg.Open == nil {
		cmd := a.copyText("there is no browser here: "+text.Count(len(m.links), "URL", "URLs"), strings.Join(m.links, "\n"))
		a.Say(a.Toast.Text + m.rest())
		return cmd
	}
	hosts := draft.HostsOf(m.links...)
	return a.Ask(&kit.Confirm{
		Warning: func() []paint.Item { return hostLines(hosts) },
		Heading: text.Sprintf("Open %s in the browser?", text.Count(len(m.links), "video", "videos")),
		Body: func() []paint.Item {
			return paint.Sentence("Each opens in its own tab or window" + m.rest() + ".")
		},
		Yes: "open them", No: "no",
		Answer: func(yes bool) tea.Cmd {
			if !yes {
				return nil
			}
			a.Busy("opening" + a.Theme.Glyphs.More)
			return browseAllCmd(a.cfg.Open, m.links)
		},
	})
}

func browseAllCmd(open func(string) error, links []string) tea.Cmd {
	return func() tea.Msg {
		for i, link := range links {
			if err := open(link); err != nil {
				return openedAllMsg{i, fmt.Errorf("%s opened, then no browser could be started: %w", text.Count(i, "video", "videos"), err)}
			}
		}
		return openedAllMsg{len(links), nil}
	}
}

// openedAllMsg reports how opening several links went.
type openedAllMsg struct {
	n   int
	err error
}

func (m openedAllMsg) apply(a *desk) tea.Cmd {
	a.Calm()
	if m.err != nil {
		a.Complain(errorText(m.err))
		return nil
	}
	a.Say(text.Count(m.n, "video", "videos") + " opened in the browser")
	return nil
}
