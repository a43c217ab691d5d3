package state

import (
	"cmp"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/instant"
	"dubtop/state/table"
)

// Asset is the row of an asset.
type Asset struct {
	ID            api.ID
	Created       time.Time
	Type          text.Text // VIDEO, AUDIO, IMAGE
	Visibility    text.Text // USER, ORGANIZATION
	Name          text.Text
	Format        text.Text
	Size          int64 // bytes, 0 if unknown
	Duration      api.Seconds
	Width, Height int
	URL           api.URL
	Thumbnail     api.URL // of a small image of it, if there is one

	place    int // in the order of the server, from 1; 0 if that is by date
	haystack string
}

var _ table.Row[Asset] = (*Asset)(nil)

// NewAsset converts an API asset to a row.
func NewAsset(a api.Asset) Asset {
	row := Asset{
		ID:         a.ID,
		Created:    instant.Of(a.CreatedAt.Time),
		Type:       table.Shared(a.Type),
		Visibility: table.Shared(a.Visibility),
		Name:       cmp.Or(a.Name, text.Of(a.ID.Short())),
		Format:     table.Shared(a.Format),
		Size:       a.Size,
		Duration:   a.Duration,
		Width:      a.Width,
		Height:     a.Height,
		URL:        a.URL,
		Thumbnail:  a.Thumbnail,
	}
	row.index()
	return row
}

func (a *Asset) index() {
	a.haystack = strings.ToLower(strings.Join([]string{
		string(a.ID), string(a.Name), string(a.Type), string(a.Format), string(a.Visibility),
	}, "\n"))
}

// Called is the asset with another name.
func (a Asset) Called(name text.Text) Asset {
	a.Name = name
	a.index()
	return a
}

// Key is the id.
func (a *Asset) Key() string { return string(a.ID) }

// Rank is the time of creation, or the place that the server gave it.
func (a *Asset) Rank() int64 {
	if a.place > 0 {
		return -int64(a.place)
	}
	return instant.Rank(a.Created)
}

// Class is ClassOther: assets have no life cycle.
func (a *Asset) Class() table.Class { return table.ClassOther }

// Haystack joins the id, name, type, format and visibility for searching.
func (a *Asset) Haystack() string { return a.haystack }

// FieldValue supports id, name, type, format and visibility.
func (a *Asset) FieldValue(name string) (string, bool) {
	var value string
	switch name {
	case "id":
		value = string(a.ID)
	case "name":
		value = string(a.Name)
	case "type":
		value = string(a.Type)
	case "format":
		value = string(a.Format)
	case "visibility":
		value = string(a.Visibility)
	default:
		return "", false
	}
	return strings.ToLower(value), true
}

// Vocabulary lists the fields and types of assets.
func (a *Asset) Vocabulary() table.Vocabulary {
	return table.Vocabulary{
		Fields:     []string{"id", "name", "type", "format", "visibility"},
		Words:      map[string][]string{"type": {"video", "audio", "image"}},
		Quantities: []table.Quantity{{Field: "age", Kind: table.Age}, {Field: "len", Kind: table.Span}, {Field: "size", Kind: table.Size}},
	}
}

// Measure supports age, len and size.
func (a *Asset) Measure(field string) (value float64, known bool) {
	switch field {
	case "age":
		return table.Moment(a.Created)
	case "len":
		return float64(a.Duration), a.Duration > 0
	case "size":
		return float64(a.Size), a.Size > 0
	}
	return 0, false
}

// Compare supports name, type (for status and model), length and size.
func (a *Asset) Compare(o *Asset, by table.Sort) int {
	if a.place > 0 && o.place > 0 { // sorted by the server
		return 0
	}
	switch by {
	case table.SortName:
		return cmp.Compare(a.Name, o.Name)
	case table.SortStatus, table.SortModel:
		return cmp.Compare(a.Type, o.Type)
	case table.SortLength:
		return cmp.Compare(o.Duration, a.Duration)
	case table.SortSize:
		return cmp.Compare(o.Size, a.Size)
	}
	return 0
}

// Same reports whether the rows are equal.
func (a *Asset) Same(o *Asset) bool { return *a == *o }

// Absorb does nothing: answers contain everything.
func (a *Asset) Absorb(*Asset, time.Time) {}
