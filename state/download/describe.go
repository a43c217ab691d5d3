package download

import (
	"net/http"
	"strings"
)

// describe returns the note for a file from the head of an answer that contains
// all of it.
func describe(mark string, res *http.Response) note {
	n := note{Mark: mark, ETag: strongETag(res.Header), Total: res.ContentLength, Want: checksums(res.Header)}
	if n.ETag == "" {
		n.Modified = res.Header.Get("Last-Modified")
	}
	return n
}

// strongETag returns the ETag if it stands for exact bytes, else "".
func strongETag(h http.Header) string {
	etag := h.Get("ETag")
	if len(etag) < 2 || etag[0] != '"' || !strings.HasSuffix(etag, `"`) {
		return ""
	}
	return etag
}

// checksums returns what an answer with the whole file says about its bytes.
func checksums(http.Header) map[string][]byte { return nil }
