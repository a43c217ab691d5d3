package jobset

import (
	"crypto/sha256"
	"encoding/binary"
	"path/filepath"
	"slices"

	"dubtop/state/draft"
)

// Digest is equal for drafts of the same [ContentOf], wherever the current and
// the home folder are: of a file it has only the name. Other drafts may have the
// same, so compare their contents. The journal stores digests, so a change of
// them needs a step of its schema.
func Digest(d draft.Draft) int64 {
	d.More = slices.Clone(d.More)
	d.Visual, d.Audio = nameOnly(d.Visual), nameOnly(d.Audio)
	for i := range d.More {
		d.More[i].Audio = nameOnly(d.More[i].Audio)
	}
	sum := sha256.Sum256([]byte(ContentOf(d)))
	return int64(binary.BigEndian.Uint64(sum[:]) >> 1) // SQLite has no unsigned numbers
}

// nameOnly returns a typed path without its folder, and other text unchanged.
func nameOnly(typed string) string {
	m, err := draft.ParseMedia(typed, "/")
	if err != nil || m.Source != draft.SourceFile {
		return typed
	}
	return filepath.Base(m.Path)
}
