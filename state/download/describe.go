package download

import (
	"encoding/base64"
	"encoding/hex"
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

// checksums returns what an answer with the whole file says about its bytes, by
// algorithm. If it says something twice, the first counts.
//
// https://www.rfc-editor.org/rfc/rfc9530
//
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
//
// https://cloud.google.com/storage/docs/xml-api/reference-headers#xgooghash
func checksums(h http.Header) map[string][]byte {
	want := make(map[string][]byte)
	add := func(algo, value string) {
		algo = strings.ToLower(strings.TrimSpace(algo))
		sum, err := base64.StdEncoding.DecodeString(strings.Trim(strings.TrimSpace(value), ":"))
		known := newHash(algo)
		if err == nil && known != nil && len(sum) == known.Size() && want[algo] == nil {
			want[algo] = sum
		}
	}
	addList := func(header string) {
		for _, line := range h.Values(header) {
			for item := range strings.SplitSeq(line, ",") {
				algo, value, _ := strings.Cut(item, "=")
				add(algo, value)
			}
		}
	}
	add(algoMD5, h.Get("Content-MD5"))
	addList("Repr-Digest")
	addList("Content-Digest")
	addList("Digest") // RFC 3230
	if e := h.Get("X-Goog-Stored-Content-Encoding"); e == "" || e == "identity" {
		addList("X-Goog-Hash")
	}
	if h.Get("X-Amz-Checksum-Type") != "COMPOSITE" { // of parts; in their own form they have a dash, which is no base64
		add(algoSHA256, h.Get("X-Amz-Checksum-Sha256"))
		add(algoCRC32C, h.Get("X-Amz-Checksum-Crc32c"))
	}
	if sum := md5OfETag(h); sum != nil && want[algoMD5] == nil {
		want[algoMD5] = sum
	}
	return want
}

// md5OfETag returns the MD5 that the ETag is, nil if that is not certain. It is
// one for an object that came to Amazon in one piece and is encrypted with
// Amazon's own keys; other stores imitate the form with other meanings.
//
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
func md5OfETag(h http.Header) []byte {
	if h.Get("Server") != "AmazonS3" || h.Get("X-Amz-Server-Side-Encryption") != "AES256" {
		return nil
	}
	sum, err := hex.DecodeString(strings.Trim(strongETag(h), `"`))
	if err != nil || len(sum) != 16 {
		return nil
	}
	return sum
}
