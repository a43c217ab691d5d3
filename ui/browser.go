package ui

import (
	"context"
	"runtime"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/pkg/browser"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/state/draft"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// use is what a link is wanted for.
type use int

const (
	opening use = iota
	copying
)

// openOutput asks for the job again to get a fresh link, and opens or copies it
// unchanged.
func (a *desk) openOutput(id api.ID, what use) tea.Cmd {
	a.Busy("getting a fresh link" + a.Theme.Glyphs.More)
	return outputCmd(a.session, id, what)
}

// outputMsg is a fresh, checked link, or the error.
type outputMsg struct {
	link string
	what use
	job  *api.Generation
	err  error
}

func (m outputMsg) apply(a *desk) tea.Cmd {
	a.Calm()
	switch {
	case m.err != nil:
		a.Complain("no link: " + errorText(m.err))
		return nil
	case m.what == copying:
		return a.copyText("URL", m.link)
	}
	return a.openURL(m.link)
}

// openURL opens a checked link in the browser. If there is no browser, it shows
// the link and copies it through the terminal.
func (a *desk) openURL(link string) tea.Cmd {
	if a.cfg.Open == nil {
		a.Push(newLinkBox(a, link))
		return tea.SetClipboard(link)
	}
	if hosts := draft.HostsOf(link); len(hosts) > 0 {
		return a.askAboutHost(link, hosts)
	}
	return a.browse(link)
}

// hostLines shows hosts with non-ASCII names both as they are sent over the
// network and as they read.
func hostLines(hosts []draft.Host) (said []paint.Item) {
	const most = 8
	for i, h := range hosts {
		if i == most {
			return append(said, paint.Item{Label: "and", Words: text.Sprintf("%d more non-ASCII host names", len(hosts)-most), Tone: paint.Warn})
		}
		said = append(said, paint.Item{Label: "host", Words: h.Wire}, paint.Item{Label: "reads", Words: h.Read, Tone: paint.Warn})
	}
	return said
}

// reads shows how a non-ASCII host of a link reads. The link above it shows the
// form used on the network.
func reads(t *paint.Theme, link api.URL) []paint.Styled {
	if read := link.Reads(); read != "" {
		return []paint.Styled{t.Fact("reads", read, paint.Warn)}
	}
	return nil
}

// askAboutHost asks before opening a link whose host has a non-ASCII name,
// because it may only look like a well-known one.
func (a *desk) askAboutHost(link string, hosts []draft.Host) tea.Cmd {
	return a.Ask(&kit.Confirm{
		Heading: "Open a link with a non-ASCII host name?",
		Warning: func() []paint.Item { return hostLines(hosts) },
		Yes:     "open it", No: "no",
		Answer: func(yes bool) tea.Cmd {
			if !yes {
				return nil
			}
			return a.browse(link)
		},
	})
}

func (a *desk) browse(link string) tea.Cmd {
	a.Busy("opening" + a.Theme.Glyphs.More)
	return browseCmd(a.cfg.Open, link)
}

// openedMsg reports whether a browser opened a link.
type openedMsg struct {
	link string
	err  error
}

func (m openedMsg) apply(a *desk) tea.Cmd {
	a.Calm()
	if m.err != nil {
		a.Complain("no browser could be started: " + errorText(m.err))
		a.Push(newLinkBox(a, m.link))
		return tea.SetClipboard(m.link)
	}
	a.Say("opened in the browser")
	return nil
}

// copyText copies a text to the terminal's clipboard.
func (a *desk) copyText(what text.Text, words string) tea.Cmd {
	a.Say(what + " copied")
	return tea.SetClipboard(words)
}

// newLinkBox shows a link in full, to be copied by hand.
func newLinkBox(a *desk, link string) *kit.Pager { return newCopyBox(a, "link", link) }

// newCopyBox shows a link or a path in full.
func newCopyBox(a *desk, what text.Text, link string) *kit.Pager {
	return &kit.Pager{Stage: a.Stage, Heading: what, Content: func(width int) []paint.Styled {
		t := a.Theme
		lines := []paint.Styled{"", "  " + t.Text(paint.Title, "There is no browser here to open it with.")}
		for _, l := range paint.Wrap("The "+what+" was copied through the terminal (OSC 52), where that is allowed:", max(10, width-2)) {
			lines = append(lines, "  "+t.Text(paint.Muted, l))
		}
		lines = append(lines, "")
		lines = append(lines, unbroken(t, link, width)...)
		return append(lines, "", "  "+t.Text(paint.Key, "esc")+t.Text(paint.Muted, "  back"))
	}}
}

// unbroken draws a text without indent or word wrap, so that it can be selected
// in one go.
func unbroken(t *paint.Theme, words string, width int) (lines []paint.Styled) {
	for _, part := range strings.Split(ansi.Hardwrap(string(text.Clean(words, len(words)+1)), max(1, width), false), "\n") {
		lines = append(lines, t.Text(paint.Normal, text.Of(part)))
	}
	return lines
}

// openTime is how long to wait for the opener to fail. Some openers keep
// running until the browser is closed.
const openTime = 10 * time.Second

// Browser returns a function that opens links on this machine, or nil if there
// is no display: openers would then start a text browser in our own terminal.
func Browser(getenv func(string) string) func(link string) error {
	if !hasDisplay(getenv) {
		return nil
	}
	// The opener's output would appear on our screen. With a pipe instead of
	// nil we would wait for as long as the browser stays open.
	browser.Stdout, browser.Stderr = nil, nil
	return func(link string) error {
		result := make(chan error, 1)
		go func() { result <- browser.OpenURL(link) }()
		select {
		case err := <-result:
			return err
		case <-time.After(openTime):
			return nil
		}
	}
}

// SSHHost returns this machine as the user reached it over SSH, for a command on
// their own machine; "" if they didn't.
func SSHHost(getenv func(string) string) string {
	connection := strings.Fields(getenv("SSH_CONNECTION"))
	host := "HOST"
	switch {
	case len(connection) == 4: // address and port of both ends
		host = connection[2]
	case getenv("SSH_TTY") == "":
		return ""
	}
	if user := getenv("USER"); user != "" {
		return user + "@" + host
	}
	return host
}

func hasDisplay(getenv func(string) string) bool {
	switch runtime.GOOS {
	case "darwin", "windows":
		return getenv("SSH_CONNECTION") == ""
	}
	return getenv("DISPLAY") != "" || getenv("WAYLAND_DISPLAY") != ""
}

// copyIDs copies the ids of rows, one per line.
func (a *desk) copyIDs(ids []string) tea.Cmd {
	switch len(ids) {
	case 0:
		a.Warn("none of them has an id")
		return nil
	case 1:
		return a.copyText("id", ids[0])
	}
	return a.copyText(text.Sprintf("%d ids", len(ids)), strings.Join(ids, "\n"))
}

// outputCmd asks for a job again and returns its checked link.
func outputCmd(s *account.Account, id api.ID, what use) tea.Cmd {
	return func() tea.Msg {
		job, link, err := account.OutputOf(context.Background(), s.Client, id)
		return outputMsg{link: link, what: what, job: &job, err: err}
	}
}

func browseCmd(open func(string) error, link string) tea.Cmd {
	return func() tea.Msg { return openedMsg{link, open(link)} }
}
