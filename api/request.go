package api

import (
	"bytes"
	"encoding/json"

	"dubtop/api/exact"
)

// requestMembers lists the fields of a create body, in the order of the
// vendor's page.
// https://sync.so/docs/api-reference/api/generate-api/create
func requestMembers() []string {
	return []string{"model", "input", "options", "segments", "webhookUrl", "outputFileName", "projectId", "dubParams"}
}

// Request returns the body that would create the same job again, as far as the
// server echoes it. It needs Raw, so it is nil for jobs from a list.
func (g Generation) Request() JSON {
	if !json.Valid(g.Raw) {
		return nil
	}
	members := make(map[string][]byte)
	for name, value := range exact.Members(g.Raw) {
		if _, twice := members[string(name)]; !twice {
			members[string(name)] = value
		}
	}
	var b bytes.Buffer
	for _, name := range requestMembers() {
		v := members[name]
		if len(v) == 0 || string(v) == "null" || string(v) == `""` {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + name + `":`)
		b.Write(v)
	}
	return JSON("{" + b.String() + "}")
}
