package account

import (
	"slices"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/upload"
)

// Making is a wish for assets: local files that somebody needs at the server.
// Use it on the goroutine of its Account.
type Making struct {
	account *Account
	*wanted
}

// MakeAssets makes local files assets of the account, after the user's yes. The
// files must be measured; see Contents.Measure. Each content is sent once, even
// if several wishes, windows or starts need it, and a wish can be repeated after
// a restart. An EventUpload tells of every file that is done or has failed; the
// wish lasts until it is cancelled. Those who confirm a submission with local
// files need no wish: its own files are uploaded while it is in the queue.
func (a *Account) MakeAssets(files []draft.File) *Making {
	m := &Making{a, &wanted{slices.Clone(files)}}
	a.up.wanted = append(a.up.wanted, m.wanted)
	return m
}

// Assets returns the ids of the assets in the order of the files. Until done,
// some are empty.
func (m *Making) Assets() (ids []api.ID, done bool) {
	done = true
	for _, f := range m.files {
		id := f.Asset
		if s := m.account.up.active[f.Content()]; id == "" && s != nil {
			id = s.asset
		}
		ids, done = append(ids, api.ID(id)), done && id != ""
	}
	return ids, done
}

// Progress adds up the files.
func (m *Making) Progress() (all upload.Progress) {
	for i := range m.files {
		all = all.Plus(m.account.progress(&m.files[i]))
	}
	return all
}

// Err returns why a file can't become an asset until Retry, or nil.
func (m *Making) Err() error {
	for _, f := range m.files {
		if s := m.account.up.active[f.Content()]; s != nil && s.final {
			return s.err
		}
	}
	return nil
}

// Retry tries the files again that have failed.
func (m *Making) Retry() {
	for _, f := range m.files {
		if s := m.account.up.active[f.Content()]; s != nil && s.cancel == nil {
			s.final, s.err, s.failures, s.next = false, nil, 0, time.Time{}
		}
	}
}

// Cancel ends the wish. Files that nobody else needs stop on their way; the parts
// that have arrived are used when they are needed again.
func (m *Making) Cancel() {
	m.account.up.wanted = slices.DeleteFunc(m.account.up.wanted, func(o *wanted) bool { return o == m.wanted })
}
