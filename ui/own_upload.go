package ui

import (
	"slices"

	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/state/draft"
)

// ownUpload is a file that the user uploads on its own, for no job.
type ownUpload struct {
	making *account.Making
	file   draft.File
}

// ownUploads are the files on their way, the first one first.
type ownUploads []*ownUpload

func (u *ownUpload) name() text.Text {
	m := draft.Media{Source: draft.SourceFile, Path: u.file.Path}
	return m.Base()
}

// end stops an upload, unless it is done, and forgets it.
func (all *ownUploads) end(u *ownUpload) {
	u.making.Cancel()
	*all = slices.DeleteFunc(*all, func(o *ownUpload) bool { return o == u })
}
