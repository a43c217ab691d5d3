package api

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"dubtop/api/text"
)

// Asset is one uploaded or produced file of the account.
// https://sync.so/docs/api-reference/api/assets-api/get
type Asset struct {
	ID         ID
	CreatedAt  Time
	UpdatedAt  Time
	Type       text.Text // VIDEO, AUDIO, IMAGE
	Visibility text.Text // USER, ORGANIZATION
	Name       text.Text
	URL        URL
	Size       int64 // bytes, 0 unknown
	Format     text.Text
	InputType  text.Text
	Duration   Seconds
	Thumbnail  URL
	Width      int
	Height     int
	Raw        JSON
}

// Cursor is an opaque place in a list. It goes back to the server as it came
// and is never shown.
type Cursor string

// AssetQuery narrows a list of assets. Zero members are not sent.
type AssetQuery struct {
	Limit  int // 1–100
	Cursor Cursor
	Search string
	Types  []string // AUDIO, VIDEO, IMAGE
	SortBy string   // dateDesc, nameAsc, …
}

// AssetPage is one page of assets; Next is empty at the end.
type AssetPage struct {
	Items []Asset
	Next  Cursor
	Total int // -1 where the server does not say
}

// maxCursor is the longest cursor believed; a longer one ends the list.
const maxCursor = 4 << 10

// UnmarshalJSON reads a string or a number; it never fails.
func (c *Cursor) UnmarshalJSON(b []byte) error {
	*c = Cursor(text.Loose(b))
	if len(*c) > maxCursor {
		*c = ""
	}
	return nil
}

// wireAsset is an asset as it is sent.
type wireAsset struct {
	ID         ID        `json:"id"`
	CreatedAt  Time      `json:"createdAt"`
	UpdatedAt  Time      `json:"updatedAt"`
	Type       text.Text `json:"type"`
	Visibility text.Text `json:"visibility"`
	Name       text.Text `json:"name"`
	URL        URL       `json:"url"`
	Size       count     `json:"size"`
	Format     text.Text `json:"format"`
	InputType  text.Text `json:"inputType"`
	Duration   Seconds   `json:"durationSeconds"`
	Thumbnail  URL       `json:"thumbnailUrl"`
	Width      count     `json:"width"`
	Height     count     `json:"height"`
}

// UnmarshalJSON reads an asset. Members of an unexpected type are absent.
func (a *Asset) UnmarshalJSON(b []byte) error {
	var w wireAsset
	if err := json.Unmarshal(b, &w); err != nil {
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
		"types": strings.Join(q.Types, ","), "sortBy": q.SortBy,
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

// wireAssets is a page of assets: an envelope, unlike the other lists. A bare
// list is taken as a page without a next.
type wireAssets struct {
	Items list[Asset] `json:"items"`
	Next  Cursor      `json:"nextCursor"`
	Total count       `json:"totalCount"`
}

func (w *wireAssets) UnmarshalJSON(b []byte) error {
	*w = wireAssets{}
	if isArray(b) {
		return json.Unmarshal(b, &w.Items)
	}
	type plain wireAssets
	return json.Unmarshal(b, (*plain)(w))
}

// Assets lists one page of assets.
// https://sync.so/docs/api-reference/api/assets-api/list
func (c *Client) Assets(ctx context.Context, q AssetQuery) (AssetPage, error) {
	var w wireAssets
	k := call{path: "/v2/assets", query: q.query(), limit: maxList}
	_, err := c.value(ctx, k, func(b []byte) bool { return isArray(b) || isObject(b) }, &w)
	if err != nil {
		return AssetPage{}, err
	}
	if w.Items == nil {
		return AssetPage{}, c.notAPI("a page without items")
	}
	items, ok := identified(w.Items, func(a Asset) ID { return a.ID })
	if !ok {
		return AssetPage{}, c.notAPI("assets without ids")
	}
	return AssetPage{Items: items, Next: w.Next, Total: w.Total.or(-1)}, nil
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
