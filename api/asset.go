package api

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"dubtop/api/exact"
	"dubtop/api/text"
)

// Asset is a file of the account, uploaded or produced.
// https://sync.so/docs/api-reference/api/assets-api/get
type Asset struct {
	ID         ID
	CreatedAt  Time
	UpdatedAt  Time
	Type       text.Text // VIDEO, AUDIO, IMAGE
	Visibility text.Text // USER, ORGANIZATION
	Name       text.Text
	URL        URL
	Size       int64 // bytes; 0 if unknown
	Format     text.Text
	InputType  text.Text
	Duration   Seconds
	Thumbnail  URL
	Width      int
	Height     int
	Raw        JSON
}

// Cursor is an opaque position in a list. It is sent back unchanged and never
// shown.
type Cursor string

// AssetQuery narrows a list of assets. Zero fields are not sent.
type AssetQuery struct {
	Limit  int // 1–100
	Cursor Cursor
	Search string
	Types  []string // AUDIO, VIDEO, IMAGE
	SortBy string   // dateDesc, nameAsc, …
	// Project narrows to a project. Old servers ignore it.
	Project ID
}

// AssetPage is one page of assets. Next is empty on the last page.
type AssetPage struct {
	Items []Asset
	Next  Cursor
	Total int // -1 if the server does not say
	// Skipped counts elements that could not be read or had no id. They exist,
	// so an asset missing from Items may not be gone.
	Skipped int
}

// maxCursor is the longest cursor accepted, in bytes; a longer one ends the
// list.
const maxCursor = 4 << 10

// UnmarshalJSON reads a string or a number; it never fails.
func (c *Cursor) UnmarshalJSON(b []byte) error {
	*c = Cursor(text.Loose(b))
	if len(*c) > maxCursor {
		*c = ""
	}
	return nil
}

// wireAsset is an asset as sent by the server.
type wireAsset struct {
	ID         ID
	CreatedAt  Time
	UpdatedAt  Time
	Type       text.Text
	Visibility text.Text
	Name       text.Text
	URL        URL
	Size       count
	Format     text.Text
	InputType  text.Text
	Duration   Seconds
	Thumbnail  URL
	Width      count
	Height     count
}

func (w *wireAsset) members() []exact.Member {
	return []exact.Member{
		{Name: "id", Into: &w.ID, Once: true},
		{Name: "createdAt", Into: &w.CreatedAt},
		{Name: "updatedAt", Into: &w.UpdatedAt},
		{Name: "type", Into: &w.Type},
		{Name: "visibility", Into: &w.Visibility},
		{Name: "name", Into: &w.Name},
		{Name: "url", Into: &w.URL, Once: true},
		{Name: "size", Into: &w.Size},
		{Name: "format", Into: &w.Format},
		{Name: "inputType", Into: &w.InputType},
		{Name: "durationSeconds", Into: &w.Duration},
		{Name: "thumbnailUrl", Into: &w.Thumbnail},
		{Name: "width", Into: &w.Width},
		{Name: "height", Into: &w.Height},
	}
}

// UnmarshalJSON reads an asset. Fields of an unexpected type are left empty.
func (a *Asset) UnmarshalJSON(b []byte) error {
	var w wireAsset
	if err := exact.Decode(b, w.members()); err != nil {
		return err
	}
	*a = Asset{
		ID: w.ID, CreatedAt: w.CreatedAt, UpdatedAt: w.UpdatedAt, Type: w.Type,
		Visibility: w.Visibility, Name: w.Name, URL: w.URL, Size: w.Size.n,
		Format: w.Format, InputType: w.InputType, Duration: w.Duration,
		Thumbnail: w.Thumbnail, Width: w.Width.or(0), Height: w.Height.or(0),
	}
	return nil
}

func (q AssetQuery) query() url.Values {
	v := url.Values{}
	if q.Limit > 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	for name, value := range map[string]string{
		"cursor": string(q.Cursor), "searchQuery": q.Search,
		"types": strings.Join(q.Types, ","), "sortBy": q.SortBy, "projectId": string(q.Project),
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

// wireAssets is a page of assets. Unlike the other lists it has an envelope; a
// bare list is accepted as the only page.
type wireAssets struct {
	Items list[Asset, *Asset]
	Next  Cursor
	Total count
}

func (w *wireAssets) members() []exact.Member {
	return []exact.Member{
		{Name: "items", Into: &w.Items},
		{Name: "nextCursor", Into: &w.Next},
		{Name: "totalCount", Into: &w.Total},
	}
}

func (w *wireAssets) UnmarshalJSON(b []byte) error {
	*w = wireAssets{}
	if exact.IsList(b) {
		return w.Items.UnmarshalJSON(b)
	}
	return exact.Decode(b, w.members())
}

// Assets lists one page of assets.
// https://sync.so/docs/api-reference/api/assets-api/list
func (c *Client) Assets(ctx context.Context, q AssetQuery) (AssetPage, error) {
	var w wireAssets
	k := call{path: "/v2/assets", query: q.query(), limit: maxList}
	_, err := c.value(ctx, k, listOrObject, &w)
	if err != nil {
		return AssetPage{}, err
	}
	if w.Items.items == nil {
		return AssetPage{}, c.notAPI("a page without items")
	}
	all, ok := identified(w.Items, func(a Asset) ID { return a.ID })
	if !ok {
		return AssetPage{}, c.notAPI("assets without ids")
	}
	return AssetPage{Items: all.Items, Skipped: all.Skipped, Next: w.Next, Total: w.Total.or(-1)}, nil
}

// Asset fetches one asset.
// https://sync.so/docs/api-reference/api/assets-api/get
func (c *Client) Asset(ctx context.Context, id ID) (Asset, error) {
	if err := c.checkID(id); err != nil {
		return Asset{}, err
	}
	var a Asset
	raw, err := c.object(ctx, call{path: "/v2/assets/" + string(id)}, &a)
	if err != nil {
		return Asset{}, err
	}
	if a.ID == "" {
		return Asset{}, c.notAPI("an asset without an id")
	}
	a.Raw = raw
	return a, nil
}
