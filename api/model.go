package api

import (
	"cmp"
	"context"

	"dubtop/api/exact"
	"dubtop/api/text"
)

// Model is one model of GET /v2/models. Name is what a request's model takes;
// it is the id if the server gives no name.
// https://sync.so/docs/api-reference/api/models-api/get-models
type Model struct {
	ID          ID
	Name        text.Text
	Type        text.Text // lipsync, react
	Version     text.Text
	Description text.Text
	Deprecated  Time
}

// wireModel is a model as sent by the server.
type wireModel struct {
	ID          ID
	Name        text.Text
	Type        text.Text
	Version     text.Text
	Description text.Text
	Deprecated  Time
}

func (w *wireModel) members() []exact.Member {
	return []exact.Member{
		{Name: "id", Into: &w.ID, Once: true},
		{Name: "name", Into: &w.Name},
		{Name: "type", Into: &w.Type},
		{Name: "version", Into: &w.Version},
		{Name: "description", Into: &w.Description},
		{Name: "deprecatedAt", Into: &w.Deprecated},
	}
}

// UnmarshalJSON reads a model. A missing name becomes the id, because the
// documentation says of both that a request takes it.
func (m *Model) UnmarshalJSON(b []byte) error {
	var w wireModel
	if err := exact.Decode(b, w.members()); err != nil {
		return err
	}
	*m = Model{
		ID: cmp.Or(w.ID, ID(w.Name)), Name: cmp.Or(w.Name, text.Of(string(w.ID))), Type: w.Type,
		Version: w.Version, Description: w.Description, Deprecated: w.Deprecated,
	}
	return nil
}

// Models lists the models that the key may use. It is also the cheapest way to
// check a key.
// https://sync.so/docs/api-reference/api/models-api/get-models
func (c *Client) Models(ctx context.Context) (List[Model], error) {
	var models list[Model, *Model]
	if err := c.array(ctx, call{path: "/v2/models"}, &models); err != nil {
		return List[Model]{}, err
	}
	named, ok := identified(models, func(m Model) ID { return m.ID })
	if !ok {
		return List[Model]{}, c.notAPI("models without names")
	}
	return named, nil
}

// CodeHelp is one entry of the API's error catalogue.
type CodeHelp struct {
	Code       text.Text
	Message    text.Text
	Suggestion text.Text
}

func (h *CodeHelp) members() []exact.Member {
	return []exact.Member{
		{Name: "code", Into: &h.Code},
		{Name: "message", Into: &h.Message},
		{Name: "suggestion", Into: &h.Suggestion},
	}
}

// UnmarshalJSON reads an entry. Fields of an unexpected type are left empty.
func (h *CodeHelp) UnmarshalJSON(b []byte) error {
	*h = CodeHelp{}
	return exact.Decode(b, h.members())
}

// ErrorCatalogue returns the API's explanations of its error codes. It needs no
// key, so it also shows whether the API can be reached. It returns
// [ErrUnsupported] if the API is reached but has no catalogue.
func (c *Client) ErrorCatalogue(ctx context.Context) ([]CodeHelp, error) {
	if c.memory.lacks(catalogue) {
		return nil, ErrUnsupported
	}
	var codes list[CodeHelp, *CodeHelp]
	err := c.array(ctx, call{path: "/v2/errors", public: true}, &codes)
	if err != nil {
		return nil, c.optionalError(catalogue, err)
	}
	return codes.items, nil
}
