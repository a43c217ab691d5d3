package media

import (
	"context"
	"net/http"

	"dubtop/api/media/file"
	"dubtop/api/media/remote"
)

// Remote measures the file behind an http or https link as [Probe] does, with a
// few range requests through client, which must not add the API key. It reads at
// most [MaxRemote] bytes in all, also from a server that ignores ranges. It ends
// when ctx does, and with a [*StallError] when the server sends nothing for 15
// seconds; a body that keeps coming may take ten minutes. Errors never contain
// the link, which may be a secret, but the host alone.
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
