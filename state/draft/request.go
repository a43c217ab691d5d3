package draft

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"

	"dubtop/api"
	"dubtop/api/text"
)

// FromRequest returns a draft of a request in the API's JSON. Lost names the
// parts that the form has no field for. The error is about the JSON.
// https://sync.so/docs/api-reference/api/generate-api/create
func FromRequest(raw []byte) (d Draft, lost []string, err error) {
	var (
		members map[string]json.RawMessage
		request api.CreateRequest
	)
	if err := json.Unmarshal(raw, &members); err != nil {
		return Draft{}, nil, errors.New("the request is not a JSON object")
	}
	if err := json.Unmarshal(raw, &request); err != nil {
		return Draft{}, nil, err
	}
	r := rerun{draft: Draft{
		Model: request.Model, OutputFileName: request.OutputFileName, WebhookURL: request.WebhookURL,
		Options: make(map[string]string),
	}}
	for i := range request.Input {
		in := &request.Input[i]
		if in.Provider != nil && (in.Provider.Stability != nil || in.Provider.SimilarityBoost != nil) {
			r.lose("the voice's settings")
		}
		r.input(inputOf(in))
		if in.Provider != nil && r.draft.Script != "" {
			r.draft.Script = in.Provider.Script // in full, however long
		}
	}
	r.options(api.JSON(members["options"]))
	r.strange(members)
	return r.draft, r.lost, nil
}

// strange lists the members that have no field in the form.
func (r *rerun) strange(members map[string]json.RawMessage) {
	for _, name := range slices.Sorted(maps.Keys(members)) {
		switch name {
		case "model", "input", "options", "outputFileName", "webhookUrl":
		default:
			if !Blank(Decoded(api.JSON(members[name]))) {
				r.lose(strconv.Quote(name))
			}
		}
	}
}

// inputOf is an input of a request as the API returns it.
func inputOf(in *api.CreateInput) *api.Input {
	out := api.Input{Type: text.Of(in.Type), URL: api.ParseURL(in.URL), AssetID: api.ID(in.AssetID)}
	if in.Provider != nil {
		out.Provider = &api.Provider{VoiceID: api.ID(in.Provider.VoiceID), Script: text.Of(in.Provider.Script)}
	}
	return &out
}
