package download_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"dubtop/api"
	"dubtop/api/media"
	"dubtop/api/simulator"
	"dubtop/state/download"
)

// With the usual patience, each fault of a storage costs at most half a minute
// and what is asked for. What has arrived is not fetched again unless the
// storage makes that necessary.
func TestEachStorageFault(t *testing.T) {
	const some = 150_000
	for n, fault := range simulator.StorageFaults(some) {
		synctest.Test(t, func(t *testing.T) {
			account := simulator.New(simulator.Options{Profile: simulator.Current, Reliable: true, Generations: 5, OutputSize: 400_000})
			client, err := api.New(api.Config{BaseURL: account.BaseURL(), Key: api.NewSecret(account.Key()), Transport: account.RoundTripper()})
			if err != nil {
				t.Fatal(err)
			}
			job, want := largestOutput(t, client)
			fault.Times = 1
			account.Fault("GET /out/{file}", simulator.Fault{Times: 1, Truncate: 50_000}) // so that a range is asked for
			account.Fault("GET /out/{file}", fault)
			d := newDesk(t, "")
			d.Client, d.Patience, d.Kind = client.Files(), download.Patience{}, media.Video
			d.Length = time.Duration(float64(job.OutputDuration) * float64(time.Second))
			d.Link = func(ctx context.Context, stale bool) (api.URL, error) {
				if !stale {
					return job.Output, nil
				}
				g, err := client.Generation(ctx, job.ID, api.GenerationDetails{})
				return g.Output, err
			}
			began := time.Now()
			if f := d.saved(want); f.Differs != "" {
				t.Errorf("%d: %s", n, f.Differs)
			}
			took := time.Since(began)
			if most := 35 * time.Second; took > most || fault.Silent > 0 && took < 30*time.Second {
				t.Errorf("fault %d (%+v) took %s", n, fault, took)
			}
			for _, r := range account.Requests() {
				if r.Origin == "storage" && r.Key {
					t.Error("the storage saw the key")
				}
			}
		})
	}
}

// largestOutput returns the job with the largest output, and the output.
func largestOutput(t *testing.T, c *api.Client) (job api.Generation, want []byte) {
	t.Helper()
	_, err := c.Generations(t.Context(), api.GenerationQuery{}, func(page []api.Generation) {
		for _, g := range page {
			link, err := g.Output.Link()
			if err != nil {
				continue
			}
			res, err := c.Files().Get(link)
			if err != nil || res.StatusCode != http.StatusOK {
				t.Fatal(err)
			}
			data, _ := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if len(data) > len(want) {
				job, want = g, bytes.Clone(data)
			}
		}
	})
	if err != nil || len(want) < 250_000 {
		t.Fatalf("an output of %d bytes: %v", len(want), err)
	}
	return job, want
}
