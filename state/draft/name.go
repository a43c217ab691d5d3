package draft

import (
	"dubtop/api"
	"dubtop/api/text"
)

// JobName is the best name for a job; named is false if it is only the start of
// the id.
func JobName(g api.Generation) (name text.Text, named bool) {
	if g.OutputFileName != "" {
		return g.OutputFileName, true
	}
	for _, in := range g.Input {
		if in.Type != "video" && in.Type != "image" {
			continue
		}
		if name := in.URL.Base(); name != "" {
			return name, true
		}
	}
	return text.Of(g.ID.Short()), false
}
