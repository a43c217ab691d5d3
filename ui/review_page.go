package ui

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/state/take"
	"dubtop/state/verdict"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
	"dubtop/ui/review"
)

// reviewPage is the page of a review while it is served. A nil page is none.
type reviewPage struct {
	server ReviewServer
	given  chan judgedMsg // verdicts from the page, once they are saved
	ctx    context.Context
	end    context.CancelFunc
}

// unwatchable returns why the page can't be opened, or "".
func (r *reviewing) unwatchable() text.Text {
	if r.app.cfg.Review == nil {
		return "the review page can't be served here"
	}
	return ""
}

// watch opens the page in the browser, and serves it first.
func (r *reviewing) watch() tea.Cmd {
	a := r.app
	if r.page != nil {
		return a.openPage(r.page.server)
	}
	a.Busy("opening the review page" + a.Theme.Glyphs.More)
	ctx, end := context.WithCancel(context.Background())
	p := &reviewPage{given: make(chan judgedMsg), ctx: ctx, end: end}
	r.page = p
	s, serve := a.session, a.cfg.Review
	c := review.Config{Items: r.items(), Begin: r.at, Client: s.Client.Media()}
	if a.unjudgeable() == "" {
		c.OnVerdict = p.onVerdict(s, r.names())
	}
	return func() tea.Msg {
		server, err := serve(ctx, c)
		return servedMsg{asked{s}, r, p, server, err}
	}
}

// onVerdict returns a function that saves a verdict, and then tells the
// dashboard.
func (p *reviewPage) onVerdict(s *account.Account, names map[string]text.Text) review.OnVerdict {
	return func(id string, v verdict.Verdict, note text.Text) error {
		name, known := names[id]
		if !known {
			return errors.New("this job is not in the review")
		}
		given := map[string]verdict.Given{id: {Verdict: v, Note: note}}
		if err := saveVerdicts(s, given); err != nil {
			return err
		}
		select {
		case p.given <- judgedMsg{asked: asked{s}, given: given, whose: name, page: true}:
		case <-p.ctx.Done():
		}
		return nil
	}
}

// listen waits for the next verdict from the page.
func (p *reviewPage) listen() tea.Cmd {
	if p == nil {
		return nil
	}
	return func() tea.Msg {
		select {
		case m := <-p.given:
			return m
		case <-p.ctx.Done():
			return nil
		}
	}
}

// servedMsg reports that the page is served, or the error.
type servedMsg struct {
	asked
	review *reviewing
	page   *reviewPage
	server ReviewServer
	err    error
}

func (m servedMsg) apply(a *desk) tea.Cmd {
	a.Calm()
	switch {
	case m.err != nil:
		m.page.close()
		if m.review.page == m.page {
			m.review.page = nil
		}
		a.Complain("the review page can't be served: " + errorText(m.err))
		return nil
	case m.review.page != m.page: // the user has left, and its context has ended
		return nil
	}
	m.page.server = m.server
	m.page.show(m.review)
	return tea.Batch(a.openPage(m.server), m.page.listen())
}

// openPage shows the page: in the browser, or over SSH how to get there.
func (a *desk) openPage(server ReviewServer) tea.Cmd {
	switch {
	case a.cfg.SSH != "":
		return a.showTunnel(server)
	case a.cfg.Open == nil:
		a.Push(newLinkBox(a, server.URL()))
		return tea.SetClipboard(server.URL())
	}
	return a.browse(server.URL())
}

// showTunnel shows the command that brings the page to the user's own machine.
func (a *desk) showTunnel(server ReviewServer) tea.Cmd {
	line := tunnel(server.Port(), a.cfg.SSH)
	a.Push(&kit.Pager{Stage: a.Stage, Heading: "review page", Content: func(width int) []paint.Styled {
		t := a.Theme
		lines := []paint.Styled{"", "  " + t.Text(paint.Title, "The page is on this machine, and you are on another.")}
		lines = append(lines, indented(paint.Toned(t, paint.Muted, paint.Wrap("Run this on your own machine. It was copied through the terminal (OSC 52), where that is allowed:", width-4)))...)
		lines = append(append(lines, ""), unbroken(t, line, width)...)
		lines = append(append(lines, "", "  "+t.Text(paint.Muted, "Then open this there:"), ""), unbroken(t, server.URL(), width)...)
		lines = append(lines, "", "  "+t.Text(paint.Muted, "The page ends when you leave the comparison."))
		return lines
	}})
	return tea.SetClipboard(line)
}

// tunnel returns the command that forwards the page's port over SSH.
func tunnel(port int, host string) string {
	p := string(text.Sprint(port))
	return "ssh -N -L " + p + ":127.0.0.1:" + p + " " + host
}

// show updates the page's items, if there is a page.
func (p *reviewPage) show(r *reviewing) {
	if p != nil && p.server != nil {
		p.server.Set(r.items())
	}
}

// close ends the page: its server ends with the context.
func (p *reviewPage) close() {
	if p != nil {
		p.end()
	}
}

// names returns the names of all jobs in the review.
func (r *reviewing) names() map[string]text.Text {
	names := make(map[string]text.Text)
	for _, p := range r.pairs {
		for _, id := range p.ids() {
			_, names[string(id)] = r.sideOf(id)
		}
	}
	return names
}

// items returns the content of the page.
func (r *reviewing) items() []review.Item {
	items := make([]review.Item, len(r.pairs))
	for i, p := range r.pairs {
		right := r.takeOf(p.right)
		items[i] = review.Item{Name: right.Name, Left: right}
		if p.left != "" {
			items[i].Left, items[i].Right = r.takeOf(p.left), right
			items[i].Name = items[i].Left.Name + " / " + right.Name
			items[i].OnRight = !r.onLeft
		}
	}
	return items
}

// takeOf returns one side of the page.
func (r *reviewing) takeOf(id api.ID) review.Take {
	side, name := r.sideOf(id)
	given := r.app.store.Verdicts.Of(string(id))
	t := review.Take{ID: string(id), Name: name, Verdict: given.Verdict, Note: given.Note, Source: r.app.videoOf(id)}
	for _, l := range take.Differences(take.Side{}, side) {
		if l.Label != "verdict" && l.Label != "status" {
			t.Facts = append(t.Facts, review.Fact{Label: l.Label, Value: l.Right})
		}
	}
	return t
}

// videoOf returns where the output of a job is: its saved file, or else a link
// that is asked for when it is needed.
func (a *desk) videoOf(id api.ID) review.Source {
	if f, ok := a.store.Saved.Output(string(id)); ok {
		return review.Source{File: f.Path}
	}
	s := a.session
	return review.Source{Link: func(ctx context.Context, _ bool) (string, error) {
		m, ok := outputCmd(s, id, opening)().(outputMsg)
		if !ok || m.err != nil {
			return "", m.err
		}
		return m.link, ctx.Err()
	}}
}
