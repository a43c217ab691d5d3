package api

import (
	"context"
	"encoding/json"
	"net/http"

	"dubtop/api/exact"
)

const (
	assetCounting capability = "assets/count"
	assetEditing  capability = "changing assets"
	jobDeleting   capability = "deleting jobs"
)

// wireTotal is an answer that is a number, or an object with a count.
type wireTotal struct{ Count count }

func (w *wireTotal) members() []exact.Member {
	return []exact.Member{{Name: "count", Into: &w.Count}}
}

func (w *wireTotal) UnmarshalJSON(b []byte) error {
	*w = wireTotal{}
	if exact.IsObject(b) {
		return exact.Decode(b, w.members())
	}
	return w.Count.UnmarshalJSON(b)
}

// CountAssets returns the number of assets that a query finds, or
// [ErrUnsupported] if the server can't count them.
func (c *Client) CountAssets(ctx context.Context, q AssetQuery) (int, error) {
	if c.memory.lacks(assetCounting) {
		return 0, ErrUnsupported
	}
	var w wireTotal
	k := call{path: "/v2/assets/count", query: AssetQuery{Search: q.Search, Types: q.Types, Project: q.Project}.query()}
	_, err := c.value(ctx, k, func([]byte) bool { return true }, &w)
	switch {
	case err == nil && w.Count.ok:
		return w.Count.or(0), nil
	case err == nil, hasStatus(err, http.StatusBadRequest), hasStatus(err, http.StatusNotFound):
		// A server without counting takes "count" for the id of an asset.
		c.memory.missing(assetCounting)
		return 0, ErrUnsupported
	}
	return 0, err
}

// ChangesAssets reports whether the server may rename and delete assets. It is
// false only after it refused to.
func (c *Client) ChangesAssets() bool { return !c.memory.lacks(assetEditing) }

// RenameAsset gives an asset another name, and returns it as it is then. It
// returns [ErrUnsupported] if the server has no such call.
func (c *Client) RenameAsset(ctx context.Context, id ID, name string) (Asset, error) {
	body, err := json.Marshal(map[string]string{"name": name})
	if err != nil {
		return Asset{}, err
	}
	var a Asset
	if err := c.changeAsset(ctx, http.MethodPatch, id, body, &a); err != nil {
		return Asset{}, err
	}
	if a.ID != id {
		return Asset{}, c.notAPI("another asset than the one that was renamed")
	}
	return a, nil
}

// DeleteAsset deletes an asset. An asset that is gone already is no error. It
// returns [ErrUnsupported] if the server has no such call.
func (c *Client) DeleteAsset(ctx context.Context, id ID) error {
	var deleted Asset
	err := c.changeAsset(ctx, http.MethodDelete, id, nil, &deleted)
	if hasStatus(err, http.StatusNotFound) {
		return nil
	}
	return err
}

func (c *Client) changeAsset(ctx context.Context, method string, id ID, body []byte, v json.Unmarshaler) error {
	if err := c.checkID(id); err != nil {
		return err
	}
	return c.optional(ctx, assetEditing, call{method: method, path: "/v2/assets/" + string(id), body: body}, v)
}

// DeletesJobs reports whether the server may delete jobs. It is false only after
// it refused to.
func (c *Client) DeletesJobs() bool { return !c.memory.lacks(jobDeleting) }

// DeleteGeneration deletes an ended job. It is no error if the job is already
// gone. It returns [ErrUnsupported] if the server has no such call. A running job
// can't be deleted, nor cancelled.
// https://sync.so/docs/api-reference/api/generate-api/delete
func (c *Client) DeleteGeneration(ctx context.Context, id ID) error {
	if err := c.checkID(id); err != nil {
		return err
	}
	var deleted Generation
	err := c.optional(ctx, jobDeleting, call{method: http.MethodDelete, path: "/v2/generations/" + string(id)}, &deleted)
	if hasStatus(err, http.StatusNotFound) {
		return nil
	}
	return err
}
