package ui

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/google/uuid"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// rebuild creates the fields, which depend on the model's options. Fields that
// most jobs leave empty are folded away until they are filled in.
func (f *generationForm) rebuild() {
	t, d := f.app.Theme, f.draft
	fold := kit.ChoiceField(fieldFold, "More fields", "options, voices, segments, dubbing, project, webhook", "", []string{"", unfolded})
	if f.unfolded {
		fold = kit.ChoiceField(fieldFold, "More fields", "", unfolded, []string{"", unfolded})
	}
	fields := append(f.inputFields(),
		kit.TextField(t, draft.FieldOutputName, "Output file name", "letters, digits, - and _", d.OutputFileName),
		kit.TextField(t, draft.FieldLabel, "Label", "for your own records, never sent", d.Label),
		fold)
	f.Set(append(fields, slices.DeleteFunc(f.furtherFields(), func(x kit.Field) bool {
		return !f.unfolded && x.Value() == "" && !f.checkField(x.Name).Blocks()
	})...))
}

// inputFields returns the fields of the model, the video and the sound.
func (f *generationForm) inputFields() []kit.Field {
	t, d := f.app.Theme, f.draft
	model := kit.ChoiceField(draft.FieldModel, "Model", "waiting for the models", d.Model, f.app.modelNames())
	x := kit.TextField(t, draft.FieldVisual, "Video", "https://…  or a path, or ctrl+o for an asset", d.Visual)
	x.Picks = []string{"VIDEO"}
	if draft.RulesFor(d.Model).Image {
		x = kit.TextField(t, draft.FieldVisual, "Video or image", "video or image: https://…  or a path, or ctrl+o for an asset", d.Visual)
		x.Picks = []string{"VIDEO", "IMAGE"}
	}
	script := scriptField(t, d.Script)
	if strings.Contains(strings.TrimSpace(d.Script), "\n") { // one line to type in would join them
		script = kit.ShownField(draft.FieldScript, "or a script", "", text.Of(strings.Join(strings.Fields(d.Script), " ")))
	}
	fields := []kit.Field{model, x, audioField(t, d.Audio), script}
	if f.unfolded || strings.TrimSpace(d.Script+d.VoiceID) != "" {
		fields = append(fields, voiceField(t, d.VoiceID))
	}
	return fields
}

// furtherFields returns the fields that most jobs leave empty.
func (f *generationForm) furtherFields() (fields []kit.Field) {
	t, d := f.app.Theme, f.draft
	if strings.TrimSpace(d.Script+d.Stability+d.Similarity) != "" {
		fields = append(fields, speechFields(t, d.Stability, d.Similarity)...)
	}
	fields = append(fields, optionFields(t, draft.RulesFor(d.Model).Options, d.Options)...)
	fields = append(fields,
		kit.ShownField(draft.FieldMore, "Further audio", "none; ctrl+o adds some, for segments", moreWords(d)),
		kit.ShownField(draft.FieldSegments, "Segments", "none; ctrl+o opens the table", segmentsWords(d)),
		kit.TextField(t, draft.FieldDub, "Dub into", "a language, in place of audio; ctrl+o lists them", d.DubLang))
	if d.Dubs() || strings.TrimSpace(d.DubFrom) != "" {
		fields = append(fields, kit.TextField(t, draft.FieldDubFrom, "Dub from", "auto (default)  the language spoken in the video", d.DubFrom))
	}
	fields = append(fields,
		kit.TextField(t, draft.FieldProject, "Project", "an id; ctrl+o lists the projects", d.ProjectID),
		kit.TextField(t, draft.FieldWebhook, "Webhook URL", "https://… called when the job ends", d.WebhookURL))
	if others := d.Others(); len(others) > 0 {
		fields = append(fields, kit.ShownField(draft.FieldExtra, "Others, kept", "", text.Of(strings.Join(others, ", "))))
	}
	return fields
}

func moreWords(d draft.Draft) text.Text {
	if len(d.More) == 0 {
		return ""
	}
	return text.Of(strings.Join(d.Refs()[1:], ", "))
}

func segmentsWords(d draft.Draft) text.Text {
	if len(d.Segments) == 0 {
		return ""
	}
	return text.Count(len(d.Segments), "segment", "segments") + " of " + text.Count(len(d.Refs()), "audio input", "audio inputs")
}

