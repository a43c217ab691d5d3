package inputs

import (
	"context"
	"os"
	"strings"
	"sync"
	"time"

	"dubtop/api"
	"dubtop/api/media"
	"dubtop/state/draft"
)

// Findings remembers the results of measuring inputs, so that many jobs with
// the same files measure each of them once. Its methods may be called from any
// goroutine. A nil Findings remembers nothing.
type Findings struct {
	mu     sync.Mutex
	links  map[Link]foundLink
	files  map[fileLook]foundFile
	assets map[string]Asset
}

// foundLink is the finding about a link.
type foundLink struct {
	draft.Finding
	at time.Time
}

// fileLook is a local file as it was when it was measured.
type fileLook struct {
	path     string
	want     media.Kind
	size     int64
	modified time.Time
}

// foundFile is the finding about a local file.
type foundFile struct {
	info media.Info
	by   string
	err  error
}

// failureLasts is how long a link that could not be measured is not tried
// again.
const failureLasts = time.Minute

// NewFindings returns a Findings that knows nothing yet.
func NewFindings() *Findings {
	return &Findings{links: map[Link]foundLink{}, files: map[fileLook]foundFile{}, assets: map[string]Asset{}}
}

// link returns the finding about a link.
func (k *Findings) link(l Link) (f draft.Finding, known bool) {
	if k == nil {
		return f, false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	found, known := k.links[l]
	if known && found.Warn != "" && found.Seconds == 0 && time.Since(found.at) >= failureLasts {
		return f, false
	}
	return found.Finding, known
}

func (k *Findings) keepLink(l Link, f draft.Finding) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.links[l] = foundLink{f, time.Now()}
}

// forgetFailures makes links that could not be measured be tried again.
func (k *Findings) forgetFailures() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for l, f := range k.links {
		if f.Warn != "" && f.Seconds == 0 {
			delete(k.links, l)
		}
	}
}

// file measures a local file, unless it was measured and is unchanged since.
func (k *Findings) file(ctx context.Context, path string, want media.Kind) (info media.Info, by string, err error) {
	stat, failed := os.Stat(OnDisk(path))
	if k == nil || failed != nil {
		return measureFile(ctx, path, want)
	}
	look := fileLook{path, want, stat.Size(), stat.ModTime()}
	k.mu.Lock()
	f, known := k.files[look]
	k.mu.Unlock()
	if known {
		return f.info, f.by, f.err
	}
	info, by, err = measureFile(ctx, path, want)
	if ctx.Err() == nil {
		k.mu.Lock()
		k.files[look] = foundFile{info, by, err}
		k.mu.Unlock()
	}
	return info, by, err
}

// Input returns the findings about an input of a request.
func (k *Findings) Input(in api.CreateInput) (f draft.Finding, known bool) {
	if in.URL != "" {
		return k.link(Link{Kind: in.Type, URL: in.URL})
	}
	x, known := k.asset(string(in.AssetID))
	return draft.Finding{Seconds: x.Seconds, Holds: strings.ToLower(x.Kind)}, known
}

// asset returns an asset that was asked for.
func (k *Findings) asset(id string) (x Asset, known bool) {
	if k == nil {
		return x, false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	x, known = k.assets[id]
	return x, known
}

func (k *Findings) keepAsset(id string, x Asset) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.assets[id] = x
}
