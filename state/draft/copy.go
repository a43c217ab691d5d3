package draft

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Copy is a request as text for another program.
type Copy struct {
	Name string // of the program or format
	Text string
}

// Copies returns the JSON of a request in forms for other programs: curl, JSON,
// Python, and a line of a batch file. base is the API's address, and id names
// the line. No copy contains the API key; each reads SYNC_API_KEY.
// https://sync.so/docs/api-reference/api/generate-api/create
func Copies(body []byte, base, id string) ([]Copy, error) {
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, body, "", "  "); err != nil {
		return nil, err
	}
	line, err := BatchText(id, body)
	if err != nil {
		return nil, err
	}
	link := base + "/v2/generate"
	return []Copy{
		{"curl", "curl -X POST " + ShellWord(link) + " \\\n  -H \"x-api-key: $SYNC_API_KEY\" \\\n  -H 'content-type: application/json' \\\n  -d " + ShellWord(pretty.String()) + "\n"},
		{"JSON", pretty.String() + "\n"},
		{"Python", "import json, os, requests\n\nanswer = requests.post(\n    " + pythonText(link) + ",\n    headers={\"x-api-key\": os.environ[\"SYNC_API_KEY\"]},\n    json=json.loads(" + pythonText(string(body)) + "),\n)\nprint(answer.status_code, answer.json())\n"},
		{"a line of a batch file", string(line)},
	}, nil
}

// ShellWord quotes a text as one word of a POSIX shell.
func ShellWord(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// pythonText quotes a text for Python, which understands JSON's escapes.
func pythonText(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a text can always be encoded
	return strings.TrimSuffix(b.String(), "\n")
}
