package draft

import (
	"path/filepath"
	"time"

	"dubtop/api"
)

// CheckEnv provides the facts that Check needs. Any field may be zero; checks
// that depend on it are then skipped.
type CheckEnv struct {
	Now  time.Time
	Skew time.Duration // server's clock minus ours, 0 if unknown
	Home string        // stands for "~"
	Dir  string        // base of relative paths
	// Stat returns the size of a regular file in bytes.
	Stat func(path string) (size int64, err error)
	// Uploads tells whether the server takes local files as assets. It is only
	// asked about a file that is too large for the request itself.
	Uploads func() api.Support
	// Asset returns the type of one of the account's assets: VIDEO, AUDIO or
	// IMAGE.
	Asset  func(id string) (kind string, known bool)
	Models []string // models available to the account
	// Found returns the finding about a field's file, if it was inspected.
	Found func(field string, m Media) (f Finding, looked bool)
	// The measured lengths of the inputs in seconds, 0 if unknown.
	VisualSeconds, AudioSeconds float64
}

// serverTime is the server's clock, by which links expire; zero if unknown.
func (e CheckEnv) serverTime() time.Time {
	if e.Now.IsZero() {
		return e.Now
	}
	return e.Now.Add(e.Skew)
}

func (e CheckEnv) absolute(path string) string {
	if filepath.IsAbs(path) || e.Dir == "" {
		return path
	}
	return filepath.Join(e.Dir, path)
}

func (e CheckEnv) kind(m Media) mediaKind {
	if m.Source != SourceAsset {
		return kindOfName(m.base())
	}
	if e.Asset == nil {
		return kindUnknown
	}
	kind, _ := e.Asset(m.AssetID)
	return kindOfAsset(kind)
}

// found returns the finding about a field's file, or a zero Finding if it was
// not inspected.
func (e CheckEnv) found(field string, m Media) Finding {
	if e.Found == nil {
		return Finding{}
	}
	if f, looked := e.Found(field, m); looked {
		return f
	}
	return Finding{}
}

func (e CheckEnv) uploads() api.Support {
	if e.Uploads == nil {
		return api.SupportUnknown
	}
	return e.Uploads()
}
