package account

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"dubtop/state/download"
	"dubtop/state/durable"
	"dubtop/state/output"
)

// lately is how many saved files are looked at for what a dubtop that was killed
// has left beside them. It was about to finish no more than it saves at once.
const lately = 32

// tidySaves removes what dubtops that were killed have left: the notes of files
// that were recorded already, and lists that did not get their name.
func (a *Account) tidySaves(r savesRead) {
	if a.Unsavable() != nil {
		return
	}
	wanted := make(map[output.Want]bool, len(r.wishes))
	folders := map[string]bool{a.Saving.Folder: true}
	for _, w := range r.wishes {
		wanted[w.Want] = true
		folders[filepath.Dir(w.Path)] = true
	}
	var paths []string
	for _, f := range r.files[max(0, len(r.files)-lately):] {
		folders[filepath.Dir(f.Path)] = true
		if !wanted[output.Want{Job: f.Job, Kind: f.Kind}] {
			paths = append(paths, f.Path)
		}
	}
	a.later(func(context.Context) apply {
		for _, path := range paths {
			if _, err := os.Lstat(path); err == nil {
				_ = download.Discard(path) // what stays does no harm
			}
		}
		for folder := range folders {
			durable.Sweep(folder, time.Now())
		}
		return func(time.Time) []Event { return nil }
	})
}
