package account

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/state/download"
	"dubtop/state/journal"
	"dubtop/state/output"
)

// savingRun returns the saving of an output that a simulated account has.
func savingRun(t *testing.T, s *simulator.Server) *saveRun {
	t.Helper()
	client, err := api.New(api.Config{BaseURL: s.BaseURL(), Key: api.NewSecret(s.Key()), Transport: s.RoundTripper()})
	must(t, err)
	var job api.Generation
	_, err = client.Generations(t.Context(), api.GenerationQuery{}, func(page []api.Generation) { job = page[0] })
	must(t, err)
	return &saveRun{
		client: client, keeper: &download.Downloader{Client: client.Files()}, shared: &sharing{},
		want: output.Want{Job: string(job.ID), Kind: output.Output}, path: filepath.Join(t.TempDir(), "a.mp4"),
	}
}

// A storage that answers with something else than the wanted kind of file is
// refused, also if that is some other media.
func TestOtherKindsAreNotSaved(t *testing.T) {
	const picture = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
	for _, body := range []string{picture, "<!doctype html><title>Sign in</title>", `{"message":"no"}`} {
		synctest.Test(t, func(t *testing.T) {
			s := simulator.New(simulator.Options{Profile: simulator.Current, Reliable: true, Generations: 3})
			s.Fault("GET /out/{file}", simulator.Fault{Status: 200, Body: body})
			r := savingRun(t, s)
			if _, _, err := r.fetch(t.Context()); !errors.Is(err, download.ErrContent) {
				t.Errorf("%.10q is saved: %v", body, err)
			}
			if all, _ := os.ReadDir(filepath.Dir(r.path)); len(all) > 0 {
				t.Errorf("the folder has %v", all)
			}
		})
	}
}

// If the link of a job is refused and stays the same, the output is saved from
// where the server's own call for downloads leads.
func TestRefusedLinkIsNotTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := simulator.New(simulator.Options{Profile: simulator.Current, Reliable: true, Generations: 3})
		s.Fault("GET /v2/generations/{id}/result", simulator.Fault{Status: 403})
		r := savingRun(t, s)
		job, err := r.client.Generation(t.Context(), api.ID(r.want.Job), api.GenerationDetails{})
		must(t, err)
		r.link, r.linkTime = job.Output, time.Now()
		f, err := r.keeper.Save(t.Context(), download.Request{Path: r.path, Link: r.linkNow, Kind: r.kind()})
		if err != nil || f.Size == 0 {
			t.Errorf("not saved: %+v, %v", f, err)
		}
		for _, q := range s.Requests() {
			if q.Origin == "storage" && q.Key {
				t.Error("the storage saw the key")
			}
		}
	})
}

// A file that was removed and saved again with other bytes has one line in the
// checksums, and so has one whose name somebody else's had.
func TestOneChecksumOfAName(t *testing.T) {
	dir := t.TempDir()
	sums := filepath.Join(dir, checksumsName)
	sum := func(c string) string { return strings.Repeat(c, 64) }
	must(t, os.WriteFile(sums, []byte(sum("a")+" *x.mp4\n"+sum("b")+"  y.mp4"), 0o600))
	for _, c := range []string{"c", "d", "d"} {
		must(t, addChecksum(&output.File{Path: filepath.Join(dir, "x.mp4"), SHA256: sum(c)}))
	}
	got, err := os.ReadFile(sums)
	if want := sum("b") + "  y.mp4\n" + sum("d") + "  x.mp4\n"; err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
}

// Files are saved in the order in which they were shown, also after a restart.
func TestWishesKeepTheirOrder(t *testing.T) {
	j, err := journal.Open(t.Context(), filepath.Join(t.TempDir(), "journal.db"))
	must(t, err)
	defer func() { must(t, j.Close()) }()
	var p Plan
	for _, job := range []string{"c", "a", "d", "b"} {
		p.Files = append(p.Files, Planned{Want: output.Want{Job: job, Kind: output.Output}, Path: "/out/" + job})
	}
	_, err = j.WishFiles(t.Context(), p.wishes(time.Now()))
	must(t, err)
	all, err := j.Wishes(t.Context())
	must(t, err)
	order := ""
	for _, w := range all {
		order += w.Job
	}
	if order != "cadb" {
		t.Errorf("they are saved as %s", order)
	}
}
