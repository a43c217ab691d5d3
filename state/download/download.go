// Package download saves one file behind a link under a name, whole or not at
// all.
//
// The bytes go into NAME.part beside the name, with the facts about them in
// NAME.part.json, so that a download goes on where it stopped, also after a
// kill. The name appears only once the file is complete, has been checked and
// is on the disk, and never replaces another file.
//
// The package knows servers and disks. It knows no session, no journal and no
// job, never sends the API key (it uses the client it is given, which has
// none), and never puts a link, which may be a secret, into a file or an error.
package download

import (
	"context"
	"net/http"
	"time"

	"dubtop/api"
	"dubtop/api/media"
	"dubtop/api/text"
)

// Downloader saves files. It is safe for concurrent use.
type Downloader struct {
	// Client has no API key and refuses to connect to private addresses, like
	// [api.Client.Files]. Its redirects are restricted further.
	Client *http.Client
	// Patience is how long servers are waited for; zero fields mean the usual.
	Patience Patience

	disk disk // faults of tests
}

// Patience is how long servers are waited for.
type Patience struct {
	Stall  time.Duration // without a byte before a request is given up: 30 s
	GiveUp time.Duration // without progress before the download is given up: 5 min
	Asked  time.Duration // in all, when the server asks to wait: 15 min
	First  time.Duration // between the first two attempts, then more: 1 s
}

// Request describes the file to be saved.
type Request struct {
	// Path is the name of the file. Missing folders are made.
	Path string
	// Mark identifies the file, such as the id of a job. The part of another
	// mark is not continued.
	Mark string
	// Link returns a link to the file. stale means that the last one was
	// refused, so that a new one must be asked for.
	Link func(ctx context.Context, stale bool) (api.URL, error)
	// Kind is the kind of the file; [media.Unknown] stands for any media.
	Kind media.Kind
	// Length is how long the file should last, 0 if unknown.
	Length time.Duration
	// Most is the largest size accepted, in bytes; 0 means [MaxSize].
	Most int64
	// Progress is called often from the goroutine of Save; it may be nil.
	Progress func(Progress)
	// Record is called once the file has its name, and before anything that
	// remembers its origin is removed; it may be nil. If it fails, or the
	// process dies before, the next Save with the same mark calls it again and
	// fetches nothing.
	Record func(File) error
}

// Progress is how far a download is.
type Progress struct {
	Done, Total int64     // bytes; Total is -1 if the server does not say
	Words       text.Text // why nothing arrives, "" while bytes do
	Until       time.Time // when the next attempt begins, zero if not waiting
}

// File is a saved file.
type File struct {
	Path    string
	Size    int64  // bytes
	SHA256  string // in hexadecimal
	Media   media.Info
	Differs text.Text // how its length differs from the request, "" if it does not
	Kept    int64     // bytes that were there before Save
}

// MaxSize is the largest file that is saved unless the request says otherwise,
// in bytes. Two hours of video, the longest output, take less.
const MaxSize = 64 << 30
