package draft

import (
	"dubtop/api"
	"dubtop/api/text"
)

// Host is a host in a request's links whose name is not all ASCII.
type Host struct {
	Wire text.Text // ASCII form used on the network
	Read text.Text // readable form
}

// HostsOf lists, without repeats, the links' hosts with names that are not all
// ASCII. They may imitate a familiar host.
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
