package screenshots

import (
	"bytes"
	"errors"
	"flag"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
)

var update = flag.Bool("update", false, "write the pictures that changed")

// maxFile is the largest picture in bytes, so that the repository and its
// README load quickly.
const maxFile = 150 << 10

// check compares a screen with the picture name.png in this folder. With
// -update it writes the picture if it changed.
func check(t *testing.T, name string, palette Palette, cells [][]uv.Cell) {
	t.Helper()
	camera, err := New(palette)
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := camera.Shoot(cells)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	path := name + ".png"
	difference := "there is none yet"
	file, err := os.ReadFile(path)
	if err == nil {
		old, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		difference = Differ(old, drawn)
	} else if !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if difference == "" {
		return
	}
	file, err = Encode(drawn)
	if err != nil {
		t.Fatal(err)
	}
	if len(file) > maxFile {
		t.Errorf("%s: %d bytes, at most %d are wanted", path, len(file), maxFile)
	}
	if !*update {
		path = filepath.Join(t.ArtifactDir(), filepath.Base(path))
		t.Errorf("%s.png is not current: %s. Run go test ./screenshots -update, and look at the picture", name, difference)
	}
	if err := os.WriteFile(path, file, 0o644); err != nil {
		t.Fatal(err)
	}
}
