package api

import (
	"bytes"
	"encoding/json"
)

// requestMembers are what a create body may say, in the order of the vendor's
// page. https://sync.so/docs/api-reference/api/generate-api/create
func requestMembers() []string {
	return []string{"model", "input", "options", "segments", "webhookUrl", "outputFileName", "projectId", "dubParams"}
}

// Request is the body that would make the same job again, as far as the
// server echoes it. It needs Raw, so it is nil for jobs from a list.
func (g Generation) Request() JSON {
	var members map[string]json.RawMessage
	if json.Unmarshal(g.Raw, &members) != nil {
		return nil
	}
	var b bytes.Buffer
	for _, name := range requestMembers() {
		v := bytes.TrimSpace(members[name])
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
