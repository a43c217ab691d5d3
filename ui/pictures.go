package ui

import (
	"context"
	"image"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/thumbnail"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

const (
	// pictureRest is how long no key must be pressed before a picture is fetched.
	pictureRest = 300 * time.Millisecond
	// picturePatience limits fetching one.
	picturePatience = 15 * time.Second
	picturesMost    = 64
)

// withPicture adds a picture to the pane of a view.
func withPicture[T any](a *desk, v *kit.ListView[T], of func(row *T) pictureOf) {
	v.Picture = func(row *T, width, height int) []paint.Styled { return a.pictureLines(of(row), width, height) }
	if a.pictures.of == nil {
		a.pictures.of = make(map[kit.Screen]func() pictureOf)
	}
	a.pictures.of[v] = func() pictureOf {
		if row := v.Paned(); row != nil {
			return of(row)
		}
		return pictureOf{}
	}
}

// showsPictures reports whether pictures are shown.
func (a *desk) showsPictures() bool { return a.pictures.on && a.Theme.CanPicture() }

// togglePictures shows pictures or hides them.
func (a *desk) togglePictures() tea.Cmd {
	p := &a.pictures
	key := a.KeyFor(keymap.Picture)
	switch p.on = !p.on; {
	case !p.on:
		a.Say("pictures are off (" + key + " shows them)")
		return nil
	case !a.Theme.CanPicture():
		p.on = false
		a.Warn("this terminal can't show pictures: they take colours and Unicode")
		return nil
	}
	p.slow, p.cached, p.order = false, nil, nil
	a.Say("pictures are on (" + key + " hides them)")
	return a.fetchPicture()
}

// slowed hides the pictures on a slow line, unless the user has shown them on it.
func (a *desk) slowed() {
	p := &a.pictures
	if p.on && !p.slow {
		p.on, p.slow = false, true
		a.Mention("pictures are off, because the terminal takes long to draw (" + a.KeyFor(keymap.Picture) + " shows them)")
	}
}

// assetPicture is the picture of an asset: its thumbnail, or itself if it is a
// small enough image.
func assetPicture(x *state.Asset) (s pictureOf) {
	const most = 8 << 20
	link := x.Thumbnail
	if link.IsZero() && x.Type == "IMAGE" && x.Size <= most {
		link = x.URL
	}
	s.link, _ = link.Link() // "" if it can't be used
	return s
}

// jobPicture is the picture of a job: a frame of its saved output, or else the
// picture of the asset it shows.
func (a *desk) jobPicture(g *state.Generation) pictureOf {
	if f, ok := a.savedOutput(g); ok && a.cfg.FFmpeg {
		return pictureOf{path: f.Path}
	}
	if x, ok := a.store.Asset(g.AssetID()); ok && g.AssetID() != "" {
		return assetPicture(&x)
	}
	return pictureOf{}
}

// openedPicture is the picture of a job whose details are open.
func (a *desk) openedPicture(g *state.Generation, job *api.Generation) pictureOf {
	if s := a.jobPicture(g); s != (pictureOf{}) || job == nil {
		return s
	}
	for i := range job.Input {
		if in := &job.Input[i]; in.Type == "image" {
			link, _ := in.URL.Link()
			return pictureOf{link: link}
		}
	}
	return pictureOf{}
}

// pictureLines draws a picture, blank while it is being fetched, and nothing if
// there is none.
func (a *desk) pictureLines(of pictureOf, width, height int) []paint.Styled {
	p := &a.pictures
	if of == (pictureOf{}) || !a.showsPictures() {
		return nil
	}
	m, known := p.cached[of]
	switch {
	case known && m == nil:
		return nil
	case !known:
		return make([]paint.Styled, height)
	}
	want := drawnPicture{of: of, width: width, height: height, theme: a.Theme}
	if d := &p.drawn; d.of != of || d.width != width || d.height != height || d.theme != a.Theme {
		want.lines = a.Theme.Picture(m, width, height)
		p.drawn = want
	}
	return slices.Clone(p.drawn.lines)
}

// pictureSoon fetches the picture under the cursor once it rests.
func (a *desk) pictureSoon() tea.Cmd {
	p := &a.pictures
	p.key = time.Now()
	if p.waits || !a.showsPictures() {
		return nil
	}
	p.waits = true
	return waitForRest(pictureRest)
}

func waitForRest(d time.Duration) tea.Cmd {
	return tea.Tick(d, func(time.Time) tea.Msg { return restedMsg{} })
}

// restedMsg says that the cursor may rest.
type restedMsg struct{}

func (restedMsg) apply(a *desk) tea.Cmd {
	if left := pictureRest - time.Since(a.pictures.key); left > 0 {
		return waitForRest(left)
	}
	a.pictures.waits = false
	return a.fetchPicture()
}

// fetchPicture fetches the picture that the top screen shows, unless it is known.
func (a *desk) fetchPicture() tea.Cmd {
	p := &a.pictures
	if p.busy || p.waits || a.session == nil || !a.showsPictures() {
		return nil
	}
	shown := p.of[a.Top()]
	if shown == nil {
		return nil
	}
	of := shown()
	if _, known := p.cached[of]; known || of == (pictureOf{}) {
		return nil
	}
	p.busy = true
	return pictureCmd(a.session, of)
}

func pictureCmd(s *account.Account, of pictureOf) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), picturePatience)
		defer cancel()
		if of.path != "" {
			m, err := thumbnail.Frame(ctx, of.path)
			return pictureMsg{of, m, err}
		}
		m, err := thumbnail.Fetch(ctx, s.Client.Media(), of.link)
		return pictureMsg{of, m, err}
	}
}

// pictureMsg is a picture, or why there is none.
type pictureMsg struct {
	of    pictureOf
	image image.Image
	err   error
}

func (m pictureMsg) apply(a *desk) tea.Cmd {
	p := &a.pictures
	p.busy = false
	if m.err != nil {
		m.image = nil
	}
	if p.cached == nil {
		p.cached = make(map[pictureOf]image.Image)
	}
	if len(p.order) >= picturesMost {
		delete(p.cached, p.order[0])
		p.order = p.order[1:]
	}
	p.cached[m.of] = m.image
	p.order = append(p.order, m.of)
	return a.fetchPicture() // the cursor may have moved on
}
