package draft

import (
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
