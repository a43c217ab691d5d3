package ui

import (
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/outbox"
	"dubtop/state/verdict"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// origin is the job a form was copied from.
type origin struct {
	job   state.Generation
	draft draft.Draft // before any change
	lost  []text.Text
}

// originLines says above the form which fields differ from the original, which
// parts could not be copied, and that an earlier draft will be back.
func (f *generationForm) originLines() []paint.Styled {
	o, t := f.origin, f.app.Theme
	if o == nil {
		return nil
	}
	var lines []paint.Styled
	add := func(n paint.Tone, words text.Text) { lines = append(lines, t.Paragraph(f.Width, n, words)...) }
	if len(f.changes()) > 0 {
		add(paint.Muted, kit.ChangedMark+" differs from "+o.job.Name)
	}
	given := f.app.store.Verdicts.Of(o.job.Key())
	if given.Verdict == verdict.Retake {
		add(paint.Warn, o.job.Name+" is a "+given.Words())
	}
	if jobs, _ := f.app.store.Takes(&o.job); f.sameInputs() && (len(jobs) > 0 || given.Verdict == verdict.Retake) {
		add(paint.Muted, text.Sprintf("This will be take %d of this video and sound.", max(1, len(jobs))+1))
	}
	if len(o.lost) > 0 {
		add(paint.Warn, "Not copied: "+text.Join(o.lost, "; "))
	}
	if f.aside {
		add(paint.Muted, "Your earlier draft is kept and comes back when you close this form.")
	}
	if len(lines) > 0 {
		lines = append(lines, "")
	}
	return lines
}

// sameInputs reports whether the form has the video and sound of the original
// job, so that the two are takes of each other.
func (f *generationForm) sameInputs() bool {
	for _, field := range f.changes() {
		switch field {
		case draft.FieldVisual, draft.FieldAudio, draft.FieldScript, draft.FieldVoice, draft.FieldMore, draft.FieldDub:
			return false
		}
	}
	return true
}

// changes returns the fields that differ from the original job.
func (f *generationForm) changes() []string {
	if f.origin == nil {
		return nil
	}
	return f.draft.Changes(f.origin.draft)
}

// comparison compares the price of a copy with the cost of the original job,
// and lists the changes.
func (o *origin) comparison(sub *outbox.Submission, cost outbox.Cost) []paint.Item {
	var changed []text.Text
	for _, field := range sub.Draft.Changes(o.draft) {
		changed = append(changed, fieldWords(field))
	}
	return []paint.Item{
		{Label: "compared", Words: difference(sub.Price, cost), Tone: paint.Money},
		{Label: "before", Words: o.job.Name, Short: true},
		{Label: "changed", Words: text.Join(changed, ", ")},
	}
}
