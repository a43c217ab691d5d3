package ui

import (
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/output"
	"dubtop/state/upload"
	"dubtop/ui/paint"
)

// savePiece draws how many files are being saved, and how many could not be, for
// the header.
func (a *desk) savePiece() (pieces []paint.Piece) {
	sum := a.session.SaveSum()
	if n := sum.Running + sum.Waiting; n > 0 {
		words := text.Sprintf("saving %d", n)
		if sum.Left > 0 {
			words += " ~" + roughly(sum.Left)
		}
		pieces = append(pieces, paint.Running.Of(words+"  "))
	}
	if sum.Failed > 0 {
		pieces = append(pieces, paint.Bad.Of(text.Sprintf("%d not saved  ", sum.Failed)))
	}
	return pieces
}

// savesLeft is the number of files that are being saved.
func (a *desk) savesLeft() int {
	if a.session == nil {
		return 0
	}
	sum := a.session.SaveSum()
	return sum.Running + sum.Waiting
}

// savedCell says whether the output of a job is saved. ok is false if there is
// nothing to say.
func (a *desk) savedCell(g *state.Generation) (p paint.Piece, ok bool) {
	want := output.Want{Job: g.Key(), Kind: output.Output}
	if a.session != nil {
		if s, wanted := a.session.SaveOf(want); wanted {
			return savePart(&s), true
		}
	}
	f, ok := a.savedOutput(g)
	switch {
	case !ok:
		return p, false
	case f.Mark != "":
		return paint.Warn.Of("saved, differs"), true
	}
	return paint.Done.Of("saved"), true
}

// savePart says how far a file is, in few words.
func savePart(s *account.Save) paint.Piece {
	switch {
	case s.Failed():
		return paint.Bad.Of("not saved")
	case s.Elsewhere:
		return paint.Muted.Of("saved elsewhere")
	case s.Running && s.Total > 0:
		return paint.Running.Of(text.Sprintf("saving %d %%", 100*s.Done/s.Total))
	case s.Running:
		return paint.Running.Of("saving")
	}
	return paint.Muted.Of("to be saved")
}

// saveWords says how far a file is, in full.
func saveWords(s *account.Save) text.Text {
	switch {
	case s.Failed():
		return text.Of(s.Reason)
	case s.Elsewhere:
		return "another window saves it"
	case !s.Running:
		return "waits for its turn"
	case s.Words != "":
		return s.Words
	case s.Done == 0:
		return "asking for it"
	case s.Total < 0:
		return bytesText(s.Done)
	}
	p := upload.Progress{Sent: s.Done, Size: s.Total, Speed: s.Speed}
	if s.Done >= s.Total {
		return bytesText(s.Total) + ", all here"
	}
	return uploadWords(p)
}

// fileFacts draws the files of a job on this machine, and those that are not
// saved yet.
func (a *desk) fileFacts(g *state.Generation, width int) (lines []paint.Styled) {
	for _, f := range a.store.Saved.Files(g.Key()) {
		label := text.Text("saved")
		if f.Kind != output.Output {
			label = text.Of(string(f.Kind))
		}
		lines = append(lines, a.advice(width, label, a.short(f.Path), paint.Normal)...)
		lines = append(lines, a.advice(width, "", bytesText(f.Size)+", "+happened(f.At, a.Aged), paint.Muted)...)
		if f.Mark != "" {
			lines = append(lines, a.advice(width, "differs", text.Of(f.Mark), paint.Warn)...)
		}
	}
	if a.session == nil {
		return lines
	}
	for _, k := range output.Kinds() {
		s, ok := a.session.SaveOf(output.Want{Job: g.Key(), Kind: k})
		switch {
		case !ok:
		case s.Failed():
			words := text.Of(s.Reason) + " (" + a.KeyFor(keymap.Save) + " tries again)"
			lines = append(lines, a.advice(width, "not saved", words, paint.Bad)...)
		default:
			lines = append(lines, a.advice(width, "saving", saveWords(&s), paint.Running)...)
		}
	}
	return lines
}

// savedOutput returns the saved output of a job.
func (a *desk) savedOutput(g *state.Generation) (output.File, bool) {
	return a.store.Saved.Output(g.Key())
}
