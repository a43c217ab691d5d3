package jobset

import (
	"crypto/sha256"
	"encoding/binary"
	"path/filepath"
	"strings"

	"dubtop/state/draft"
)

// Digest is equal for drafts of the same [ContentOf], wherever the current and
// the home folder are: of a file it has only the name. Drafts that differ, such
// as in their options, may have the same, so compare their contents. The journal
// stores digests, so a change of them needs a step of its schema.
func Digest(d *draft.Draft) int64 {
	h := sha256.New()
	add := func(part string) {
		_, _ = h.Write([]byte(part)) // a hash never fails
		_, _ = h.Write([]byte{0})
	}
	add(nameOnly(d.Visual))
	add(nameOnly(d.Audio))
	for _, part := range []string{d.Model, d.Script, d.VoiceID, d.DubLang} {
		add(strings.TrimSpace(part))
	}
	return int64(binary.BigEndian.Uint64(h.Sum(nil)) >> 1) // SQLite has no unsigned numbers
}

// nameOnly returns a typed path without its folder, and a link without its
// signature.
func nameOnly(typed string) string {
	typed = strings.TrimSpace(typed)
	if !strings.HasPrefix(typed, "http://") && !strings.HasPrefix(typed, "https://") {
		if m, err := draft.ParseMedia(typed, "/"); err == nil && m.Source == draft.SourceFile {
			return filepath.Base(m.Path)
		}
	}
	return draft.Unsigned(typed)
}
