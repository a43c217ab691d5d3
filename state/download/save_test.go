package download_test

import (
	"bytes"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"
)

// A file is saved under its name, and nothing else stays in the folder.
func TestSaved(t *testing.T) {
	want := sound(1, 300_000)
	link := storage(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v1"`)
		w.Header().Set("Content-Disposition", `attachment; filename="../../evil.wav"`)
		http.ServeContent(w, r, "a.wav", time.Time{}, bytes.NewReader(want))
	})
	got, err := saves(t, link)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(got.Path)
	if err != nil || !bytes.Equal(data, want) || got.Size != int64(len(want)) {
		t.Errorf("saved %d bytes of %d, %v", len(data), len(want), err)
	}
	if all := names(t, got.Path); !slices.Equal(all, []string{"a.wav"}) {
		t.Errorf("the folder has %q", all)
	}
	if got.Differs != "" || got.Media.Seconds == 0 {
		t.Errorf("measured %+v, differs %q", got.Media, got.Differs)
	}
}
