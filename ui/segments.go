package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// parts is a form whose draft has parts with lists of their own.
type parts struct {
	app     *desk
	draft   *draft.Draft
	env     func() draft.CheckEnv
	touched func() // called after a change
	pick    func(types []string, chosen func(*state.Asset) tea.Cmd) tea.Cmd
}

// openSegments shows the table of the segments.
func (f *parts) openSegments() tea.Cmd {
	headings := []heading{{"from", 8, 0}, {"to", 8, 0}, {"audio", 12, 1}, {"part of it", 12, 1}, {"options", 12, 3}, {"check", 14, 3}}
	empty := []text.Text{"No segments: the whole video gets the audio.", "n  a segment", "esc  back"}
	l := f.app.newSmallList("segments", headings, empty, func() (rows [][]paint.Piece) {
		for i, s := range f.draft.Segments {
			rows = append(rows, []paint.Piece{
				paint.Normal.Of(text.Of(s.From)), paint.Normal.Of(text.Of(s.To)), paint.Normal.Of(text.Of(s.Ref)),
				paint.Muted.Of(cropWords(s)), paint.Muted.Of(overrides(s)), checked(f.app.Theme, f.draft.CheckSegment(i)),
			})
		}
		return rows
	})
	return f.openParts(l, "segment", f.editSegment, func(at int) {
		f.draft.Segments = append(f.draft.Segments[:at:at], f.draft.Segments[at+1:]...)
	})
}

// segmentLines draws the segments of a job as a table, or as they are if they
// can't be read.
func (a *desk) segmentLines(job *api.Generation, width int) []paint.Styled {
	if len(job.Segments) == 0 {
		return nil
	}
	t := a.Theme
	lines := []paint.Styled{"", t.Text(paint.Title, "Segments")}
	d, _ := draft.FromJob(*job)
	if len(d.Segments) == 0 {
		return append(lines, a.rawLines(job.Segments, width)...)
	}
	const times, ref, part = 9, 12, 16
	row := func(tone paint.Tone, from, to, of, crop, options text.Text) paint.Styled {
		cell := func(words text.Text, width int) paint.Styled {
			return t.Text(tone, paint.Fit(words, width, false, t.Glyphs.More)+" ")
		}
		return paint.FitStyled(cell(from, times)+cell(to, times)+cell(of, ref)+cell(crop, part)+t.Text(tone, options), width)
	}
	lines = append(lines, row(paint.Muted, "from", "to", "audio", "part of it", "options"))
	for _, s := range d.Segments {
		lines = append(lines, row(paint.Normal, text.Of(s.From), text.Of(s.To), text.Of(s.Ref), cropWords(s), overrides(s)))
	}
	return lines
}

// cropWords says which part of its audio a segment uses.
func cropWords(s draft.Segment) text.Text {
	if s.CropFrom+s.CropTo == "" {
		return "all"
	}
	return text.Of(s.CropFrom + " – " + s.CropTo)
}

// overrides lists the options that a segment has in place of the job's.
func overrides(s draft.Segment) text.Text {
	var words []string
	for _, o := range draft.OptionsIn(draft.SegmentOptions(""), s.Options) {
		if typed := strings.TrimSpace(s.Options[o.Name]); typed != "" && o.Parent == "" {
			words = append(words, strings.Split(o.Name, "_")[0]+" "+typed)
		}
	}
	return text.Of(strings.Join(words, ", "))
}

func checked(t *paint.Theme, p draft.Problem) paint.Piece {
	switch {
	case p.None():
		return paint.OK.Of(t.Glyphs.Completed)
	case p.Blocks():
		return paint.Bad.Of(text.Of(p.Words))
	}
	return paint.Warn.Of(text.Of(p.Words))
}

