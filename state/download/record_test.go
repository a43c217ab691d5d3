package download_test

import (
	"errors"
	"testing"

	"dubtop/state/download"
)

// If the caller could not record a file, the next Save reports it again and
// fetches nothing.
func TestRecordIsRepeated(t *testing.T) {
	s := newStore(t, 100_000)
	d := newDesk(t, s.url)
	broken := errors.New("the journal is locked")
	d.Record = func(download.File) error { return broken }
	for range 3 {
		if _, err := d.save(); !errors.Is(err, broken) {
			t.Fatalf("not recorded: %v", err)
		}
		d.folder("a.wav", "a.wav.part.json")
	}
	var got download.File
	d.Record = func(f download.File) error { got = f; return nil }
	f := d.saved(s.data)
	if n := len(s.requests()); n != 1 || got != f || got.SHA256 == "" || got.Media.Seconds == 0 {
		t.Errorf("%d requests, recorded %+v, reported %+v", n, got, f)
	}
	_, err := d.save()
	wants(t, err, download.ErrExists, "a.wav exists")

	d.Record = func(download.File) error { return broken }
	d.Path += "2.wav"
	_, _ = d.save()
	d.Mark = "job-2"
	_, err = d.save()
	wants(t, err, download.ErrExists)
}
