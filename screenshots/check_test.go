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

// TestEveryPictureIsKnown fails for pictures that nothing renders, and for those
// that are missing or too large.
func TestEveryPictureIsKnown(t *testing.T) {
	most := map[string]int64{tourFile: tourMost}
	for _, s := range scenes() {
		most[s.name+".png"] = maxFile
	}
	for _, name := range []string{"review", "review-dark", "hand-over"} { // taken by .ci/browser/run --pictures
		most[name+".png"] = maxFile
	}
	var found []string
	for _, pattern := range []string{"*.png", "*.gif"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, names...)
	}
	for _, name := range found {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		switch limit, known := most[name]; {
		case !known:
			t.Errorf("nothing renders %s", name)
		case info.Size() > limit:
			t.Errorf("%s: %d bytes, at most %d are wanted", name, info.Size(), limit)
		}
		delete(most, name)
	}
	for name := range most {
		if *update {
			break // it is about to be rendered
		}
		t.Errorf("%s is missing", name)
	}
}
