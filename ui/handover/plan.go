package handover

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"dubtop/api/text"
)

// plan looks at the files and names them, without reading or writing any.
func (m *making) plan() error {
	if !filepath.IsAbs(m.Folder) {
		return errors.New("the folder of a hand-over needs a whole path")
	}
	taken := map[string]bool{}
	for _, name := range []string{Page, Manifest, Sums} {
		taken[folded(name)] = true
	}
	seen := map[string]bool{}
	for n := range m.Files {
		f := &m.Files[n]
		if seen[f.Path] {
			continue
		}
		seen[f.Path] = true
		info, err := os.Stat(f.Path)
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s is not a file", shown(f.Path))
		}
		name, err := m.name(f, taken)
		if err != nil {
			return err
		}
		taken[folded(name)] = true
		m.parts = append(m.parts, part{File: f, name: name, size: info.Size()})
		m.total += info.Size()
	}
	if len(m.parts) == 0 {
		return errors.New("there is no saved file to hand over")
	}
	return nil
}

// name returns the path of a file in the hand-over, which no other has.
func (m *making) name(f *File, taken map[string]bool) (string, error) {
	if m.InPlace {
		inside, err := filepath.Rel(m.Folder, f.Path)
		if err != nil || !filepath.IsLocal(inside) {
			return "", fmt.Errorf("%s is not in %s; copy the files into a new folder instead", shown(f.Path), shown(m.Folder))
		}
		if inside = filepath.ToSlash(inside); !taken[folded(inside)] {
			return inside, nil
		}
		return "", fmt.Errorf("%s has the name of a part of the hand-over; copy the files into a new folder instead", text.Of(inside))
	}
	name := f.As
	if name == "" {
		name = filepath.Base(f.Path)
	}
	if name = path.Clean(name); name == "." || !filepath.IsLocal(filepath.FromSlash(name)) {
		return "", fmt.Errorf("%s can't be the name of a file in a hand-over", text.Of(f.As))
	}
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	for n := 2; taken[folded(name)]; n++ {
		name = stem + "_" + strconv.Itoa(n) + ext
	}
	return name, nil
}

// folded returns the same for all names that some file system takes for one.
func folded(name string) string { return strings.ToLower(norm.NFC.String(name)) }
