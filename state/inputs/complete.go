package inputs

import (
	"os"
	"path/filepath"
	"strings"

	"dubtop/state/draft"
)

// CompletePath returns the longest path that everything beginning with the typed
// one has in common, as one would type it. A folder ends in a slash. It returns
// the typed path if there is nothing to add.
func CompletePath(typed, home string) string {
	path, err := draft.ParsePath(typed, home)
	if err != nil {
		return typed
	}
	dir, base := filepath.Split(path)
	if strings.HasSuffix(strings.TrimSpace(typed), "/") && !strings.HasSuffix(path, "/") {
		dir, base = path+"/", ""
	}
	entries, err := os.ReadDir(filepath.Clean(dir)) // "" is the current folder
	if err != nil {
		return typed
	}
	common := commonName(dir, base, entries)
	if len(common) <= len(base) {
		return typed
	}
	return draft.TypedPath(dir + common)
}

// commonName returns the longest common beginning of the names that begin with
// base.
func commonName(dir, base string, entries []os.DirEntry) (common string) {
	found := false
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, base) || base == "" && strings.HasPrefix(name, ".") {
			continue
		}
		if isFolder(dir, e) {
			name += "/"
		}
		if !found {
			found, common = true, name
		}
		common = shared(common, name)
	}
	return common
}

func isFolder(dir string, e os.DirEntry) bool {
	info, err := os.Stat(filepath.Join(dir, e.Name())) // a link may lead to one
	return err == nil && info.IsDir()
}

// shared is the beginning that two names have in common, in whole characters.
func shared(a, b string) string {
	n := 0
	for i, r := range a {
		if !strings.HasPrefix(b[min(i, len(b)):], string(r)) {
			break
		}
		n = i + len(string(r))
	}
	return a[:n]
}
