package media

import (
	"context"
	"net/http"

	"dubtop/api/media/file"
	"dubtop/api/media/remote"
)

// Remote measures the file behind an http or https link as [Probe] does, with a
// few range requests through client, which must not add the API key.
//
// It reads at most [MaxRemote] bytes, even from a server that ignores ranges.
// It ends with ctx, and with a [*StallError] when the server sends nothing for
// 15 seconds or takes longer than ten minutes in all. Errors name the host but
// never contain the link, which may be a secret.
func Remote(ctx context.Context, client *http.Client, link string, want Kind) (Info, error) {
	return remoteWith(ctx, client, link, want, remote.Allowance{Page: file.PageSize, Chunk: remote.ChunkSize, Most: MaxRemote})
}

// remoteWith is [Remote] with another allowance.
func remoteWith(ctx context.Context, client *http.Client, link string, want Kind, a remote.Allowance) (Info, error) {
	r, err := remote.Open(ctx, client, link, a)
	if err != nil {
		return Info{}, err
	}
	defer r.Close()
	return Probe(r.Context(), r, r.Total(), want)
}
