package draft

import (
	"fmt"
	"path/filepath"

	"dubtop/api"
	"dubtop/api/text"
)

// A local file of any size, up to api.MaxAsset, can be used where the server
// takes uploads: it becomes an asset after the user's yes. Elsewhere it goes with
// the request, and can have up to api.MaxUpload bytes. This file is the only place
// that knows.

// checkSize checks the size of a local file. It asks about uploads only if the
// answer matters.
func checkSize(path string, size int64, uploads func() api.Support) (Severity, string) {
	if size <= api.MaxUpload {
		return SeverityNone, ""
	}
	if size > api.MaxAsset {
		return SeverityError, fmt.Sprintf("%s has %s; a file can have up to %d GB", filepath.Base(path), text.Bytes(size), api.MaxAsset>>30)
	}
	switch uploads() {
	case api.Supported:
		return SeverityNone, ""
	case api.Unsupported:
		return SeverityError, TooLarge(path, size)
	}
	return SeverityWarning, fmt.Sprintf("%s has %s: it can be sent if this server takes uploads, which is not known yet", filepath.Base(path), text.Bytes(size))
}

// TooLarge explains why a local file can't go to a server that takes no uploads.
func TooLarge(path string, size int64) string {
	return fmt.Sprintf("%s has %s. This server takes no uploads, so local files go with the request and can have up to %d MB: give a link",
		filepath.Base(path), text.Bytes(size), api.MaxUpload>>20)
}
