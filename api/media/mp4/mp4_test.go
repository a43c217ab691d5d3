package mp4

import (
	"bytes"
	"errors"
	"testing"

	"dubtop/api/media/file"
)

func TestMovieWithTooManyBoxes(t *testing.T) {
	const box = "\x00\x00\x00\x08free"
	data := bytes.Repeat([]byte(box), 20)
	m := &movie{source: file.New(t.Context(), bytes.NewReader(data), int64(len(data)), file.Unknown), boxes: maxBoxes - 10}
	if err := m.top(); !errors.Is(err, file.ErrDamaged) {
		t.Errorf("more boxes than any file has: %v", err)
	}
}