// picking returns the key that fills in the focused field from a list, if there
// is one.
func (f *generationForm) picking() []kit.Action {
	a, words, do := f.app, text.Text(""), (func() tea.Cmd)(nil)
	name := f.Current().Name
	switch name {
	case draft.FieldVoice:
		words, do = "pick a voice", func() tea.Cmd { return f.app.pickVoice(func(id string) tea.Cmd { return f.Put(name, id) }) }
	case draft.FieldProject:
		words, do = "pick a project", f.pickProject
	case draft.FieldDub, draft.FieldDubFrom:
		words, do = "pick a language", f.pickLanguage
	case draft.FieldMore:
		words, do = "open the list", f.parts().openSounds
	case draft.FieldSegments:
		words, do = "open the table", f.parts().openSegments
	default:
		if len(f.Current().Picks) == 0 {
			return nil
		}
		words, do = "pick an asset", f.pick
	}
	return []kit.Action{a.Does(keymap.PickAsset, do).Hinted(words)}
}

// pick opens the assets that fit the field and fills in the chosen one.
func (f *generationForm) pick() tea.Cmd {
	name := f.Current().Name
	return f.app.pickAsset(f.Current().Picks, func(x *state.Asset) tea.Cmd {
		cmd := f.Put(name, draft.AssetPrefix+string(x.ID))
		if name == draft.FieldVisual {
			f.draft.VisualKind = string(x.Type)
		}
		return cmd
	})
}

// pickProject fills in a project of the account.
func (f *generationForm) pickProject() tea.Cmd {
	a := f.app
	var ids []string
	empty := text.Text("No projects yet.")
	if a.store.NoProjects {
		empty = "This server has no projects."
	}
	a.Push(a.newSmallList("pick a project", []heading{{"project", 20, 1}, {"mode", 10, 0}}, []text.Text{empty, "esc  back"}, func() (rows [][]paint.Piece) {
		for p := range a.store.Projects.All() {
			ids = append(ids, string(p.ID))
			rows = append(rows, []paint.Piece{paint.Normal.Of(p.Name), paint.Muted.Of(p.Mode.Lower())})
		}
		return rows
	}).picker(func(at int) tea.Cmd { return f.Put(draft.FieldProject, ids[at]) }))
	return nil
}

// pickLanguage fills in a language to dub into, or from.
func (f *generationForm) pickLanguage() tea.Cmd {
	name, languages := f.Current().Name, draft.Languages()
	f.app.Push(f.app.newSmallList("pick a language", []heading{{"language", 20, 1}, {"code", 6, 0}}, nil, func() (rows [][]paint.Piece) {
		for _, l := range languages {
			rows = append(rows, []paint.Piece{paint.Normal.Of(text.Of(l.Name)), paint.Muted.Of(text.Of(l.Code))})
		}
		return rows
	}).picker(func(at int) tea.Cmd { return f.Put(name, languages[at].Code) }))
	return nil
}

// scriptNote says how long the script is.
func scriptNote(script string) text.Text {
	script = strings.TrimSpace(script)
	if script == "" {
		return ""
	}
	note := text.Sprintf("%d of %d", utf8.RuneCountInString(script), draft.MaxScript)
	if lines := 1 + strings.Count(script, "\n"); lines > 1 {
		note += text.Sprintf(", %d lines", lines)
	}
	return note
}

// pasteScript puts a pasted text of several lines at the end of the script. It
// reports false for anything else, which goes to the field.
func (f *generationForm) pasteScript(msg tea.Msg) (cmd tea.Cmd, pasted bool) {
	paste, ok := msg.(tea.PasteMsg)
	if !ok || f.Current().Name != draft.FieldScript || !strings.ContainsAny(strings.TrimRight(paste.Content, " \r\n"), "\r\n") {
		return nil, false
	}
	lines := strings.ReplaceAll(strings.ReplaceAll(paste.Content, "\r\n", "\n"), "\r", "\n")
	return f.Put(draft.FieldScript, f.draft.Script+lines), true
}

// parts returns the form as the owner of its lists.
func (f *generationForm) parts() *parts {
	return &parts{f.app.desk, &f.draft, f.env, f.touched, f.app.pickAsset}
}

// touched notes that the draft was changed in another way than by typing here.
func (f *generationForm) touched() {
	f.draft.Touch(time.Now(), uuid.NewString)
	f.reason, f.news = "", ""
	f.remember()
	f.rebuild()
	f.TouchFilled()
}

// openPresets shows the presets.
func (f *generationForm) openPresets() tea.Cmd {
	return presetting{f.app.desk, f, func() draft.Draft { return f.draft }, func(p draft.Preset) tea.Cmd {
		f.replace(p.Fill(f.draft))
		f.app.Say("filled in: " + text.Of(p.Name))
		return f.look()
	}}.open()
}
