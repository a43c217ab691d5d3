package ui

import (
	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/account"
	"dubtop/state/draft"
	"dubtop/state/outbox"
	"dubtop/state/upload"
	"dubtop/ui/paint"
)

// uploadWords says how far files are on their way to the storage: "412.0 MB of
// 1.5 GB, 118.0 MB/s, 9s left".
func uploadWords(p upload.Progress) text.Text {
	if p.Sent == 0 && p.Speed == 0 && p.Words != "" {
		words := bytesText(p.Size) + ", " + text.Of(p.Words)
		if p.Err != nil {
			words += ": " + text.Of(p.Err.Error())
		}
		return words
	}
	if p.Sent >= p.Size {
		return bytesText(p.Size) + ", all sent"
	}
	words := "0 B"
	if p.Sent > 0 {
		words = string(bytesText(p.Sent))
	}
	said := text.Of(words) + " of " + bytesText(p.Size)
	if p.Speed >= 1 {
		said += ", " + bytesText(int64(p.Speed)) + "/s, " + roughly(p.Left()) + " left"
	}
	return said
}

// leavingItems says before a yes which local files will leave this machine, and
// how. Each content counts once.
func (a *desk) leavingItems(subs []outbox.Submission) []paint.Item {
	seen := make(map[draft.Content]bool)
	var size int64
	for i := range subs {
		for _, f := range subs[i].Local() {
			if c := f.Content(); !seen[c] {
				seen[c] = true
				size += f.Size
			}
		}
	}
	if len(seen) == 0 {
		return nil
	}
	words := text.Count(len(seen), "file", "files") + " of this machine, " + bytesText(size)
	switch {
	case a.session.Client.Uploads() == api.Unsupported:
		words += ", sent with the request"
	case a.session.Visibility == account.VisibleToAll:
		words += ", uploaded first unless already there; the organisation sees the assets"
	default:
		words += ", uploaded first unless already there; only you see the assets"
	}
	return []paint.Item{{Label: "uploads", Words: words, Tone: paint.Normal}}
}

// uploadPiece draws how much of all files has been sent, for the header.
func (a *desk) uploadPiece() (paint.Piece, bool) {
	n, all := a.session.Uploading()
	if n == 0 || all.Size == 0 {
		return paint.Piece{}, false
	}
	words := text.Sprintf("upload %d %%", 100*all.Sent/all.Size)
	if left := all.Left(); left > 0 {
		words += " ~" + roughly(left)
	}
	return paint.Running.Of(words + "  "), true
}

// fileLines says where each local file of a submission is.
func (a *desk) fileLines(sub *outbox.Submission, width int) (lines []paint.Styled) {
	for i := range sub.Files {
		f := &sub.Files[i]
		lines = append(lines, a.advice(width, text.Of(f.Field), text.Of(f.Path), paint.Normal)...)
		lines = append(lines, a.advice(width, "", a.fileWords(sub, f), paint.Muted)...)
	}
	return lines
}

func (a *desk) fileWords(sub *outbox.Submission, f *draft.File) text.Text {
	if f.Asset != "" {
		return bytesText(f.Size) + ", is asset " + text.Of(f.Asset) + " now"
	}
	if p, ok := a.session.UploadOfFile(sub.ID, f); ok {
		return uploadWords(p)
	}
	return bytesText(f.Size) + ", goes with the request"
}

// uploadingWords says how far the files of a row are, in the list.
func (a *desk) uploadingWords(r *outbox.QueueRow) paint.Piece {
	p, ok := a.session.UploadOf(r.ID)
	switch {
	case !ok:
		return paint.Muted.Of("")
	case p.Err != nil:
		return paint.Warn.Of(uploadWords(p))
	}
	return paint.Running.Of(uploadWords(p))
}

// retryWords names the key that tries a failed upload again.
func (a *desk) retryWords(r *outbox.QueueRow) text.Text {
	if r.State == outbox.QueuePaused && r.UploadHasFailed() {
		return "; " + a.KeyFor(keymap.PauseItem) + " tries again"
	}
	return ""
}