// openSounds shows the list of the audio inputs after the first.
func (f *parts) openSounds() tea.Cmd {
	headings := []heading{{"name", 10, 0}, {"audio or script", 20, 2}, {"voice", 10, 0}, {"check", 14, 2}}
	empty := []text.Text{"No further audio: only that of the form.", "n  an audio input or a script", "esc  back"}
	l := f.app.newSmallList("further audio", headings, empty, func() (rows [][]paint.Piece) {
		for i, s := range f.draft.More {
			what := f.app.mediaName(s.Audio)
			if strings.TrimSpace(s.Script) != "" {
				what = text.Of("“" + s.Script + "”")
			}
			rows = append(rows, []paint.Piece{
				paint.Normal.Of(text.Of(f.draft.Refs()[i+1])), paint.Normal.Of(what), paint.Muted.Of(f.app.voiceName(s.VoiceID)),
				checked(f.app.Theme, f.draft.CheckSound(i, f.env())),
			})
		}
		return rows
	})
	return f.openParts(l, "audio input", f.editSound, func(at int) {
		f.draft.More = append(f.draft.More[:at:at], f.draft.More[at+1:]...)
	})
}

// openParts shows a list of parts of the draft, which can be added, edited and
// removed.
func (f *parts) openParts(l *smallList, word text.Text, edit func(at int, done func()), remove func(at int)) tea.Cmd {
	a := f.app
	done := func() { f.touched(); l.refill() }
	change := a.Does(keymap.Edit, func() tea.Cmd { edit(l.Selected().at, done); return nil }).Unless(l.None).Hinted("edit")
	change.Key.SetKeys(append(change.Key.Keys(), "enter")...)
	change.Key.SetHelp(change.Key.Help().Key, "edit it")
	add := a.Does(keymap.NewGeneration, func() tea.Cmd { edit(-1, done); return nil }).Hinted("new")
	add.Key.SetHelp(add.Key.Help().Key, "new "+string(word))
	drop := a.Does(keymap.Drop, func() tea.Cmd { remove(l.Selected().at); done(); return nil }).Unless(l.None).Hinted("remove")
	drop.Key.SetHelp(drop.Key.Help().Key, "remove it")
	a.Push(l.with(add, change, drop))
	return nil
}

// partForm is the form for a part of a draft.
type partForm struct {
	kit.Form
	app   *desk
	pick  func(types []string, chosen func(*state.Asset) tea.Cmd) tea.Cmd
	title text.Text
	check func(name string) draft.Problem
	save  func()
}

// openPart shows the form for a part. put stores a field; fields returns all of
// them anew.
func (a *desk) openPart(p *partForm, fields func() []kit.Field, put func(name, value string)) {
	p.app, p.Stage = a, a.Stage
	p.Check = func(name string) kit.Problem { return problemOf(p.check(name)) }
	p.Changed = func(name, value string) tea.Cmd {
		put(name, value)
		if reshapes(name) {
			p.Set(fields())
		}
		return nil
	}
	p.Set(fields())
	p.TouchFilled()
	a.Push(p)
}

// Title names the part.
func (p *partForm) Title() text.Text { return p.title }

// View draws the fields.
func (p *partForm) View() paint.Styled { return p.Form.View([]paint.Styled{""}) }

// Actions returns the keys that save, discard and pick.
func (p *partForm) Actions() []kit.Action {
	a := p.app
	save := a.Does(keymap.Estimate, p.finish).Hinted("save")
	save.Key.SetHelp(save.Key.Help().Key, "save the "+string(p.title))
	leave := a.Does(keymap.Leave, a.Pop).Hinted("discard")
	leave.Key.SetHelp(leave.Key.Help().Key, "discard the changes")
	acts := []kit.Action{save, leave}
	name := p.Current().Name
	switch {
	case name == draft.FieldVoice:
		acts = append(acts, a.Does(keymap.PickAsset, func() tea.Cmd { return a.pickVoice(func(id string) tea.Cmd { return p.Put(name, id) }) }).Hinted("pick a voice"))
	case len(p.Current().Picks) > 0:
		acts = append(acts, a.Does(keymap.PickAsset, func() tea.Cmd {
			return p.pick(p.Current().Picks, func(x *state.Asset) tea.Cmd { return p.Put(name, draft.AssetPrefix+string(x.ID)) })
		}).Hinted("pick an asset"))
	}
	return append(acts, p.FieldActions()...)
}

