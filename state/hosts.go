package state

import (
	"bytes"
	"encoding/json"

	"dubtop/api"
	"dubtop/api/text"
)

// Host is a host that a request names, in other letters than ASCII.
type Host struct {
	Wire text.Text // as the network knows it, in ASCII
	Read text.Text // as it reads
}

// HostsOf lists, each once, the hosts of links that are written in other letters:
// they may only look like a host that one knows.
func HostsOf(links ...string) (hosts []Host) {
	seen := make(map[text.Text]bool)
	for _, link := range links {
		if wire, read := api.HostForms(link); read != "" && !seen[wire] {
			seen[wire] = true
			hosts = append(hosts, Host{wire, read})
		}
	}
	return hosts
}

// Hosts lists those of the links in the request; see HostsOf.
func (s *Submission) Hosts() []Host {
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
		return HostsOf(links...)
	}
	for line := range bytes.SplitSeq(s.Body, []byte("\n")) {
		var item struct{ Payload api.CreateRequest }
		if json.Unmarshal(line, &item) == nil {
			add(item.Payload)
		}
	}
	return HostsOf(links...)
}
