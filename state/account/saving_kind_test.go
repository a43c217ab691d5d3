package account

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/state/download"
	"dubtop/state/output"
)

// A storage that answers with something else than the wanted kind of file is
// refused, also if that is some other media.
func TestOtherKindsAreNotSaved(t *testing.T) {
	const picture = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
	for _, body := range []string{picture, "<!doctype html><title>Sign in</title>", `{"message":"no"}`} {
		synctest.Test(t, func(t *testing.T) {
			s := simulator.New(simulator.Options{Profile: simulator.Current, Reliable: true, Generations: 3})
			s.Fault("GET /out/{file}", simulator.Fault{Status: 200, Body: body})
			client, err := api.New(api.Config{BaseURL: s.BaseURL(), Key: api.NewSecret(s.Key()), Transport: s.RoundTripper()})
			must(t, err)
			var job api.Generation
			_, err = client.Generations(t.Context(), api.GenerationQuery{}, func(page []api.Generation) { job = page[0] })
			must(t, err)
			r := saveRun{
				client: client, keeper: &download.Downloader{Client: client.Files()}, shared: &sharing{},
				want: output.Want{Job: string(job.ID), Kind: output.Output}, path: filepath.Join(t.TempDir(), "a.mp4"),
			}
			if _, _, err := r.fetch(t.Context()); !errors.Is(err, download.ErrContent) {
				t.Errorf("%.10q is saved: %v", body, err)
			}
			if all, _ := os.ReadDir(filepath.Dir(r.path)); len(all) > 0 {
				t.Errorf("the folder has %v", all)
			}
		})
	}
}