func (p *partForm) finish() tea.Cmd {
	if !p.Ready() {
		return nil
	}
	cmd := p.app.Pop()
	p.save()
	return cmd
}

// The fields of a segment.
const (
	fieldFrom     = "from"
	fieldTo       = "to"
	fieldRef      = "ref"
	fieldCropFrom = "cropFrom"
	fieldCropTo   = "cropTo"
)

// editSegment edits a segment, or a new one if at is negative.
func (f *parts) editSegment(at int, done func()) {
	d := f.draft.Clone()
	if at < 0 {
		next := draft.Segment{From: "0", Ref: d.Refs()[0]}
		if n := len(d.Segments); n > 0 {
			next.From = d.Segments[n-1].To
		}
		d.Segments, at = append(d.Segments, next), len(d.Segments)
	}
	s, t := &d.Segments[at], f.app.Theme
	if s.Options == nil {
		s.Options = map[string]string{}
	}
	texts := map[string]*string{fieldFrom: &s.From, fieldTo: &s.To, fieldRef: &s.Ref, fieldCropFrom: &s.CropFrom, fieldCropTo: &s.CropTo}
	p := &partForm{title: "segment", pick: f.pick, check: func(name string) draft.Problem {
		if problem := d.CheckSegment(at); problem.Field == name {
			return problem
		}
		return draft.Problem{}
	}}
	p.save = func() { f.draft.Segments = d.Segments; done() }
	f.app.openPart(p, func() []kit.Field {
		return append([]kit.Field{
			kit.TextField(t, fieldFrom, "From", "seconds, or 1:30.5", s.From),
			kit.TextField(t, fieldTo, "To", "seconds, or 1:30.5", s.To),
			kit.ChoiceField(fieldRef, "Audio", "", s.Ref, d.Refs()),
			kit.TextField(t, fieldCropFrom, "Part of it from", "its beginning", s.CropFrom),
			kit.TextField(t, fieldCropTo, "Part of it to", "its end", s.CropTo),
		}, optionFields(t, draft.SegmentOptions(d.Model), s.Options)...)
	}, func(name, value string) {
		if typed := texts[name]; typed != nil {
			*typed = value
		} else {
			s.Options[strings.TrimPrefix(name, draft.OptionField(""))] = value
		}
	})
}

// editSound edits an audio input after the first, or a new one if at is
// negative.
func (f *parts) editSound(at int, done func()) {
	d := f.draft.Clone()
	if at < 0 {
		d.More, at = append(d.More, draft.Sound{}), len(d.More)
	}
	s, t := &d.More[at], f.app.Theme
	texts := map[string]*string{
		draft.FieldAudio: &s.Audio, draft.FieldScript: &s.Script, draft.FieldVoice: &s.VoiceID,
		draft.FieldStability: &s.Stability, draft.FieldSimilarity: &s.Similarity, fieldRef: &s.Ref,
	}
	p := &partForm{title: "audio input", pick: f.pick, check: func(name string) draft.Problem { return d.CheckSoundField(at, name, f.env()) }}
	p.save = func() { f.draft.More = d.More; done() }
	f.app.openPart(p, func() []kit.Field {
		fields := append([]kit.Field{audioField(t, s.Audio), scriptField(t, s.Script), voiceField(t, s.VoiceID)},
			speechFields(t, s.Stability, s.Similarity)...)
		return append(fields, kit.TextField(t, fieldRef, "Name", text.Of(d.Refs()[at+1]+" (default)  by which segments name it"), s.Ref))
	}, func(name, value string) { *texts[name] = value })
}
