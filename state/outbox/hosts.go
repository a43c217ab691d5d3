package outbox

import (
	"bytes"
	"encoding/json"

	"dubtop/api"
	"dubtop/state/draft"
)

// Hosts lists the hosts of the links in the request; see [draft.HostsOf].
func (s *Submission) Hosts() []draft.Host {
	links := []string{s.WebhookURL}
	add := func(r api.CreateRequest) {
		links = append(links, r.WebhookURL)
		for _, in := range r.Input {
			links = append(links, in.URL)
		}
	}
	if s.Kind != SubmitBatch {
		var r api.CreateRequest
		if json.Unmarshal(s.Body, &r) == nil {
			add(r)
		}
		return draft.HostsOf(links...)
	}
	for line := range bytes.SplitSeq(s.Body, []byte("\n")) {
		var item struct{ Payload api.CreateRequest }
		if json.Unmarshal(line, &item) == nil {
			add(item.Payload)
		}
	}
	return draft.HostsOf(links...)
}
