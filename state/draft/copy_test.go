package draft

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever a request contains, the shell, Python and the batch reader get
// exactly that from the copies.
func TestCopiesContainTheRequest(t *testing.T) {
	for _, script := range []string{"it's \"here\" $HOME `x` \\n", "line one\nline two\t\u2028 😀", `'; rm -rf "$HOME" #`} {
		body, err := Draft{Model: "sync-3", Visual: "https://x.io/a.mp4?a=1&b=<2>", Script: script, VoiceID: "v"}.Body(CheckEnv{})
		if err != nil {
			t.Fatal(err)
		}
		copies, err := Copies(body, "https://api.sync.so", "one")
		if err != nil || len(copies) != 4 {
			t.Fatal(err)
		}
		sent, err := exec.Command("sh", "-c", `curl() { shift 8; printf %s "$1"; }; `+copies[0].Text).Output()
		if err != nil || !sameJSON(sent, body) {
			t.Errorf("the shell sends %s (%v)", sent, err)
		}
		if !sameJSON([]byte(copies[1].Text), body) {
			t.Error(copies[1].Text)
		}
		var line batchLine
		if err := json.Unmarshal([]byte(copies[3].Text), &line); err != nil || line.RequestID != "one" || line.Endpoint != "/v2/generate" ||
			line.Payload.Input[1].Provider.Script != strings.TrimSpace(script) || strings.Count(copies[3].Text, "\n") != 1 {
			t.Error(copies[3].Text, err)
		}
		if python, err := exec.LookPath("python3"); err == nil {
			read := "class requests:\n    def post(url, headers, json): import json as j; print(j.dumps(json)); raise SystemExit\n"
			program := read + strings.Replace(copies[2].Text, ", requests", "\nos.environ['SYNC_API_KEY'] = ''", 1)
			if out, err := exec.Command(python, "-c", program).Output(); err != nil || !sameJSON(out, body) {
				t.Errorf("Python sends %s (%v)\n%s", out, err, program)
			}
		}
	}
}

func sameJSON(a, b []byte) bool {
	var x, y bytes.Buffer
	return canonical(&x, a) == nil && canonical(&y, b) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}

func canonical(w *bytes.Buffer, raw []byte) error {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(v)
}

func TestShellWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching("[a'\"\\\\$`! \n#]{0,12}").Draw(t, "text")
		out, err := exec.Command("sh", "-c", "printf %s "+ShellWord(text)).Output()
		if err != nil || string(out) != text {
			t.Fatalf("%q is read as %q, %v", text, out, err)
		}
	})
}
