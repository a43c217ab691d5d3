package account

import (
	"cmp"
	"context"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
)

// FindAssets reads the next page of a library; then gets the error, if any. ok is
// false if there is nothing to read.
func (a *Account) FindAssets(l *state.Library, then func(error)) (work Work, ok bool) {
	q, ok := l.Next(a.now)
	if !ok {
		return Work{}, false
	}
	c := a.Client
	return a.work(func(ctx context.Context) apply {
		r := assetPage(ctx, c, q)
		return func(now time.Time) []Event {
			if l.Rows == &a.Store.Assets {
				a.Store.NameAssets(r.Assets)
			} else {
				a.Store.KeepAssets(r.Assets, now)
			}
			l.Apply(&r, now)
			then(r.Err)
			return nil
		}
	}), true
}

// RenameAsset gives an asset another name on the server; then gets the error, if
// any.
func (a *Account) RenameAsset(id api.ID, name string, then func(error)) Work {
	c := a.Client
	return a.work(func(ctx context.Context) apply {
		x, err := c.RenameAsset(ctx, id, name)
		return func(now time.Time) []Event {
			if err == nil {
				x.Name = cmp.Or(x.Name, text.Of(name)) // the answer may not tell everything
				renamed := state.NewAsset(x)
				if old, ok := a.Store.Asset(id); ok {
					renamed = old.Called(renamed.Name)
				}
				a.Store.KeepAssets([]state.Asset{renamed}, now)
			}
			then(err)
			return nil
		}
	})
}

// DeleteAsset deletes an asset on the server; then gets the error, if any.
func (a *Account) DeleteAsset(id api.ID, then func(error)) Work {
	c := a.Client
	return a.work(func(ctx context.Context) apply {
		err := c.DeleteAsset(ctx, id)
		return func(time.Time) []Event {
			if err == nil {
				a.Store.ForgetAsset(id)
			}
			then(err)
			return nil
		}
	})
}
