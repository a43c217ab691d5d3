package account

import (
	"encoding/json"
	"os"
	"time"

	"dubtop/state/durable"
	"dubtop/state/output"
)

// sidecar is written beside a file, to show without the journal which job it is
// of.
type sidecar struct {
	Dubtop   int         `json:"dubtop"` // version of this format
	Job      string      `json:"job"`
	Kind     output.Kind `json:"kind"`
	Name     string      `json:"name,omitempty"`
	Model    string      `json:"model,omitempty"`
	Label    string      `json:"label,omitempty"`
	Set      string      `json:"set,omitempty"`
	Lang     string      `json:"lang,omitempty"`
	Project  string      `json:"project,omitempty"`
	Take     int         `json:"take,omitempty"`
	Created  *time.Time  `json:"created,omitempty"`
	Saved    time.Time   `json:"saved"`
	Size     int64       `json:"size"`
	SHA256   string      `json:"sha256"`
	Duration float64     `json:"duration,omitempty"` // seconds, as the job says
	Differs  string      `json:"differs,omitempty"`
}

func sidecarPath(path string) string { return path + ".json" }

// readable is the mode of files beside the saved ones.
const readable = 0o644

// maxSidecar is larger than any sidecar, in bytes.
const maxSidecar = 1 << 20

func readSidecar(path string) (s sidecar, ok bool) {
	info, err := os.Stat(sidecarPath(path))
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxSidecar {
		return s, false
	}
	b, err := os.ReadFile(sidecarPath(path))
	return s, err == nil && json.Unmarshal(b, &s) == nil && s.Dubtop > 0
}

// write writes a sidecar, unless something else has its name.
func (s *sidecar) write(path string) error {
	if _, ours := readSidecar(path); !ours {
		if _, err := os.Lstat(sidecarPath(path)); err == nil {
			return nil // a file of the user's
		}
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return durable.Replace(sidecarPath(path), append(b, '\n'), readable)
}

// Present reports whether a file is there.
func Present(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func sizeIs(path string, size int64) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() == size
}
