package state

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/table"
)

// readOn reads the next page of a library from the world.
func (w *world) readOn(l *Library) bool {
	q, ok := l.Next(w.now)
	if ok {
		a := AssetsAnswer(w.assetPage(q), nil)
		l.Apply(&a, w.now)
	}
	return ok
}

func manyAssets(w *world, n int) {
	for i := range n {
		w.assets = append(w.assets, api.Asset{ID: jobID(i), Name: text.Sprintf("%c%d", 'a'+(i*7)%26, i), CreatedAt: api.Time{Time: start().Add(-time.Duration(i) * time.Second)}})
	}
}

func TestOlderAssetsAreReadPageByPage(t *testing.T) {
	w := newWorld(t)
	manyAssets(w, 450)
	w.poller.SetVisible(Assets)
	w.pass(10 * time.Minute)
	l := &w.store.Library
	if n := w.store.Assets.Len(); n != PageSize || !l.Partial() || l.Total != 450 {
		t.Fatalf("%d assets of %d while nobody scrolls", n, l.Total)
	}
	for page := range 4 {
		if !w.readOn(l) {
			t.Fatalf("no page after %d", page)
		}
	}
	if w.readOn(l) || l.Partial() || w.store.Assets.Len() != 450 {
		t.Errorf("%d assets at the end", w.store.Assets.Len())
	}
	w.assets = w.assets[1:]
	w.pass(10 * time.Minute)
	if l.More || l.Total != 449 {
		t.Errorf("the newest page began the library anew: %+v", l)
	}
}

func TestServerSortsAndFinds(t *testing.T) {
	w := newWorld(t)
	manyAssets(w, 250)
	slices.SortFunc(w.assets, func(a, b api.Asset) int { return strings.Compare(string(a.Name), string(b.Name)) })
	want := fmt.Sprint(names(w.assets))
	l := NewLibrary(api.AssetQuery{SortBy: "nameAsc", Search: "x"})
	for w.readOn(l) {
		if q, ok := l.Next(w.now); ok {
			if again, twice := l.Next(w.now); twice {
				t.Fatalf("asked twice at once: %+v", again)
			}
			if q.Search != "x" || q.SortBy != "nameAsc" || q.Limit != PageSize {
				t.Fatalf("%+v", q)
			}
			l.Apply(&Answer{Err: errors.New("cut")}, w.now) // and tried again
		}
	}
	for _, reverse := range []bool{false, true} {
		var view table.View[Asset]
		view.Update(l.Rows, table.Query{Sort: table.SortName, Reverse: reverse})
		var got []text.Text
		for i := range view.Len() {
			got = append(got, view.At(i).Name)
		}
		if fmt.Sprint(got) != want {
			t.Errorf("not in the order of the server, reversed %v: %v", reverse, got)
		}
	}
	w.store.KeepAssets([]Asset{*l.Rows.At(0)}, w.now)
	if a, ok := w.store.Asset(l.Rows.At(0).ID); !ok || a.place != 0 {
		t.Errorf("%+v, %v", a, ok)
	}
	l.Remove(l.Rows.At(0).ID)
	if l.Rows.Len() != 249 || l.Total != 249 {
		t.Errorf("%d of %d", l.Rows.Len(), l.Total)
	}
}

func names(all []api.Asset) (n []text.Text) {
	for _, a := range all {
		n = append(n, a.Name)
	}
	return n
}
